"""Pages on paper: light, without what they are asked by, under a head that says what, when and
where, with cards in one piece."""

import re

import pytest
from playwright.sync_api import expect
from views import FULL, full  # noqa: F401  # the fixture

pytestmark = pytest.mark.browser

CONTROLS = ".header, .strip, .study-form, #compare-question, .figure-menu, .constraint, .button"
SHEET = 186 / 25.4 * 96  # CSS pixels of A4 without its margins

CUT = """() => [...document.querySelectorAll(".print-cell")]
  .filter((one) => one.checkVisibility())
  .map((one) => one.getBoundingClientRect().width)"""
"""How wide each plot of several on one frame is on the sheet."""
FITTED = """() => [...document.querySelectorAll(".js-plotly-plot")]
  .filter((plot) => plot.checkVisibility() && plot.querySelector("svg"))
  .every((plot) => Math.abs(plot.querySelector("svg").clientWidth - plot.clientWidth) < 2)"""
"""Axes are as wide as their place."""


@pytest.fixture(scope="module")
def opened(windows, full):  # noqa: F811  # the fixture
    with windows.lent(full) as window:
        yield window.new_page()


@pytest.mark.parametrize("view", ["Explore", "Compare", "Trends", "Speed"])
def test_a_page_prints_on_a4_light_and_without_controls(opened, full, view):  # noqa: F811
    page, (path, there) = opened, FULL[view]
    page.emulate_media(color_scheme="dark")
    page.goto(f"{full.url}/app/{path}")
    page.locator(there).first.wait_for(timeout=60_000)
    sheets = page.pdf(prefer_css_page_size=True, print_background=True)
    assert 1 <= len(re.findall(rb"/Type /Page\b", sheets)) <= 6
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheets)
    assert [float(side) for side in box.groups()] == pytest.approx([595, 842], abs=1)

    expect(page.locator(".print-head")).to_have_count(0)  # gone with the sheet
    page.set_viewport_size({"width": round(SHEET), "height": 1000})
    page.wait_for_function(FITTED)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    shown = page.locator(".print-head:visible")
    expect(shown).to_contain_text(f"netspace · {view}")
    expect(shown).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"))
    expect(shown).to_contain_text(page.url.split("?")[0])
    if view == "Explore":
        expect(shown).to_contain_text("depth = 3..8")
        expect(shown).to_contain_text("networks pass; judged by")
    assert page.locator(CONTROLS).locator("visible=true").count() == 0
    colours = page.evaluate(
        """() => [getComputedStyle(document.body).backgroundColor,
          ...[...document.querySelectorAll(".card")].filter((card) => card.checkVisibility())
            .map((card) => getComputedStyle(card).breakInside)]"""
    )
    assert colours[0] == "rgb(255, 255, 255)"
    whole = view in ("Explore", "Compare")  # of Trends and Speed each plot is in one piece
    assert set(colours[1:]) <= ({"avoid"} if whole else {"avoid", "auto"})
    for wide in page.evaluate(CUT):
        assert SHEET / 3 < wide < SHEET
    assert bool(page.evaluate(CUT)) is not whole
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= SHEET + 1
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".print-cell, .print-copy")).to_have_count(0)
    page.emulate_media(media="null", color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
