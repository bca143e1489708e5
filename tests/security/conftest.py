"""What attacks are tried on: the application behind its real server, in a real Chromium."""

import pytest
from chromium import browser, browser_type_launch_args, console, refusals  # noqa: F401
from foreign import foreign
from served import Served
from views import fill


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


@pytest.fixture
def page(browser):  # noqa: F811
    page = browser.new_page()
    yield page
    page.close()
