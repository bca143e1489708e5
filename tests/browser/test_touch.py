"""A finger on Explore's plots: it scrolls, until a tool is pressed; then it selects."""

import numpy as np
import pytest
from playwright.sync_api import expect
from served import Served, problems_of

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("touch") / "netspace.db")
    served.create("RegNetX · digits", 60)
    served.record(*np.random.default_rng(0).uniform(4, 30, 60).round(2))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def page(browser, served):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    problems = problems_of(page)
    page.goto(f"{served.url}/app/?population=1")
    page.locator("#explore[data-state=ready][data-drawn]").wait_for(timeout=60_000)
    page.wait_for_function(
        """() => ["scatter", "edf"].every((name) => document
          .querySelector(`#${name}-frame .js-plotly-plot`)?._fullLayout?.xaxis?._length)"""
    )
    yield page
    assert problems == []
    context.close()


@pytest.fixture
def finger(page):
    """Draws with one finger through points of the page, as the screen of a phone tells it."""
    session = page.context.new_cdp_session(page)

    def send(kind, *points):
        given = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    def draw(*points):
        send("touchStart", points[0])
        for (ax, ay), (bx, by) in zip(points, points[1:], strict=False):
            for i in range(1, 9):
                send("touchMove", (ax + (bx - ax) * i / 8, ay + (by - ay) * i / 8))
        send("touchEnd")

    yield draw
    session.detach()


def plot(page, frame):
    """The first plot of a frame, in the middle of the screen: (share, share) to its points."""
    page.locator(f"#{frame}-frame").evaluate("it => it.scrollIntoView({block: 'center'})")
    x, y = page.evaluate(
        """(frame) => {
          const all = document.querySelector(`#${frame}-frame .js-plotly-plot`)._fullLayout;
          const { left, top } = document.querySelector(`#${frame}-frame-canvas`)
            .getBoundingClientRect();
          return [[left, all.xaxis], [top, all.yaxis]]
            .map(([from, { _offset, _length }]) => [from + _offset, _length]);
        }""",
        frame,
    )
    return lambda across, down: (x[0] + across * x[1], y[0] + down * y[1])


def scrolled(page):
    return page.locator("#explore-main").evaluate("it => it.scrollTop")


def selected(page):
    return page.locator("#selection")


def let_go(page):
    page.keyboard.press("Escape")
    expect(selected(page)).to_be_hidden()


def is_scrolled_by(page, finger):
    at = plot(page, "scatter")
    before = scrolled(page)
    finger(at(0.5, 0.9), at(0.5, -0.4))
    page.wait_for_function(
        "from => document.getElementById('explore-main').scrollTop > from + 20", arg=before
    )
    expect(selected(page)).to_be_hidden()


def test_a_finger_scrolls_over_plots_until_a_tool_is_pressed(page, finger):
    expect(page.locator("#explore [data-tool=box]")).to_have_attribute("aria-pressed", "false")
    is_scrolled_by(page, finger)


@pytest.mark.parametrize(
    ("tool", "corners"),
    [
        ("box", [(0.1, 0.05), (0.9, 0.95)]),
        ("lasso", [(0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95), (0.05, 0.05)]),
    ],
)
def test_with_a_tool_it_selects_and_nothing_scrolls(page, finger, tool, corners):
    page.locator(f"#explore [data-tool={tool}]").tap()
    expect(page.locator(f"#explore [data-tool={tool}]")).to_have_attribute(
        "aria-pressed", "true"
    )
    at = plot(page, "scatter")
    before = scrolled(page)
    finger(*(at(*corner) for corner in corners))
    expect(selected(page)).to_contain_text("selected")
    assert scrolled(page) == before
    let_go(page)


def test_it_selects_an_interval_of_the_edf_and_a_range_of_an_axis(page, finger):
    at = plot(page, "edf")
    finger(at(0.1, 0.5), at(0.6, 0.5))
    expect(page.locator("#selected-what")).to_contain_text("error")
    let_go(page)
    page.locator("#lower [data-lower=parallel]").tap()
    canvas = page.locator("#parallel-canvas")
    canvas.evaluate("it => it.scrollIntoView({block: 'center'})")
    page.locator("#parallel-heads .axis-head").first.wait_for()
    head = page.locator("#parallel-heads .axis-head").first.bounding_box()
    box = canvas.bounding_box()
    x, middle = head["x"] + head["width"] / 2, box["y"] + box["height"] / 2
    before = scrolled(page)
    finger((x, middle - 40), (x, middle + 40))
    expect(selected(page)).to_contain_text("selected")
    assert scrolled(page) == before
    let_go(page)
    names = page.locator("#parallel-heads .axis-name")
    first, second = names.all_inner_texts()[:2]
    to = names.nth(1).bounding_box()
    own = names.nth(0).bounding_box()
    x, y = own["x"] + own["width"] / 2, own["y"] + own["height"] / 2
    finger((x, y), (to["x"] + to["width"] / 2 + 20, y))
    expect(names.nth(0)).to_have_text(second)
    expect(names.nth(1)).to_have_text(first)
    page.locator("#lower [data-lower=table]").tap()


def test_a_tool_that_is_pressed_again_gives_scrolling_back(page, finger):
    box = page.locator("#explore [data-tool=box]")
    for pressed in ("true", "false"):
        box.tap()
        expect(box).to_have_attribute("aria-pressed", pressed)
    is_scrolled_by(page, finger)
