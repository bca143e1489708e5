"""Attack 17: markup and scripts in what people name and archives say (Dash CVE-2024-21485).

All views, and what archives say, are in `tests/long/test_markup.py`.
"""

import pytest
from hostile import ADDRESSES, VIEWS, hostile, is_text, is_text_in_an_address  # noqa: F401  # fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def window(windows, hostile):  # noqa: F811  # the fixture
    with windows.lent(hostile) as window:
        yield window


@pytest.mark.parametrize("view", ["?population=1&against=2", "new", "queue"])
def test_names_are_text_wherever_they_are_shown(hostile, page, view):  # noqa: F811  # the fixture
    is_text(page, f"{hostile.url}/app/{view}", VIEWS[view])


@pytest.mark.parametrize("query", ADDRESSES)
def test_an_address_is_text(hostile, page, query):  # noqa: F811  # the fixture
    is_text_in_an_address(page, hostile.url, "", query)


@pytest.mark.parametrize(
    "path", ["edf.html?population=1&against=2", "widths.html?population=2"]
)
def test_a_figure_says_names_as_text(hostile, page, path):  # noqa: F811  # the fixture
    page.goto(f"{hostile.url}/app/figures/{path}")
    page.locator(".main-svg").first.wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.owned ?? null") is None
    assert page.locator("img, svg[onload], a[*|href^=javascript]").count() == 0
