"""Colours by a column, and parallel coordinates: axes moved, turned over, brushed, linked."""

import csv
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import chromium
import numpy as np
import plotly.colors
import pytest
from axes import found_in_both_themes
from playwright.sync_api import expect
from served import Served

pytestmark = pytest.mark.browser

RESULTS, PENDING = 100, 5
ERRORS = np.random.default_rng(0).uniform(4, 30, RESULTS).round(2)
AXES = "&axes=depth,wa,-flops,error"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("served") / "netspace.db")
    served.regnet = served.create("RegNetX · digits", RESULTS + PENDING)
    served.record(*ERRORS)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        yield window.new_page()


@pytest.fixture
def explore(opened, served):
    """Shows Explore with a query; an error in the console fails the test."""
    problems = []

    def failed(error):
        problems.append(error.stack or str(error))

    opened.on("pageerror", failed)

    def explore(query=""):
        query = f"?population={served.regnet}{query}"
        if urlsplit(opened.url).path == "/app/":
            opened.evaluate(
                """(query) => {
                  delete document.getElementById("explore").dataset.committed;
                  history.pushState({}, "", query);
                  dispatchEvent(new PopStateEvent("popstate"));
                }""",
                query,
            )
        else:
            opened.goto(f"{served.url}/app/{query}")
        opened.wait_for_selector("#explore[data-committed][data-drawn]", timeout=60_000)
        opened.wait_for_selector("#colour-by option:nth-child(3)", state="attached")
        return opened

    yield explore
    opened.remove_listener("pageerror", failed)
    assert problems == []


def option(page, name):
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def wait_for(page, name, text):
    page.wait_for_function(
        "([name, text]) => (new URLSearchParams(location.search).get(name) ?? '') === text",
        arg=[name, text],
    )


def heads(page):
    """Columns of the axes, from left to right."""
    return page.locator(".axis-head").evaluate_all(
        """(heads) => heads.sort((a, b) => a.offsetLeft - b.offsetLeft)
          .map((one) => one.dataset.axis)"""
    )


def along(page, column, start, end, release=True):
    """Drag along an axis between two shares of its height, from the top."""
    box = page.locator("#parallel-canvas").bounding_box()
    head = page.locator(f".axis-head[data-axis={column}]").bounding_box()
    x = head["x"] + head["width"] / 2
    top, height = box["y"] + 8, box["height"] - 20  # ROOM of the axes
    page.mouse.move(x, top + start * height)
    page.mouse.down()
    for i in range(1, 6):
        page.mouse.move(x, top + (start + (end - start) * i / 5) * height)
    if release:
        page.mouse.up()


def count(page, selector):
    return int(page.inner_text(selector).split()[0].replace(",", ""))


def test_colours_are_viridis_without_the_end_that_the_page_hides(module):
    light, dark = module(
        "explore/plots/tint.mjs",
        "[[0, 1].map((t) => it.shade(t, 'light')), [0, 1].map((t) => it.shade(t, 'dark'))]",
    )
    published = [plotly.colors.hex_to_rgb(one) for one in plotly.colors.sequential.Viridis]
    assert tuple(light[0]) == published[0]
    assert tuple(dark[1]) == published[-1]
    assert luminance(light[1]) < 0.62  # on white
    assert luminance(dark[0]) > 0.06  # on nearly black
    steps = module(
        "explore/plots/tint.mjs",
        "Array.from({ length: 20 }, (_, i) => it.shade(i / 19, 'light'))",
    )
    assert np.all(np.diff([luminance(one) for one in steps]) > 0)


def luminance(colour):
    """Relative luminance of sRGB (WCAG 2.2)."""
    linear = [
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4
        for x in (channel / 255 for channel in colour)
    ]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_a_column_colours_the_networks_and_a_legend_says_its_range_and_unit(explore):
    page = explore()
    page.select_option("#colour-by", "flops")
    wait_for(page, "colour", "flops")
    legend = page.locator("#colour-legend")
    expect(legend).to_be_visible()
    expect(legend).to_contain_text("k multiply-adds, log")
    page.wait_for_function(  # a canvas that gets another size is empty for a frame
        """() => {
          const canvas = document.querySelector("#scatter-frame-canvas");
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          const seen = new Set();
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 200) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
          }
          return seen.size > 30;
        }"""
    )


def test_what_heads_of_cards_say_is_whole_at_every_width(explore):
    page = explore("&colour=flops&select=wa=8..16&pin=depth=5..8&pin=wa=8..16")
    expect(page.locator("#colour-legend")).to_be_visible()
    expect(page.locator(".legend-name")).to_have_count(3)
    cut = """() => [...document.querySelectorAll(".explore .card-head")].flatMap((head) => {
      const { left, right, bottom } = head.getBoundingClientRect();
      const said = [...head.querySelectorAll("#colour-legend, .note, button, select, a")];
      return said.filter((one) => one.checkVisibility()).filter((one) => {
        const box = one.getBoundingClientRect();
        const isClipped = getComputedStyle(one).overflowX !== "visible";
        return (isClipped && one.scrollWidth > one.clientWidth + 1)
          || box.left < left || box.right > right || box.bottom > bottom;
      }).map((one) => one.id || one.textContent);
    })"""
    for width in (390, 700, 1024, 1200, 1340, 1440, 1600, 1900, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, page.evaluate(cut)) == (width, [])
    page.set_viewport_size(chromium.SIZE)


def test_networks_without_a_value_are_grey_which_is_said(explore):
    page = explore("&colour=error")
    expect(page.locator("#colour-legend")).to_contain_text(f"grey: {PENDING} not measured")


def test_a_link_that_colours_by_a_column_that_is_not_there_says_so(explore):
    page = explore("&colour=wings&axes=depth,wings,wa")
    notes = page.locator("#explore-notes")
    expect(notes).to_contain_text("Not coloured: RegNetX · digits has no wings")
    expect(notes).to_contain_text("No axis: RegNetX · digits has no wings")
    assert heads(page) == ["depth", "wa"]


def test_a_link_restores_axes_and_the_table_comes_back(explore):
    page = explore(AXES)
    assert heads(page) == ["depth", "wa", "flops", "error"]
    expect(page.locator("#networks")).to_be_hidden()
    page.click("#lower [data-lower=table]")
    wait_for(page, "axes", "")
    expect(page.locator("#networks")).to_be_visible()


def test_axes_are_moved_turned_over_removed_and_added_by_keys_and_by_hand(explore):
    page = explore(AXES)
    page.locator(".axis-head[data-axis=wa] .axis-name").focus()
    page.keyboard.press("ArrowRight")
    wait_for(page, "axes", "depth,-flops,wa,error")
    page.keyboard.press("f")
    wait_for(page, "axes", "depth,-flops,-wa,error")
    page.keyboard.press("Delete")
    wait_for(page, "axes", "depth,-flops,error")
    page.select_option("#parallel-add", "wm")
    wait_for(page, "axes", "depth,-flops,error,wm")
    name = page.locator(".axis-head[data-axis=wm] .axis-name").bounding_box()
    first = page.locator(".axis-head[data-axis=depth]").bounding_box()
    page.mouse.move(name["x"] + 4, name["y"] + 8)
    page.mouse.down()
    page.mouse.move(first["x"] + 4, name["y"] + 8, steps=6)
    page.mouse.up()
    wait_for(page, "axes", "wm,depth,-flops,error")
    assert heads(page) == ["wm", "depth", "flops", "error"]


def test_ranges_of_several_axes_select_together_and_a_click_lets_go_of_one(explore):
    page = explore(AXES)
    along(page, "wa", 0.2, 0.9)
    page.wait_for_function("() => new URLSearchParams(location.search).has('select')")
    first = count(page, "#selected-count")
    along(page, "error", 0.5, 1.0)
    page.wait_for_function(
        "() => new URLSearchParams(location.search).get('select')?.includes('error')"
    )
    text = option(page, "select")
    ranges = dict(part.split("=") for part in text.split(";"))
    assert set(ranges) == {"wa", "error"}
    lo, hi = (float(end) for end in ranges["error"].split(".."))
    assert lo == pytest.approx(ERRORS.min(), abs=0.2)
    assert hi == pytest.approx((ERRORS.min() + ERRORS.max()) / 2, abs=0.3)
    assert 0 < count(page, "#selected-count") < first
    along(page, "wa", 0.05, 0.05)
    wait_for(page, "select", f"error={ranges['error']}")


def test_a_turned_axis_selects_the_values_that_stand_there(explore):
    page = explore(AXES)
    along(page, "flops", 0.0, 0.5)  # turned over: the least stand at the top
    page.wait_for_function("() => new URLSearchParams(location.search).has('select')")
    lo, hi = (float(end) for end in option(page, "select").split("=")[1].split(".."))
    least, most = page.evaluate(
        """async () => {
          const id = new URLSearchParams(location.search).get("population");
          const query = "limit=1000&columns=flops";
          const got = await fetch(`/api/v1/populations/${id}/networks?${query}`);
          const { items } = await got.json();
          const all = items.map(({ columns }) => columns.flops);
          return [Math.min(...all), Math.max(...all)];
        }"""
    )
    assert lo == pytest.approx(least, rel=0.01)
    assert hi == pytest.approx((least * most) ** 0.5, rel=0.03)  # a log axis


def test_an_open_range_lies_on_its_axis_where_the_selected_values_stand(explore):
    """Beside an axis a range is violet: blue without green."""
    page = explore(AXES + "&select=error=..12")
    expect(page.locator("#selected-count")).to_contain_text("selected")
    violet = """(share) => {
      const name = document.querySelector(".axis-head[data-axis=error]");
      const head = name.getBoundingClientRect();
      const canvas = document.querySelector("#parallel-canvas");
      const { left, width, height } = canvas.getBoundingClientRect();
      const ratio = canvas.width / width;
      const x = (head.left + head.width / 2 - left + 4) * ratio;
      const y = (8 + share * (height - 20)) * ratio; // ROOM of the axes
      const [, g, b, a] = canvas.getContext("2d").getImageData(x, y, 1, 1).data;
      return a > 0 && b - g > 40;
    }"""
    page.wait_for_function(violet, arg=0.95)
    assert [page.evaluate(violet, share) for share in (0.1, 0.5, 0.8)] == [False, False, True]


def test_a_box_in_a_scatter_is_a_range_of_its_axis(explore):
    page = explore(AXES + "&select=wa=8..16")
    page.wait_for_function(
        "() => document.querySelector('#selected-count').textContent.includes('selected')"
    )
    expect(page.locator("#parallel-box")).to_have_attribute(
        "aria-label",
        f"parallel coordinates of depth, slope, flops, error: "
        f"{RESULTS + PENDING} networks, {count(page, '#selected-count')} selected",
    )


def saved(page, format):
    """The name and the bytes of the figure's file."""
    menu = page.locator(".figure-menu[data-figure=parallel]")
    menu.locator("summary").click()
    with page.expect_download(timeout=60_000) as download:
        menu.locator(f"[data-format={format}]").click()
    expect(menu.locator(".figure-said")).to_contain_text("saved")
    page.keyboard.press("Escape")
    return download.value.suggested_filename, Path(download.value.path()).read_text()


@pytest.mark.parametrize(
    "selection",
    ["select=wa=8..16;error=..20", "lasso=wa:log,error;5,4;40,6;30,25;8,20;60,12;4,9"],
)
def test_its_figure_has_the_axes_and_the_selection_of_the_page(explore, selection):
    page = explore(f"{AXES}&{selection}")
    expect(page.locator("#selected-count")).to_contain_text("selected")
    called, text = saved(page, "csv")
    assert called.endswith("-parallel.csv")
    rows = list(csv.DictReader(text.splitlines()))
    named = ["id", "depth", "wa", "flops", "error", "selected", "drawn"]
    assert list(rows[0]) == named
    assert len(rows) == RESULTS + PENDING
    selected = sum(row["selected"] == "1" for row in rows)
    assert 0 < selected == count(page, "#selected-count")
    assert sum(row["error"] == "" for row in rows) == PENDING
    called, text = saved(page, "svg")
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert f"{RESULTS + PENDING} networks drawn, grey; {selected} selected, violet" in plain
    assert "a line stops where a value is not measured" in plain
    assert "log, turned over" in plain


def test_the_menu_of_its_figure_is_there_with_the_axes_alone(explore):
    page = explore(AXES)
    menu = page.locator(".figure-menu[data-figure=parallel]")
    expect(menu.locator("summary")).to_be_visible()
    page.click("#lower [data-lower=table]")
    expect(menu.locator("summary")).to_be_hidden()


@pytest.mark.long
def test_colours_axes_and_a_selection_break_no_rule_of_accessibility(explore):
    page = explore(AXES + "&colour=flops&select=wa=8..16")
    expect(page.locator("#colour-legend")).to_be_visible()
    assert found_in_both_themes(page) == []
    page.click("#lower [data-lower=table]")
    page.locator("#networks .ag-row.lit").first.wait_for()
    assert found_in_both_themes(page) == []
    page.keyboard.press("b")
    expect(page.locator("dialog[open]")).to_be_visible()
    assert found_in_both_themes(page) == []
    page.keyboard.press("Escape")
