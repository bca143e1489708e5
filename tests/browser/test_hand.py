"""The hand on a slider: the picture is in its frame, the slider has the last word."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect
from served import Served, problems_of

pytestmark = pytest.mark.browser

ORDER = """() => {
  const root = document.getElementById("explore");
  const row = document.querySelector(".constraint[data-column=depth]");
  const order = window.order = [];
  addEventListener("mousemove", () => order.push("moved"), { capture: true });
  new MutationObserver(() => order.push("drawn"))
    .observe(root, { attributeFilter: ["data-drawn"] });
  new MutationObserver(() => order.push("rendered"))
    .observe(row, { subtree: true, attributeFilter: ["aria-valuenow"] });
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("hand") / "netspace.db")
    served.population = served.measured("many", *np.random.default_rng(0).uniform(4, 30, 60))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/?population={served.population}")
        # Moves that come while libraries load are one move.
        page.locator("#networks .ag-row").first.wait_for(timeout=60_000)
        page.locator("#widths-frame .js-plotly-plot .main-svg").first.wait_for(
            state="attached", timeout=60_000
        )
        yield page


@pytest.fixture
def page(opened, served):
    """Explore with the population, no constraints; no script fails."""
    problems = problems_of(opened)
    shown(opened, served)
    yield opened
    opened.mouse.up()
    assert problems == []


def shown(page, served, query=""):
    page.evaluate(
        """(query) => {
          history.pushState({}, "", query);
          dispatchEvent(new PopStateEvent("popstate"));
        }""",
        f"?population={served.population}{query}",
    )
    page.locator("#explore[data-state=ready][data-drawn]").wait_for(timeout=60_000)
    page.locator(".constraint[data-column=depth][data-active]").wait_for(timeout=60_000)


def thumbs(page, column):
    return page.locator(f".constraint[data-column={column}] [role=slider]")


def places(page, column):
    return [int(one.get_attribute("aria-valuenow")) for one in thumbs(page, column).all()]


def take(page, column, thumb, beside=0):
    """Press a thumb, so many pixels beside its middle. Its place, the stretch of its slider."""
    handle = thumbs(page, column).nth(thumb).bounding_box()
    track = page.locator(f".constraint[data-column={column}] .histogram").bounding_box()
    x, y = handle["x"] + handle["width"] / 2 + beside, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y, track["width"] - 14


def committed(page):
    return json.loads(page.get_attribute("#explore", "data-committed") or "{}")


def test_what_passes_is_drawn_before_the_slider_has_rendered_its_thumb(page):
    x, y, width = take(page, "depth", 0)
    page.evaluate(ORDER)
    page.mouse.move(x + 0.4 * width, y)
    page.wait_for_function("() => window.order.includes('rendered')")
    assert page.evaluate("window.order")[:3] == ["moved", "drawn", "rendered"]


def test_a_handle_pushes_the_other_and_what_passes_is_what_the_thumbs_say(page, served):
    last = places(page, "depth")[1]
    x, y, width = take(page, "depth", 1)
    for share in (-0.3, -0.5, -0.45):
        page.mouse.move(x + share * width, y)
    page.mouse.up()
    x, y, width = take(page, "depth", 0)
    for share in (0.2, 0.8, 0.35):  # beyond the upper one, and back
        page.mouse.move(x + share * width, y, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "() => JSON.parse(document.getElementById('explore').dataset.committed ?? '{}').depth"
    )
    low, high = places(page, "depth")
    assert 0 < low < high < last
    assert high > 0.7 * last  # it stays where it was pushed to
    query = f"limit=1&depth={committed(page)['depth']}"
    address = f"{served.url}/api/v1/populations/{served.population}/networks?{query}"
    passing = page.request.get(address).json()["passing"]
    expect(page.locator("#passing")).to_have_text(str(passing))


def test_a_press_on_the_track_takes_the_thumb_that_is_nearer(page):
    before = places(page, "depth")
    track = page.locator(
        ".constraint[data-column=depth] [class*=trackContainer]"
    ).bounding_box()
    y = track["y"] + track["height"] / 2
    page.mouse.move(track["x"] + 0.3 * track["width"], y)
    page.mouse.down()
    expect(thumbs(page, "depth").first).not_to_have_attribute("aria-valuenow", str(before[0]))
    page.mouse.move(track["x"] + 0.2 * track["width"], y, steps=3)
    page.mouse.up()
    expect(page.locator(".constraint[data-column=depth] .constraint-value")).to_contain_text(
        "≥"
    )
    low, high = places(page, "depth")
    assert low == round(0.2 * before[1])
    assert high == before[1]


def test_a_press_without_a_move_leaves_a_constraint_between_two_stops_as_it_is(page, served):
    x, y, width = take(page, "wm", 0)
    page.mouse.move(x + 0.3 * width, y)
    page.mouse.up()
    page.wait_for_function("() => /wm=/.test(location.search)")
    between = float(committed(page)["wm"].removesuffix("..")) + 1e-4
    shown(page, served, f"&wm={between:.5f}..")
    take(page, "wm", 0)
    page.mouse.up()
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")  # some frames
    page.locator(".constraint[data-column=group_width] .chip").first.click()
    page.wait_for_function("() => /group_width=/.test(location.search)")
    assert float(committed(page)["wm"].removesuffix("..")) == pytest.approx(between, abs=1e-6)


@pytest.mark.parametrize(("thumb", "beside"), [(0, 5), (1, -5)])
def test_a_press_beside_the_middle_of_a_thumb_constrains_to_where_it_goes(page, thumb, beside):
    before = places(page, "wm")
    take(page, "wm", thumb, beside)
    expect(thumbs(page, "wm").nth(thumb)).not_to_have_attribute(
        "aria-valuenow", str(before[thumb])
    )
    page.mouse.up()
    page.wait_for_function("() => /wm=/.test(location.search)")
