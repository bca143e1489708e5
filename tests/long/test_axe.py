"""What axe-core finds on the pages: nothing, in light and dark, full of networks and empty.

Two minutes of Chromium; `tests/browser` looks so at Explore and at what accounts add to pages.
"""

import pytest
from axes import found_in_both_themes
from chromium import browser, browser_type_launch_args, console, refusals  # noqa: F401  # fixtures
from views import VIEWS, empty, full, of, rivals, tables  # noqa: F401  # fixtures


@pytest.mark.parametrize(("kind", "view"), VIEWS)
def test_a_view_is_accessible(request, browser, kind, view):  # noqa: F811  # the fixture
    served, path, there = of(request, kind, view)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{served.url}/app/{path}")
    page.locator(there).first.wait_for(timeout=60_000)
    found = found_in_both_themes(page)
    page.close()
    assert found == []
