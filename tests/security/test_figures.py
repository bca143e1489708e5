"""A figure's page brings megabytes of its own script, so it is shut into a sandbox."""

import pytest
from wire import say

PATHS = [
    "edf.html?population=2&against=1",
    "scatters.html?population=2",
    "widths.html?population=2",
]


@pytest.mark.browser
@pytest.mark.parametrize("path", PATHS)
def test_a_figure_is_drawn_and_can_be_taken_home(served, page, path):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.goto(f"{served.url}/app/figures/{path}")
    page.locator(".main-svg path.js-line, .main-svg .points path").first.wait_for()
    page.locator(".plot-container").hover()
    with page.expect_download() as download:
        page.locator("[data-title^='Download plot']").click()
    assert download.value.suggested_filename.endswith(".svg")
    assert problems == []


@pytest.mark.browser
def test_a_figure_is_of_no_origin_and_asks_nobody(served, elsewhere, page, refusals):
    page.context.add_cookies([{"name": "session", "value": "mine", "url": served.url}])
    page.goto(f"{served.url}/app/figures/{PATHS[0]}")
    assert page.evaluate("() => self.origin") == "null"
    elsewhere.asked.clear()
    got = page.evaluate(
        """async (urls) => {
          const got = [];
          for (const url of urls) {
            got.push(await fetch(url, { credentials: "include" }).then(() => url, () => null));
          }
          for (const read of [() => document.cookie, () => localStorage.length]) {
            try { got.push(read()); } catch { got.push(null); }
          }
          new Image().src = urls[0];
          return got;
        }""",
        [elsewhere.url("/image"), f"{served.url}/api/v1/populations"],
    )
    assert got == [None] * 4
    assert elsewhere.asked == []
    refusals.clear()  # the console tells of them


def test_a_figure_that_is_refused_runs_nothing(served):
    for query in ("population=99", "population=1&<script>=1", "population=1&depth=<script>"):
        status, headers, body = say(
            served.port, f"/app/figures/edf.html?{query.replace('<', '%3C')}\nAccept: text/html"
        )
        assert status in (404, 422)
        assert b"<script" not in body
        assert "'unsafe-inline'" not in headers["content-security-policy"]
