"""The pages under their Content-Security-Policy: nothing is refused, in either theme."""

import re

import pytest
from playwright.sync_api import expect
from served import Served, problems_of
from views import EMPTY, FULL, fill

from dashboard.styles import HASHES
from server.gate.headers import POLICY, policy

pytestmark = pytest.mark.browser

WIDTHS = (390, 1440, 1920)
REPORTING = f"{POLICY}-Report-Only"


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("full") / "netspace.db")
    fill(served)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("empty") / "netspace.db")
    served.start()
    yield served
    served.close()


def shown(page, served, path, there):
    """Show a view in both themes and all widths."""
    page.goto(f"{served.url}/app/{path}")
    page.locator(there).first.wait_for(timeout=60_000)
    root = page.locator("html")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        expect(root).to_have_attribute("data-mantine-color-scheme", theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})


VIEWS = [("full", view) for view in FULL] + [("empty", view) for view in EMPTY]


def of(request, kind, view):
    return request.getfixturevalue(kind), *{"full": FULL, "empty": EMPTY}[kind][view]


@pytest.mark.parametrize(("kind", "view"), VIEWS)
def test_nothing_of_a_view_is_refused_or_fails(request, browser, kind, view):
    page = browser.new_page()
    problems = problems_of(page)
    shown(page, *of(request, kind, view))
    page.close()
    assert [one for one in problems if "404" not in one] == []


@pytest.mark.timeout(600)
def test_pages_put_in_those_styles_that_are_listed(request, browser, refusals):
    """A version of Dash with others fails here: dashboard/styles.py gets what is found."""
    context = browser.new_context()
    context.route("**/app/**", reporting)
    page = context.new_page()
    for kind, view in VIEWS:
        shown(page, *of(request, kind, view))
    context.close()
    found = {one for text in refusals for one in re.findall(r"'sha256-[\w+/=]+'", text)}
    others = [text for text in refusals if "sha256-" not in text]
    refusals.clear()
    assert others == []
    assert sorted(found) == sorted(HASHES)


def reporting(route):
    """Let a page have any style, and tell of each, which has its hash in it."""
    if route.request.resource_type != "document":
        route.fallback()
        return
    answer = route.fetch()
    headers = {k: v for k, v in answer.headers.items() if k != POLICY.lower()}
    route.fulfill(response=answer, headers=headers | {REPORTING: policy()})
