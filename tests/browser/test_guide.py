"""The paper's claims in docs/guide.md: each one's clicks, on the studies that are shipped."""

import re

import pytest
from chromium import go
from places import ROOT
from playwright.sync_api import expect
from served import Served, problems_of

from netspace.settings import Settings
from netspace.studies import archive

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

GUIDE = (ROOT / "docs/guide.md").read_text()
SECTION = GUIDE.split("## The paper's claims, in three clicks")[1].split("\n## ")[0]
CLAIMS = dict(re.findall(r"^- \*\*(.+?)\.\*\* (.+)$", SECTION, re.M))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("guide") / "netspace.db")
    lines = archive.load_reference(served.database, Settings())
    assert len(lines) == 3
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/account")
        page.locator("#account-who h2").wait_for(timeout=30_000)
        yield page


@pytest.fixture
def page(opened):
    problems = problems_of(opened)
    yield opened
    assert problems == []


@pytest.fixture
def explore(page, served):
    """Explore with the study that a claim names, under no constraints."""
    every = page.request.get(f"{served.url}/api/v1/populations").json()["items"]

    def show(claim):
        name = re.match(r"\*(Study: .+?)\*:", CLAIMS[claim])[1]
        [id] = [one["id"] for one in every if one["name"].startswith(f"{name} (")]
        go(page, "account")
        page.locator("#account").wait_for()
        go(page, "", f"?population={id}")
        page.wait_for_function("() => location.pathname.endsWith('/app/')")
        expect(page.locator("input#population")).to_have_value(re.compile(re.escape(name)))
        page.locator("#explore[data-state=ready][data-drawn] .constraint").first.wait_for()
        return page

    return show


def compared(page, rival):
    """The verdict of the shown population against another one, after three clicks."""
    page.locator("#against").click()
    page.locator(".picker-option", has_text=f"Study: {rival} (").click()
    page.locator("#compare-link").click()
    curves = page.locator("#compare-edf-text")
    expect(curves).to_contain_text(f"{rival}, n = ", timeout=30_000)
    return page.locator(".verdict b").first


def shared_parameters_lose_nothing(page):
    expect(compared(page, "AnyNetX_A")).to_contain_text("Not decided")


def growing_stages_win(page):
    expect(compared(page, "AnyNetX_C")).to_contain_text("AnyNetX_E is better")


def the_line_wins(page):
    expect(compared(page, "AnyNetX_A")).to_contain_text("RegNetX is better")
    expect(page.locator("#compare-matched-text")).to_contain_text("equal covariates")


def one_value(column):
    def clicks(page):
        page.locator(f".constraint[data-column={column}] .chip", has_text="1").first.click()
        expect(page.locator("#edf-legend")).to_contain_text("All")
        expect(page.locator("#passing")).not_to_have_text("100")

    return clicks


def chips_narrow(page):
    before = 500
    for title in ("d ≈ 20", "b = 1", "wₘ ≈ 2.5"):
        page.get_by_role("button", name=title).click()
        page.wait_for_function(
            "n => Number(document.getElementById('passing').textContent) < n", arg=before
        )
        before = int(page.locator("#passing").inner_text())


def lines_are_fitted(page):
    page.locator("#colour-by").select_option("e_fit")
    page.locator("#widths-k [data-k='4']").click()
    expect(page.locator("#widths-best")).to_contain_text("4 best")
    expect(page.locator("#widths-worst")).to_contain_text("4 worst")
    expect(page.locator("#colour-legend")).to_be_visible()
    page.locator("#widths-k [data-k='12']").click()


def levels_are_added(page):
    page.locator("#trends-link").click()
    page.locator("#trends[data-state=answered]").wait_for()
    for n in (2, 3):
        page.get_by_role("button", name="Add level").click()
        page.wait_for_function("n => location.search.match(/side=/g).length === n", arg=n)
    verdicts = page.locator("#trends-verdicts-text")
    expect(verdicts.locator("tr[data-key=depth]")).to_contain_text("%", timeout=30_000)
    expect(verdicts.locator("tr[data-key=width_4]")).to_be_visible()


def models_predict(page):
    page.locator("#speed-link").click()
    expect(page.locator("#speed-fits-text .statement")).to_contain_text("predicts best")


def on_compare(card, text):
    def clicks(page):
        compared(page, "AnyNetX_A")
        expect(page.locator(f"#compare-card-{card}")).to_contain_text(text, timeout=30_000)

    return clicks


ALIKE = (
    "Widths and depths that grow are better (C to E)",
    "No depthwise convolution (g > 1)",
    "32 random RegNets find a good one",
    "A short training ranks networks",
)
"""Claims whose clicks are like those of another."""
CLICKS = {
    "Sharing b and g loses nothing (A to C)": shared_parameters_lose_nothing,
    "Widths and depths that grow are better (C to E)": growing_stages_win,
    "The linear law is better still (RegNetX)": the_line_wins,
    "b = 1, no bottleneck": one_value("bottleneck_ratio"),
    "No depthwise convolution (g > 1)": one_value("group_width"),
    "d about 20, b = 1, w_m about 2.5": chips_narrow,
    "Good networks' widths lie on a line": lines_are_fitted,
    "Depth stays and widths grow with flops": levels_are_added,
    "Activations tell time better than flops": models_predict,
    "32 random RegNets find a good one": on_compare("efficiency", "networks searched, k"),
    "A short training ranks networks": on_compare("stability", "epoch 4"),
    "About a hundred networks tell a space": on_compare("enough", "of 100"),
}
SAME = "32 random RegNets find a good one"
"""Whose clicks *the same clicks* are."""
QUICK = [claim for claim in CLICKS if claim not in ALIKE]
MORE = [pytest.param(claim, marks=pytest.mark.long) for claim in ALIKE]


def test_each_claim_of_the_guide_has_its_clicks_here():
    assert list(CLAIMS) == list(CLICKS)


@pytest.mark.parametrize("claim", QUICK + MORE)
def test_the_clicks_lead_to_what_the_guide_says(explore, claim):
    of = SAME if CLAIMS[claim].startswith("The same clicks") else claim
    CLICKS[claim](explore(of))
