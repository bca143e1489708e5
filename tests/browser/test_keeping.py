"""Views, notes, tags and managing in a real Chromium: kept, found, changed, brought back."""

import json
import re
from urllib.parse import quote
from urllib.request import urlopen

import chromium
import pytest
from axes import found_in_both_themes
from playwright.sync_api import expect
from served import Served, problems_of

from services.keeping import views

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

READY = "#explore[data-state=ready][data-drawn]"
PLAIN = "First <b>line</b> & $x$\n  second, indented"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("keeping") / "netspace.db")
    served.one = served.measured("RegNetX · one", *range(5, 30))
    served.two = served.measured("RegNetX · two", *range(15, 40))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/?population={served.one}&depth=3..8")
        page.locator(READY).wait_for(timeout=60_000)
        yield page


@pytest.fixture
def page(opened):
    """One page for all tests, whose scripts fail in nothing but what the server refuses."""
    problems = problems_of(opened)
    yield opened
    opened.set_viewport_size(chromium.SIZE)
    assert [one for one in problems if "status of 4" not in one] == []


@pytest.fixture
def explore(page, served):
    """Opens Explore on a query: keys pressed before it is there mean the population before."""

    def show(query):
        chromium.go(page, "", query)
        population = re.search(r"population=(\d+)", query)[1]
        page.wait_for_function("to => location.search.includes(to)", arg=f"={population}")
        name = asked(served, f"/populations/{population}")["name"]
        expect(page.locator("#population")).to_have_value(re.compile(re.escape(name)))
        page.locator(READY).wait_for()
        return page

    return show


def asked(served, path):
    with urlopen(f"{served.url}/api/v1{path}") as answer:
        return json.load(answer)


def make(served, name):
    """A measured population that the open pages have heard of."""
    return served.measured(name, *range(10, 20))


class TestViews:
    def test_a_view_is_kept_by_keys_and_opened_by_one_click(self, explore, served):
        page = explore(f"?population={served.one}&depth=3..8")
        page.locator("body").press("v")
        drawer = page.locator("dialog.views-drawer")
        expect(drawer.get_by_label("search views")).to_be_focused()
        expect(drawer.get_by_label("search views")).to_have_value("")
        drawer.get_by_role("button", name="Keep this view").click()
        form = page.locator("dialog.question form")
        expect(form.get_by_label("name")).to_be_focused()
        form.get_by_label("name").fill("shallow ones")
        form.get_by_label("note").fill(PLAIN)
        form.get_by_label("tags").fill("Talk, to do")
        form.get_by_role("button", name="Keep").click()
        kept = drawer.locator(".view-line", has_text="shallow ones")
        expect(kept.locator(".note-text")).to_have_text(PLAIN, use_inner_text=True)
        expect(kept.locator(".tag")).to_have_text(["talk", "to-do"])
        expect(kept.locator("b")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)
        explore(f"?population={served.two}")
        page.locator(".open-views:visible").click()
        page.get_by_role("link", name="shallow ones").click()
        expect(page.locator("dialog")).to_have_count(0)
        page.wait_for_function(
            "to => location.search.startsWith(to)", arg=f"?population={served.one}&"
        )
        expect(page.locator("#passing-of")).to_be_visible()
        assert "depth=3..8" in page.evaluate("location.search")

    def test_a_view_is_renamed_deleted_and_brought_back(self, page, served):
        chromium.go(page, "compare", f"?side={served.one}&side={served.two}")
        page.locator(".verdict").first.wait_for(timeout=60_000)
        page.locator("body").press("v")
        drawer = page.locator("dialog.views-drawer")
        drawer.get_by_role("button", name="Keep this view").click()
        form = page.locator("dialog.question form")
        form.get_by_label("name").fill("both")
        form.get_by_role("button", name="Keep").click()
        drawer.get_by_role("button", name="Edit").click()
        form.get_by_label("name").fill("both of them")
        form.get_by_role("button", name="Save").click()
        kept = drawer.locator(".view-line")
        expect(kept.locator(".view-name")).to_have_text("both of them")
        kept.get_by_role("button", name="Delete").click()
        expect(drawer).to_contain_text("No view of this page is kept yet.")
        page.keyboard.press("Escape")
        undo = page.locator(".undo")
        expect(undo).to_contain_text("“both of them” is deleted")
        undo.get_by_role("button", name="Undo").click()
        expect(undo).to_contain_text("“both of them” is back")
        undo.get_by_role("button", name="dismiss").click()
        assert [one["name"] for one in asked(served, "/views?page=compare")["items"]] == [
            "both of them"
        ]

    def test_the_page_views_finds_by_words_and_tags_which_its_address_says(self, page, served):
        chromium.go(page, "views", "")
        views = page.locator("#views-views .view-name")
        expect(views).to_have_text(["both of them", "shallow ones"])
        page.locator("#views-search").fill("SECOND indented")
        expect(views).to_have_text(["shallow ones"])
        page.wait_for_function("() => location.search === '?search=SECOND+indented'")
        expect(page.locator("#views-search")).to_be_focused()
        page.locator("#views-search").fill("nowhere")
        expect(page.locator("#views-views")).to_contain_text("No view is found.")
        page.locator("#views-search").fill("")
        tag = page.locator("[data-tag='to-do']")
        tag.click()
        expect(tag).to_have_attribute("aria-pressed", "true")
        expect(views).to_have_text(["shallow ones"])
        assert page.evaluate("location.search") == "?tag=to-do"
        page.get_by_role("link", name="shallow ones").click()
        page.locator(READY).wait_for()


class TestManaging:
    def test_a_population_is_renamed_grouped_and_written_about_in_one_form(
        self, explore, served
    ):
        page = explore(f"?population={served.two}")
        page.locator("body").press("m")
        form = page.locator("dialog.question form")
        form.get_by_label("name").fill("RegNetX · the second")
        form.get_by_label("study").fill("depth")
        form.get_by_label("tags").fill("baseline")
        form.get_by_label("note").fill(PLAIN)
        form.get_by_role("button", name="Save").click()
        expect(page.locator("#population")).to_have_value(re.compile("the second"))
        one = asked(served, f"/populations/{served.two}")
        assert (one["name"], one["study"], one["note"], one["tags"]) == (
            "RegNetX · the second",
            "depth",
            PLAIN,
            ["baseline"],
        )
        page.locator("body").press("m")
        form.get_by_label("name").fill("RegNetX · one")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("alert")).to_contain_text("'RegNetX · one' exists")
        form.get_by_role("button", name="Cancel").click()

    def test_the_picker_of_every_page_finds_by_tag_and_keyboard(self, explore, page, served):
        explore(f"?population={served.one}")
        page.locator("#population").click()
        dialog = page.locator("dialog.picker-dialog")
        search = dialog.get_by_label("search populations")
        expect(search).to_be_focused()
        expect(dialog.locator(".picker-group")).to_have_text(["depth", "Made here"])
        search.fill("baseline")
        expect(dialog.locator(".picker-option")).to_have_count(1)
        expect(dialog.locator(".picker-option")).to_contain_text("25 networks · complete")
        search.press("Enter")
        expect(dialog).to_have_count(0)
        expect(page.locator("#population")).to_have_value(re.compile("the second"))
        chromium.go(page, "speed", f"?population={served.one}&time=loss")
        select = page.locator("#speed-form select[data-picks]")
        expect(select).to_have_value(str(served.one))
        select.focus()
        select.press("Enter")
        search.fill("second")
        expect(dialog.locator(".picker-option")).to_have_count(1)
        search.press("Enter")
        page.wait_for_function(
            "to => location.search.startsWith(to)", arg=f"?population={served.two}"
        )

    def test_what_is_archived_is_offered_only_to_who_asks_for_it(self, explore, page, served):
        id = make(served, "put away")
        explore(f"?population={id}")
        page.locator("body").press("m")
        form = page.locator("dialog.question form")
        form.get_by_label("archived").check()
        form.get_by_role("button", name="Save").click()
        expect(form).to_have_count(0)
        explore(f"?population={served.one}")
        page.locator("#against").click()
        dialog = page.locator("dialog.picker-dialog")
        expect(dialog.locator(".picker-option")).to_have_count(2)
        dialog.get_by_label("which populations").select_option("archived")
        expect(dialog.locator(".picker-option")).to_contain_text("put away")
        dialog.locator(".picker-option").click()
        expect(page.locator("#against")).to_have_value(re.compile("put away"))
        chromium.go(page, "queue")
        rows = page.locator("#queue-populations tbody tr")
        expect(rows).to_have_count(2)
        page.locator("#queue-archived").check()
        expect(rows).to_have_count(3)
        page.locator("#queue-search").fill("baseline")
        expect(rows).to_have_count(1)
        page.locator("#queue-search").fill("")
        chromium.go(page, "views")
        page.locator("#views-archived").get_by_role("button", name="Take out").click()
        expect(page.locator("#views-archived")).to_be_hidden()

    def test_a_deleted_population_comes_back_by_undo_and_one_in_use_says_by_what(
        self, page, served
    ):
        chromium.go(page, "queue")
        id = make(served, "taken of")
        body = json.dumps({"name": "a set", "sides": [str(id)]})
        page.evaluate(
            """async (body) => fetch("/api/v1/sets", {
              method: "POST", body, headers: {"Content-Type": "application/json"},
            })""",
            body,
        )
        row = page.locator("#queue-populations tr", has_text="taken of")
        row.get_by_role("button", name="Manage").click()
        page.get_by_role("button", name="Delete ...").click()
        dialog = page.locator("dialog.question")
        dialog.get_by_role("button", name="Delete it").click()
        expect(dialog).to_contain_text("'a set' was taken of it")
        dialog.get_by_role("button", name="Delete it all the same").click()
        undo = page.locator(".undo")
        expect(undo).to_contain_text("taken of” is deleted")
        expect(row).to_have_count(0)
        undo.get_by_role("button", name="Undo").click()
        expect(undo).to_contain_text("taken of” is back")
        expect(row).to_have_count(1)
        undo.get_by_role("button", name="dismiss").click()

    def test_what_is_deleted_is_restored_or_purged_on_views(self, page, served):
        id = make(served, "gone for good")
        page.evaluate("path => fetch(path, { method: 'DELETE' })", f"/api/v1/populations/{id}")
        chromium.go(page, "views")
        deleted = page.locator("#views-deleted")
        deleted.get_by_role("button", name="Restore").click()
        expect(deleted).to_be_hidden()
        page.evaluate("path => fetch(path, { method: 'DELETE' })", f"/api/v1/populations/{id}")
        chromium.go(page, "queue")
        chromium.go(page, "views")
        deleted.get_by_role("button", name="Purge ...").click()
        page.locator("dialog.question").get_by_role("button", name="Purge it").click()
        expect(deleted).to_be_hidden()
        assert asked(served, "/populations?deleted=true")["items"] == []


class TestNotes:
    def test_a_network_has_a_note_in_its_drawer(self, explore, page, served):
        network = asked(served, f"/populations/{served.one}/networks?limit=1")["items"][0]["id"]
        explore(f"?population={served.one}&network={network}")
        page.locator("#network[data-state=shown]").wait_for(timeout=60_000)
        page.get_by_role("button", name="Add a note").click()
        form = page.locator("dialog.question form")
        form.get_by_label("note").fill(PLAIN)
        form.get_by_label("tags").fill("best")
        form.get_by_role("button", name="Save").click()
        note = page.locator("#network-note .note-text")
        expect(note).to_have_text(PLAIN, use_inner_text=True)
        chromium.go(page, "views", f"?search={quote('network')}")
        chromium.go(page, "views", "?tag=best")
        expect(page.locator("#views-notes .view-line")).to_contain_text(f"network {network} of")

    def test_a_note_that_somebody_has_changed_is_not_written_over(self, explore, page, served):
        explore(f"?population={served.one}")
        page.locator("body").press("m")
        form = page.locator("dialog.question form")
        form.get_by_label("note").fill("mine")
        page.evaluate(
            """async (path) => fetch(path, {
              method: "PUT", body: JSON.stringify({ text: "theirs", tags: [] }),
              headers: {"Content-Type": "application/json"},
            })""",
            f"/api/v1/populations/{served.one}/note",
        )
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("alert")).to_contain_text("somebody has changed the note since")
        form.get_by_role("button", name="Cancel").click()
        assert asked(served, f"/populations/{served.one}/note")["text"] == "theirs"


class TestNotifications:
    SWITCH = """
    () => {
      window.told = [];
      window.Notification = class {
        static permission = "granted";
        static asked = 0;
        static async requestPermission() { this.asked += 1; return this.permission; }
        constructor(title, { body, tag }) { window.told.push([title, body, tag]); }
      };
    }
    """

    HEAR = """
    async () => {
      const { href } = document.querySelector("link[href$='/live/events.mjs']");
      const events = await import(href);
      window.heard = [];
      events.listen({ activity: ({ population }) => window.heard.push(population) });
    }
    """

    def test_they_are_off_and_ask_nothing_until_the_switch_is_pressed(self, page, served):
        page.evaluate(self.SWITCH)
        chromium.go(page, "queue")
        switch = page.locator("#notify")
        expect(switch).to_have_attribute("aria-checked", "false")
        assert page.evaluate("Notification.asked") == 0
        switch.click()
        expect(switch).to_have_attribute("aria-checked", "true")
        assert page.evaluate("Notification.asked") == 1

    def test_one_comes_when_a_population_is_complete_and_when_much_of_one_fails(
        self, page, served
    ):
        page.evaluate(self.SWITCH)
        chromium.go(page, "queue")
        switch = page.locator("#notify")
        if switch.get_attribute("aria-checked") != "true":
            switch.click()
        expect(switch).to_have_attribute("aria-checked", "true")
        page.evaluate(self.HEAR)
        id = served.create("to be told of", 4, seed=77, training_seed=77)
        page.wait_for_function("(id) => window.heard.includes(id)", arg=id)  # the state before
        served.record(None, of=id)
        page.wait_for_function("() => window.told.length > 0")
        served.record(10, 11, 12, of=id)
        page.wait_for_function("() => window.told.length > 1")
        assert [title for title, _, _ in page.evaluate("window.told")] == [
            "More than 20 % of to be told of has failed",
            "to be told of is complete",
        ]
        switch.click()
        expect(switch).to_have_attribute("aria-checked", "false")

    @pytest.mark.parametrize(
        ("was", "now", "told"),
        [
            (None, {"complete": True}, []),
            ({}, {"complete": True}, ["complete"]),
            ({"complete": True}, {"complete": True}, []),
            ({}, {"muchFailed": True}, ["failed"]),
            ({}, {"paused": True}, ["stopped"]),
            ({"paused": True}, {}, []),
        ],
    )
    def test_only_what_has_changed_is_told(self, module, was, now, told):
        usual = {"complete": False, "muchFailed": False, "paused": False}
        given = [None if was is None else usual | was, usual | now]
        said = module("live/notify.mjs", "it.news(arg[0] ?? undefined, arg[1])", given)
        assert said == told


@pytest.mark.long
class TestEveryWidth:
    def test_nothing_is_wider_than_a_phone_and_axe_finds_nothing(self, explore, page, served):
        with served.database.durable() as session:
            query = f"?population={served.one}"
            views.keep(session, "on a phone", "explore", query, note=PLAIN, tags=["talk"])
        page.set_viewport_size({"width": 390, "height": 800})
        chromium.go(page, "views", "")
        page.locator("#views-views li").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert found_in_both_themes(page) == []
        explore(f"?population={served.one}")
        page.locator("body").press("v")
        page.locator("dialog .view-line").first.wait_for()
        assert found_in_both_themes(page) == []
        page.keyboard.press("Escape")
        page.locator("body").press("m")
        page.locator("dialog.question form").wait_for()
        assert found_in_both_themes(page) == []
        page.keyboard.press("Escape")
        page.locator("#population").click()
        page.locator(".picker-option").first.wait_for()
        assert found_in_both_themes(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.keyboard.press("Escape")
