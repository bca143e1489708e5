"""Figures leave by the menus on their cards: files as wide as a column of a journal, with the
numbers that they draw, under the page's policy."""

import re
import struct
from pathlib import Path

import chromium
import numpy as np
import priced
import pytest
from axes import found_in_both_themes
from playwright.sync_api import expect
from served import Served, problems_of

import netspace_client
from dashboard.figures.paper import COLUMNS

pytestmark = pytest.mark.browser

READY = "#explore[data-state=ready][data-drawn] #networks .ag-row"
DRAWN = "#explore[data-state=ready][data-drawn] .axis-head"
MATTERS = "#explore[data-state=ready] #matters-bars[aria-busy=false] > *"
VIEWS = {
    "edf": ("?population=1&against=2&depth=3..8", READY),
    "scatters": ("?population=1&depth=3..8", READY),
    "widths": ("?population=1", READY),
    "parallel": (
        "?population=1&depth=3..8&axes=depth,-wa,flops,error&select=error=..15",
        DRAWN,
    ),
    "matters": ("?population=1&gamma=0.33", MATTERS),
    "trends-ranges": ("trends?side=3&bins=3", "#trends-verdicts-text tbody tr"),
    "speed-times": ("speed?population=3", "#speed-fits-text .statement"),
    "compare-edf": ("compare?side=1&side=2", ".verdict"),
    "compare-matched": ("compare?side=1&side=2", ".verdict"),
    "compare-decided": ("compare?side=1&side=2", ".verdict"),
    "compare-efficiency": ("compare?side=1&side=2", ".verdict"),
    "network-widths": ("?population=1&network=1", "#network[data-state=shown]"),
}
"""A figure's name, the address of a page that shows it, and what is there then."""
QUICK = ["edf", "parallel", "matters", "network-widths", "compare-matched"]
"""Of Explore, of the drawer, and of Compare."""
BELOW = ["edf", "parallel", "matters"]
"""At the top of the page, at its foot, and below the constraints."""


def long(name):
    return pytest.param(name, marks=pytest.mark.long)


MORE = [long(name) for name in VIEWS if name not in QUICK]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    served = Served(folder / "netspace.db")
    served.measured("one", *np.random.default_rng(0).uniform(5, 30, 40))
    served.measured("another", *np.random.default_rng(1).uniform(8, 40, 40))
    served.start()
    with netspace_client.connect(served.url) as lab:
        lab.import_table("priced", priced.whole(100))
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/?population=1")
        page.locator(READY).first.wait_for(timeout=60_000)
        yield page


@pytest.fixture
def page(opened):
    """One page for all tests, in which no script fails."""
    problems = problems_of(opened)
    yield opened
    assert [one for one in problems if "ERR_FAILED" not in one] == []


def shown(page, served, name):
    """The menu of a figure on a page that shows it, open."""
    path, there = VIEWS[name]
    if page.url != f"{served.url}/app/{path}":
        page.goto(f"{served.url}/app/{path}")
    page.locator(there).first.wait_for(timeout=60_000)
    page.evaluate("() => document.querySelectorAll('.menu').forEach((one) => one.open = false)")
    menu = page.locator(f".figure-menu[data-figure={name}]")
    menu.locator("summary").click()
    return menu


def saved(page, menu, format, width="one"):
    """The name and the bytes of the file."""
    menu.locator(f"[data-width={width}]").click()
    with page.expect_download(timeout=60_000) as download:
        menu.locator(f"[data-format={format}]").click()
    expect(menu.locator(".figure-said")).to_contain_text("saved")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("name", QUICK + MORE)
def test_every_figure_is_saved_as_wide_as_a_column_with_title_n_and_date(page, served, name):
    called, file = saved(page, shown(page, served, name), "svg")
    text = file.decode()
    assert called.endswith("-89mm.svg")
    assert re.match(r'<svg[^>]* width="89mm" height="[\d.]+mm"', text)
    plain = re.sub(r"<[^>]+>", " ", text)
    assert re.search(r"\d{4}-\d\d-\d\d · netspace · ", plain)
    assert "n = " in plain or name.startswith("network")
    assert not re.search(r"<image|href=|<script|foreignObject", text)


@pytest.mark.parametrize("width", ["one", long("two")])
def test_a_png_has_600_dots_an_inch_of_its_column(page, served, width):
    _, file = saved(page, shown(page, served, "edf"), "png", width)
    pixels, _ = struct.unpack(">II", file[16:24])
    assert file.startswith(b"\x89PNG")
    assert pixels == pytest.approx(COLUMNS[width].mm / 25.4 * 600, abs=4)


@pytest.mark.parametrize("name", ["scatters", "parallel", long("compare-edf")])
def test_a_pdf_is_one_page_of_that_size_whose_text_is_text(page, served, name):
    called, file = saved(page, shown(page, served, name), "pdf", "two")
    assert called.endswith("-183mm.pdf")
    assert file.startswith(b"%PDF-")
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", file)
    assert float(box[1]) == pytest.approx(183 / 25.4 * 72, abs=0.1)
    assert b"Roboto" in file
    assert b"/ToUnicode" in file
    assert b"/Subtype /Image" not in file


@pytest.mark.long
def test_the_numbers_are_rest_s_where_it_has_them(page, served):
    """Three curves are the figure's own; the table of all networks is REST's."""
    _, file = saved(page, shown(page, served, "scatters"), "csv")
    path = f"{served.url}/api/v1/populations/1/networks.csv?depth=3..8"
    assert file == page.request.get(path).body()
    _, file = saved(page, shown(page, served, "edf"), "csv")
    head, *rows = file.decode().splitlines()
    assert head == "panel,series,x,y,x_axis,y_axis"
    assert {row.split(",")[1].strip('"')[:3] for row in rows} >= {"one", "ano"}


def test_what_is_not_saved_is_said_where_it_was_asked_for(page, served):
    menu = shown(page, served, "edf")
    page.route("**/app/figures/**", lambda route: route.abort())
    menu.locator("[data-format=svg]").click()
    expect(menu.locator(".figure-said")).to_have_text("the server cannot be reached")
    page.unroute("**/app/figures/**")


@pytest.mark.parametrize("name", BELOW)
def test_the_menu_is_reached_and_left_by_the_keyboard(page, served, name):
    menu = shown(page, served, name)
    menu.locator("[data-format=csv]").focus()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(menu.locator("[data-width=one]")).to_be_focused()


@pytest.mark.parametrize("name", BELOW)
def test_axe_finds_nothing_in_an_open_menu_in_either_theme(page, served, name):
    shown(page, served, name)
    assert found_in_both_themes(page) == []


ON_EXPLORE = ["edf", "parallel", "matters", *map(long, ["scatters", "widths"])]


@pytest.mark.parametrize("name", ON_EXPLORE)
def test_a_menu_lies_on_a_small_screen(page, served, name):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{served.url}/app/{VIEWS[name][0]}")
    if name == "matters":
        page.locator("#open-constraints").click()
    menu = shown(page, served, name)
    box = menu.locator(".popover").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.set_viewport_size(chromium.SIZE)
