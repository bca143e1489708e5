"""One stream of events for all tabs of a browser, and what a page says when it is silent."""

import os
import re
import signal
from contextlib import contextmanager

import numpy as np
import pytest
from chromium import SIZE
from playwright.sync_api import expect
from served import Served

pytestmark = pytest.mark.browser

TABS = 7  # a browser opens six connections to a host
WITHOUT_SHARED_WORKER = "delete window.SharedWorker"
HIDE = """(state) => {
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
STREAMS = """() => {
  window.streams = [];
  window.EventSource = class extends EventSource {
    constructor(...given) {
      super(...given);
      window.streams.push(this);
    }
  };
}"""
OPEN = "() => window.streams.filter((one) => one.readyState !== EventSource.CLOSED).length"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("served") / "netspace.db")
    served.regnet = served.create("RegNetX", 60)
    served.record(*np.random.default_rng(0).uniform(5, 40, 40))
    served.other = served.create("AnyNetX_A", 30, "AnyNetX_A small", training_seed=1)
    served.start()
    yield served
    served.close()


@pytest.fixture
def tabs(windows, served):
    """A window in which nothing of netspace is open."""
    with windows.lent(served) as window:
        yield window


@pytest.fixture(scope="module")
def clocked(browser):
    """A window without shared workers, whose pages have a clock that tests turn."""
    context = browser.new_context(viewport=SIZE)
    context.add_init_script(WITHOUT_SHARED_WORKER)
    context.clock.install()
    yield context
    context.close()


@contextmanager
def frozen(served):
    """The server stands still: its connections stay open, and nothing is answered."""
    os.kill(served.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(served.process.pid, signal.SIGCONT)


def is_whole(page):
    """All that the link asks for is there: what is done before is done to half a page."""
    page.wait_for_selector(
        "#explore[data-state=ready][data-drawn][data-committed]", timeout=60_000
    )


def is_live(page):
    expect(page.locator("#connection")).to_have_attribute("data-live", "true", timeout=60_000)


def row(page, place):
    """A cell of the table that can be clicked, once its row has come: before, it is empty."""
    cell = page.locator("#networks .ag-row [col-id=id]").nth(place)
    expect(cell).to_have_text(re.compile(r"\d"), timeout=60_000)
    return cell


def test_any_number_of_tabs_works_and_all_hear_of_a_result(tabs, served):
    page = tabs.new_page()
    page.goto(f"{served.url}/app/?population={served.regnet}")
    is_live(page)
    script = page.evaluate("document.querySelector('link[href$=\"/events.mjs\"]').href")
    others = [listening(tabs.new_page(), script, served.regnet) for _ in range(TABS - 1)]
    n = page.locator("[data-number=n] > span")
    before = int(n.inner_text())
    served.record(9.5, of=served.regnet)
    for other in others:
        other.wait_for_function("() => window.heard.at(-1) > window.heard[0]", timeout=60_000)
        assert other.evaluate("heard.at(-1) - heard[0]") == 1  # versions
    status = others[-1].evaluate(
        """async (url) => (await fetch(url, { signal: AbortSignal.timeout(30000) })).status""",
        f"{served.url}/api/v1/populations",
    )
    assert status == 200
    page.bring_to_front()  # a tab behind others is not drawn
    expect(n).to_have_text(str(before + 1), timeout=60_000)


def listening(tab, script, population):
    """A tab that does nothing but listen: the whole page takes long to open seven times."""
    tab.goto(script)
    tab.evaluate(
        """async (population) => {
          trustedTypes.createPolicy("default", { createScriptURL: (own) => own });
          const { listen } = await import("./events.mjs");
          window.heard = [];
          listen({ activity: (activity) => {
            if (activity.population === population) heard.push(activity.version);
          } });
        }""",
        population,
    )
    tab.wait_for_function("() => window.heard.length", timeout=60_000)
    return tab


def test_without_a_shared_worker_a_tab_has_one_stream_and_none_while_it_is_hidden(tabs, served):
    page = tabs.new_page()
    page.add_init_script(WITHOUT_SHARED_WORKER)
    page.add_init_script(f"({STREAMS})()")
    page.goto(f"{served.url}/app/?population={served.regnet}")
    is_live(page)
    row(page, 0).click()
    expect(page.locator("#network-standing")).to_be_visible()
    assert page.evaluate(OPEN) == 1
    page.evaluate(HIDE, "hidden")
    assert page.evaluate(OPEN) == 0
    page.evaluate(HIDE, "visible")
    is_live(page)
    assert page.evaluate(OPEN) == 1


def test_a_server_that_stands_still_is_told_from_one_that_has_no_news(clocked, served):
    page = clocked.new_page()
    page.goto(f"{served.url}/app/?population={served.regnet}")
    is_live(page)
    is_whole(page)
    second = row(page, 1)
    said = page.locator("#network-said")
    page.wait_for_function("() => window.Plotly")  # it would not come from a frozen server
    with frozen(served):
        second.click()
        expect(said).to_contain_text("Loading network")
        page.clock.run_for(16_000)
        expect(said).to_contain_text("has not answered for 15 s")
        page.clock.run_for(12_000)
        expect(page.locator("#connection")).to_contain_text("no news for 25 s")
    expect(page.locator("#network-standing")).to_be_visible(timeout=60_000)
    expect(said).to_be_hidden()
    is_live(page)
    page.close()


def test_compare_says_that_it_waits_for_a_server_that_stands_still(clocked, served):
    page = clocked.new_page()
    page.goto(f"{served.url}/app/compare?side={served.regnet}&side={served.regnet};depth=3..8")
    expect(page.locator("#compare-card-verdicts .verdict").first).to_be_visible(timeout=60_000)
    with frozen(served):
        page.evaluate(
            """dash_clientside.set_props("location",
              { search: location.search + "&band=kolmogorov" })"""
        )
        expect(page.locator("#compare-cards")).to_have_attribute("aria-busy", "true")
        page.clock.run_for(16_000)
        expect(page.locator("#compare-said")).to_contain_text("has not answered for 15 s")
        page.clock.run_for(12_000)
        expect(page.locator("#away")).to_contain_text("No news from the server for 25 s")
    expect(page.locator("#compare-said")).to_be_empty()
    expect(page.locator("#away")).to_be_hidden()


def test_what_could_not_be_loaded_is_loaded_when_the_server_is_back(tabs, served):
    page = tabs.new_page()
    page.goto(f"{served.url}/app/?population={served.regnet}")
    is_live(page)
    is_whole(page)
    served.stop()
    page.evaluate(
        """(id) => {
          history.pushState({}, "", `?population=${id}`);
          dispatchEvent(new PopStateEvent("popstate"));
        }""",
        served.other,
    )
    expect(page.locator("#edf-card")).to_contain_text("the server cannot be reached")
    served.start()
    expect(page.locator("#edf-card")).not_to_contain_text("reached", timeout=60_000)
    expect(page.locator("#passing")).to_have_text("30", timeout=60_000)


def test_a_link_to_a_network_that_is_not_there_says_so(tabs, served):
    page = tabs.new_page()
    page.goto(f"{served.url}/app/?population={served.regnet}")
    is_live(page)
    page.evaluate(
        """(picked) => dash_clientside.set_props("picked", { data: picked })""",
        {"population": served.regnet, "network": 987654},
    )
    expect(page.locator("#network-told")).to_contain_text("Nothing to show")
    expect(page.locator("#problem")).to_be_hidden()
