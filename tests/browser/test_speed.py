"""Speed in a real Chromium, over a table whose times are a known law.

Which model is ahead, what is kept apart, and what a budget buys.
"""

from urllib.parse import parse_qs, urlsplit

import chromium
import numpy as np
import pytest
from axes import found_in_both_themes
from playwright.sync_api import expect
from priced import whole
from served import Served, problems_of

import netspace_client

pytestmark = pytest.mark.browser
BUDGET = 0.0015


def timed():
    """Networks of two batches, of which each ninth has no time."""
    table = whole(n=150).reset_index(drop=True)
    table["batch_size"] = np.where(np.arange(len(table)) % 2, 64, 128)
    table.loc[table["batch_size"] == 128, "latency_64"] *= 2
    table.loc[::9, "latency_64"] = np.nan
    return table


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("speed") / "netspace.db")
    served.measured("benchmarked", *range(10, 40))
    served.benchmark(1, *np.linspace(0.001, 0.004, 30))
    served.measured("not benchmarked", *range(10, 40))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def table(served):
    with netspace_client.connect(served.url) as lab:
        return lab.import_table("timed", timed()).id


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/speed")
        page.locator("#speed").wait_for(timeout=60_000)
        yield page


@pytest.fixture
def page(opened):
    """One page for all tests, in which no script fails but for what the server refuses."""
    problems = problems_of(opened)
    yield opened
    opened.set_viewport_size(chromium.SIZE)
    assert [one for one in problems if "status of 4" not in one] == []


@pytest.fixture
def speed(page):
    """Opens a question: its answer, not that of the one before."""

    def ask(query):
        chromium.go(page, "account")
        page.locator("#account").wait_for()
        page.evaluate("document.getElementById('speed').dataset.state = 'asking'")
        chromium.go(page, "speed", query)
        page.locator("#speed:not([data-state=asking])").wait_for(timeout=60_000)
        return page

    return ask


def rest(page, served, path):
    return page.request.get(f"{served.url}/api/v1{path}").json()


def fits(page):
    """The models, and whether each is the best, decided against or not."""
    rows = page.locator("#speed-fits-text tbody tr")
    return {
        row.locator("td").first.inner_text(): row.locator("td").last.inner_text()
        for row in rows.all()
    }


def test_the_law_behind_the_times_is_ahead_in_the_words_of_rest(speed, served, table):
    page = speed(f"?population={table}&split=batch_size")
    path = f"/populations/{table}/speed?time=latency_64&split=batch_size"
    under = rest(page, served, path)["conditions"][0]
    statement = page.locator("#speed-fits-text .statement")
    expect(statement).to_have_text(f"{under['statement']}.")
    said = fits(page)
    assert list(said) == [one["model"] for one in under["fits"]]
    assert said["a sqrt(f) + b A"] in ("best", "not decided")
    assert said["a f"] == "decided against"
    a = page.locator("#speed-fits-text tr[data-key='a sqrt(f) + b A'] td").nth(1)
    expect(a).to_contain_text("a = ")


def test_batches_in_one_fit_are_said_and_are_parted_by_a_click(speed, table):
    page = speed(f"?population={table}")
    expect(page.locator("#speed-fits-text .warned")).to_contain_text("2 values of batch_size")
    page.get_by_label("batch size").check()
    tabs = page.locator("#speed-fits-text .segment")
    expect(tabs).to_have_count(2)
    expect(page.locator("#speed-fits-text .warned")).to_have_count(0)
    assert "split=batch_size" in page.url
    times = {}
    for tab in tabs.all():
        tab.click()
        expect(tab).to_have_attribute("aria-pressed", "true")
        page.wait_for_function("() => location.search.includes('condition=')")
        name = tab.get_attribute("data-condition")
        page.wait_for_function(
            "(name) => document.getElementById('speed-fits-note').textContent.includes(name)",
            arg=name,
        )
        times[name] = page.locator("#speed-front-text tbody tr").first.inner_text()
    assert len(set(times.values())) == 2


def test_a_time_that_was_not_measured_is_predicted_and_counted(speed, served, table):
    page = speed(f"?population={table}&split=batch_size")
    n = int(timed().query("batch_size == 64")["latency_64"].isna().sum())
    expect(page.locator("#speed-fits-text")).to_contain_text(f"{n} without a time")
    link = page.get_by_role("link", name="times, measured and predicted")
    text = page.request.get(
        f"{served.url}{urlsplit(link.get_attribute('href')).path}?"
        f"{urlsplit(link.get_attribute('href')).query}"
    ).text()
    head, *rows = text.splitlines()
    assert "predicted" in head
    assert sum(",False," in row for row in rows) == int(timed()["latency_64"].isna().sum())


def test_a_budget_has_its_networks_and_leads_to_them(speed, table):
    page = speed(f"?population={table}")
    page.get_by_label("time budget").fill("1.5 ms")
    page.get_by_label("time budget").press("Enter")
    page.wait_for_function("() => location.search.includes('budget=0.0015')")
    time = timed()["latency_64"]
    within, n = int((time <= BUDGET).sum()), int(time.notna().sum())
    words = page.locator("#speed-front-text p").first
    expect(words).to_contain_text(f"Within 1.50 ms: {within} of {n} networks")
    best = timed()[time <= BUDGET]["error"].min()
    expect(words).to_contain_text(f"best {best:.1f}")
    compare = page.get_by_role("link", name="compare with all").get_attribute("href")
    assert parse_qs(urlsplit(compare).query)["side"] == [
        f"{table};latency_64=..0.0015",
        f"{table}",
    ]
    page.get_by_role("link", name="Explore them").click()
    page.wait_for_function("() => location.pathname.endsWith('/app/')")
    assert parse_qs(urlsplit(page.url).query)["latency_64"] == ["..0.0015"]
    expect(page.locator("#passing")).to_have_text(str(within))


def test_what_is_no_time_is_said_and_changes_nothing(speed, table):
    page = speed(f"?population={table}")
    page.get_by_label("time budget").fill("soon")
    page.get_by_label("time budget").press("Enter")
    expect(page.locator("#speed-said")).to_contain_text("“soon” is no time")
    assert "budget" not in page.url


def test_the_front_is_what_nothing_beats(speed, table):
    page = speed(f"?population={table}")
    given = timed()
    pairs = sorted(
        (time, error)
        for time, error in zip(given["latency_64"], given["error"], strict=True)
        if time == time
    )
    best, front = np.inf, 0
    for _, error in pairs:
        front, best = front + (error < best), min(best, error)
    expect(page.locator("#speed-front-text tbody tr")).to_have_count(front)


DOT = """(id) => {
  const canvas = document.getElementById(id);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    const isBlue = data[i + 2] > data[i] + 100 && data[i + 3] > 100;
    if (isBlue) return [(i / 4) % canvas.width, Math.floor(i / 4 / canvas.width)];
  }
}"""
"""Where the first dot of a canvas is."""


def test_a_network_of_the_table_or_of_the_plot_is_opened(speed):
    page = speed("?population=1&time=latency")
    expect(page.locator("#speed-fits-note")).to_contain_text("unknown device, float32")
    first = page.locator("#speed-residuals-text .network-id").first
    id = first.inner_text()
    first.click()
    expect(page.locator("#network[data-state=shown]")).to_contain_text(id)
    page.keyboard.press("Escape")
    expect(page.locator("#network")).to_be_hidden()
    canvas = page.locator("#speed-residuals-canvas")
    canvas.scroll_into_view_if_needed()
    x, y = page.evaluate(DOT, "speed-residuals-canvas")
    page.mouse.click(canvas.bounding_box()["x"] + x, canvas.bounding_box()["y"] + y)
    expect(page.locator("#network[data-state=shown]")).to_be_visible()
    page.keyboard.press("Escape")


def test_without_a_time_the_way_to_one_is_said(speed):
    page = speed("?population=2")
    expect(page.locator("#speed")).to_have_attribute("data-state", "without")
    expect(page.locator("#speed-why")).to_contain_text("Benchmark, on Queue, measures them")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("population=1&time=width_9", "the population's columns"),
        ("population=1&time=latency&condition=another", "condition=another is not there"),
        ("population=x", "population=x is not an id"),
        ("population=1&time=latency&budget=soon", "budget=soon is not a time"),
        ("population=999", "999"),
    ],
)
def test_what_is_refused_is_said(speed, query, said):
    page = speed(f"?{query}")
    expect(page.locator("#speed")).to_have_attribute("data-state", "refused")
    expect(page.locator("#speed-why")).to_contain_text(said)


@pytest.mark.long
def test_no_rule_of_axe_is_broken_and_nothing_scrolls_sideways(speed, table):
    page = speed(f"?population={table}&split=batch_size&budget={BUDGET}")
    assert found_in_both_themes(page) == []
    for width in (390, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        root = "document.documentElement"
        assert page.evaluate(f"() => {root}.scrollWidth <= {root}.clientWidth + 1"), width


def test_networks_in_a_box_are_selected_on_all_plots_and_lead_to_explore(speed, served, table):
    page = speed(f"?population={table}&split=batch_size")
    page.wait_for_function(
        """() => document.querySelector("#speed-times .js-plotly-plot")
          ?._fullLayout?.xaxis?._length"""
    )
    plot = page.locator("#speed-times-canvas")
    plot.scroll_into_view_if_needed()
    axes = page.evaluate(
        """() => {
          const { xaxis, yaxis } = document.querySelector("#speed-times .js-plotly-plot")
            ._fullLayout;
          return [xaxis, yaxis].map(({ _offset, _length }) => [_offset, _length]);
        }"""
    )
    box = plot.bounding_box()
    (x, width), (y, height) = axes
    left, top = box["x"] + x, box["y"] + y
    page.mouse.move(left + 1, top + 1)
    page.mouse.down()
    page.mouse.move(left + width / 2, top + height / 2, steps=4)
    page.mouse.move(left + width / 2, top + height - 1, steps=4)
    page.mouse.up()
    note = page.locator("#speed-times-note")
    expect(note).to_contain_text("selected")
    n = int(note.locator("b").inner_text().split()[0])
    query = parse_qs(urlsplit(note.locator("a").get_attribute("href")).query)
    ranges = query["select"][0].replace(";", "&")
    path = f"/populations/{table}/networks?limit=1000&batch_size={query['batch_size'][0]}"
    assert len(rest(page, served, f"{path}&{ranges}")["items"]) == n > 0
    page.keyboard.press("Escape")
    expect(note).to_have_text("")
    page.locator("#speed [data-tool=lasso]").click()
    corners = [(0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5), (0.5, 0.1)]
    path = [(left + width * x, top + height * y) for x, y in corners]
    page.mouse.move(*path[0])
    page.mouse.down()
    for point in path[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()
    said = note.locator("b").inner_text()
    assert 0 < int(said.split()[0]) < n * 4
    page.wait_for_function("() => location.search.includes('&lasso=')")
    link = urlsplit(page.url).query
    speed(f"?population={table}&split=batch_size")
    expect(note).to_have_text("")
    speed(f"?{link}")
    expect(note.locator("b")).to_have_text(said)
    note.get_by_role("link", name="on Explore").click()
    expect(page.locator("#selected-count")).to_have_text(said)
