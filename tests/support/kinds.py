"""The kind of database that a test has: both where they could differ, in the order of rows,
uniqueness, locks or what a column holds; else SQLite, and PostgreSQL in the long tests.

A module of which few tests have both says `database = kinds.database` or
`lasting = kinds.lasting`, and marks those few.
"""

import contextlib

import pytest

from db.session import Database

BOTH = ("sqlite", "postgresql")
MOSTLY_SQLITE = ("sqlite", pytest.param("postgresql", marks=pytest.mark.long))


def of(kinds, fixture="database"):
    """Marks a test by the kinds of database that it has."""
    return pytest.mark.parametrize(fixture, kinds, indirect=True)


@pytest.fixture(params=MOSTLY_SQLITE)
def database(request):
    """A database of the test's own."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module", params=MOSTLY_SQLITE)
def lasting(request, tmp_path_factory):
    """A database for all tests of a module, which leave it as it is."""
    with kept(request, tmp_path_factory) as database:
        yield database


@contextlib.contextmanager
def kept(request, folders):
    """A database of the kind that is a fixture's parameter, without rows."""
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            file = folders.mktemp("lasting") / "netspace.db"
            file.write_bytes(request.getfixturevalue("migrated").read_bytes())
            url = f"sqlite:///{file}"
        else:
            url = stack.enter_context(request.getfixturevalue("postgres_server").migrated())
        database = Database(url)
        stack.callback(database.dispose)
        yield database
