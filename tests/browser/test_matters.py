"""What matters, on Explore in a real Chromium: over a table whose truth is known, two columns
tell the best and one tells nothing."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axes import found_in_both_themes
from playwright.sync_api import expect
from served import Served, problems_of

import netspace_client

pytestmark = pytest.mark.browser

ASKED = "**/importance?*"


def networks(n=400):
    """Errors follow the depth, less so wm, and not at all group_width."""
    rng = np.random.default_rng(0)
    depth, wm = rng.integers(4, 64, n), rng.uniform(1, 4, n)
    error = 20 + 6 * np.log2(depth / 16) ** 2 + 4 * (wm - 2.5) ** 2 + rng.gamma(2, 0.5, n)
    group = rng.choice([8, 16, 32], n)
    return pd.DataFrame({"error": error, "depth": depth, "wm": wm, "group_width": group})


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("matters") / "netspace.db")
    served.measured("few", *range(10, 40))
    served.start()
    with netspace_client.connect(served.url) as lab:
        served.table = lab.import_table("known", networks()).id
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/?population={served.table}")
        yield page


@pytest.fixture
def page(opened, served):
    """Explore with the table, no constraints, the panel open; no script fails."""
    problems = problems_of(opened)
    shown(opened, served.table)
    opened.evaluate("document.getElementById('matters').open = true")
    answered(opened)
    yield opened
    assert problems == []


def shown(page, population):
    page.evaluate(
        """(query) => {
          history.pushState({}, "", query);
          dispatchEvent(new PopStateEvent("popstate"));
        }""",
        f"?population={population}",
    )
    page.locator("#explore[data-state=ready][data-drawn]").wait_for(timeout=60_000)


def answered(page):
    page.locator("#matters-bars[aria-busy=false] > *").first.wait_for(timeout=60_000)


def constrain(page, column, values):
    """Ask for the values of a choice by its chips, as a hand does."""
    for value in values:
        page.locator(f".constraint[data-column={column}] .chip", has_text=value).first.click()


def rest(page, served, query=""):
    path = f"/populations/{served.table}/importance?gamma=0.1{query}"
    return page.request.get(f"{served.url}/api/v1{path}").json()


def test_bars_stand_in_the_order_that_rest_says_and_what_tells_nothing_has_none(page, served):
    said = rest(page, served)["importances"]
    telling = [one["parameter"] for one in said if one["tells"]]
    assert telling == ["depth", "wm"]
    bars = page.locator(".matter")
    assert [bar.get_attribute("data-column") for bar in bars.all()] == telling
    share = said[0]["share"]
    told = [round(100 * share[name]) for name in ("estimate", "lower", "upper")]
    expect(bars.first.locator(".matter-said")).to_have_text("{} % [{}, {}]".format(*told))
    expect(page.locator(".matters-nothing [data-column=group_width]")).to_be_visible()
    expect(page.locator("#matters-note")).to_have_text("40 of n = 400")


def test_its_figure_has_the_same_bars_with_their_intervals_and_rest_s_numbers(page, served):
    said = rest(page, served)["importances"]
    path = f"{served.url}/app/figures/one/matters.json?population={served.table}&gamma=0.1"
    figure = page.request.get(path).json()["figure"]
    [bars] = figure["data"]
    shares = [one["share"] for one in said if one["tells"]][::-1]  # the largest at the top
    assert bars["y"] == ["width multiplier", "depth"]
    assert bars["x"] == pytest.approx([100 * one["estimate"] for one in shares])
    for way, end in ((1, "upper"), (-1, "lower")):
        far = bars["error_x"]["array" if way > 0 else "arrayminus"]
        ends = [x + way * more for x, more in zip(bars["x"], far, strict=True)]
        assert ends == pytest.approx([100 * one[end] for one in shares])
    assert "no more than chance: group width" in figure["layout"]["title"]["subtitle"]["text"]
    menu = page.locator(".figure-menu[data-figure=matters]")
    menu.locator("summary").click()
    with page.expect_download() as download:
        menu.locator("[data-format=csv]").click()
    page.keyboard.press("Escape")
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert [row["parameter"] for row in rows] == [one["parameter"] for one in said]
    for row, one in zip(rows, said, strict=True):
        assert float(row["share_upper"]) == one["share"]["upper"]
        assert (row["n"], row["gamma"]) == ("400", "0.1")


def test_a_bar_leads_to_its_parameter_s_control(page):
    page.locator(".matter[data-column=wm]").click()
    focused = "document.activeElement.closest('.constraint')?.dataset.column"
    assert page.evaluate(focused) == "wm"
    page.keyboard.press("ArrowRight")
    expect(page.locator(".constraint[data-column=wm]")).to_have_attribute("data-active", "true")
    page.locator(".constraint[data-column=wm] .constraint-reset").click()


def test_it_follows_the_constraints_and_the_share_of_the_best(page, served):
    constrain(page, "group_width", ["8"])
    n = rest(page, served, "&group_width=8")["selection"]["n"]
    assert n < 400
    expect(page.locator("#matters-note")).to_have_text(f"{round(n / 10)} of n = {n}")
    page.locator("#matters-gamma").select_option("0.2")
    expect(page.locator("#matters-note")).to_have_text(f"{round(n / 5)} of n = {n}")
    page.locator("#matters-gamma").select_option("0.1")
    page.locator("#reset").click()
    expect(page.locator("#matters-note")).to_have_text("40 of n = 400")


def test_the_share_of_the_best_stands_in_the_link_which_opens_the_panel_with_it(page, served):
    page.locator("#matters-gamma").select_option("0.2")
    expect(page.locator("#matters-note")).to_have_text("80 of n = 400")
    assert "gamma=0.2" in page.url
    constrain(page, "group_width", ["8"])
    page.locator("#undo").click()
    expect(page.locator("#matters-note")).to_have_text("80 of n = 400")
    assert "gamma=0.2" in page.url  # what is undone are constraints
    page.evaluate("document.getElementById('matters').open = false")
    shown(page, served.table)
    expect(page.locator("#matters-gamma")).to_have_value("0.1")
    page.go_back()
    expect(page.locator("#matters[open] #matters-gamma")).to_have_value("0.2")
    expect(page.locator("#matters-note")).to_have_text("80 of n = 400")
    page.locator("#matters-gamma").select_option("0.1")
    page.wait_for_function("!location.search.includes('gamma')")  # as any link without it
    expect(page.locator("#matters-note")).to_have_text("40 of n = 400")


def test_a_link_may_name_any_share_and_one_that_is_none_is_said(page, served):
    shown(page, f"{served.table}&gamma=0.15")
    expect(page.locator("#matters-gamma option:checked")).to_have_text("15 %")
    expect(page.locator("#matters-note")).to_have_text("60 of n = 400")
    shown(page, f"{served.table}&gamma=2")
    expect(page.locator("#explore-notes")).to_contain_text(
        "gamma=2 is not a share between 0 and 1"
    )
    expect(page.locator("#matters-note")).to_have_text("40 of n = 400")


def test_an_answer_that_is_older_than_the_question_is_not_shown(page, served):
    """The slow answer to the first constraint comes when the second has been asked for."""
    held, seen = [], []

    def hold(route):
        seen.append(route.request.url)
        if held or len(seen) > 1:
            route.continue_()
        else:
            held.append(route)

    page.route(ASKED, hold)
    with page.expect_request("**/importance?*group_width=8"):
        constrain(page, "group_width", ["8"])
    page.locator("#reset").click()
    expect(page.locator("#reset")).to_be_disabled()
    with page.expect_response("**/importance?gamma=0.1", timeout=20_000):
        held[0].continue_()
    expect(page.locator("#matters-note")).to_have_text("40 of n = 400")
    page.unroute(ASKED)
    assert len(seen) == 2


def test_nothing_is_asked_while_it_is_folded(page):
    page.evaluate("document.getElementById('matters').open = false")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    constrain(page, "group_width", ["16"])
    page.locator(".table-body").wait_for()
    page.locator("#reset").click()
    expect(page.locator("#reset")).to_be_disabled()
    constrain(page, "group_width", ["32"])
    with page.expect_request(ASKED) as request:
        page.evaluate("document.getElementById('matters').open = true")
    assert "group_width=32" in request.value.url
    assert len([url for url in asked if "/importance" in url]) == 1
    page.locator("#reset").click()


def test_too_few_networks_say_how_many_it_takes(page, served):
    shown(page, 1)
    expect(page.locator("#matters-bars")).to_contain_text(
        "needs 10 networks among the best, has 3"
    )


def test_axe_finds_nothing_in_the_open_panel_in_either_theme(page):
    assert found_in_both_themes(page) == []
