"""A PostgreSQL server of the tests' own: a migrated template, and copies of it."""

import contextlib
import itertools
import os
import signal
import subprocess
import time

import psycopg
from stacks import PYTHON

import db.models  # noqa: F401  # all its tables
from db.base import Base
from db.migrations import upgrade
from netspace.stack import ports, postgres

# The launcher, as `netspace postgres` calls it, but forgetful: a power cut ends the tests, too.
LAUNCH = """
import sys
from pathlib import Path
from netspace.stack import postgres

quick = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
postgres.run(Path(sys.argv[1]), int(sys.argv[2]), quick)
"""


MUCH = 2**20
"""Bytes of tables that are truncated, which takes .1 s; rows of fewer are deleted."""


class Postgres:
    """A running server on a port that the system gave."""

    def __init__(self, folder):
        with ports.reserve() as reserved:
            port = reserved.getsockname()[1]
        environment = {**os.environ, "PYTHONPATH": "."}
        self._process = subprocess.Popen(
            [PYTHON, "-c", LAUNCH, str(folder), str(port)], env=environment
        )
        self._first = postgres.url(folder, port)
        while not postgres.answers(self._first):
            assert self._process.poll() is None, "PostgreSQL ended"
            time.sleep(0.02)
        self._numbers = itertools.count(1)
        self._free = []  # names of databases without rows
        self._do("CREATE DATABASE migrated")
        self.template = self._named("migrated")
        upgrade(self.template)

    @contextlib.contextmanager
    def empty(self):
        """The URL of a database without tables."""
        with self.like("template0") as url:
            yield url

    @contextlib.contextmanager
    def like(self, template):
        """The URL of a copy of a database to which nobody is connected, by its name or URL."""
        name = self._copy(template)
        yield self._named(name)
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.contextmanager
    def migrated(self):
        """The URL of a migrated database without rows.

        It is emptied for the next test.
        """
        name = self._free.pop() if self._free else self._copy(self.template)
        yield self._named(name)
        self._empty(name)
        self._free.append(name)

    def stop(self):
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def _copy(self, template):
        name = f"test_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template.rpartition('/')[2]}")
        return name

    def _empty(self, name):
        """Remove all rows, and whoever still looks at them."""
        tables = [table.name for table in Base.metadata.sorted_tables]
        with self._connected(self._named(name)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            sized = (
                "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname = ANY(%s)"
            )
            sizes = dict(connection.execute(sized, [tables]).fetchall())
            connection.execute("SET session_replication_role = replica")  # unguarded
            if sum(sizes.values()) > MUCH:
                connection.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
                return
            for table in (table for table in tables if sizes[table]):
                connection.execute(f"DELETE FROM {table}")
            begun = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
            for (sequence,) in connection.execute(begun).fetchall():
                connection.execute(f"ALTER SEQUENCE {sequence} RESTART")

    def _named(self, name):
        return self._first.rpartition("/")[0] + f"/{name}"

    def _do(self, statement, url=None):
        with self._connected(url or self._first) as connection:
            connection.execute(statement)

    def _connected(self, url):
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
