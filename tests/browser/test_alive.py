"""What happens elsewhere to what a page shows: populations renamed, put away, deleted, brought
back, in a real Chromium that is told of it by the stream of events alone."""

import contextlib
import re

import chromium
import pytest
from playwright.sync_api import expect
from served import Served, problems_of

from services.errors import NotFound
from services.sampling import managing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

READY = "#explore[data-state=ready][data-drawn]"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("alive") / "netspace.db")
    served.one = served.measured("one", *range(5, 30))
    served.two = served.measured("two", *range(15, 40))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/?population={served.one}&against={served.two}")
        page.locator(READY).wait_for(timeout=60_000)
        yield page


@pytest.fixture
def page(opened):
    """One page for all tests, whose scripts fail in nothing but what the server refuses."""
    problems = problems_of(opened)
    yield opened
    assert [one for one in problems if "status of 4" not in one] == []


@pytest.fixture
def elsewhere(served):
    """Does something to a population that no page of ours has asked for."""

    def act(do, *arguments):
        with served.database.durable() as session:
            return do(session, *arguments)

    return act


@pytest.fixture
def doomed(served, elsewhere):
    """A population that tests delete; it is there again for nobody."""
    id = served.measured("doomed", *range(10, 35))
    yield id
    with contextlib.suppress(NotFound):
        elsewhere(managing.remove, id)


class TestExplore:
    def test_a_name_and_an_archive_are_followed_by_the_pickers(self, page, served, elsewhere):
        names = page.locator("#population"), page.locator("#against")
        elsewhere(managing.rename, served.one, "another name")
        expect(names[0]).to_have_value(re.compile("^another name"))
        elsewhere(managing.rename, served.one, "one")
        expect(names[0]).to_have_value(re.compile("^one ·"))
        elsewhere(managing.rename, served.two, "the second")
        expect(names[1]).to_have_value(re.compile("^the second"))
        elsewhere(managing.rename, served.two, "two")
        expect(names[1]).to_have_value(re.compile("^two"))

    def test_one_that_is_deleted_is_said_to_be_and_comes_back(self, page, doomed, elsewhere):
        chromium.go(page, "", f"?population={doomed}")
        expect(page.locator("#population")).to_have_value(re.compile("^doomed"))
        page.locator(READY).wait_for()
        elsewhere(managing.remove, doomed)
        card = page.locator("#edf-card")
        expect(card).to_contain_text("doomed is no longer there")
        expect(page.locator("#explore")).to_have_attribute("data-state", "lost")
        page.locator("#population").click()
        dialog = page.locator("dialog.picker-dialog")
        expect(dialog.locator(".picker-option").first).to_be_visible()
        expect(dialog.locator(".picker-option", has_text="doomed")).to_have_count(0)
        page.keyboard.press("Escape")
        card.get_by_role("button", name="Bring it back").click()
        page.locator(READY).wait_for()
        expect(page.locator("#population")).to_have_value(re.compile("^doomed"))
        elsewhere(managing.remove, doomed)
        card.get_by_role("button", name="Show another").click()
        page.locator(READY).wait_for()
        expect(page.locator("#population")).not_to_have_value(re.compile("^doomed"))

    def test_one_that_is_compared_with_leaves_a_note(self, page, served, doomed, elsewhere):
        chromium.go(page, "", f"?population={served.one}&against={doomed}")
        expect(page.locator("#against")).to_have_value(re.compile("^doomed"))
        page.locator(READY).wait_for()
        elsewhere(managing.remove, doomed)
        expect(page.locator("#explore-notes")).to_contain_text(
            "No comparison: doomed is no longer there"
        )
        expect(page.locator("#against")).to_have_value("")
        assert "against" not in page.evaluate("location.search")


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "query", "shown", "said"),
    [
        ("trends", "?side={}&bins=3", "#trends[data-state=answered]", "#trends-why"),
        ("speed", "?population={}&time=loss", "#speed[data-state=answered]", "#speed-why"),
        ("compare", "?side={}&side=1", ".verdict", "#compare-said"),
    ],
)
def test_other_pages_say_that_it_is_gone_and_answer_when_it_is_back(
    page, doomed, elsewhere, name, query, shown, said
):
    chromium.go(page, name, query.format(doomed))
    page.locator(shown).first.wait_for(timeout=60_000)
    pickers = page.locator(f"#{name} select[data-picks]")
    expect(pickers.first).to_have_value(str(doomed))
    elsewhere(managing.remove, doomed)
    words = re.compile("doomed is no longer there|no population|not there", re.I)
    expect(page.locator(said)).to_contain_text(words)
    expect(pickers.first.locator("option", has_text="doomed")).to_have_count(0)
    elsewhere(managing.restore, doomed)
    page.locator(shown).first.wait_for()
    expect(page.locator(said)).to_be_empty()


LINKS = {
    "queue?population=abc": "population=abc is not an id: jobs of all populations are listed",
    "queue?population=99999": "There is no population 99999: jobs of all",
    "queue?group=zzz": "group=zzz is not one of running, waiting, failed, done",
    "queue?colour=red": "colour=red is left out",
    "trends?side=1&bins=3&wings=2": "wings=2 is left out",
    "trends?wings=2": "wings=2 is left out",
    "trends?side=1&bins=3&bins=4": "bins is given 2 times: the first one counts",
    "speed?population=1&time=loss&time=error": "time is given 2 times: the first one counts",
    "compare?side=1&side=2&wings=2": "wings=2 is left out",
    "compare?side=1&side=2&pair=0,9": "pair=0,9 are not the places of two sides",
    "compare?side=1&side=2&colours=0,0": "colours=0,0 are not 2 different ones",
    "views?wings=2": "wings=2 is left out",
    "people?before=yesterday": "before=yesterday is not an id",
    "import?wings=2": "wings=2 is left out",
    "account?wings=2": "wings=2 is left out",
    "lookup?what=resnet18&wings=2": "wings=2 is left out",
    "new?space=99999": "There is no design space 99999",
    "new?refine=99999&depth=3..8": "There is no population 99999 to refine",
}


@pytest.mark.long
def test_what_a_link_asks_for_and_a_page_does_not_do_is_said_and_can_be_closed(page):
    for link, said in LINKS.items():
        name, query = link.split("?")
        chromium.go(page, "account", "")
        page.locator("#account").wait_for()
        chromium.go(page, name, f"?{query}")
        noted = page.locator(f"#{'views-link' if name == 'views' else name}-notes")
        expect(noted, link).to_contain_text(said)
        if close := noted.get_by_role("button", name="close this note").all():
            close[0].click()
            expect(noted, link).not_to_contain_text(said)


def test_a_side_that_is_none_and_a_column_that_there_is_none_of_are_refused_by_name(page):
    for query, said in (
        ("?side=abc", "side=abc names no population"),
        ("?side=1&bins=3&columns=depth,wings", "columns=wings: "),
        ("?side=1&bins=3&by=wings", "by=wings: "),
    ):
        chromium.go(page, "trends", query)
        expect(page.locator("#trends-why")).to_contain_text(said)


def test_a_network_is_picked_while_rows_are_on_their_way_without_a_warning(page, served):
    chromium.go(page, "", f"?population={served.one}")
    page.locator(READY).wait_for()
    page.locator("#networks .ag-row[row-id]").first.wait_for()
    warned = []
    page.on("console", lambda message: warned.append(message.text))
    page.evaluate(
        """async () => {
          const { href } = document.querySelector("link[href$='/explore/table.mjs']");
          const { select } = await import(href);
          (await dash_ag_grid.getApiAsync("networks")).purgeInfiniteCache();
          select(3);
        }"""
    )
    expect(page.locator("#networks .ag-row-selected")).to_have_attribute("row-id", "3")
    assert [text for text in warned if "AG Grid" in text] == []


def test_of_a_network_that_is_not_there_no_note_is_asked_for(page, served):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    chromium.go(page, "", f"?population={served.one}&network=999999")
    expect(page.locator("#network-told")).to_contain_text("Nothing to show")
    expect(page.locator("#network")).to_have_attribute("data-state", "shown")
    assert [url for url in asked if url.endswith("/note")] == []
    page.locator("#network-close").click()
