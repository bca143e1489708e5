"""A server with accounts in real browsers: joining, roles, tokens, links, logging out."""

import contextlib
import re
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import accounts
import chromium
import pytest
from accounts import API, PASSWORD
from axes import found_by_axe, found_in_both_themes
from playwright.sync_api import expect
from served import Served, problems_of
from sqlalchemy import select

from db.models import PopulationRow
from db.people import UserRow
from services.people import links
from services.work import quotas
from services.work.usage import What

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OTHER = "six other words for the next time"
IN_TIME = 15_000
"""ms in which a page notices that its session has ended."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("people") / "netspace.db", NETSPACE_AUTH="accounts")
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def people(served):
    """An administrator, a member and a viewer, and a population of the member's."""
    for name, role in (("ann", "admin"), ("max", "member"), ("vera", "viewer")):
        accounts.join(served.database, name, role)
    own(served, served.create("max's work", 3, seed=1, training_seed=1), "max")


def own(served, population, name):
    """Give a population to somebody."""
    with served.database.durable() as session:
        owner = session.scalars(select(UserRow).where(UserRow.name == name)).one()
        session.get_one(PopulationRow, population).owner_id = owner.id


@pytest.fixture
def open_browser(windows):
    """Another person's browser: a page of a window where nobody has logged in."""
    with contextlib.ExitStack() as stack:
        yield lambda served: stack.enter_context(windows.lent(served)).new_page()


def sit_down(page, served, name, path):
    """Show a page of ours to somebody who has logged in."""
    secret = accounts.begin_session(served.database, name)
    cookie = {"name": f"netspace-{served.port}", "value": secret, "url": served.url}
    page.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])
    page.goto(f"{served.url}/app/{path}")
    page.locator("main:visible").first.wait_for(timeout=60_000)
    return page


@pytest.fixture
def come_in_anew(open_browser, served, people):
    """One more browser that somebody has logged in with, at a page of ours."""
    return lambda name, path: sit_down(open_browser(served), served, name, path)


@pytest.fixture(scope="module")
def come_in(windows, served, people):
    """Somebody at a page of ours: of the browser that he has sat at since a test first
    asked for him. Tests that end sessions ask for another."""
    pages = {}
    with contextlib.ExitStack() as stack:

        def find(name, path="queue", query=""):
            if name in pages:
                chromium.go(pages[name], path, query)
            else:
                page = stack.enter_context(windows.lent(served)).new_page()
                pages[name] = sit_down(page, served, name, path + query)
            pages[name].locator(f"[id='page-{path}']").wait_for()
            return pages[name]

        yield find


def log_in(page, name, password=PASSWORD):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def join(page, address, name):
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/app/")


def menu(page):
    """What is under one's name in the header, opened."""
    shown = page.locator(".who:visible")
    if shown.locator("details[open]").count() == 0:
        shown.locator("summary").click(timeout=60_000)
    return shown


def card(page, name):
    return page.locator(f"#{name}")


THERE = {
    "account": "#account-token",
    "people": "#people-audit tbody tr",
    "queue": "#queue-populations tbody tr",
    "new": "#new-acceptance .headline",
}
"""By page, what is there when all of it is."""
MORE = ("queue", "new")


# ---------------------------------------------------------------- joining


def test_an_administrator_joins_by_the_first_link_and_invites_a_viewer_who_changes_nothing(
    tmp_path, open_browser
):
    served = Served(tmp_path / "netspace.db", NETSPACE_AUTH="accounts")
    served.create("shared work", 3, seed=1, training_seed=1)
    with served.database.durable() as session:
        first = links.create(session, "setup")
    served.start()
    try:
        ann = open_browser(served)
        join(ann, f"{served.url}/auth/link/{first}", "ann")
        expect(menu(ann)).to_contain_text("ann, admin")
        menu(ann).get_by_role("link", name="People").click()
        invite = card(ann, "people-invite")
        invite.get_by_label("as").select_option("viewer")
        invite.get_by_role("button", name="Make a link").click()
        expect(invite).to_contain_text("for 72 hours")
        address = invite.get_by_label("link", exact=True).input_value()
        vera = open_browser(served)
        join(vera, address, "vera")
        vera.get_by_role("link", name="Queue", exact=True).click()
        rows = vera.locator("#queue-populations tbody tr")
        expect(rows).to_contain_text("shared work", timeout=60_000)
        expect(vera.locator("#queue-populations")).to_contain_text("Viewers look only")
        for name in ("Cancel", "Pause", "Add", "Benchmark", "Retry"):
            expect(vera.get_by_role("button", name=name)).to_have_count(0)
        expect(vera.get_by_role("link", name="People")).to_have_count(0)
        ann.get_by_role("link", name="Queue", exact=True).click()
        menu(ann).get_by_role("link", name="People").click()
        expect(card(ann, "people-accounts").locator("tbody tr")).to_have_count(2)
    finally:
        served.close()


def test_who_is_no_administrator_reads_why_people_is_empty(come_in):
    page = come_in("max", "people")
    expect(card(page, "people-why")).to_contain_text(
        "Administrators look after accounts, and max is a member"
    )
    expect(page.locator("#people table")).to_have_count(0)
    expect(menu(page).get_by_role("link", name="People")).to_have_count(0)


# ---------------------------------------------------------------- my account


def test_a_token_is_shown_once_works_and_is_revoked(come_in, served):
    page = come_in("max", "account")
    problems = problems_of(page)
    tokens = card(page, "account-tokens")
    scopes = tokens.get_by_role("group", name="Scopes").get_by_role("checkbox")
    expect(scopes).to_have_count(2)  # what a member can give: read, submit
    tokens.get_by_label("Name").fill("notebook")
    tokens.get_by_role("button", name="Make a token").click()
    secret = tokens.get_by_label("secret of notebook").input_value()
    assert answers(served, secret) == 200
    row = tokens.locator("tbody tr", has_text="notebook")
    expect(row).to_contain_text(secret[:8])
    page.reload()
    expect(row).to_be_visible(timeout=60_000)
    expect(page.get_by_text(secret)).to_have_count(0)
    expect(tokens.get_by_label("secret of notebook")).to_have_count(0)
    row.get_by_role("button", name="Revoke").click()
    question = page.get_by_role("dialog", name="Revoke the token notebook?")
    question.get_by_role("button", name="Keep it").click()
    assert answers(served, secret) == 200
    row.get_by_role("button", name="Revoke").click()
    question.get_by_role("button", name="Revoke it").click()
    expect(row).to_contain_text("revoked")
    assert answers(served, secret) == 401
    assert problems == []


def answers(served, secret):
    """The status of the answer to whoever shows a token."""
    asked = Request(f"{served.url}{API}/me", headers={"Authorization": f"Bearer {secret}"})
    try:
        return urlopen(asked).status
    except OSError as error:
        return error.code


def test_another_browser_of_mine_is_ended_and_this_one_goes_on(come_in_anew, served):
    accounts.join(served.database, "lena", "viewer")
    other, one = come_in_anew("lena", "account"), come_in_anew("lena", "account")
    sessions = card(one, "account-sessions").locator("tbody tr")
    expect(sessions.filter(has_text="this one")).to_have_count(1, timeout=60_000)
    sessions.get_by_role("button", name="End").first.click()
    expect(card(one, "account-said")).to_have_text("that session has ended")
    other.wait_for_url("**/auth/login?next=%2Fapp%2Faccount", timeout=IN_TIME)
    expect(card(one, "account-who")).to_contain_text("viewer")


def test_a_changed_password_lets_in_and_the_one_before_does_not(come_in_anew, served):
    accounts.join(served.database, "paula")
    page = come_in_anew("paula", "account")
    form = card(page, "account-password")
    form.get_by_label("Present password").fill("not that one at all")
    form.get_by_label("New password").fill(OTHER)
    form.get_by_role("button", name="Change it").click()
    expect(card(page, "account-said")).to_contain_text("present password")
    form.get_by_label("Present password").fill(PASSWORD)
    form.get_by_role("button", name="Change it").click()
    page.wait_for_url("**/auth/login?next=%2Fapp%2Faccount")
    log_in(page, "paula")
    expect(page.get_by_role("alert")).to_contain_text("no account has this name")
    log_in(page, "paula", OTHER)
    page.wait_for_url("**/app/account")


def test_a_server_without_logins_says_so_and_shows_nothing_that_does_nothing(
    tmp_path, open_browser
):
    served = Served(tmp_path / "netspace.db")
    served.start()
    try:
        page = open_browser(served)
        page.goto(f"{served.url}/app/account")
        expect(card(page, "account-who")).to_contain_text(
            "Everybody with an account on this machine can use it", timeout=60_000
        )
        expect(page.locator("#account main").locator("button, input, a")).to_have_count(0)
        expect(page.locator(".who:visible")).to_have_count(0)
        chromium.go(page, "new")
        expect(page.get_by_label("Name", exact=True)).to_be_visible(timeout=60_000)
        expect(page.locator("#new-visibility")).to_be_hidden()
    finally:
        served.close()


def test_a_key_lets_one_browser_in_until_it_logs_out(tmp_path, open_browser):
    served = Served(tmp_path / "netspace.db", NETSPACE_AUTH="key")
    with served.database.durable() as session:
        key = f"{served.url}/auth/link/{links.create(session, 'key')}"
    served.start()
    try:
        page = open_browser(served)
        page.goto(f"{served.url}/app/queue")
        expect(page.locator("main")).to_contain_text("netspace key")
        page.goto(key)
        page.get_by_role("button", name="Enter").click()
        page.wait_for_url("**/app/")
        expect(menu(page)).to_contain_text("local, admin")
        menu(page).get_by_role("link", name="My account").click()
        expect(card(page, "account-who")).to_contain_text(
            "There are no accounts", timeout=60_000
        )
        other = open_browser(served)
        other.goto(key)
        expect(other.locator("main")).to_contain_text("This link does not work")
        other.goto(f"{served.url}/app/queue")
        expect(other).to_have_url(re.compile("/auth/login"))
        menu(page).get_by_role("button", name="Log out").click()
        page.wait_for_url("**/auth/login")
        page.goto(f"{served.url}/app/queue")
        expect(page).to_have_url(re.compile("/auth/login"))
    finally:
        served.close()


# ---------------------------------------------------------------- logging out


def test_logging_out_in_one_tab_leads_the_others_to_the_login_and_back(come_in_anew, served):
    accounts.join(served.database, "lola", "viewer")
    one = come_in_anew("lola", "queue?group=done")
    menu(one)
    other = one.context.new_page()
    other.goto(f"{served.url}/app/")
    expect(other.locator("#connection")).to_have_text("● live", timeout=60_000)
    one.bring_to_front()  # what is in the background is not drawn
    menu(one).get_by_role("button", name="Log out").click()
    one.wait_for_url("**/auth/login")
    other.wait_for_url("**/auth/login?next=**", timeout=IN_TIME)
    wanted = parse_qs(urlsplit(other.url).query)["next"]
    assert wanted[0].startswith("/app/?population=")
    other.bring_to_front()
    log_in(other, "lola")
    other.wait_for_url(f"**{wanted[0]}")


# ---------------------------------------------------------------- whose work


def test_an_administrator_cancels_somebody_elses_work_after_a_question_that_names_him(
    come_in, served
):
    id = served.create("an evening of max's", 3, seed=2, training_seed=2)
    own(served, id, "max")
    page = come_in("ann")
    row = page.locator(f"#queue-populations tr[data-key='{id}']")
    expect(row).to_contain_text("max", timeout=60_000)
    row.get_by_role("button", name="Cancel").click()
    question = page.get_by_role("dialog", name="Cancel 3 jobs of max’s “an evening of max's”?")
    question.get_by_role("button", name="Keep them").click()
    row.get_by_role("button", name="Cancel").click()
    question.get_by_role("button", name="Cancel 3 jobs").click()
    expect(card(page, "queue-said")).to_have_text("3 jobs cancelled")


def test_a_member_steers_his_own_and_says_who_sees_it_but_not_what_is_anothers(come_in, served):
    id = served.create("ann's own", 3, seed=3, training_seed=3)
    own(served, id, "ann")
    max = come_in("max")
    others = max.locator(f"#queue-populations tr[data-key='{id}']")
    expect(others).to_contain_text("ann may, and administrators", timeout=60_000)
    expect(others.get_by_role("button")).to_have_count(0)
    row = max.locator("#queue-populations tbody tr", has_text="max's work")
    vera = come_in("vera")
    seen = vera.locator("#queue-populations tbody tr", has_text="max's work")
    expect(seen).to_be_visible(timeout=60_000)
    who_sees = row.get_by_label("who sees max's work")
    who_sees.select_option("only the owner")
    expect(card(max, "queue-said")).to_have_text(
        "max's work: its owner and administrators see it"
    )
    expect(seen).to_have_count(0, timeout=IN_TIME)
    who_sees.select_option("everybody")
    expect(card(max, "queue-said")).to_contain_text(re.compile("at most lab, as its .* is"))
    expect(who_sees).to_have_value("private")
    who_sees.select_option("the lab")
    expect(seen).to_be_visible(timeout=IN_TIME)


def test_explore_offers_pause_to_who_may(come_in, served):
    id = served.create("to be held up", 3, seed=4, training_seed=4)
    own(served, id, "max")
    query = f"?population={id}"
    max = come_in("max", "", query)
    expect(max.locator("#pause")).to_be_visible(timeout=60_000)
    expect(max.locator("#owner-badge")).to_have_text("max · lab")
    vera = come_in("vera", "", query)
    expect(vera.locator("#job-progress")).to_have_text("0 / 3", timeout=60_000)
    expect(vera.locator("#pause")).to_be_hidden()


def test_a_viewer_reads_on_new_population_why_there_is_no_start(come_in):
    page = come_in("vera", "new")
    expect(page.locator("#new-may")).to_contain_text(
        "a member may create populations", timeout=60_000
    )
    expect(page.get_by_role("button", name="Start")).to_be_disabled()


def test_a_viewer_reads_on_import_why_he_can_choose_no_file(come_in):
    page = come_in("vera", "import")
    expect(page.locator("#import-file")).to_contain_text("a member may import tables")
    expect(page.locator("#import-choose")).to_be_disabled()


def test_who_imports_a_table_says_who_sees_it(come_in, served):
    page = come_in("max", "import")
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"top1_err,w\n9,1\n8,2\n"}
    page.locator("#import-choose").set_input_files(files=[file])
    page.locator("#import-store").get_by_label("Who sees it").select_option("private")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.locator("#import-report h2")).to_have_text("“mine” is imported")
    with served.database.read() as session:
        row = session.scalars(select(PopulationRow).where(PopulationRow.name == "mine")).one()
        assert row.visibility == "private"


def test_a_member_reads_what_is_left_of_his_quota_and_says_who_sees_what_he_makes(
    come_in, served
):
    with served.database.durable() as session:
        quotas.put(session, What.QUEUED_JOBS, 40, "max", None)
    page = come_in("max", "new")
    told = page.locator("#new-acceptance")
    expect(told).to_contain_text(
        re.compile(r"Too much: \d of 40 jobs that have not ended used; this asks for 100\."),
        timeout=60_000,
    )
    page.locator("#new-name").fill("for my eyes")
    page.get_by_label("New networks").fill("3")
    page.get_by_label("Seed of the draws").fill("9")
    expect(told).to_contain_text(
        re.compile(r"At most: \d of 40 jobs that have not ended used; this asks for 3\."),
        timeout=60_000,
    )
    page.get_by_role("textbox", name="Who sees it").click()
    page.get_by_role("option", name="private").click()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/app/?population=*", timeout=60_000)
    with served.database.read() as session:
        made = session.scalars(
            select(PopulationRow).where(PopulationRow.name == "for my eyes")
        ).one()
        assert made.visibility == "private"


# ---------------------------------------------------------------- people


def test_a_role_that_takes_rights_away_is_asked_about_and_ends_the_sessions(
    come_in, come_in_anew, served
):
    accounts.join(served.database, "moritz")
    moritz, ann = come_in_anew("moritz", "queue"), come_in("ann", "people")
    role = ann.get_by_label("role of moritz")
    role.select_option("viewer", timeout=60_000)
    question = ann.get_by_role("dialog", name="Make moritz a viewer?")
    question.get_by_role("button", name="Keep it").click()
    expect(role).to_have_value("member")
    role.select_option("viewer")
    question.get_by_role("button", name="Make moritz a viewer").click()
    expect(card(ann, "people-said")).to_have_text("moritz is now viewer")
    expect(role).to_have_value("viewer")
    moritz.wait_for_url("**/auth/login?next=**", timeout=IN_TIME)


def test_who_is_disabled_is_let_in_no_more_and_again_by_a_new_password(
    come_in, open_browser, served
):
    accounts.join(served.database, "nina")
    ann = come_in("ann", "people")
    row = card(ann, "people-accounts").locator("tbody tr", has_text="nina")
    row.get_by_role("button", name="Disable").click(timeout=60_000)
    ann.get_by_role("dialog").get_by_role("button", name="Disable it").click()
    expect(row).to_contain_text("disabled")
    nina = open_browser(served)
    nina.goto(f"{served.url}/auth/login")
    log_in(nina, "nina")
    expect(nina.get_by_role("alert")).to_contain_text("no account")
    row.get_by_role("button", name="Enable").click()
    row.get_by_role("button", name="Password link").click()
    made = card(ann, "people-accounts")
    expect(made).to_contain_text("Give this link to nina")
    nina.goto(made.get_by_label("link", exact=True).input_value())
    nina.get_by_label("New password").fill(OTHER)
    nina.get_by_role("button", name="Go on").click()
    nina.wait_for_url("**/app/")


def test_the_audit_is_searched_paged_and_taken_home(come_in, served):
    with served.database.durable() as session:
        for _ in range(55):
            links.create(session, "invitation", accounts.Role.VIEWER)
    ann = come_in("ann", "people")
    search = ann.get_by_role("form", name="search the audit")
    rows = card(ann, "people-audit").locator("tbody tr")
    search.get_by_label("What, how it begins").fill("invitation", timeout=60_000)
    search.get_by_role("button", name="Search").click()
    ann.wait_for_url("**/app/people?what=invitation")
    home = ann.get_by_role("link", name="Download JSONL")
    expect(home).to_have_attribute("href", re.compile("what=invitation"))
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("invitation link made")
    ann.get_by_role("link", name="older").click()
    expect(rows.first).to_be_visible()
    ann.wait_for_url("**before=*")
    with ann.expect_download() as download:
        home.click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) >= 55
    assert all('"invitation link made"' in line for line in lines)


# ---------------------------------------------------------------- guests


def test_a_guest_sees_what_is_public_and_a_way_to_log_in(tmp_path, open_browser):
    served = Served(tmp_path / "netspace.db", NETSPACE_AUTH="accounts", NETSPACE_PUBLIC="1")
    accounts.join(served.database, "max")
    served.start()
    try:
        page = open_browser(served)
        page.goto(f"{served.url}/app/new")
        told = page.locator("#new-acceptance")
        expect(told).to_contain_text("no design space that you may see", timeout=60_000)
        chromium.go(page, "people")
        expect(card(page, "people-why")).to_contain_text("Log in, above", timeout=60_000)
        chromium.go(page, "queue")
        expect(page.locator("#queue-populations")).to_contain_text(
            "There is no population yet", timeout=60_000
        )
        page.locator(".who:visible").get_by_role("link", name="Log in").click()
        log_in(page, "max")
        page.wait_for_url("**/app/queue")
        expect(menu(page)).to_contain_text("max, member", timeout=60_000)
    finally:
        served.close()


# ---------------------------------------------------------------- for everybody


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_login_pages_are_accessible(open_browser, served, people, theme):
    page = open_browser(served)
    page.emulate_media(color_scheme=theme)
    with served.database.durable() as session:
        secret = links.create(session, "invitation", accounts.Role.VIEWER)
    for path in ("login", f"link/{secret}", f"link/{'s' * 43}"):
        page.goto(f"{served.url}/auth/{path}")
        assert found_by_axe(page) == []


@pytest.mark.parametrize(
    "path",
    ["account", "people", *(pytest.param(path, marks=pytest.mark.long) for path in MORE)],
)
def test_what_accounts_add_to_a_page_is_reached_at_every_width_and_accessible(come_in, path):
    page = come_in("ann", path)
    page.locator(THERE[path]).first.wait_for(timeout=60_000)
    for width in (390, 800, 960, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        beyond = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, a")]
              .filter((e) => e.checkVisibility() && !e.matches(".skip")
                && e.getBoundingClientRect().right > innerWidth + 1)
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert beyond == [], f"{width} pixels"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    menu(page)
    assert found_in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
