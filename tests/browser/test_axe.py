"""What axe-core finds on the pages: nothing, in light and dark, full of networks and empty."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from views import EMPTY, FULL, empty, full  # noqa: F401  # fixtures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def window(browser):
    """One browser window for all tests: its cache keeps the scripts, as a person's does."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def violations(window, served, path, there):
    """What axe-core finds in either theme: (theme, rule, element) each."""
    page = window.new_page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"{served.url}/app/{path}")
    page.locator(there).first.wait_for(timeout=60_000)
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        root = page.locator("html")
        expect(root).to_have_attribute("data-mantine-color-scheme", theme)
        for rule in Axe().run(page).response["violations"]:
            found += [(theme, rule["id"], node["html"][:300]) for node in rule["nodes"]]
    page.close()
    return found


@pytest.mark.parametrize("view", FULL)
def test_a_view_is_accessible(window, full, view):  # noqa: F811  # the fixture
    found = violations(window, full, *FULL[view])
    assert found == []


@pytest.mark.parametrize("view", EMPTY)
def test_a_view_of_an_empty_database_is_accessible(window, empty, view):  # noqa: F811  # the fixture
    found = violations(window, empty, *EMPTY[view])
    assert found == []
