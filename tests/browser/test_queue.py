"""Queue in a real Chromium: what waits and why, and what the buttons do to it."""

import itertools
import json
import re
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from served import Served, problems_of

from services.work import leases, roster

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("served") / "netspace.db")
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def page(windows, served):
    """One page for all tests."""
    with windows.lent(served) as window:
        page = window.new_page()
        problems = problems_of(page)
        page.goto(f"{served.url}/app/queue")
        expect(page.locator("#queue-workers")).to_contain_text("No worker", timeout=60_000)
        yield page
    refused = "the server responded with a status of 422"  # one test is about that
    assert [problem for problem in problems if refused not in problem] == []


@pytest.fixture(scope="module")
def write(served):
    def write(do, *arguments):
        with served.database.durable() as session:
            return do(session, *arguments)

    return write


class Steered:
    """A population of 6 whose first network failed and whose second trains."""

    numbers = itertools.count(1)

    def __init__(self, page, served, write):
        self.page, number = page, next(self.numbers)
        self.name = f"population number {number}."
        self.id = served.create(self.name, 6, seed=number, training_seed=number)
        served.record(None, of=self.id)
        write(roster.report, "lab-1:7", "a processor", False, 2, ["digits"])
        self.running = write(leases.claim, "train", "lab-1:7", 600)
        self.row = page.locator("#queue-populations tbody tr", has_text=self.name)
        self.jobs = page.locator("#queue-jobs tbody tr:not(.gone)")

    def show(self, group):
        """Its jobs of a group, as a link in the page does."""
        search = f"?group={group}&population={self.id}"
        self.page.evaluate("search => dash_clientside.set_props('location', {search})", search)
        expect(self.page.locator("#queue-jobs .section-head")).to_contain_text(self.name)


@pytest.fixture
def steered(page, served, write):
    return Steered(page, served, write)


def said(page):
    return page.locator("#queue-said")


def read(served, path):
    with urlopen(f"{served.url}/api/v1/{path}") as answer:
        return json.load(answer)


def test_a_worker_and_a_population_appear_without_a_reload(page, steered):
    workers = page.locator("#queue-workers")
    expect(workers).to_contain_text("a processor", timeout=10_000)
    expect(workers).to_contain_text("digits")
    expect(steered.row).to_contain_text("1 / 6 · 1 without result", timeout=10_000)


def test_complete_populations_stand_below_those_with_work_to_do(page, served, steered):
    served.measured("all of it measured", 10.0, 20.0)
    page.reload()
    expect(page.locator("#queue-populations")).to_contain_text("all of it measured")
    names = page.locator("#queue-populations tbody tr td:first-child").all_inner_texts()
    assert names.index(steered.name) < names.index("all of it measured")


def test_waiting_jobs_say_why_and_the_address_says_which_are_shown(page, steered):
    steered.show("waiting")
    expect(steered.jobs).to_have_count(4)
    expect(steered.jobs.last).to_contain_text("behind 3 jobs")
    page.locator("#queue-jobs .tabs a", has_text="Running").click()
    expect(steered.jobs).to_have_count(1)
    assert page.url.endswith(f"?group=running&population={steered.id}")
    page.go_back()
    expect(steered.jobs).to_have_count(4)


def test_a_job_is_cancelled_and_retried_by_its_button(page, steered):
    steered.show("waiting")
    steered.jobs.last.get_by_role("button", name="Cancel").click()
    expect(said(page)).to_have_text(re.compile(r"job \d+ cancelled"))
    expect(steered.jobs).to_have_count(3)
    steered.show("failed")
    row = steered.jobs.filter(has_text="cancelled before it ran")
    row.get_by_role("button", name="Retry").click()
    expect(said(page)).to_have_text(re.compile(r"job \d+ asked for again"))
    expect(row).to_have_count(0)


def test_a_job_at_work_is_cancelled_by_its_worker(page, write, steered):
    steered.show("running")
    steered.jobs.get_by_role("button", name="Cancel").click()
    expect(said(page)).to_have_text(f"job {steered.running.job_id} will be cancelled")
    expect(steered.jobs).to_contain_text("cancelling")
    assert write(leases.heartbeat, steered.running, 600).cancel


def test_a_failed_job_shows_its_class_and_what_was_said(steered):
    steered.show("failed")
    expect(steered.jobs).to_contain_text("out of memory")
    expect(steered.jobs).to_contain_text("needs 3 GB")


def test_a_network_opens_its_drawer_here_and_escape_closes_it(page, steered):
    steered.show("running")
    steered.jobs.locator(".network-id").click()
    expect(page.locator("#network-title")).to_contain_text(steered.running.network.hash)
    page.keyboard.press("Escape")
    expect(page.locator("#network")).to_be_hidden()


def test_a_population_is_paused_put_last_and_made_larger(page, served, steered):
    steered.row.get_by_role("button", name="Pause").click()
    expect(steered.row).to_contain_text("paused")
    steered.row.get_by_role("button", name="Resume").click()
    expect(steered.row.get_by_role("button", name="Pause")).to_be_visible()
    steered.row.get_by_role("spinbutton").fill("3")
    steered.row.get_by_role("button", name="Add").click()
    expect(said(page)).to_have_text(f"3 networks added to {steered.name}")
    expect(steered.row).to_contain_text("1 / 9")
    steered.row.get_by_role("combobox").select_option("last")
    expect(said(page)).to_have_text(f"{steered.name}: priority 10")
    assert read(served, f"populations/{steered.id}")["priority"] == 10


def test_what_cannot_be_done_is_said_and_changes_nothing(page, served, steered):
    steered.row.get_by_role("spinbutton").fill("100000")
    steered.row.get_by_role("button", name="Add").click()
    expect(said(page)).to_contain_text("from 1 to 99,994")
    assert read(served, f"populations/{steered.id}")["n"] == 6


def test_a_whole_population_is_cancelled_and_asked_for_again(page, steered):
    steered.row.get_by_role("button", name="Cancel").click()
    expect(said(page)).to_have_text("5 jobs cancelled")
    steered.row.get_by_role("button", name="Retry 5").click()
    expect(said(page)).to_have_text("5 jobs asked for again")


def test_many_jobs_are_cancelled_only_after_a_question_that_names_them(page, served):
    id = served.create("a long evening's work", 6, seed=60, training_seed=60)
    row = page.locator("#queue-populations tbody tr", has_text="a long evening's work")

    def queued():
        return read(served, f"populations/{id}")["progress"]["queued"]

    row.get_by_role("button", name="Cancel").click()
    question = page.get_by_role("dialog", name="Cancel 6 jobs of “a long evening's work”?")
    expect(question.get_by_role("button", name="Keep them")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    assert queued() == 6
    row.get_by_role("button", name="Cancel").click()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert queued() == 6
    row.get_by_role("button", name="Cancel").click()
    question.get_by_role("button", name="Cancel 6 jobs").click()
    expect(said(page)).to_have_text("6 jobs cancelled")
    assert queued() == 0


def test_rows_under_the_pointer_stay_where_they_are_while_their_numbers_change(
    page, served, steered
):
    other = served.create("the one below", 3, seed=steered.id, training_seed=61)
    rows = page.locator("#queue-populations tbody tr")
    expect(rows.filter(has_text="the one below").first).to_be_visible(timeout=10_000)
    before = rows.evaluate_all("rows => rows.map(row => row.dataset.key)")
    place = before.index(str(other))
    button = rows.nth(place).get_by_role("button", name="Cancel")
    button.hover()
    box = button.bounding_box()
    served.record(5.0, 6.0, 7.0, of=other)  # complete: its row belongs below all others
    newest = served.create("newer", 2, seed=62, training_seed=62)  # it belongs on top
    expect(rows.nth(place)).to_contain_text("3 / 3 · complete", timeout=10_000)
    during = rows.evaluate_all("rows => rows.map(row => row.dataset.key)")
    assert during[: len(before)] == before
    assert rows.nth(place).bounding_box()["y"] == pytest.approx(box["y"], abs=8)
    page.mouse.move(2, 2)
    expect(rows.first).to_have_attribute("data-key", str(newest))


def test_a_job_that_leaves_the_list_under_the_pointer_is_told_apart_and_can_be_read(
    page, served, steered
):
    steered.show("waiting")
    expect(steered.jobs).to_have_count(4)
    steered.jobs.first.locator("td").nth(2).hover()
    served.record(5.0, of=steered.id)
    gone = page.locator("#queue-jobs tbody tr.gone")
    expect(gone).to_have_count(1, timeout=10_000)
    expect(gone.get_by_role("button", name="Cancel")).to_be_disabled()
    found = Axe().run(page, context="#queue-jobs", options={"runOnly": ["color-contrast"]})
    assert found.response["violations"] == []
    page.mouse.move(2, 2)
    expect(gone).to_have_count(0)


def test_the_jobs_of_one_population_are_a_click_on_its_name_away(page, steered):
    page.evaluate("dash_clientside.set_props('location', {search: '?group=running'})")
    steered.jobs.filter(has_text=steered.name).get_by_role("link").click()
    expect(steered.jobs).to_have_count(1)
    expect(page.locator("#queue-jobs .section-head")).to_contain_text(f"of {steered.name}")
    page.get_by_text("show all populations").click()
    expect(page.locator("#queue-jobs .section-head")).not_to_contain_text(steered.name)


def test_a_number_that_is_being_typed_outlives_a_new_table(page, write, steered):
    number = steered.row.get_by_role("spinbutton")
    number.fill("7")
    write(roster.report, f"lab-2:{steered.id}", "another processor", False, 2, ["digits"])
    expect(page.locator("#queue-workers")).to_contain_text(
        f"lab-2:{steered.id}", timeout=10_000
    )
    expect(number).to_have_value("7")
    expect(number).to_be_focused()


def test_a_worker_shows_its_disk_and_why_it_takes_no_job(page, write):
    def say(free, refuses=None):
        disk = roster.Disk(size=10**12, free=free, used={"datasets": 3 * 10**11, "spool": 4096})
        about = ("lab-9:9", "a third processor", False, 2, ["digits"], disk, refuses)
        write(roster.report, *about)

    say(40 * 10**9, "the disk of var has 4.0 % free, and new jobs need 5 %")
    row = page.locator("#queue-workers tbody tr", has_text="a third processor")
    expect(row).to_contain_text("40 GB free (4 %)", timeout=10_000)
    expect(row).to_contain_text("takes no job: the disk of var has 4.0 % free")
    row.locator("summary").click()
    expect(row).to_contain_text("datasets 300 GB")
    assert Axe().run(page).violations_count == 0
    say(500 * 10**9)
    expect(row).to_contain_text("500 GB free (50 %)", timeout=10_000)
    expect(row).not_to_contain_text("takes no job")
    expect(row.locator("li", has_text="datasets")).to_be_visible()  # it stays open
    write(roster.leave, "lab-9:9")
