"""Attack 29: a page of ours inside of somebody else's, or held by it as a window."""

import pytest

pytestmark = pytest.mark.browser

PATHS = [
    "/app/",
    "/app/queue",
    "/api/docs",
    "/api/v1/populations",
    "/app/figures/edf.html?population=1",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("tag", ["iframe", "object", "embed"])
def test_no_page_is_framed(served, elsewhere, page, refusals, path, tag):
    attribute = "data" if tag == "object" else "src"
    elsewhere.pages["/frame"] = (
        f'<!doctype html><{tag} {attribute}="{served.url}{path}"></{tag}><p>beside'
    )
    page.goto(elsewhere.url("/frame"))
    page.wait_for_load_state("networkidle")
    shown = [frame.url for frame in page.frames[1:]]
    assert all(url.startswith("chrome-error:") or url == "" for url in shown), shown
    refusals.clear()  # the console tells of it


def test_a_page_that_opened_ours_holds_nothing_of_it(served, elsewhere, page):
    elsewhere.pages["/opener"] = "<!doctype html><title>opener</title>"
    page.goto(elsewhere.url("/opener"))
    with page.expect_popup() as popup:
        page.evaluate("(url) => { window.held = window.open(url); }", f"{served.url}/app/queue")
    popup.value.wait_for_load_state()
    assert popup.value.evaluate("() => window.opener === null")
    page.wait_for_function("() => window.held.closed")  # to whom opened it, it is gone


def test_no_other_site_reads_what_is_ours(served, elsewhere, page):
    """Images, scripts and styles cross origins unless they are told not to."""
    elsewhere.pages["/reads"] = "<!doctype html><title>reads</title>"
    page.goto(elsewhere.url("/reads"))
    loaded = page.evaluate(
        """(urls) => Promise.all(urls.map((url) => new Promise((done) => {
          const script = document.createElement("script");
          script.onload = () => done(true);
          script.onerror = () => done(false);
          script.src = url;
          document.head.append(script);
        })))""",
        [f"{served.url}{path}" for path in ("/app/_dash-dependencies", "/api/v1/populations")],
    )
    assert loaded == [False, False]
