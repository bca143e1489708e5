"""Grants: what the roles of web processes and workers may do to each table of PostgreSQL.

Whoever owns the tables only migrates. A role may do what is named here and nothing else: what
is never changed (networks, results, the audit) can't be by whoever breaks in, and a worker
reads nobody's account. `grant` does it anew after each migration; a table that is not named is
closed. SQLite has no roles: whoever opens the file may do all that its triggers let him.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

ADDED = "SELECT, INSERT"
"""Rows that are never changed."""
ALTERED = "SELECT, INSERT, UPDATE"
"""Rows that are never removed."""


@dataclass(frozen=True)
class Grant:
    """What each of the two may do to a table, as SQL; empty: nothing."""

    web: str
    worker: str = ""


GRANTS: dict[str, Grant] = {
    "design_spaces": Grant(f"{ADDED}, UPDATE (owner_id, visibility)", "SELECT"),
    "regimes": Grant(f"{ADDED}, UPDATE (owner_id, visibility)", "SELECT"),
    "networks": Grant(ADDED, "SELECT"),
    "populations": Grant(f"{ALTERED}, DELETE", "SELECT, UPDATE (paused, version)"),
    "blocks": Grant(f"{ADDED}, DELETE"),
    "draws": Grant(f"{ADDED}, DELETE, UPDATE (multiplicity)", "SELECT"),
    "jobs": Grant(ALTERED, "SELECT, UPDATE"),
    "results": Grant(ADDED, ADDED),
    "epochs": Grant(f"{ADDED}, DELETE", ALTERED),
    "events": Grant(ADDED, ADDED),
    "workers": Grant("SELECT", f"{ALTERED}, DELETE"),
    "watches": Grant(f"{ADDED}, DELETE", "SELECT, UPDATE (outcome, found, decided_at)"),
    "identity": Grant(ALTERED, "SELECT"),
    "mended": Grant("SELECT"),
    "users": Grant(ALTERED),
    "links": Grant(ALTERED),
    "sessions": Grant(ALTERED),
    "tokens": Grant(ALTERED),
    "attempts": Grant(f"{ADDED}, DELETE"),
    "audit": Grant(ADDED),
    "quotas": Grant(f"{ALTERED}, DELETE"),
    "charges": Grant(ADDED),
    "answers": Grant(f"{ALTERED}, DELETE"),
    "views": Grant(f"{ALTERED}, DELETE"),
    "view_populations": Grant(f"{ADDED}, DELETE"),
    "notes": Grant(f"{ALTERED}, DELETE"),
    "tags": Grant(f"{ADDED}, DELETE"),
    "alembic_version": Grant("SELECT", "SELECT"),
}


@dataclass(frozen=True)
class Roles:
    """Who web processes and workers connect as."""

    web: str
    worker: str

    def of(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        """Each role with what it may do."""
        return (self.web, grant.web), (self.worker, grant.worker)


def statements(database: str, tables: Sequence[str], roles: Roles) -> Iterator[str]:
    """The SQL that takes from two roles what they have, and gives them what is named here.

    Args:
        tables: those that there are.
    """
    both = f"{_quoted(roles.web)}, {_quoted(roles.worker)}"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE TEMPORARY ON DATABASE {_quoted(database)} FROM PUBLIC"
    for kind in ("TABLES", "SEQUENCES"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM PUBLIC, {both}"
    yield f"REVOKE ALL ON SCHEMA public FROM {both}"
    yield f"GRANT CONNECT ON DATABASE {_quoted(database)} TO {both}"
    yield f"GRANT USAGE ON SCHEMA public TO {both}"
    for table in tables:
        for role, may in roles.of(GRANTS.get(table, Grant(""))):
            if may:
                yield f"GRANT {may} ON {_quoted(table)} TO {_quoted(role)}"


def numbered(tables: Sequence[str], sequences: Sequence[str], roles: Roles) -> Iterator[str]:
    """The same for the sequences that number the rows of some tables, `TABLE_id_seq` each."""
    for table in tables:
        if (sequence := f"{table}_id_seq") in sequences:
            for role, may in roles.of(GRANTS.get(table, Grant(""))):
                if "INSERT" in may:
                    yield f"GRANT USAGE ON SEQUENCE {_quoted(sequence)} TO {_quoted(role)}"


def sql(url: str, roles: Roles) -> list[str]:
    """All of it for a database as it is."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return _sql(connection, roles)


def grant(url: str, roles: Roles) -> None:
    """Let two roles that there are do what is named here, and nothing else; all or nothing."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in _sql(connection, roles):
            _do(connection, statement)


def grant_to(url: str, web_url: str, worker_url: str) -> None:
    """The same to the roles of two addresses, which are made with their passwords.

    A superuser gives a role that is there the address's password; others leave it as it is.
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        grant_on(connection, web_url, worker_url)


def grant_on(connection: Connection, web_url: str, worker_url: str) -> None:
    """The same in a transaction of its owner's."""
    for one in (web_url, worker_url):
        _make(connection, one)
    for statement in _sql(connection, Roles(_user(web_url), _user(worker_url))):
        _do(connection, statement)


def _sql(connection: Connection, roles: Roles) -> list[str]:
    found = inspect(connection)
    tables = sorted(found.get_table_names("public"))
    sequences = found.get_sequence_names("public")
    name = connection.execute(text("SELECT current_database()")).scalar_one()
    return [*statements(name, tables, roles), *numbered(tables, sequences, roles)]


def _make(connection: Connection, url: str) -> None:
    """The role of an address; its password leaves this process only as SCRAM keeps it."""
    user, password = _user(url), make_url(url).password
    known = text("SELECT 1 FROM pg_roles WHERE rolname = :user")
    there = connection.execute(known, {"user": user}).first() is not None
    above = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if there and not connection.execute(above).scalar_one():
        return
    act = f"{'ALTER' if there else 'CREATE'} ROLE {_quoted(user)} LOGIN"
    if password is not None:
        driver = connection.connection.driver_connection
        assert driver is not None
        kept = driver.pgconn.encrypt_password(
            str(password).encode(), user.encode(), b"scram-sha-256"
        )
        act += f" PASSWORD '{kept.decode()}'"
    _do(connection, act)


def _do(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))  # names may hold any character


def _user(url: str) -> str:
    user = make_url(url).username
    if not user:
        raise ValueError("the address of a role should name it: postgresql+psycopg://ROLE:..")
    return user


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
