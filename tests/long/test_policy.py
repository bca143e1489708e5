"""All views under their Content-Security-Policy, in both themes and at two widths.

Takes four minutes of Chromium. What is refused to a page fails any browser test, and those of
`tests/browser/test_axe.py` show the same views; here nothing else may fail in them either, and
the styles that are listed are those that pages put in.
"""

import re

import pytest
from chromium import browser, browser_type_launch_args, console, refusals  # noqa: F401  # fixtures
from served import problems_of
from views import VIEWS, empty, full, of, rivals, shown, tables  # noqa: F401  # fixtures

from dashboard.styles import HASHES
from server.gate.headers import POLICY, policy

REPORTING = f"{POLICY}-Report-Only"


@pytest.mark.parametrize(("kind", "view"), VIEWS)
def test_nothing_of_a_view_is_refused_or_fails(request, browser, kind, view):  # noqa: F811  # the fixture
    page = browser.new_page()
    problems = problems_of(page)
    shown(page, *of(request, kind, view))
    page.close()
    assert [one for one in problems if "404" not in one] == []


@pytest.mark.timeout(600)
def test_pages_put_in_those_styles_that_are_listed(request, browser, refusals):  # noqa: F811  # the fixture
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
