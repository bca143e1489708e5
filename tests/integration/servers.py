"""A PostgreSQL server of the tests' own: a migrated template, and copies of it."""

import contextlib
import itertools
import os
import signal
import subprocess
import time

import psycopg
from stacks import PYTHON

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
        self._do("CREATE DATABASE migrated")
        upgrade(self._named("migrated"))

    @contextlib.contextmanager
    def empty(self):
        """The URL of a database without tables."""
        with self._new("template0") as url:
            yield url

    @contextlib.contextmanager
    def migrated(self):
        """The URL of a migrated database."""
        with self._new("migrated") as url:
            yield url

    def stop(self):
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    @contextlib.contextmanager
    def _new(self, template):
        name = f"test_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self._named(name)
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _named(self, name):
        return self._first.rpartition("/")[0] + f"/{name}"

    def _do(self, statement):
        address = self._first.replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)
