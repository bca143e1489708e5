"""The pages under their Content-Security-Policy: nothing is refused, in either theme."""

import pytest
from served import problems_of
from views import VIEWS, empty, full, of, shown  # noqa: F401

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("kind", "view"), VIEWS)
def test_nothing_of_a_view_is_refused_or_fails(request, browser, kind, view):
    page = browser.new_page()
    problems = problems_of(page)
    shown(page, *of(request, kind, view))
    page.close()
    assert [one for one in problems if "404" not in one] == []
