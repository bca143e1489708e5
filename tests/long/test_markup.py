"""Hostile names and addresses in all views: they stay text, also where an archive brought them.

Two minutes of Chromium; `tests/security/test_markup.py` tries some of them.
"""

import gzip
import json

import pytest
from chromium import browser, browser_type_launch_args, console, refusals  # noqa: F401  # fixtures
from hostile import (  # noqa: F401  # fixtures
    ADDRESSES,
    HOSTILE,
    VIEWS,
    hostile,
    is_text,
    is_text_in_an_address,
)
from served import Served
from wire import say

from services.exchange import archives, exports


@pytest.fixture
def page(browser):  # noqa: F811  # the fixture
    page = browser.new_page()
    page.set_default_navigation_timeout(60_000)
    yield page
    page.close()


@pytest.mark.parametrize("view", VIEWS)
def test_names_are_text_wherever_they_are_shown(hostile, page, view):  # noqa: F811  # the fixture
    is_text(page, f"{hostile.url}/app/{view}", VIEWS[view])


@pytest.mark.parametrize("query", ADDRESSES)
@pytest.mark.parametrize("path", ["", "compare", "nowhere"])
def test_an_address_is_text(hostile, page, path, query):  # noqa: F811  # the fixture
    is_text_in_an_address(page, hostile.url, path, query)


def test_an_archive_says_names_as_text(hostile, tmp_path, page):  # noqa: F811  # the fixture
    with hostile.database.read() as session:
        packed = archives.pack(exports.archive(session, [1, 2]))
    told = json.loads(gzip.decompress(packed))
    assert HOSTILE[1] in json.dumps(told, ensure_ascii=False).replace('\\"', '"')
    served = Served(tmp_path / "netspace.db")
    served.start()
    try:
        length = f"Content-Type: application/gzip\nContent-Length: {len(packed)}"
        head = f"/api/v1/archive\n{length}"
        status, _, report = say(served.port, head, packed, method="POST")
        assert status in (200, 201), report
        for view in ("?population=1&against=2", "?population=1&network=1", "queue"):
            is_text(page, f"{served.url}/app/{view}", VIEWS[view])
    finally:
        served.close()
