"""Networks selected in Explore: brushes, ticks, what lights up, what a selection becomes."""

import csv
import json
from io import StringIO
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import numpy as np
import pytest
from playwright.sync_api import expect
from served import Served

pytestmark = pytest.mark.browser

RESULTS, PENDING = 120, 4
ERRORS = np.random.default_rng(0).uniform(4, 30, RESULTS).round(2)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """RegNetX, small, of which most networks have results and the rest wait."""
    served = Served(tmp_path_factory.mktemp("served") / "netspace.db")
    served.other = served.create("another", 30, seed=7)
    served.record(*np.random.default_rng(1).uniform(6, 40, 30))
    served.regnet = served.create("RegNetX · digits", RESULTS + PENDING)
    served.record(*ERRORS)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def window(windows, served):
    with windows.lent(served) as window:
        yield window


@pytest.fixture(scope="module")
def opened(window):
    return window.new_page()


@pytest.fixture
def explore(opened, served):
    """Shows Explore with a query, all of it drawn; an error in the console fails the test."""
    problems = []

    def failed(error):
        problems.append(error.stack or str(error))

    def logged(message):
        if message.type == "error":
            problems.append(message.text)

    opened.on("pageerror", failed)
    opened.on("console", logged)

    def explore(query=""):
        query = f"?population={served.regnet}{query}"
        if urlsplit(opened.url).path == "/app/":
            follow(opened, query)
        else:
            opened.goto(f"{served.url}/app/{query}")
        opened.wait_for_selector("#explore[data-state=ready][data-drawn]", timeout=60_000)
        opened.wait_for_function(
            """() => {
              const axes = (name) =>
                document.querySelector(`#${name}-frame .js-plotly-plot`)?._fullLayout;
              return axes("scatter")?.xaxis8 && axes("edf")?.xaxis?._length
                && document.querySelector("#networks .ag-row[row-id] [col-id=tick]");
            }"""
        )
        opened.wait_for_selector(
            ".constraint[data-column=depth][data-active]"
        )  # it has settled
        opened.click("#explore [data-tool=box]")
        return opened

    yield explore
    opened.remove_listener("pageerror", failed)
    opened.remove_listener("console", logged)
    assert problems == []


def follow(page, query):
    """Follow a link inside the page, as the buttons back and forward do."""
    page.evaluate(
        """(query) => {
          delete document.getElementById("explore").dataset.committed;
          history.pushState({}, "", query);
          dispatchEvent(new PopStateEvent("popstate"));
        }""",
        query,
    )
    page.wait_for_selector("#explore[data-committed]")


def area(page, frame="scatter", panel=0):
    """Where a plot is on the page, and which values its ends have: (x, y) each."""
    return page.evaluate(
        """([frame, panel]) => {
          const { _fullLayout: all } =
            document.querySelector(`#${frame}-frame .js-plotly-plot`);
          const { left, top } = document.querySelector(`#${frame}-frame-canvas`)
            .getBoundingClientRect();
          const number = panel ? panel + 1 : "";
          return ["x", "y"].map((way) => {
            const { _offset, _length, range } = all[`${way}axis${number}`];
            return { from: (way === "x" ? left : top) + _offset, length: _length, range };
          });
        }""",
        [frame, panel],
    )


def brush(page, *corners, frame="scatter", panel=0, release=True, shift=False):
    """Drag over a plot along corners, as shares of its width and height from the top left."""
    x, y = area(page, frame, panel)
    points = [
        (x["from"] + share * x["length"], y["from"] + down * y["length"])
        for share, down in corners
    ]
    if shift:
        page.keyboard.down("Shift")
    page.mouse.move(*points[0])
    page.mouse.down()
    for (ax, ay), (bx, by) in zip(points, points[1:], strict=False):
        for i in range(1, 5):
            page.mouse.move(ax + (bx - ax) * i / 4, ay + (by - ay) * i / 4)
    if release:
        page.mouse.up()
    if shift:
        page.keyboard.up("Shift")


def selected(page):
    """How many networks are said to be selected."""
    text = page.inner_text("#selected-count")
    return int(text.split()[0].replace(",", ""))


def link(page):
    """What the address says, an option each."""
    return {name: text for name, (text, *_) in parse_qs(urlsplit(page.url).query).items()}


def wait_for_link(page, option):
    page.wait_for_function(
        "(name) => new URLSearchParams(location.search).has(name)", arg=option
    )
    return link(page)


def ask(served, path):
    with urlopen(f"{served.url}/api/v1{path}") as answer:
        return json.load(answer)


def passing(served, constraints):
    return ask(served, f"/populations/{served.regnet}/summary?{constraints}")["passing"]


def rows(served, constraints=""):
    """Networks as REST lists them, a page of all."""
    path = f"/populations/{served.regnet}/networks?limit=1000&{constraints}"
    return ask(served, path)["items"]


def lit(page):
    """Ids of the rows of the table in sight that look selected."""
    return page.locator("#networks .ag-row.lit").evaluate_all(
        "(rows) => rows.map((row) => Number(row.getAttribute('row-id')))"
    )


def test_a_box_selects_what_lies_in_it_while_the_hand_moves_and_rests_in_the_link(
    explore, served
):
    page = explore()
    brush(page, (0.3, 0.0), (0.8, 0.6), panel=2, release=False)
    expect(page.locator("#selection")).to_be_visible()
    moving = selected(page)
    assert "select" not in link(page)
    page.mouse.up()
    text = wait_for_link(page, "select")["select"]
    assert {part.split("=")[0] for part in text.split(";")} == {"wa", "error"}
    assert selected(page) == moving == len(rows(served, text.replace(";", "&")))
    assert 0 < moving < RESULTS


def test_the_same_networks_light_up_in_the_table_and_the_plots_within_two_frames(
    explore, served
):
    page = explore()
    brush(page, (0.0, 0.999), (1.0, 0.5), panel=2)
    frames = page.evaluate(
        """() => new Promise((done) => {
          const count = document.querySelector("#selected-count");
          let frames = 0;
          const tick = () => { frames += 1; requestAnimationFrame(tick); };
          requestAnimationFrame(tick);
          new MutationObserver(() => done(frames))
            .observe(document.querySelector("#explore"), { attributeFilter: ["data-drawn"] });
          document.querySelector("#select-clear").click();
        })"""
    )
    assert frames <= 2
    assert lit(page) == []
    brush(page, (0.0, 0.999), (1.0, 0.5), panel=2)
    text = wait_for_link(page, "select")["select"].replace(";", "&")
    expected = {row["id"] for row in rows(served, text)}
    seen = page.locator("#networks .ag-row[row-id]").evaluate_all(
        "(rows) => rows.map((row) => Number(row.getAttribute('row-id')))"
    )
    assert set(lit(page)) == expected & set(seen) != set()
    shades = page.evaluate(
        """() => ["scatter", "edf", "widths"].map((name) => {
          const canvas = document.querySelector(`#${name}-frame-canvas`);
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let n = 0;
          for (let i = 0; i < data.length; i += 4) {
            n += data[i] === 0x70 && data[i + 1] === 0x48 && data[i + 2] === 0xe8;
          }
          return n;
        })"""
    )
    assert all(n > 20 for n in shades)  # the colour of a selection


def test_a_lasso_selects_what_it_goes_round(explore, served):
    page = explore()
    page.click("#explore [data-tool=lasso]")
    corners = [(0.1, 0.1), (0.9, 0.1), (0.5, 0.95)]
    brush(page, *corners, corners[0], panel=2)
    text = wait_for_link(page, "lasso")["lasso"]
    x, y = area(page, panel=2)
    log = text.startswith("wa:log")
    inside = 0
    for row in rows(served):
        wa, error = row["columns"]["wa"], row["columns"].get("error")
        if error is None:
            continue
        at = (np.log10(wa) if log else wa) - x["range"][0]
        at /= x["range"][1] - x["range"][0]
        down = 1 - (error - y["range"][0]) / (y["range"][1] - y["range"][0])
        inside += in_polygon(corners, at, down)
    assert abs(selected(page) - inside) <= 2  # corners are rounded
    assert inside > 5
    before = selected(page)
    page.reload()
    expect(page.locator("#selected-count")).to_have_text(f"{before} selected")


def in_polygon(corners, x, y):
    """Whether a point lies inside a triangle: on one side of all its edges."""
    sides = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    return min(sides) > 0 or max(sides) < 0


def test_an_interval_of_the_edf_selects_the_networks_with_such_an_error(explore, served):
    page = explore()
    brush(page, (0.3, 0.4), (0.5, 0.6), frame="edf")
    text = wait_for_link(page, "select")["select"]
    lo, hi = map(float, text.removeprefix("error=").split(".."))
    assert selected(page) == int(((lo <= ERRORS) & (hi >= ERRORS)).sum()) > 0


def test_a_brush_with_shift_narrows_what_is_selected(explore, served):
    page = explore()
    brush(page, (0.0, 0.0), (0.6, 1.0), panel=2)
    wait_for_link(page, "select")
    first = selected(page)
    brush(page, (0.2, 0.5), (0.6, 0.5), frame="edf", shift=True)
    expect(page.locator("#selected-what")).to_contain_text("slope")
    assert 0 < selected(page) < first


def test_escape_lets_go_of_a_brush_under_the_hand_and_of_a_selection(explore, served):
    page = explore()
    brush(page, (0.2, 0.2), (0.8, 0.8), panel=2, release=False)
    expect(page.locator("#selection")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    page.mouse.up()
    brush(page, (0.2, 0.2), (0.8, 0.8), panel=2)
    expect(page.locator("#selection")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    assert "select" not in link(page)


@pytest.mark.parametrize("frame", ["scatter", "edf"])
def test_a_brush_that_is_held_while_the_history_goes_on_ends_with_its_view(
    explore, served, frame
):
    page = explore()
    brush(page, (0.2, 0.2), (0.8, 0.8), frame=frame, panel=0, release=False)
    expect(page.locator("#selection")).to_be_visible()
    query = f"?population={served.regnet}&depth=..9"
    follow(page, query)
    page.mouse.move(700, 300)
    page.mouse.up()
    page.wait_for_selector(".constraint[data-column=depth][data-active]")
    expect(page.locator("#selection")).to_be_hidden()
    assert page.evaluate("location.search") == query


@pytest.mark.parametrize("frame", ["scatter", "edf"])
def test_a_brush_that_is_held_while_another_population_is_shown_selects_nothing_of_it(
    explore, served, frame
):
    page = explore()
    brush(page, (0.2, 0.2), (0.8, 0.8), frame=frame, panel=0, release=False)
    expect(page.locator("#selection")).to_be_visible()
    show = "(value) => dash_clientside.set_props('population', { value })"
    page.evaluate(show, str(served.other))
    page.wait_for_function(
        "(id) => new URLSearchParams(location.search).get('population') === id",
        arg=str(served.other),
    )
    page.mouse.move(700, 300)
    page.mouse.up()
    page.wait_for_timeout(300)  # what is not to come would have
    expect(page.locator("#selection")).to_be_hidden()
    assert "select" not in link(page)


def test_a_slider_and_a_threshold_that_are_held_let_go_with_their_view(explore, served):
    page = explore()
    for held in (
        page.locator(".constraint[data-column=depth] [role=slider]").last,
        page.locator("#threshold"),
    ):
        follow(page, f"?population={served.regnet}&depth=..12&below=20")
        box = held.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] - 30, box["y"] + 5, steps=4)
        query = f"?population={served.regnet}&depth=..9&below=15"
        follow(page, query)
        page.mouse.move(box["x"] - 60, box["y"] + 5, steps=4)
        page.mouse.up()
        page.wait_for_timeout(300)  # what is not to come would have
        assert page.evaluate("location.search") == query


def test_zoom_leaves_the_drag_to_the_axes(explore, served):
    page = explore()
    page.click("#explore [data-tool=zoom]")
    before = area(page, panel=2)[0]["range"]
    brush(page, (0.2, 0.2), (0.8, 0.8), panel=2)
    page.wait_for_function(
        """(before) => document.querySelector("#scatter-frame .js-plotly-plot")
          ._fullLayout.xaxis3.range[0] > before""",
        arg=before[0],
    )
    expect(page.locator("#selection")).to_be_hidden()
    x, y = area(page, panel=2)
    middle = x["from"] + x["length"] / 2, y["from"] + y["length"] / 2
    page.mouse.dblclick(*middle)
    page.wait_for_function(
        """(before) => document.querySelector("#scatter-frame .js-plotly-plot")
          ._fullLayout.xaxis3.range[0] === before""",
        arg=before[0],
    )


def test_rows_are_ticked_by_mouse_and_keyboard_and_several_with_shift(explore, served):
    page = explore()
    ticks = page.locator("#networks .ag-row [col-id=tick]")
    rank = page.locator("#networks .ag-row[row-index='0']")
    rank.locator("[col-id=tick]").click()
    expect(page.locator("#selected-count")).to_have_text("1 selected")
    expect(ticks.nth(0)).to_have_attribute("aria-label", "selected")
    page.locator("#networks .ag-row[row-index='3'] [col-id=tick]").click(modifiers=["Shift"])
    expect(page.locator("#selected-count")).to_have_text("4 selected")
    page.keyboard.press("Space")  # the focus is on the tick that was clicked
    expect(page.locator("#selected-count")).to_have_text("3 selected")
    best = [row["ordinal"] for row in rows(served, "sort=error")[:3]]
    text = wait_for_link(page, "select")["select"]
    assert text == "ordinal=" + ",".join(map(str, sorted(best)))
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()


def test_networks_are_selected_by_numbers_without_a_mouse(explore, served):
    page = explore()
    page.keyboard.press("b")
    page.keyboard.type("10")
    page.keyboard.press("Tab")
    page.keyboard.type("15.5")
    n = int(((ERRORS >= 10) & (ERRORS <= 15.5)).sum())
    expect(page.locator("dialog [role=status]")).to_have_text(f"{n} selected")
    page.keyboard.type("x")
    expect(page.locator("dialog [role=alert]")).to_have_text("“15.5x” is not a number")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert wait_for_link(page, "select")["select"] == "error=10..15.5"


def test_a_selection_becomes_the_constraints_and_can_be_undone(explore, served):
    page = explore("&depth=5..")
    brush(page, (0.0, 0.0), (0.7, 0.8), panel=2)
    wait_for_link(page, "select")
    n = selected(page)
    page.click("#select-only")
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator("#passing")).to_have_text(str(n))
    assert link(page)["depth"] == "5.."
    assert {"wa", "error"} <= set(link(page))
    page.click("#undo")
    page.wait_for_function("() => !new URLSearchParams(location.search).has('wa')")


def test_the_selected_networks_leave_as_csv(explore, served):
    page = explore()
    page.click("#explore [data-tool=lasso]")
    brush(page, (0.1, 0.1), (0.9, 0.1), (0.5, 0.95), (0.1, 0.1), panel=2)
    wait_for_link(page, "lasso")
    n = selected(page)
    address = page.get_attribute("#select-csv", "href")
    with urlopen(served.url + address) as answer:
        found = list(csv.reader(StringIO(answer.read().decode())))
    assert len(found) == n + 1
    expect(page.locator("#network[data-state=shown]")).to_be_hidden()  # its end is no click


def test_a_selection_is_kept_as_a_set(explore, served):
    page = explore()
    page.click("#explore [data-tool=lasso]")
    brush(page, (0.1, 0.1), (0.9, 0.1), (0.5, 0.95), (0.1, 0.1), panel=2)
    wait_for_link(page, "lasso")
    n = selected(page)
    page.click("#select-keep")
    page.click("dialog .primary")
    expect(page.locator("dialog [role=status]")).to_have_text(
        f"{n} networks are kept as a set."
    )
    page.click("dialog .acts button:first-child")


def test_a_selection_is_a_side_of_a_comparison(explore, served):
    page = explore()
    brush(page, (0.0, 0.0), (0.7, 0.8), panel=2)
    wait_for_link(page, "select")
    n = selected(page)
    page.click("#select-compare")
    page.wait_for_selector(".verdict", timeout=60_000)
    sides = parse_qs(urlsplit(page.url).query)["side"]
    assert len(sides) == 2
    first, second = sides
    assert "wa=" in first
    assert second == str(served.regnet)
    constraints = first.split(";", 1)[1].replace(";", "&")
    assert len(rows(served, constraints)) == n


def test_what_of_a_selection_in_a_link_is_not_done_is_said(explore, served):
    page = explore("&select=depth=5-8&lasso=wa,error;1,2")
    notes = page.locator("#explore-notes")
    expect(notes).to_contain_text("Not selected: depth=5-8")
    expect(notes).to_contain_text("Not selected: lasso: 1 corners; a lasso has 3 to 64")


def test_a_selection_does_not_follow_to_another_population(explore, served):
    page = explore()
    brush(page, (0.2, 0.2), (0.8, 0.8), panel=2)
    expect(page.locator("#selection")).to_be_visible()
    page.evaluate(
        "(id) => dash_clientside.set_props('population', { value: String(id) })", served.other
    )
    expect(page.locator("#selection")).to_be_hidden()
