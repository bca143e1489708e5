"""What all pages have in common: titles, addresses, help, a first look, any width."""

from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import chromium
import pytest
from chromium import go
from playwright.sync_api import expect
from served import Served, problems_of

from services.work import schedule

pytestmark = pytest.mark.browser

PAGES = {
    "": "Explore",
    "new": "New population",
    "compare": "Compare",
    "trends": "Trends",
    "speed": "Speed",
    "views": "Views",
    "queue": "Queue",
    "lookup": "Look up",
    "import": "Import",
    "account": "My account",
    "people": "People",
}
LONG = "a name that goes on and on " * 4


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("pages") / "netspace.db")
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def populations(served):
    """Two measured ones and one of a very long name."""
    return [
        served.measured("easy", *range(5, 30)),
        served.measured("hard", *range(15, 40)),
        served.measured(LONG[:100], *range(10, 35)),
    ]


@pytest.fixture(scope="module")
def opened(windows, served, populations):
    """The page that most tests share; opening one costs seconds."""
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/account")
        ready(page)
        yield page


@pytest.fixture
def page(opened):
    problems = problems_of(opened)
    yield opened
    opened.set_viewport_size(chromium.SIZE)
    assert problems == []


def ready(page):
    """Whatever the page shows first is there."""
    page.wait_for_function("() => document.title.includes(' · netspace')", timeout=60_000)
    page.locator("main:visible").first.wait_for()


@pytest.fixture(scope="module", params=list(filter(None, PAGES)))
def path(request):
    return request.param


@pytest.fixture
def view(page, populations, path):
    """One of the pages; tests that look at the same one find it shown."""
    a, _, long = populations
    query = {"compare": f"?side={a}&side={long}", "queue": "?group=done"}.get(path, "")
    if urlsplit(page.url).path != f"/app/{path}":
        go(page, path, query)
    page.locator(f"[id='page-{path}'] main").wait_for()
    return page


def test_every_page_has_a_title_one_heading_and_its_language(view, path):
    page = view
    page.wait_for_function("(it) => document.title === it", arg=f"{PAGES[path]} · netspace")
    is_named(page, PAGES[path])
    assert page.locator("html").get_attribute("lang") == "en"


def is_named(page, name):
    """By its title and its one heading."""
    assert page.title() == f"{name} · netspace"
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_count(1)
    expect(heading).to_have_text(name)


def test_every_page_says_what_it_is_for_and_has_help(view, path):
    page = view
    expect(page.locator(".purpose:visible")).to_have_count(1)
    page.locator("main:visible").first.click(position={"x": 2, "y": 2})
    page.keyboard.press("?")
    help = page.locator(".page-help:visible .popover")
    expect(help).to_be_visible()
    expect(help).to_contain_text("How to read this")
    page.keyboard.press("Escape")
    expect(help).to_be_hidden()


def test_what_closes_a_network_is_in_the_window_at_every_width(page, populations):
    go(page, "", f"?population={populations[0]}&network=1")
    page.locator("#network[data-state=shown]").wait_for(timeout=60_000)
    for width in (320, 390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for button in page.locator("#network .drawer-head :is(a, button):visible").all():
            box = button.bounding_box()
            assert box["x"] + box["width"] <= width, button.inner_text()
    page.locator("#network-close").click()
    expect(page.locator("#network")).to_be_hidden()


@pytest.mark.parametrize("is_first", [False, True])
def test_a_page_whose_scripts_do_not_come_is_loaded_whole_or_says_so(browser, served, is_first):
    # A server that was renewed meanwhile has its scripts elsewhere: the old address is 404.
    page = browser.new_page()
    failing = "**/views/view.mjs"
    page.route(failing, lambda route: route.fulfill(status=404))
    if is_first:
        page.goto(f"{served.url}/app/views")
        expect(page.locator("#problem")).to_contain_text("scripts did not come")
    else:
        page.goto(f"{served.url}/app/account")
        page.locator("[id='page-account'] main").wait_for()
        page.once("framenavigated", lambda _: page.unroute(failing))
        page.evaluate("dash_clientside.set_props('location', { pathname: '/app/views' })")
        page.locator("[id='page-views'] main").wait_for()
    page.close()


def test_first_curves_wait_neither_for_the_table_s_library_nor_twice_for_their_columns(
    browser, served, populations
):
    page, asked = browser.new_page(), []
    page.route("**/dash_ag_grid/dash_ag_grid*", lambda route: route.fulfill(status=404))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served.url}/app/?population={populations[0]}")
    page.locator("#explore[data-state=ready][data-drawn]").wait_for()
    expect(page.locator("#problem")).to_contain_text("scripts did not come")
    assert len([url for url in asked if "/columns" in url]) == 1
    page.unroute("**/dash_ag_grid/dash_ag_grid*")
    page.evaluate("dash_clientside.set_props('location', { pathname: '/app/queue' })")
    page.locator("[id='page-queue'] main").wait_for()
    expect(page.locator("#problem")).to_be_hidden()
    page.go_back()
    page.locator("#networks .ag-row").first.wait_for()  # it has come
    page.close()


def test_that_scripts_did_not_come_is_said_until_a_page_is_there(browser, served):
    page = browser.new_page()
    page.goto(f"{served.url}/app/account")
    page.locator("[id='page-account'] main").wait_for()
    for away in ("**/views/view.mjs", "**/app/views"):  # the server, as a page sees it
        page.route(away, lambda route: route.abort())
    page.evaluate("dash_clientside.set_props('location', { pathname: '/app/views' })")
    expect(page.locator("#problem")).to_contain_text("scripts did not come")
    page.unroute_all()
    page.go_back()
    expect(page.locator("#problem")).to_be_hidden()
    page.evaluate("dash_clientside.set_props('location', { pathname: '/app/views' })")
    page.locator("[id='page-views'] main").wait_for()
    page.close()


DRAWN = """async () => {
  const draw = window.requestAnimationFrame;
  let times = 0;
  window.requestAnimationFrame = (act) => { times += 1; return draw(act); };
  await new Promise((resolve) => setTimeout(resolve, 400));
  window.requestAnimationFrame = draw;
  return times;
}"""


def test_a_page_that_rests_draws_nothing(view):
    # It may still arrive; what draws for ever never rests.
    assert any(view.evaluate(DRAWN) == 0 for _ in range(20))


def test_a_page_that_was_left_computes_nothing_more(page, populations):
    a, b, _ = populations
    go(page, "compare", f"?side={a}&side={b}")
    page.locator(".verdict").first.wait_for(timeout=60_000)
    go(page, "new")
    expect(page.locator("#new-acceptance")).to_contain_text("candidates", timeout=60_000)
    asked = []

    def hear(request):
        if "/_dash-update-component" in request.url:
            asked.extend(request.post_data_json["changedPropIds"])

    page.on("request", hear)
    for path in ("queue", "views"):
        go(page, path)
        page.locator(f"[id='page-{path}'] main").wait_for()
        page.wait_for_timeout(500)
    page.remove_listener("request", hear)
    assert {id.split(".")[0] for id in asked} == {"location"}  # is the address this page's?


def test_new_population_that_was_left_at_once_has_its_preview_when_it_is_shown_again(
    browser, served, populations
):
    page = browser.new_page()
    page.goto(f"{served.url}/app/queue")
    page.locator("[id='page-queue'] main").wait_for()
    page.evaluate(
        """async () => {
          const go = (pathname) => dash_clientside.set_props("location", { pathname });
          const filled = () => document.querySelector("#new-json")?.value;
          const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
          go("/app/new");
          while (!filled()) await soon();
          go("/app/queue");
        }"""
    )
    page.locator("[id='page-queue'] main").wait_for()
    page.wait_for_timeout(1_500)  # the values have come to rest by then
    page.evaluate("dash_clientside.set_props('location', { pathname: '/app/new' })")
    expect(page.locator("#new-acceptance")).to_contain_text("candidates")
    page.close()


def test_no_page_scrolls_sideways_and_every_control_is_reached(view, path):
    page = view
    if path == "compare":
        page.locator(".verdict").first.wait_for(timeout=60_000)
    if path == "queue":
        expect(page.locator("#queue-populations")).to_contain_text("a name that goes on")
    for width in (390, 800, 960, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        if path == "compare":
            expect(page.get_by_role("button", name="Add side")).to_be_visible()
            expect(page.get_by_label("constraints of side 1")).to_be_visible()
        assert beyond(page) == [], f"{width} pixels"


def test_the_title_follows_a_link_to_another_page(page, served, populations):
    go(page, "queue")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.wait_for_function("() => document.title === 'Compare · netspace'")
    page.get_by_role("link", name="Explore", exact=True).click()
    page.wait_for_function("() => document.title === 'Explore · netspace'")
    is_named(page, "Explore")


@pytest.mark.parametrize("path", ["explore", *filter(None, PAGES)])
def test_a_page_without_the_prefix_goes_where_it_is_and_is_named_there(served, path):
    with urlopen(f"{served.url}/{path}?group=done") as answer:
        assert answer.status == 200
        page = "" if path == "explore" else path
        assert answer.url == f"{served.url}/app/{page}?group=done"
        name = f"{PAGES[page]} · netspace"
        assert f"<title>{name}</title>" in answer.read().decode()


def test_where_no_page_is_a_person_reads_which_there_are(opened, served):
    page = opened.context.new_page()
    answer = page.goto(f"{served.url}/app/nothing-here")
    assert answer.status == 404
    expect(page.get_by_role("heading")).to_have_text("There is no such page")
    expect(page.get_by_role("link")).to_have_text(list(PAGES.values()))
    page.close()


def test_the_words_of_a_card_are_explained_in_place(page, served, populations):
    go(page, "compare")
    page.locator(".verdict").first.wait_for(timeout=60_000)
    card = page.locator("#compare-card-balance")
    card.get_by_title("the words of").click()
    for word in ("SMD", "HC3", "covariate"):
        expect(card.locator(".explained dt", has_text=word)).to_be_visible()


def test_the_first_tab_skips_to_the_content(page, served, populations):
    page.goto(f"{served.url}/app/queue")
    ready(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main:visible")).to_be_focused()
    assert page.url.endswith("/app/queue")


def beyond(page):
    """Controls beyond the right edge, and what scrolls sideways but for tables."""
    return page.evaluate(
        """() => {
          const shown = (e) => e.checkVisibility() && e.getClientRects().length;
          const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
          const controls = [...document.querySelectorAll("button, input, select, a")]
            .filter((e) => shown(e) && !e.matches(".skip") && !e.closest("[class*=mantine-]"));
          const wide = [document.documentElement, ...document.querySelectorAll("main, main *")]
            .filter((e) => shown(e) && (scrolls(e) || e === document.documentElement)
              && e.scrollWidth > e.clientWidth + 1 && !e.querySelector("table"));
          return [
            ...controls.filter((e) => e.getBoundingClientRect().right > innerWidth + 1),
            ...wide,
          ].map((e) => e.outerHTML.slice(0, 120));
        }"""
    )


def test_a_wide_screen_is_not_filled_from_edge_to_edge(page, served, populations):
    page.set_viewport_size({"width": 2560, "height": 1200})
    go(page, "queue")
    expect(page.locator("#queue-populations")).to_contain_text("easy")
    assert page.locator("#queue-populations").bounding_box()["width"] < 1700
    go(page, "compare")
    page.locator(".verdict").first.wait_for(timeout=60_000)
    plot = page.locator("#compare-card-edf .small-plot").bounding_box()
    assert plot["width"] < 900


# ---------------------------------------------------------------- a first look


@pytest.fixture
def fresh(tmp_path):
    """A database of the test's own."""
    served = Served(tmp_path / "netspace.db")
    served.start()
    yield served
    served.close()


@pytest.fixture
def visitor(windows, fresh):
    """A page of somebody who comes for the first time."""
    with windows.lent(fresh) as window:
        page = window.new_page()
        problems = problems_of(page)
        yield page
        assert problems == []


def come(page, served):
    """Which population `/` opens, and which against it."""
    page.goto(served.url)
    page.wait_for_function("() => location.search.includes('population=')", timeout=60_000)
    page.wait_for_function("() => document.getElementById('passing')?.textContent")
    query = parse_qs(urlsplit(page.url).query)
    return int(query["population"][0]), int(query.get("against", [0])[0])


def test_an_empty_database_greets_with_a_way_on(fresh, visitor):
    visitor.goto(fresh.url)
    expect(visitor.locator("#explore")).to_contain_text(
        "There is no population yet", timeout=60_000
    )
    go(visitor, "compare")
    expect(visitor.locator(".compare-nothing")).to_be_visible()
    go(visitor, "new")
    expect(visitor.locator("#new-acceptance")).to_contain_text("There is no design space yet")
    expect(visitor.locator("#new-form [data-error]")).to_have_count(0)
    go(visitor, "queue")
    expect(visitor.locator("#queue-populations")).to_contain_text("There is no population yet")


def test_a_first_look_opens_the_study_and_says_what_trains(fresh, visitor):
    rival = fresh.measured("Study: AnyNetX_A (digits)", *range(20, 40))
    study = fresh.measured("Study: RegNetX (digits)", *range(10, 30))
    fresh.measured("Study: RegNetX, seed 1 (digits)", 20, 21, 22)
    demo = fresh.create("RegNetX · digits", 12, seed=77, training_seed=77)
    fresh.record(9.0, 8.0, of=demo)
    assert come(visitor, fresh) == (study, rival)
    line = visitor.locator("#training-now")
    expect(line).to_have_text("demo training now, 2 of 12: watch")
    line.get_by_role("link", name="watch").click()
    visitor.wait_for_function(f"() => location.search.includes('population={demo}')")
    expect(line).to_be_hidden()
    go(visitor, "compare")
    visitor.wait_for_function("() => location.search.includes('side=')", timeout=60_000)
    assert visitor.url.endswith(
        f"?side={study}&side={rival}"
    )  # the same two, in the same colours
    own = fresh.create("mine", 3, seed=78, training_seed=78)
    assert come(visitor, fresh)[0] == own


def test_what_nobody_has_begun_to_train_waits_and_what_trains_is_said_before_it(fresh, visitor):
    mine = fresh.measured("mine", 5, 6, 7)
    fresh.create("not begun", 4, seed=5, training_seed=5)
    visitor.goto(f"{fresh.url}/app/?population={mine}")
    line = visitor.locator("#training-now")
    expect(line).to_have_text("not begun waits, 0 of 4: watch", timeout=60_000)
    begun = fresh.create("begun", 3, seed=6, training_seed=6)
    fresh.record(5.0, of=begun)
    fresh.create("not begun, either", 4, seed=7, training_seed=7)
    expect(line).to_have_text("begun training now, 1 of 3: watch")


def test_what_was_cancelled_whole_is_not_what_a_first_look_opens(fresh, visitor):
    mine = fresh.measured("mine", 5, 6, 7)
    gone = fresh.create("all of it cancelled", 4, seed=5, training_seed=5)
    schedule.cancel(fresh.database, gone)
    assert come(visitor, fresh)[0] == mine


def test_populations_to_pick_are_grouped_and_their_list_is_no_wider_than_the_page(
    fresh, visitor
):
    fresh.measured("RegNetX · digits", 5, 6, 7)
    fresh.measured(LONG[:100], 5, 6, 7)
    fresh.measured("Study: RegNetX (digits)", 5, 6, 7)
    visitor.goto(fresh.url)
    visitor.locator("#population").click(timeout=60_000)
    groups = visitor.locator(".picker-group:visible")
    expect(groups).to_have_text(["Made here", "Study", "Demo"])
    box = visitor.locator("dialog.picker-dialog").bounding_box()
    assert box["width"] <= 680
