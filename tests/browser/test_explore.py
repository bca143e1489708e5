"""Explore in a real Chromium: constraints under the hand, live results, links, states, keys."""

import json
import re
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

import numpy as np
import pytest
from playwright.sync_api import expect
from served import Served

from designspace.lines.joint import joint_line
from services.work import leases, roster, schedule, versions

pytestmark = pytest.mark.browser

RESULTS, PENDING = 60, 4
ERRORS = [*np.random.default_rng(0).uniform(4, 30, RESULTS - 3), None, None, float("inf")]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """AnyNetX_A and RegNetX, small; of each some networks have results, the rest wait."""
    served = Served(tmp_path_factory.mktemp("served") / "netspace.db")
    served.anynet = served.create("AnyNetX_A · digits", 30, "AnyNetX_A small")
    served.record(*np.random.default_rng(1).uniform(6, 40, 30))
    served.regnet = served.create("RegNetX · digits", RESULTS + PENDING)
    served.record(*ERRORS)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def window(windows, served):
    """One browser window for all tests."""
    with windows.lent(served) as window:
        yield window


@pytest.fixture(scope="module")
def opened(window):
    """The page that most tests share; opening one costs seconds."""
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

    def explore(query="", state="ready", panels=8):
        query = query or f"?population={served.regnet}&against={served.anynet}"
        if opened.url.startswith(served.url):
            follow(opened, query)
        else:
            opened.goto(f"{served.url}/app/{query}")
        return wait_until_drawn(opened, state, panels)

    explore.problems = problems
    yield explore
    opened.keyboard.press("Escape")
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
    page.wait_for_selector("#explore[data-committed], #explore[data-state=error]")


def wait_until_drawn(page, state="ready", panels=8):
    """Until the axes are there; where the view is ready, those of the address's population."""
    page.wait_for_selector(f"#explore[data-state={state}][data-drawn]", timeout=60_000)
    page.wait_for_selector("#constraints-panel:not(:empty)", state="attached")
    page.wait_for_function(
        """([axis, ready]) => {
          const { _fullLayout: drawn } =
            document.querySelector("#scatter-frame .js-plotly-plot") ?? {};
          const asked = new URLSearchParams(location.search).get("population");
          const own = !ready || asked === null || String(drawn?.uirevision) === asked;
          return drawn?.[axis] && own;
        }""",
        arg=[f"xaxis{panels}" if panels > 1 else "xaxis", state == "ready"],
    )
    return page


def ask(served, path, **query):
    with urlopen(f"{served.url}/api/v1{path}?{urlencode(query, safe=',')}") as answer:
        return json.load(answer)


def drag(page, column, thumb, share, release=True):
    """Drag a handle to a share of its track, by pointer moves."""
    row = f'.constraint[data-column="{column}"]'
    handle = page.locator(f"{row} [role=slider]").nth(thumb).bounding_box()
    track = page.locator(f"{row} .histogram").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    to = track["x"] + 7 + share * (track["width"] - 14)
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(1, 9):
        page.mouse.move(x + (to - x) * i / 8, y)
    if release:
        page.mouse.up()


def number(page, key):
    """A key number as shown, without what is beside it."""
    return page.locator(f"[data-number={key}] > span").inner_text()


def committed(page):
    return json.loads(page.get_attribute("#explore", "data-committed"))


def wait_for_commit(page, column):
    page.wait_for_function(
        """(name) => {
          const { committed } = document.getElementById("explore").dataset;
          return JSON.parse(committed ?? "{}")[name];
        }""",
        arg=column,
    )


def rows(page):
    return page.locator("#networks .ag-center-cols-container .ag-row")


def test_a_dragged_constraint_moves_counts_and_edf_at_once_and_link_and_table_on_release(
    explore, served
):
    page = explore()
    assert page.inner_text("#passing") == str(RESULTS + PENDING)
    assert number(page, "n") == str(RESULTS - 2)
    expect(page.locator("[data-number=n]")).to_contain_text("4 pending")
    expect(page.locator("[data-number=n]")).to_contain_text("2 failed")
    picture = page.locator("#edf-frame-canvas").screenshot()
    link = page.url

    drag(page, "depth", 0, 0.4, release=False)
    page.wait_for_function("() => document.getElementById('passing').textContent !== '64'")
    during = page.inner_text("#passing")
    assert page.url == link  # nothing is committed while the hand moves
    assert page.locator("#edf-frame-canvas").screenshot() != picture
    page.mouse.up()
    wait_for_commit(page, "depth")

    text = committed(page)["depth"]
    assert f"depth={text}" in page.url
    assert page.inner_text("#passing") == during
    expect(page.locator("#table-count")).to_have_text(during)
    listed = ask(served, f"/populations/{served.regnet}/networks", depth=text, limit=5)
    assert listed["passing"] == int(during)
    first = rows(page).nth(0).locator("[col-id=id]")
    expect(first).to_have_text(str(listed["items"][0]["id"]))


def test_the_page_shows_what_the_server_computes(explore, served):
    page = explore(f"?population={served.regnet}&depth=4..12&bottleneck_ratio=1,2&below=14")
    constraints = {"depth": "4..12", "bottleneck_ratio": "1,2"}
    edf = ask(served, f"/populations/{served.regnet}/edf", points="all", **constraints)
    chosen = edf["selection"]
    assert number(page, "n") == str(chosen["n"])
    assert page.inner_text("#passing") == str(chosen["passing"])
    assert number(page, "best") == f"{edf['best']:.2f} %"
    assert number(page, "median") == f"{edf['median']:.2f} %"
    below = np.searchsorted(edf["error"], 14)
    assert number(page, "below") == f"{100 * edf['share'][below - 1]:.1f} %"
    said = page.inner_text("[data-number=n] small")
    assert f"{chosen['pending']} pending" in said
    ranges = ask(served, f"/populations/{served.regnet}/ranges", **constraints)["ranges"]
    depth = ranges["depth"]
    title = page.locator(".scatter-title").nth(0).locator(".scatter-range")
    assert title.inner_text() == f"{depth['median']:.0f} [{depth['lo']:.0f}–{depth['hi']:.0f}]"


def test_benchmarks_appear_without_a_reload_and_can_be_constrained_and_plotted(explore, served):
    latencies = np.linspace(1e-3, 5e-3, 20)
    id = served.measured("benchmarked · digits", *np.linspace(5, 25, 20))
    page = explore(f"?population={id}", panels=8)
    slider = page.locator('.constraint[data-column="latency"]')
    header = page.locator(".ag-header-cell[col-id=latency]")
    assert slider.count() == header.count() == 0

    served.benchmark(id, *latencies[:12])
    expect(slider).to_be_visible(timeout=20_000)
    assert page.locator('.constraint[data-column$="_q1"]').count() == 0
    page.evaluate("dash_ag_grid.getApi('networks').ensureColumnVisible('latency')")
    expect(header).to_have_text("t₁ ms")

    section = page.locator("#measured-panel details")
    section.locator("summary").click()
    served.benchmark(id, *latencies[12:])  # and the ends move with what comes later
    expect(slider.locator(".constraint-value")).to_have_text("1.00 – 5.00 ms", timeout=20_000)
    assert section.get_attribute("open") is None  # what was folded stays so
    section.locator("summary").click()
    slider.scroll_into_view_if_needed()
    drag(page, "latency", 1, 0.5)
    wait_for_commit(page, "latency")
    asked = committed(page)["latency"]
    edf = ask(served, f"/populations/{id}/edf", latency=asked)
    passing = edf["selection"]["passing"]
    assert 0 < passing < 20
    expect(page.locator("#passing")).to_have_text(str(passing))

    title = page.locator(".scatter-title").nth(1)
    title.locator("select").select_option("latency")
    expect(title.locator("b")).to_have_text("t₁ ms")
    page.keyboard.press("r")


def test_a_link_restores_its_view(explore, served, window):
    page = explore()
    drag(page, "wm", 1, 0.7)
    wait_for_commit(page, "wm")
    page.locator('.constraint[data-column="group_width"] .chip').nth(1).click()
    page.keyboard.press("p")
    page.locator("#widths-k [data-k='4']").click()
    page.locator("#threshold").focus()
    page.keyboard.press("ArrowRight")
    link, before = (
        page.url,
        {key: number(page, key) for key in ("n", "best", "median", "below")},
    )
    assert "against=" in link
    assert "pin=" in link
    assert "best=4" in link

    page = window.new_page()
    page.goto(link)
    wait_until_drawn(page)
    assert page.url == link
    assert {key: number(page, key) for key in before} == before
    assert page.locator('.chip[aria-pressed="true"]').count() == 1
    assert page.locator("[data-pin=A]").count() == 1
    value = page.locator('.constraint[data-column="wm"] .constraint-value').inner_text()
    assert value.startswith("≤ ")
    page.close()


def test_the_legend_names_what_tells_two_populations_apart(explore, served):
    legend = explore().locator("#edf-legend .legend-name")
    assert legend.all_inner_texts() == ["AnyNetX_A", "RegNetX"]
    alone = explore(f"?population={served.regnet}").locator("#edf-legend .legend-name")
    assert alone.all_inner_texts() == ["RegNetX · digits"]


def test_a_result_appears_by_itself_and_keeps_zoom_and_constraints(explore, served):
    page = explore(f"?population={served.regnet}&depth=3..")
    page.evaluate(
        """() => Plotly.relayout(document.querySelector("#edf-frame .js-plotly-plot"),
          { "xaxis.range": [5, 12] })"""
    )
    n = int(number(page, "n"))
    served.record(9.5, of=served.regnet)
    expect(page.locator("[data-number=n] > span")).to_have_text(str(n + 1))
    zoomed = page.evaluate(
        """document.querySelector("#edf-frame .js-plotly-plot")._fullLayout.xaxis.range"""
    )
    assert zoomed == [5, 12]
    assert committed(page) == {"depth": "3.."}


def test_after_a_restart_of_the_server_the_page_reconnects_and_says_so_meanwhile(
    explore, served
):
    page = explore()
    expect(page.locator("#connection")).to_have_attribute("data-live", "true")
    n = int(number(page, "n"))
    served.stop()
    expect(page.locator("#connection")).to_have_text("reconnecting ...", timeout=10_000)
    served.record(7.5, of=served.regnet)
    served.start()
    expect(page.locator("#connection")).to_have_attribute("data-live", "true", timeout=20_000)
    expect(page.locator("[data-number=n] > span")).to_have_text(str(n + 1), timeout=10_000)
    explore.problems.clear()  # the browser logs each refused connection


def test_where_nothing_passes_a_card_names_the_last_change_and_undoes_it(explore):
    page = explore("?depth=3..4")
    before = page.inner_text("#passing")
    drag(page, "w0", 0, 1.0)
    page.locator('.constraint[data-column="group_width"] .chip').last.click()
    drag(page, "wa", 0, 0.98)
    expect(page.locator("#explore")).to_have_attribute("data-state", "nothing")
    card = page.locator("#edf-card")
    expect(card).to_contain_text("No network passes these constraints")
    expect(card).to_contain_text(re.compile("Slope|Group width|Initial width"))
    for _ in range(3):
        if committed(page) != {"depth": "3..4"}:
            page.keyboard.press("z")
    expect(page.locator("#passing")).to_have_text(before)
    expect(card).to_be_hidden()
    page.keyboard.press("r")
    assert committed(page) == {}


def test_the_keyboard_reaches_everything(explore):
    page = explore()
    page.keyboard.press("1")
    page.keyboard.press("ArrowRight")
    wait_for_commit(page, "depth")
    page.keyboard.press("p")
    expect(page.locator("[data-pin=A]")).to_be_visible()
    page.keyboard.press("z")
    assert committed(page) == {}
    page.keyboard.press("/")
    page.keyboard.type("slope")
    expect(page.locator('.constraint[data-column="depth"]')).to_be_hidden()
    expect(page.locator('.constraint[data-column="wa"]')).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator('.constraint[data-column="depth"]')).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_the_theme_follows_the_system_until_it_is_toggled(explore):
    page = explore()
    root = page.locator("html")
    attribute = "data-mantine-color-scheme"
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute(attribute, "dark")
    page.keyboard.press("d")
    expect(root).to_have_attribute(attribute, "light")
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(200)
    expect(root).to_have_attribute(attribute, "light")
    page.evaluate("localStorage.clear()")


def test_a_click_picks_the_nearest_network_and_a_row_picks_its_own(explore, served):
    page = explore()
    cell = rows(page).nth(2).locator("[col-id=id]")
    id = cell.inner_text()
    cell.click()
    expect(page.locator("#network")).to_be_visible()
    expect(page.locator("#explore")).to_have_attribute("data-picked", id)
    page.keyboard.press("Escape")
    expect(page.locator("#explore")).not_to_have_attribute("data-picked", id)


def test_fewer_than_twenty_networks_have_no_best_range(explore, served):
    page = explore("?depth=3..3")
    assert int(number(page, "n")) < 20
    passing = page.inner_text("#passing")
    expect(page.locator(".scatter-range").nth(0)).to_have_text("20 needed")
    said = f"20 needed, {number(page, 'n')} "
    expect(page.locator("#scatter-note")).to_contain_text(said)
    expect(page.locator("#widths-best")).to_contain_text(said)
    assert int(passing) >= int(number(page, "n"))
    assert number(page, "median").endswith("%")


def test_a_population_without_results_says_what_happens_next(explore, served):
    id = served.create("RegNetX · waiting", 5, seed=3)
    page = explore(f"?population={id}", state="waiting")
    card = page.locator("#edf-card")
    expect(card).to_contain_text("wait for a worker. Start one, then results appear")
    expect(page.locator("#passing")).to_have_text("5")
    with served.database.durable() as session:
        roster.report(session, "lab-1:7", "a processor", False, 1, ["digits"])
    expect(card).to_contain_text("One is there and has not taken the first one")
    served.comes_first(served.regnet)
    with served.database.durable() as session:
        claim = leases.claim(session, "train", "lab-1:7", 600)
        versions.raise_for(session, served.regnet)  # news, which here no broker brings
    expect(card).to_contain_text("Now “RegNetX · digits” is trained")
    with served.database.durable() as session:
        leases.release(session, claim)
        roster.leave(session, "lab-1:7")
    expect(card).to_contain_text("Start one")


@pytest.mark.parametrize("n", [1, 2, 19])
def test_a_few_networks_have_an_edf_but_no_best_and_worst(explore, served, n):
    errors = [10 + i for i in range(n)]
    # One network alone varies in nothing: no constraint, no plot against one.
    query = f"?population={served.measured(f'RegNetX · {n}', *errors)}"
    page = explore(query, panels=1 if n == 1 else 2)
    assert number(page, "n") == str(n)
    assert number(page, "best") == "10.00 %"
    noun = "network" if n == 1 else "networks"
    expect(page.locator("#widths-best")).to_contain_text(f"{n} {noun}, all")
    expect(page.locator("#widths-best")).to_contain_text(f"20 needed, {n} pass")
    expect(page.locator("#widths-worst")).to_be_empty()


def test_equal_errors_are_one_step_and_no_division_by_zero(explore, served):
    page = explore(f"?population={served.measured('RegNetX · equal', *[10.0] * 25)}&below=10.5")
    assert number(page, "median") == "10.00 %"
    assert number(page, "below") == "100.0 %"
    assert "NaN" not in page.inner_text("#explore")


def test_a_population_that_failed_says_why_and_where_to_read_more(explore, served):
    id = served.measured("RegNetX · failed", None, None, None)
    page = explore(f"?population={id}", state="failed")
    expect(page.locator("#edf-card")).to_contain_text("All 3 networks failed")
    expect(page.locator("#edf-card")).to_contain_text("out of memory 3")


def test_a_failed_fetch_says_so_and_can_be_tried_again(explore, served):
    page = explore()
    id = served.measured("RegNetX · unreachable", *range(10, 32))
    page.route("**/columns", lambda route: route.abort())
    explore(f"?population={id}", state="error")
    page.unroute("**/columns")
    page.locator("#edf-card button", has_text="Try again").click()
    wait_until_drawn(page)
    assert number(page, "n") == "22"
    explore.problems.clear()  # the browser logs the request that was cut off


def test_a_click_beside_a_dot_picks_that_network(explore, served):
    page = explore()
    best = ask(served, f"/populations/{served.regnet}/networks", limit=1)["items"][0]
    x, y = page.evaluate(
        """([wm, error]) => {
          const graph = document.querySelector("#scatter-frame .js-plotly-plot");
          const { xaxis4: x, yaxis4: y } = graph._fullLayout;
          const box = graph.getBoundingClientRect();
          return [box.x + x._offset + x.d2p(wm), box.y + y._offset + y.d2p(error)];
        }""",
        [best["columns"]["wm"], best["columns"]["error"]],
    )
    page.mouse.click(x + 1, y - 1)
    expect(page.locator("#explore")).to_have_attribute("data-picked", str(best["id"]))


# ------------------------------------------------------------------ widths of any set


def line_through(served, population, **constraints):
    """The least-squares line through the widths of all networks that pass, in words."""
    listed = ask(served, f"/populations/{population}/networks", limit=500, **constraints)
    networks = []
    for item in listed["items"]:
        at = item["columns"]
        stages = [(at[f"effective_width_{i}"], at[f"depth_{i}"]) for i in (1, 2, 3)]
        if item["columns"]["error"] is not None:
            networks.append([w for w, d in stages for _ in range(int(d))])
    return joint_line(networks)


def test_the_widths_of_a_few_networks_are_told_by_the_line_through_all_their_blocks(
    explore, served
):
    page = explore(f"?population={served.regnet}&depth=3..5&bottleneck_ratio=1")
    line = line_through(served, served.regnet, depth="3..5", bottleneck_ratio="1")
    assert 0 < int(number(page, "n")) < 20
    title = page.locator("#widths-best")
    expect(title).to_contain_text(str(line))
    expect(title).to_contain_text(f"e_fit {line.e_fit:.3f}")
    drag(page, "depth", 1, 1.0)  # and from twenty on the best stand over the worst
    wait_for_commit(page, "bottleneck_ratio")
    page.keyboard.press("r")
    expect(title).to_contain_text("12 best")
    expect(page.locator("#widths-worst")).to_contain_text("12 worst")
    expect(page.locator("#widths-worst")).to_contain_text("w_j = ")


def test_a_plot_without_a_best_range_says_how_many_networks_have_its_value(explore, served):
    page = explore(f"?population={served.anynet}")
    items = ask(served, f"/populations/{served.anynet}/networks", limit=500)["items"]
    have = sum(item["columns"]["group_width"] is not None for item in items)
    assert have < 20 < len(items)
    title = page.locator(".scatter-title", has=page.locator("b", has_text=re.compile("^g$")))
    expect(title.locator(".scatter-range")).to_have_text(f"20 needed, {have} have it")


def test_the_paper_s_constraints_are_a_chip_each_and_can_be_undone(explore, served):
    page = explore(f"?population={served.regnet}&against={served.anynet}")
    chips = page.locator("#paper .chip")
    expect(chips.nth(0)).to_have_attribute("aria-disabled", "true")  # depths end at 18
    chips.nth(1).click()
    chips.nth(2).click()
    assert committed(page) == {"bottleneck_ratio": "1", "wm": "2.25..2.75"}
    assert "wm=2.25..2.75" in page.url
    expect(chips.nth(2)).to_have_attribute("aria-pressed", "true")
    handle = page.locator('.constraint[data-column="wm"]')
    expect(handle).to_have_attribute("data-active", "true")
    expect(page.locator("#edf-note")).to_contain_text("not constrained")
    page.keyboard.press("z")
    assert committed(page) == {"bottleneck_ratio": "1"}
    chips.nth(1).click()
    assert committed(page) == {}


def test_axes_are_those_of_the_rival_that_is_shown_whatever_was_shown_before(explore, served):
    spread = np.linspace(4, 34, 30)
    other = served.measured("AnyNetX_A · a little worse", *spread)
    near = served.measured("AnyNetX_A · nearly as good", *(spread * 0.97))

    def axis(page):
        return page.evaluate(
            """document.querySelector("#edf-frame .js-plotly-plot")._fullLayout.xaxis.range"""
        )

    page = explore(f"?population={served.regnet}&against={near}")
    alone = axis(page)
    explore(f"?population={served.regnet}&against={other}")
    page.evaluate("(id) => dash_clientside.set_props('against', { value: id })", str(near))
    page.wait_for_url(f"**against={near}*")
    page.wait_for_function(
        """(wanted) => JSON.stringify(document.querySelector("#edf-frame .js-plotly-plot")
          ._fullLayout.xaxis.range) === JSON.stringify(wanted)""",
        arg=alone,
    )


# ------------------------------------------------------------------ links that ask too much


MORE_NOT_DONE = [
    ("flops=..400K", '"400K" is not a number'),
    ("depth=5-8", '"5-8" is not a number'),
    ("depth=abc", '"abc" is not a number'),
    ("latency=..3", "has no latency"),
    ("below=x", "below=x is not a number"),
    ("sort=nonsense", "has no such column"),
]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("depth=..8.", '"8." is not a number'),
        ("depth=8..5", "the range is reversed"),
        ("depth=3..9&depth=4..5", "one constraint a column"),
        ("Depth=..8", "has no Depth (did you mean depth?)"),
        ("pin=depth=5-8", "A pinned set is left out"),
        ("best=-3", "best=-3 is not a whole number"),
        ("columns=depth,nonsense", "has no nonsense"),
        *(pytest.param(*more, marks=pytest.mark.long) for more in MORE_NOT_DONE),
    ],
)
def test_what_a_link_asks_for_and_is_not_done_is_said_and_does_not_look_done(
    explore, served, asked, said
):
    page = explore(f"?population={served.regnet}&{asked}")
    notes = page.locator("#explore-notes")
    expect(notes).to_contain_text(said)
    name, _, text = asked.partition("&")[0].partition("=")
    if name in ("depth", "flops", "Depth", "latency"):
        expect(notes).to_contain_text(f"{name}={text}")
        assert page.inner_text("#passing") == str(RESULTS + PENDING)
        assert "Current" not in page.inner_text("#edf-legend")
        assert page.locator('.constraint[data-active="true"]').count() == 0
        assert f"{name}={text}" in page.url  # it stays in the link until it is closed
    notes.locator("button").first.click()
    expect(notes).to_be_hidden()
    assert text not in page.url


def test_what_a_link_says_twice_counts_once_and_is_said(explore, served):
    page = explore(f"?population={served.regnet}&best=24&best=12&sort=wa&sort=wm")
    notes = page.locator("#explore-notes p")
    expect(notes).to_have_count(2)
    expect(notes.nth(0)).to_contain_text("best is given 2 times: the first one counts")
    expect(page.locator("#widths-k [data-k='24']")).to_have_attribute("aria-pressed", "true")


def test_what_a_link_asks_for_is_told_in_a_line_that_can_be_read(explore, served):
    page = explore(f"?population={served.regnet}&depth={'x' * 4_000}&wm=%E2%80%AE8")
    notes = page.locator("#explore-notes p")
    expect(notes).to_have_count(2)
    expect(notes.nth(0)).to_contain_text("depth=xxx")
    expect(notes.nth(1)).to_contain_text("wm=\\u202e8")
    assert all(len(text) < 320 for text in notes.all_inner_texts())


def test_a_constraint_that_only_the_other_population_takes_is_said(explore, served):
    page = explore(f"?population={served.anynet}&against={served.regnet}&wm=2..2.5")
    notes = page.locator("#explore-notes")
    expect(notes).to_contain_text("wm=2..2.5 is not applied: AnyNetX_A · digits has no wm")
    expect(notes).to_contain_text("RegNetX · digits has, and is constrained")
    edf = ask(served, f"/populations/{served.regnet}/edf", wm="2..2.5")
    expect(page.locator("#edf-legend")).to_contain_text(str(edf["selection"]["n"]))


def test_what_a_link_selects_or_pins_by_columns_that_are_not_there_is_said(explore, served):
    page = explore(
        f"?population={served.regnet}&select=depth=5..8;wings=2&lasso=claws,wa;1,2;3,4;5,9"
        "&pin=wings=2"
    )
    notes = page.locator("#explore-notes")
    expect(notes).to_contain_text("Nothing is selected: RegNetX · digits has no wings, claws")
    expect(notes).to_contain_text(
        "Set A: wings=2 is not applied: RegNetX · digits has no wings"
    )
    page.locator("#explore-notes p", has_text="Nothing is selected").locator("button").click()
    expect(page.locator("#selection")).to_be_hidden()
    page.locator("#explore-notes p", has_text="Set A").locator("button").click()
    expect(page.locator("#explore-notes p")).to_have_count(0)
    assert "wings" not in page.url


def test_a_link_of_more_than_the_page_shows_says_what_counts(explore, served):
    pins = "".join(f"&pin=depth={depth}..9" for depth in range(3, 8))
    axes = ",".join(f"{turned}{name}" for turned in ("", "-") for name in "abcdefg")
    id = served.regnet
    page = explore(f"?population={id}&against={id}{pins}&axes={axes}")
    notes = page.locator("#explore-notes")
    expect(notes).to_contain_text("5 pinned sets: the first 3 count")
    expect(notes).to_contain_text("14 axes: the first 12 count")
    expect(notes).to_contain_text(f"against={id} is the population itself")


def test_a_link_to_a_population_that_is_not_there_says_which_one_is_shown(explore, served):
    page = explore()
    follow(page, "?population=99999&against=88888")  # the one that is shown may have no result
    notes = page.locator("#explore-notes")
    expect(notes).to_contain_text("There is no population 99999; this is ")
    expect(notes).to_contain_text("There is no population 88888")


@pytest.mark.long
def test_a_link_holds_the_open_network_the_order_of_the_table_and_the_plotted_columns(
    explore, served, window
):
    page = explore(f"?population={served.regnet}")
    page.locator(".ag-header-cell[col-id=wa]").click()
    page.locator(".scatter-title").nth(0).locator("select").select_option("e_fit")
    page.locator("#widths-k [data-k='24']").click()
    row = rows(page).nth(1).locator("[col-id=id]")
    id = row.inner_text()
    row.click()
    expect(page.locator("#network-title")).to_contain_text(f"Network {id}")
    link = page.url
    for part in (f"network={id}", "sort=wa", "columns=e_fit,", "best=24"):
        assert part in link
    other = window.new_page()
    other.goto(link)
    wait_until_drawn(other)
    expect(other.locator("#network-title")).to_contain_text(f"Network {id}")
    expect(other.locator(".ag-header-cell[col-id=wa]")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(other.locator(".scatter-title b").nth(0)).to_have_text("e_fit")
    assert other.url == link
    other.close()


# ------------------------------------------------------------------ keyboard, sliders, numbers


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_key_opens_the_network_of_a_row_and_the_focus_goes_in_and_back(explore, key):
    page = explore()
    page.evaluate(
        """async () => {
          const { href } = document.querySelector("link[href$='/explore/table.mjs']");
          (await import(href)).focus();
        }"""
    )
    page.keyboard.press("ArrowDown")  # from wherever the focus was last
    row = "document.activeElement.closest('.ag-row')"
    id = page.evaluate(f"{row}.querySelector('[col-id=id]').innerText")
    page.keyboard.press(key)
    expect(page.locator("#network-title")).to_contain_text(f"Network {id}")
    expect(page.locator("#network-close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#network")).to_be_hidden()
    page.wait_for_function("() => document.activeElement.closest('#networks .ag-row')")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('col-id')") == "id"


def test_handles_stand_over_their_values_and_bars_do_not_depend_on_the_networks_ranks(
    explore, served
):
    page = explore()
    drag(page, "flops", 0, 0.5)
    wait_for_commit(page, "flops")
    asked = float(committed(page)["flops"].removesuffix(".."))
    listed = ask(served, f"/populations/{served.regnet}/networks", limit=500)["items"]
    flops = [item["columns"]["flops"] for item in listed]
    middle = np.sqrt(min(flops) * max(flops))  # of an axis that is logarithmic
    assert asked == pytest.approx(middle, rel=0.02)
    page.keyboard.press("r")


def test_a_difference_of_fewer_than_ten_networks_has_no_colour(explore, served):
    one = served.measured("RegNetX · one", 5.0)
    other = served.measured("AnyNetX_A · one", 25.0)
    page = explore(f"?population={one}&against={other}", panels=1)
    small = page.locator("[data-number=median] small")
    expect(small).to_contain_text("v AnyNetX_A")
    assert small.get_attribute("data-sign") != "better"


def test_explore_asks_for_workers_only_while_it_is_looked_at(explore, served):
    id = served.create("RegNetX · waits", 3, seed=78, training_seed=78)
    page = explore(f"?population={id}", state="waiting", panels=0)
    with page.expect_request("**/workers", timeout=10_000):
        pass  # it goes on asking who could train them
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("dash_clientside.set_props('location', {pathname: '/app/new', search: ''})")
    expect(page.locator("#new-form")).to_be_visible()
    page.wait_for_timeout(6000)  # a look is taken every 5 s
    assert [url for url in asked if "/workers" in url] == []
    with page.expect_request("**/workers", timeout=10_000):
        page.evaluate(f"""dash_clientside.set_props('location',
          {{pathname: '/app/', search: '?population={id}'}})""")


def test_networks_that_somebody_cancelled_are_not_called_failed(explore, served):
    id = served.create("RegNetX · cancelled", 3, seed=77, training_seed=77)
    schedule.cancel(served.database, id)
    page = explore(f"?population={id}", state="failed")
    expect(page.locator("#edf-card")).to_contain_text("All 3 networks were cancelled")
    expect(rows(page).nth(0).locator("[col-id=error]")).to_have_text("cancelled")


def test_what_is_clicked_right_after_a_link_is_not_taken_back(explore, served):
    page = explore()
    listed, slow = "**/api/v1/populations", []
    page.route(listed, lambda route: slow.append(route))
    follow(page, f"?population={served.regnet}&against={served.anynet}&wm=..2.5")
    page.locator("#paper .chip", has_text="b = 1").click()
    wait_for_commit(page, "bottleneck_ratio")
    with page.expect_response(listed):
        page.unroute(listed)  # which lets go of those that wait
    page.wait_for_timeout(300)
    assert committed(page) == {"wm": "..2.5", "bottleneck_ratio": "1"}
    assert "bottleneck_ratio=1" in page.url


def test_a_row_that_is_clicked_as_soon_as_a_link_is_followed_stays_picked(explore, served):
    page = explore()
    picked = page.evaluate(
        """async (query) => {
          const row = document.querySelector("#networks .ag-row[row-index='2']");
          history.pushState({}, "", query);
          dispatchEvent(new PopStateEvent("popstate"));
          await new Promise((later) => setTimeout(later));
          for (const type of ["pointerdown", "pointerup"]) {
            row.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0 }));
          }
          return row.getAttribute("row-id");
        }""",
        f"?below=12.50&population={served.regnet}",  # written anew as the page writes it
    )
    page.wait_for_timeout(500)
    expect(page.locator("#explore")).to_have_attribute("data-picked", picked)
    asked = dict(parse_qsl(urlsplit(page.url).query))
    assert asked == {"population": str(served.regnet), "below": "12.5", "network": picked}


def test_a_row_that_is_drawn_anew_under_the_hand_is_picked(explore, served):
    page = explore()
    first = rows(page).nth(0)
    id = first.get_attribute("row-id")
    first.hover()
    page.mouse.down()
    page.evaluate("dash_ag_grid.getApi('networks').redrawRows()")  # as new columns do
    page.mouse.up()
    expect(page.locator("#explore")).to_have_attribute("data-picked", id)
    expect(page.locator("#network")).to_be_visible()


# ------------------------------------------------------------------ what was inherited


def test_inherited_networks_stand_apart_and_new_ones_alone_are_one_click(explore, served):
    parent = served.measured("RegNetX · parent", *np.linspace(5, 29, 25))
    id = served.create(
        "RegNetX · heir", 50, seed=77, training_seed=served.seeds[-1], inherits=parent
    )
    served.record(*np.linspace(10, 34, 25), of=id)
    page = explore(f"?population={id}&against={parent}")
    expect(page.locator("#inherited-said")).to_have_text("○ 25 inherited, ● 25 new")
    expect(page.locator("#scatter-note")).to_contain_text("○ inherited")
    first = rows(page).nth(0)
    expect(first).to_have_class(re.compile(r"\binherited\b"))
    assert number(page, "best") == "5.00 %"

    page.locator("#new-only").click()
    wait_for_commit(page, "ordinal")
    expect(page.locator("#passing")).to_have_text("25")
    expect(page.locator("[data-number=best] > span")).to_have_text("10.00 %")
    expect(first).not_to_have_class(re.compile(r"\binherited\b"))
    edf = ask(served, f"/populations/{id}/edf", ordinal=committed(page)["ordinal"])
    assert (edf["selection"]["n"], edf["best"]) == (25, 10)
    listed = ask(served, f"/populations/{id}/networks", ordinal="25..", limit=50)
    assert min(item["ordinal"] for item in listed["items"]) == 25
    # The parent has an order of its own: all of its networks stay.
    legend = page.locator("#edf-legend span", has_text="parent").locator("b")
    expect(legend.first).to_have_text("25")
    page.locator("#new-only").click()
    expect(page.locator("#passing")).to_have_text("50")

    explore(f"?population={parent}")
    expect(page.locator("#inherited")).to_be_hidden()
