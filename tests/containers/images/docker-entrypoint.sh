#!/bin/sh
# What the entry point of postgres:18 does for who sets POSTGRES_PASSWORD, POSTGRES_USER and
# POSTGRES_DB: a cluster at the first start, passwords by SCRAM for all hosts, another user than
# root. The programs of the wheel look for the socket in /tmp.
set -eu
umask 077
if [ "$(id -u)" = 0 ]; then
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    chown -R postgres:postgres /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    : "${POSTGRES_PASSWORD:?}"
    user=${POSTGRES_USER:-postgres}
    password=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
    initdb --username="$user" --pwfile="$password" --auth-local=trust \
        --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 ${POSTGRES_INITDB_ARGS:-}
    rm "$password"
    printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
    printf "listen_addresses = '*'\nunix_socket_directories = '/var/run/postgresql, /tmp'\n" \
        >>"$PGDATA/postgresql.conf"
    if [ "${POSTGRES_DB:-$user}" != postgres ]; then
        printf 'CREATE DATABASE "%s";\n' "${POSTGRES_DB:-$user}" |
            postgres --single -j -D "$PGDATA" postgres >/dev/null
    fi
fi
exec "$@"
