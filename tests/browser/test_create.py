"""New population and the drawer of a network, in a real Chromium."""

import json
import re
from urllib.request import urlopen

import pytest
from chromium import go, rest
from playwright.sync_api import expect
from served import Served, problems_of
from sqlalchemy import update

from db.models import WorkerRow
from designspace.regimes import PRESETS as REGIMES
from designspace.spaces.presets import PRESETS
from services.defining import regimes, spaces
from services.work import roster

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A population whose first network failed, the second has a result, the others wait."""
    served = Served(tmp_path_factory.mktemp("served") / "netspace.db")
    served.old = served.create("old", 6)
    served.record(None, 7.25)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def page(windows, served):
    """One page for all tests; loading it again would take most of their time."""
    with windows.lent(served) as window:
        page = window.new_page()
        problems = problems_of(page)
        page.goto(f"{served.url}/app/new?space=1")
        expect(page.locator("#new-acceptance")).to_contain_text("candidates", timeout=60_000)
        yield page
    assert problems == []


@pytest.fixture
def new(page):
    """The form as it is on arrival, and its preview."""
    go(page, "new", "?space=1")
    expect(page.locator("#new-form")).to_be_visible()
    rest(page)
    page.locator("#new-flops").fill("100k..300k")
    page.locator("#new-seed").fill("1")
    expect(page.locator(".headline")).to_contain_text("accepted: 100 of 2,205")
    return page


def read(served, path):
    with urlopen(f"{served.url}/api/v1/{path}") as answer:
        return json.load(answer)


def shares(page):
    """Candidates by what became of them."""
    names, counts = (
        page.locator(f".causes .{part}").all_text_contents() for part in ("cause", "count")
    )
    return {n: int(c.replace(",", "")) for n, c in zip(names, counts, strict=True)}


def test_the_form_is_filled_in_and_its_preview_accounts_for_every_candidate(new):
    expect(new.locator("#new-flops")).to_have_value("100k..300k")
    expect(new.locator("#new-regime-facts")).to_contain_text("digits")
    expect(new.locator("#new-json")).to_have_value(re.compile('"family": "regnet"'))
    expect(new.locator("#new-edited")).to_be_hidden()
    found = shares(new)
    assert found["accepted"] == 100
    assert {
        "no network: stages, groups or paths don't fit",
        "flops outside their window",
    } <= set(found)
    expect(new.locator(".headline")).to_contain_text(f"of {sum(found.values()):,} candidates")
    expect(new.locator("#new-widths .scatterlayer .trace")).to_have_count(12)


def test_a_regime_whose_images_no_worker_has_says_so(new, served):
    told = new.locator("#new-regime-facts .warned")
    expect(told).to_have_count(0)
    with served.database.durable() as session:
        regimes.define(session, "fashion", REGIMES["fashion"])
        roster.report(session, "here:1", "a processor", False, 2, ["digits"])
    go(new, "")
    go(new, "new", "?space=1")
    new.locator("#new-regime").click()
    new.get_by_role("option", name="fashion · images not packed").click()
    expect(told).to_contain_text("No worker has its images")
    new.locator("#new-regime").click()
    new.get_by_role("option", name="digits", exact=True).click()
    expect(told).to_have_count(0)


@pytest.mark.parametrize("packed", ["digits", "fashion-14"])
def test_a_new_population_begins_with_a_regime_whose_images_a_worker_has(
    windows, tmp_path, packed
):
    fresh = Served(tmp_path / "netspace.db")
    with fresh.database.durable() as session:
        spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        for name in ("cifar10", "digits", "fashion-14"):
            regimes.define(session, name, REGIMES[name])
        roster.report(session, "here:1", "a processor", False, 2, [packed])
        later = WorkerRow.seen_at + 600_000  # ms; it is not silent before the page is there
        session.execute(update(WorkerRow).values(seen_at=later))
    fresh.start()
    with windows.lent(fresh) as window:
        page = window.new_page()
        page.goto(f"{fresh.url}/app/new")
        expect(page.locator("#new-regime")).to_have_value(packed, timeout=60_000)
        expect(page.locator("#new-regime-facts .warned")).to_have_count(0)
    fresh.close()


def test_a_wider_window_is_previewed_as_soon_as_it_is_written(new):
    before = shares(new)
    new.locator("#new-flops").fill("50k..600k")
    expect(new.locator(".headline")).not_to_contain_text(f"of {sum(before.values()):,} ")
    after = shares(new)
    assert after["accepted"] / sum(after.values()) > before["accepted"] / sum(before.values())


def test_a_wrong_window_is_told_at_its_field_and_mended(new):
    field = new.locator("#new-flops")
    field.fill("300k..100k")
    problem = new.locator(".mantine-InputWrapper-root", has=field)
    expect(problem).to_contain_text("'300k..100k': the range is reversed; a..b with a <= b")
    expect(new.locator("#new-acceptance")).to_contain_text("Mend what is marked")
    field.fill("100k..300k")
    expect(new.locator("#new-acceptance")).to_contain_text("candidates")
    expect(problem).not_to_contain_text("reversed")


def test_start_without_a_name_stores_nothing_and_goes_to_the_field(new, served):
    new.locator("#new-n").press("Enter")
    expect(new.locator("#new-message")).to_contain_text("Nothing was stored")
    expect(new.locator("#new-name")).to_be_focused()
    assert len(read(served, "populations")["items"]) == 1


def test_a_window_that_is_cut_makes_a_chain_and_goes_to_its_trends(new, served):
    new.locator("#new-name").fill("chained")
    new.locator("#new-flops").fill("100k..400k")
    new.locator("#new-regimes").fill("3")
    new.locator("#new-n").fill("4")
    new.locator("#new-start").click()
    new.wait_for_function("() => location.pathname.endsWith('/trends')", timeout=60_000)
    made = [one for one in read(served, "populations")["items"] if "chained" in one["name"]]
    names = ["chained · 100k..159k", "chained · 159k..252k", "chained · 252k..400k"]
    assert [one["name"] for one in made] == names
    assert new.url.endswith("?" + "&".join(f"side={one['id']}" for one in made))
    waiting = read(served, "jobs?group=waiting&limit=200")["items"]
    order = [one["population_id"] for one in waiting]
    ids = [one["id"] for one in made]
    first = [id for id in order if id in ids][:3]
    assert set(first) == set(ids)  # they take turns
    expect(new.locator("#trends-why, #trends-verdicts-text").first).to_be_attached()
    go(new, "new", "?space=1")
    new.locator("#new-regimes").fill("1")


def test_enter_starts_an_edited_space_and_goes_to_its_population(new, served):
    written = new.locator("#new-json")
    written.fill(written.input_value().replace('"choices": [1, 2, 4]', '"choices": [1]'))
    new.locator("#new-space-name").fill("RegNetX small, b = 1")
    new.locator("#new-n").fill("12")
    new.locator("#new-name").fill("b = 1")
    new.locator("#new-name").press("Enter")
    new.wait_for_url(re.compile(r"/app/\?population=[2-9]"))
    expect(new.locator("#explore")).to_be_visible()
    expect(new.locator("#population")).to_have_value(re.compile("b = 1"))
    [*_, made] = read(served, "populations")["items"]
    assert (made["name"], made["n"], made["space_name"]) == (
        "b = 1",
        12,
        "RegNetX small, b = 1",
    )
    assert made["seed"] == 1
    assert made["progress"]["queued"] == 12
    space = read(served, f"spaces/{made['space_id']}")["space"]
    assert space["bottleneck_ratio"]["choices"] == [1]


def pick(page, served, ordinal):
    """Opens the drawer of a network, as a click on it does."""
    rows = read(served, "populations/1/networks?sort=ordinal")["items"]
    go(page, "", "?population=1")
    page.wait_for_selector("#explore[data-drawn]:not([data-state=loading])")
    picked = {"population": 1, "network": rows[ordinal]["id"]}
    page.evaluate("picked => dash_clientside.set_props('picked', { data: picked })", picked)
    return page.locator("#network")


def test_the_drawer_says_why_a_network_failed_and_closes_by_escape(page, served):
    drawer = pick(page, served, 0)
    expect(drawer.locator(".standing")).to_contain_text("out of memory")
    expect(drawer.locator("pre")).to_have_text("needs 3 GB")
    href = drawer.locator("#network-json").get_attribute("href")
    assert read(served, href.removeprefix("/api/v1/"))["job"]["failure"] == "out_of_memory"
    for link, opening in (("py", '"""Network '), ("yaml", "# For 1-channel images")):
        href = drawer.locator(f"#network-{link}").get_attribute("href")
        assert page.request.get(served.url + href).text().startswith(opening)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_the_drawer_of_a_waiting_network_shows_its_result_when_it_comes(page, served):
    drawer = pick(page, served, 2)
    standing = drawer.locator(".standing")
    expect(standing).to_contain_text("waits in the queue")
    served.record(5.5, of=served.old)
    expect(standing).to_contain_text("5.50 %")
    expect(drawer.locator("#network-widths .scatterlayer .trace")).to_have_count(3)
    drawer.locator("#network-close").click()
    expect(drawer).to_be_hidden()


def test_what_passes_on_explore_becomes_the_next_space_by_refine(page, served):
    go(page, "", "?population=1&depth=..10")
    page.wait_for_selector("#explore[data-committed*=depth]")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/app/new\?refine=1&depth=..10"))
    expect(page.locator("#new-json")).to_have_value(
        re.compile(r'"depth": {"law": "uniform", "lo": 3, "hi": 10, "step": 1}')
    )
    expect(page.locator("#new-inherits-box")).to_contain_text("measured already")
    expect(page.locator("#new-space-name")).to_have_value("RegNetX small, d ..10")
    expect(page.locator("#new-lineage")).to_contain_text("RegNetX small · 1.7e9 settings")


def test_a_tie_is_added_to_anynet_by_a_chip(page, served):
    with served.database.durable() as session:
        id = spaces.define(session, "AnyNetX_A small", PRESETS["AnyNetX_A small"])
    go(page, "new", f"?space={id}")
    expect(page.locator("#new-json")).to_have_value(re.compile('"family": "anynet"'))
    page.locator("#new-rules-box").get_by_text("w not decreasing").click()
    expect(page.locator("#new-json")).to_have_value(
        re.compile(r'"non_decreasing": \["width"\]')
    )


def test_results_that_come_to_explore_leave_the_address_of_another_page_alone(page, served):
    id = served.create("to be measured", 3, seed=31, training_seed=31)
    go(page, "", f"?population={id}")
    expect(page.locator("#passing-of")).to_contain_text("of 3")
    go(page, "new", f"?refine={id}")
    expect(page.locator("#new-inherits-box")).to_be_visible()
    with page.expect_response("**/columns"):
        served.record(9.5, of=id)
    page.wait_for_timeout(500)  # Explore has them, and settles
    assert page.url.endswith(f"/app/new?refine={id}")
