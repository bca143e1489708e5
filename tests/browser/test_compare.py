"""Compare in a real browser: sides, verdicts, the address, and populations that still train."""

import re
from urllib.parse import quote

import chromium
import numpy as np
import pytest
from playwright.sync_api import expect
from served import Served, problems_of

pytestmark = pytest.mark.browser

EASY = np.random.default_rng(0).gamma(4, 2, 24).round(2)
HARD = np.random.default_rng(1).gamma(4, 3.5, 24).round(2)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("compare") / "netspace.db")
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def two(served):
    """Two measured populations, the second one with the higher errors."""
    return served.measured("easy", *EASY), served.measured("hard", *HARD)


@pytest.fixture(scope="module")
def page(windows, served, two):
    """One page for all tests; loading it again would take most of their time."""
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/account")
        page.locator("#account-who h2").wait_for(timeout=60_000)
        yield page


@pytest.fixture
def go(page):
    """Goes to a page of ours; no script may fail while the test looks at it."""
    problems = problems_of(page)

    def go(path, query):
        page.evaluate("delete document.getElementById('explore')?.dataset.committed")
        if page.evaluate("location.search") == query:
            chromium.go(page, "account")
            page.locator("#account").wait_for()
        chromium.go(page, path, query)

    yield go
    assert problems == []


@pytest.fixture
def compare(page, go):
    """Opens a comparison: its verdicts, not those of the one before."""

    def open_comparison(query):
        before = page.query_selector(".verdict")
        go("compare", query)
        page.wait_for_function(
            "before => !before?.isConnected && document.querySelector('.verdict')",
            arg=before,
            timeout=30_000,
        )
        return page

    return open_comparison


def rest(page, served, path):
    return page.request.get(f"{served.url}/api/v1{path}").json()


def n_of(page, side):
    """Networks counted of a side, by the table of what is counted."""
    row = page.locator("#compare-sides-text tbody tr").nth(side)
    return int(row.locator("td").nth(2).inner_text())


def test_the_verdict_is_that_of_rest_and_every_plot_says_what_it_counts(compare, served, two):
    a, b = two
    page = compare(f"?side={a}&side={b}")
    [pair] = rest(page, served, f"/comparison?side={a}&side={b}")["pairs"]
    assert page.locator(".verdict b").inner_text() == pair["verdict"]
    assert "easy is better" in pair["verdict"]
    assert "easy, n = " in page.locator("#compare-edf-text").inner_text()
    assert "pointwise Clopper-Pearson 95 %" in page.locator("#compare-edf-note").inner_text()
    assert "matched on depth" in page.locator("#compare-matched-note").inner_text()
    assert page.locator("#compare-card-balance tbody tr").count() == 6


def test_without_a_question_two_populations_are_compared_and_the_address_says_which(
    page, served, two
):
    other = page.context.new_page()
    problems = problems_of(other)
    other.goto(f"{served.url}/app/compare")
    other.locator(".verdict").first.wait_for(timeout=30_000)
    assert re.search(r"\?side=\d+&side=\d+$", other.url)
    other.go_back()
    other.wait_for_timeout(300)
    assert "/app/compare" not in other.url  # one press of Back, not two
    assert problems == []
    other.close()
    page.bring_to_front()


def test_the_populations_are_listed_once_and_those_of_the_link_are_picked(
    compare, page, served, two
):
    chromium.go(page, "account")
    page.locator("#account").wait_for()
    for number in range(6):
        served.create(f"one more, {number}", 1, seed=900 + number, training_seed=900 + number)
    asked = []
    page.on("request", heard := lambda one: asked.append(one.url))
    a, b = two
    compare(f"?side={b};depth=..9&side={a}")
    page.wait_for_timeout(1000)  # the events of all of them have come
    page.remove_listener("request", heard)
    assert len([url for url in asked if url.endswith("/populations")]) == 1
    picked = page.locator("[data-side-population]").evaluate_all("all => all.map(s => s.value)")
    assert picked == [str(b), str(a)]


def test_a_switch_tests_on_the_second_half_of_the_launch_order(compare, served, two):
    a, b = two
    page = compare(f"?side={a};depth=3..&side={b}&match=flops")
    counted = [n_of(page, 0), n_of(page, 1)]
    page.get_by_label("counted of the launch order").select_option("second")
    page.wait_for_url("**&match=flops&half=second")
    expect(
        page.locator("#compare-sides-text tbody tr").nth(1).locator("td").nth(2)
    ).to_have_text("12", timeout=30_000)
    asked = f"/comparison?side={a};depth=3..&side={b}&half=second"
    n = [side["selection"]["n"] for side in rest(page, served, asked)["sides"]]
    assert [n_of(page, 0), n_of(page, 1)] == n != counted
    expect(page.locator("#compare-verdicts-text")).to_contain_text(
        "if no error that counts here"
    )
    page.get_by_label("counted of the launch order").select_option("first")
    page.get_by_role("link", name="test on the second").click()
    page.wait_for_url("**&half=second")
    page.get_by_label("counted of the launch order").select_option("")
    page.get_by_role("link", name="choose on the first half").wait_for(timeout=30_000)
    assert page.evaluate("location.search") == f"?side={a};depth=3..&side={b}&match=flops"


def test_a_side_is_changed_added_and_removed_and_the_address_is_the_question(
    compare, served, two
):
    a, b = two
    page = compare(f"?side={a}&side={b}")
    everything = n_of(page, 0)
    constraints = page.get_by_label("constraints of side 1")
    constraints.fill("depth=..6")
    constraints.press("Enter")
    page.wait_for_function("() => location.search.includes(';depth=')")
    page.wait_for_function(
        "n => Number(document.querySelector('#compare-sides-text tbody td:nth-child(3)')"
        ".innerText) < n",
        arg=everything,
    )
    page.keyboard.press("Escape")
    page.locator("[data-act=add]").click()
    page.wait_for_function("() => document.querySelectorAll('.verdict').length === 3")
    page.locator(".verdict").nth(2).click()
    page.wait_for_function("() => location.search.endsWith('pair=1,2')")
    page.get_by_label("remove side 3").click()
    page.wait_for_function("() => document.querySelectorAll('.verdict').length === 1")
    address = page.url
    said = page.locator(".verdict b").inner_text()
    page.goto("about:blank")
    page.goto(address)
    page.locator(".verdict").first.wait_for()
    assert page.locator(".verdict b").inner_text() == said


def test_back_shows_the_question_before_in_every_control(compare, served, two):
    page = compare("?side={}&side={}".format(*two))
    constraints = page.get_by_label("constraints of side 1")
    held = page.locator("[data-match=flops]")
    band = page.locator("[data-part=band]")
    before = (constraints.input_value(), held.is_checked(), band.input_value())
    constraints.fill("depth=..6")
    constraints.press("Enter")
    page.wait_for_function("() => location.search.includes(';depth=')")
    held.click()
    page.wait_for_function("() => location.search.includes('match=')")
    band.select_option(index=1)
    page.wait_for_function("() => location.search.includes('band=')")
    constraints.fill("wm=")  # and is not asked for
    for part in ("band=", "match=", ";depth="):
        page.go_back()
        page.wait_for_function("part => !location.search.includes(part)", arg=part)
    expect(constraints).to_have_value(before[0])
    assert (constraints.input_value(), held.is_checked(), band.input_value()) == before


def test_what_can_t_be_compared_is_said_and_nothing_else_is_shown(page, go, two):
    a, _ = two
    for query, words in (
        (f"?side={a}&side=99999", "no population 99999"),
        (f"?side={a}&side={a};nothing=3", "nothing"),
        (f"?side={a}&side={a};depth=9..4", "reversed"),
    ):
        go("compare", query)
        expect(page.locator("#compare-said")).to_contain_text(words, timeout=30_000)
        assert page.locator(".verdict").count() == 0


def test_new_results_arrive_while_a_constraint_is_being_typed(compare, served, two):
    a, _ = two
    training = served.create("training", 12, seed=77, training_seed=77)
    page = compare(f"?side={a}&side={training}")
    assert n_of(page, 1) == 0
    box = page.get_by_label("constraints of side 2")
    box.click()
    page.keyboard.type("dep")
    served.record(*[20.0 + i for i in range(12)], of=training)
    page.wait_for_function(
        "() => Number(document.querySelector('#compare-sides-text tbody tr:nth-child(2) "
        "td:nth-child(3)').innerText) === 12",
        timeout=60_000,
    )
    assert box.input_value() == "dep"
    assert page.evaluate("document.activeElement.dataset.sideConstraints") == "1"
    box.fill("")  # nothing is asked for when it is left


def test_two_populations_are_told_to_stop_when_decided_and_to_go_on(compare, served, two):
    a, b = two
    page = compare(f"?side={a}&side={b}")
    page.get_by_role("button", name="Stop both when decided").click()
    page.get_by_text("Both stop when it is decided.").wait_for()
    [watch] = rest(page, served, "/watches")["items"]
    assert (watch["a"], watch["b"], watch["outcome"]) == (str(a), str(b), None)
    page.get_by_role("button", name="Let them go on").click()
    page.get_by_role("button", name="Stop both when decided").wait_for()
    assert rest(page, served, "/watches")["items"] == []


@pytest.fixture
def redrawn(compare, two):
    """A comparison of three sides, its third verdict, and new results that draw it anew."""
    page = compare("?side={}&side={}&side={}".format(*two, two[0]))
    page.wait_for_function("() => document.querySelectorAll('.verdict').length === 3")
    verdict = page.locator(".verdict").nth(2)

    def redraw():
        old = verdict.element_handle()
        page.evaluate(
            "dash_clientside.set_props('compare-changed', { data: performance.now() })"
        )
        page.wait_for_function("old => !old.isConnected", arg=old)

    return page, verdict, redraw


def test_a_button_that_is_drawn_anew_under_the_hand_is_pressed_all_the_same(redrawn):
    page, verdict, redraw = redrawn
    verdict.hover()
    page.mouse.down()
    redraw()
    page.mouse.up()
    page.wait_for_function("() => location.search.endsWith('pair=1,2')")


def test_a_button_that_is_drawn_anew_keeps_the_focus(redrawn):
    page, verdict, redraw = redrawn
    verdict.focus()
    for _ in range(2):
        redraw()
        expect(verdict).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.endsWith('pair=1,2')")


def test_a_button_that_was_left_by_a_click_beside_it_does_not_take_the_focus_back(redrawn):
    page, verdict, redraw = redrawn
    verdict.focus()
    page.get_by_role("heading", name="Verdicts").click()
    redraw()
    page.wait_for_timeout(200)  # for what should not come
    expect(verdict).not_to_be_focused()


def test_explore_hands_its_constraint_sets_over(page, go, two):
    a, b = two
    pin = quote("depth=..5", safe="=.")
    go("", f"?population={a}&against={b}&depth=..8&pin={pin}")
    page.locator("#explore[data-committed]").wait_for()
    page.locator(".pin-row").first.wait_for()
    page.keyboard.press("c")
    page.wait_for_function(
        "() => document.querySelectorAll('.verdict').length === 3", timeout=30_000
    )
    wanted = f"?side={a};depth=..8&side={b};depth=..8&side={a};depth=..5"
    assert page.evaluate("location.search") == wanted


def test_a_pinned_set_keeps_its_colour_where_nothing_stands_against(page, go, two):
    [a, _] = two
    pins = [quote(f"depth={text}", safe="=.") for text in ("..5", "4..")]
    go("", f"?population={a}&depth=..8&pin={pins[0]}&pin={pins[1]}")
    page.locator("#explore[data-committed]").wait_for()
    expect(page.locator(".pin-row[data-pin]")).to_have_count(2)
    before = page.evaluate(
        """[...document.querySelectorAll(".pin-row[data-pin] .swatch")]
          .map((swatch) => getComputedStyle(swatch).color)"""
    )
    page.keyboard.press("c")
    page.wait_for_url("**&colours=0,2,3")
    sides = page.locator("#compare-question .swatch")
    for place, colour in enumerate(before, 1):
        expect(sides.nth(place)).to_have_css("color", colour)
    page.wait_for_function(
        """(reds) => {
          const plot = document.querySelector("#compare-edf .js-plotly-plot");
          const curves = plot?.data.filter((trace) => trace.line?.color).slice(1) ?? [];
          const drawn = curves.map((curve) => parseInt(curve.line.color.slice(1, 3), 16));
          return JSON.stringify(drawn) === JSON.stringify(reds);
        }""",
        arg=[int(re.search(r"\d+", colour)[0]) for colour in before],
    )
    # Another side takes the colour that is free, and one that leaves takes its own along.
    page.get_by_role("button", name="Add side").click()
    expect(sides).to_have_count(4)
    page.get_by_role("button", name="remove side 2").click()
    expect(sides).to_have_count(3)
    assert page.url.endswith("&colours=0,3,1")
