"""Trends in a real Chromium, over tables whose truth is known: what grows, what stays, and the
way from a range to the networks in it."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import chromium
import numpy as np
import pytest
from axes import found_in_both_themes
from playwright.sync_api import expect
from priced import WINDOWS, networks, whole
from served import Served, problems_of

import netspace_client

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("trends") / "netspace.db")
    served.measured("sampled", *range(10, 70))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def lab(served):
    with netspace_client.connect(served.url) as lab:
        yield lab


@pytest.fixture(scope="module")
def chain(lab):
    """Four populations, each of twice the flops of the one before."""
    return [lab.import_table(f"from {a:g}", networks((a, b))).id for a, b in WINDOWS]


@pytest.fixture(scope="module")
def one(lab):
    """All of them as one population."""
    return lab.import_table("whole", whole()).id


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/trends")
        page.locator("#trends").wait_for(timeout=60_000)
        yield page


@pytest.fixture
def page(opened):
    """One page for all tests, in which no script fails but for what the server refuses."""
    problems = problems_of(opened)
    yield opened
    opened.set_viewport_size(chromium.SIZE)
    assert [one for one in problems if "status of 422" not in one] == []


@pytest.fixture
def trends(page):
    """Opens a question: its verdicts, not those of the one before."""

    def ask(query):
        chromium.go(page, "account")
        page.locator("#account").wait_for()
        page.evaluate("document.getElementById('trends').dataset.state = 'asking'")
        chromium.go(page, "trends", query)
        page.locator("#trends:not([data-state=asking])").wait_for(timeout=60_000)
        return page

    return ask


def sides(ids):
    return "&".join(f"side={id}" for id in ids)


def verdict(page, parameter):
    """Cells of a parameter's row."""
    row = page.locator(f"#trends-verdicts-text tr[data-key={parameter}] td")
    return row.all_inner_texts()


def rest(page, served, path):
    return page.request.get(f"{served.url}/api/v1{path}").json()


def test_what_stays_is_constant_and_what_moves_grows_as_rest_says(trends, served, chain):
    page = trends(f"?{sides(chain)}&columns=depth,wm")
    found = rest(page, served, f"/trends?{sides(chain)}&columns=depth,wm")
    depth, wm = found["trends"]
    assert verdict(page, "depth")[1] == depth["verdict"] == "constant"
    said = verdict(page, "wm")
    assert said[1] == wm["verdict"] == "grows"
    percents = [float(x.replace("−", "-")) for x in re.findall(r"[−\d.]+(?= %|,)", said[2])]
    slope = wm["slope"]
    asked = [100 * slope[name] for name in ("estimate", "lower")]
    assert percents[:2] == pytest.approx(asked, abs=0.6)
    assert said[5] == str(wm["n"])


def test_what_all_networks_do_stands_beside_and_is_said_of_a_parameter_that_goes_with_them(
    trends, chain
):
    page = trends(f"?{sides(chain)}&columns=activations,depth")
    said = verdict(page, "activations")
    assert said[1] == "grows – all networks do, too"
    assert "do, too" not in verdict(page, "depth")[1]


def test_a_range_is_a_link_to_explore_under_that_constraint(trends, served, chain):
    page = trends(f"?{sides(chain)}&columns=depth,wm")
    at = rest(page, served, f"/trends?{sides(chain)}&columns=depth,wm")["trends"][0]["levels"]
    link = page.locator("#trends-ranges-text tr").nth(2).locator("a").first
    expect(link).to_contain_text(f"{at[1]['best']['lo']:g}")
    link.click()
    page.wait_for_function("() => location.pathname.endsWith('/app/')")
    query = parse_qs(urlsplit(page.url).query)
    assert query["population"] == [str(chain[1])]
    best = at[1]["best"]
    assert query["depth"] == [f"{best['lo']:g}..{best['hi']:g}"]
    passing = page.locator("#passing")
    depth = networks(WINDOWS[1])["depth"]
    n = int(((depth >= best["lo"]) & (depth <= best["hi"])).sum())
    expect(passing).to_have_text(str(n))


def test_a_range_is_followed_though_explore_was_left_with_another(trends, chain):
    for level in (2, 1):
        page = trends(f"?{sides(chain)}&columns=depth,wm")
        link = page.locator("#trends-ranges-text tr").nth(1 + level).locator("a").first
        asked = parse_qs(urlsplit(link.get_attribute("href")).query)
        link.click()
        page.wait_for_function("() => location.pathname.endsWith('/app/')")
        committed = json.dumps({"depth": asked["depth"][0]}, separators=(",", ":"))
        page.locator(f"#explore[data-committed='{committed}']").wait_for()
        assert parse_qs(urlsplit(page.url).query) == asked


def test_a_click_on_a_bar_of_the_plot_goes_there_too(trends, chain):
    page = trends(f"?{sides(chain)}&columns=depth,wm")
    box = page.locator("#trends-ranges-canvas").bounding_box()
    for x in range(60, 460, 12):
        page.mouse.click(box["x"] + x, box["y"] + 100)
        if "/app/trends" not in page.url:
            break
    query = parse_qs(urlsplit(page.url).query)
    assert query["population"] == [str(chain[0])]
    assert "depth" in query


def plot(page, n=0, id="trends-ranges"):
    """Where a plot is on the page: left, top, width, height."""
    page.wait_for_function(
        """(id) => document.querySelector(`#${id} .js-plotly-plot`)
          ?._fullLayout?.xaxis?._length""",
        arg=id,
    )
    page.locator(f"#{id}-canvas").scroll_into_view_if_needed()
    return page.evaluate(
        """([id, n]) => {
          const { _fullLayout: all } = document.querySelector(`#${id} .js-plotly-plot`);
          const { left, top } = document.getElementById(`${id}-canvas`).getBoundingClientRect();
          const [x, y] = ["xaxis", "yaxis"].map((way) => all[n ? way + (n + 1) : way]);
          return [left + x._offset, top + y._offset, x._length, y._length];
        }""",
        [id, n],
    )


def drag(page, corners, **of):
    """Drag over a plot along corners, as shares of its width and height from the top left."""
    left, top, width, height = plot(page, **of)
    points = [(left + x * width, top + y * height) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


BOX = [(0.2, 0.02), (0.6, 0.5)]
"""Of depth: networks of the first three levels."""
VIOLET = """(id) => {
  const canvas = document.getElementById(id);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let i = 0; i < data.length; i += 4) {
    n += data[i + 3] > 200 && data[i + 2] > 200 && data[i + 1] < 100;
  }
  return n;
}"""


def inside(query, frame):
    """How many of a table's networks a link to Explore selects."""
    ranges = [part.split("=") for part in query["select"][0].split(";")]
    ends = {name: [float(x) for x in text.split("..")] for name, text in ranges}
    return int(sum(np.logical_and.reduce([frame[k].between(*v) for k, v in ends.items()])))


def test_networks_in_a_box_light_up_in_all_plots_and_lead_to_each_population(trends, chain):
    page = trends(f"?{sides(chain)}&columns=depth,wm")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(VIOLET, "trends-ranges-canvas") == 0
    page.locator("#trends [data-tool=box]").click()
    drag(page, BOX)
    note = page.locator("#trends-ranges-note")
    expect(note.locator("b")).to_contain_text("selected")
    links = {
        link.inner_text(): parse_qs(urlsplit(link.get_attribute("href")).query)
        for link in note.locator("a").all()
    }
    counts = [int(n) for n in re.findall(r"from [\de+]+ (\d+)", note.inner_text())]
    expected = [
        inside(query, networks(WINDOWS[chain.index(int(query["population"][0]))]))
        for query in links.values()
    ]
    assert len(counts) >= 2
    assert counts == expected
    assert note.locator("b").inner_text() == f"{sum(counts)} selected"
    for canvas in ("trends-ranges-canvas", "trends-costs-canvas"):
        assert page.evaluate(VIOLET, canvas) > 20
    note.locator("a").nth(1).click()
    page.wait_for_function("() => location.pathname.endsWith('/app/')")
    expect(page.locator("#selected-count")).to_have_text(f"{counts[1]} selected")


def test_a_lasso_selects_what_it_goes_round_and_leads_to_the_same_on_explore(trends, one):
    page = trends(f"?side={one}&bins=4&columns=wm")
    page.locator("#trends [data-tool=lasso]").click()
    drag(page, [(0.5, 0.1), (0.8, 0.5), (0.5, 0.9), (0.2, 0.5), (0.5, 0.1)])
    note = page.locator("#trends-ranges-note")
    expect(note.locator("b")).to_contain_text("selected")
    said = note.locator("b").inner_text()
    href = note.get_by_role("link", name="on Explore").get_attribute("href")
    assert parse_qs(urlsplit(href).query)["lasso"][0].startswith("flops:log,wm")
    note.get_by_role("link", name="on Explore").click()
    page.wait_for_function("() => location.pathname.endsWith('/app/')")
    expect(page.locator("#selected-count")).to_have_text(said)


@pytest.mark.parametrize("tool", ["box", "lasso"])
def test_the_link_says_what_is_selected_and_asks_for_no_other_answer(trends, one, tool):
    query = f"?side={one}&bins=4&columns=wm"
    page = trends(query)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator(f"#trends [data-tool={tool}]").click()
    drag(page, [(0.5, 0.1), (0.8, 0.5), (0.5, 0.9), (0.2, 0.5), (0.5, 0.12)])
    note = page.locator("#trends-ranges-note b")
    expect(note).to_contain_text("selected")
    said = note.inner_text()
    page.wait_for_function("() => /[?&](select|lasso)=/.test(location.search)")
    link = urlsplit(page.url).query
    assert not [url for url in asked if "/api/v1/trends" in url]
    page = trends(query)
    expect(note).to_have_count(0)
    page = trends(f"?{link}")
    expect(note).to_have_text(said)
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    page.wait_for_function("() => !/[?&](select|lasso)=/.test(location.search)")


@pytest.mark.parametrize(
    ("selects", "said"),
    [
        ("select=params=1..2;wm=2..3", "the selection is by params, the levels are by flops"),
        ("select=flops=1..2", "a box is two ranges"),
        ("lasso=flops,wm;1,2", "a lasso has 3 to 64"),
        ("select=flops=1e5..1e9;depth=1..99", "depth is not drawn"),
    ],
)
def test_what_a_link_cannot_select_is_said(trends, one, selects, said):
    page = trends(f"?side={one}&bins=4&columns=wm&{selects}")
    expect(page.locator("#trends")).to_contain_text(said)


def test_what_is_selected_of_several_populations_becomes_one_set(trends, served, chain):
    page = trends(f"?{sides(chain)}&columns=depth")
    page.locator("#trends [data-tool=box]").click()
    drag(page, BOX)
    note = page.locator("#trends-ranges-note")
    n = int(note.locator("b").inner_text().split()[0])
    note.get_by_role("button", name="Keep as set").click()
    dialog = page.locator("dialog.question")
    dialog.get_by_label("name").fill("over the levels")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog).to_contain_text(f"{n} networks are kept as a set")
    dialog.get_by_role("button", name="Stay here").click()
    [kept] = rest(page, served, "/populations?search=over+the+levels")["items"]
    assert kept["n"] == n
    page.keyboard.press("Escape")
    expect(note.locator("b")).to_have_count(0)
    page.request.delete(f"{served.url}/api/v1/populations/{kept['id']}")


def test_one_population_is_cut_and_a_range_is_of_its_levels_window(trends, one):
    page = trends(f"?side={one}&bins=5&columns=wm")
    expect(page.locator("#trends-verdicts-note")).to_have_text("5 levels by flops")
    rows = page.locator("#trends-ranges-text tbody tr")
    expect(rows).to_have_count(5)
    href = rows.nth(4).locator("a").get_attribute("href")
    lo, hi = map(float, parse_qs(urlsplit(href).query)["flops"][0].split(".."))
    flops = np.sort(whole()["flops"].to_numpy())
    assert (lo, hi) == (flops[-320], flops[-1])


def test_two_levels_have_a_reason_and_no_verdict(trends, chain):
    page = trends(f"?{sides(chain[:2])}&columns=depth")
    said = verdict(page, "depth")
    assert said[1] == "not decided"
    assert said[2].startswith("needs 3 levels")


def test_what_the_server_refuses_is_said_in_its_words(trends, served, chain):
    query = f"{sides(chain)}&columns=width_9"
    page = trends(f"?{query}")
    expect(page.locator("#trends")).to_have_attribute("data-state", "refused")
    [said] = rest(page, served, f"/trends?{query}&by=flops")["detail"]
    expect(page.locator("#trends-why")).to_have_text(f"columns=width_9: {said['message']}")
    expect(page.locator("#trends-verdicts-card")).to_be_hidden()
    expect(page.locator("#trends-form select").first).to_be_visible()


def test_the_form_writes_the_address_and_the_address_is_the_form(trends, chain):
    page = trends(f"?{sides(chain[:3])}&columns=depth")
    page.get_by_role("button", name="Add level").click()
    page.wait_for_function("() => location.search.match(/side=/g).length === 4")
    assert parse_qs(urlsplit(page.url).query)["side"] == [str(id) for id in chain]
    page.get_by_label("constraints of level 2").fill("wm=1..8; depth=10..30")
    page.get_by_label("constraints of level 2").press("Enter")
    page.wait_for_function("() => location.search.includes('wm=1..8')")
    assert f"side={chain[1]};wm=1..8;depth=10..30" in page.url.replace("%3B", ";")
    page.get_by_label("overlay").select_option("found")
    page.wait_for_function("() => location.search.includes('paper=found')")
    page.reload()
    page.locator("#trends[data-state=answered]").wait_for(timeout=60_000)
    expect(page.get_by_label("overlay")).to_have_value("found")
    expect(page.get_by_label("constraints of level 2")).to_have_value("wm=1..8; depth=10..30")


def test_a_key_adds_a_level(trends, chain):
    page = trends(f"?{sides(chain[:3])}&columns=depth")
    page.locator("main:visible").first.click(position={"x": 2, "y": 2})
    page.keyboard.press("a")
    page.wait_for_function("() => location.search.match(/side=/g).length === 4")


ORANGE = """(id) => {
  const canvas = document.getElementById(id);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let i = 0; i < data.length; i += 4) {
    n += data[i + 3] > 200 && data[i] === 213 && data[i + 1] === 94 && data[i + 2] === 0;
  }
  return n;
}"""


def test_the_paper_is_drawn_where_it_is_asked_for(trends, chain):
    page = trends(f"?{sides(chain)}&columns=depth,wm")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ORANGE, "trends-ranges-canvas") == 0
    page.get_by_label("overlay").select_option("members")
    page.wait_for_function(f"() => ({ORANGE})('trends-ranges-canvas') > 50")


def test_new_results_are_followed(trends, served):
    id = served.create("grows", 90, seed=77, training_seed=77)
    served.record(*range(10, 70), of=id)
    page = trends(f"?side={id}&bins=3&columns=depth")
    expect(page.locator("#trends-verdicts-text")).to_contain_text("not decided")
    before = verdict(page, "depth")[5]
    served.record(*range(10, 40), of=id)
    row = page.locator("#trends-verdicts-text tr[data-key=depth] td").nth(5)
    expect(row).not_to_have_text(before, timeout=30_000)


def test_without_a_question_the_first_population_is_cut_and_back_leaves(
    page, windows, served, chain
):
    other = page.context.new_page()
    other.goto(f"{served.url}/app/account")
    other.locator("#account-who h2").wait_for(timeout=60_000)
    chromium.go(other, "trends")
    other.wait_for_function("() => location.search.includes('side=')")
    other.go_back()
    other.wait_for_function("() => location.pathname.endsWith('/account')")
    other.close()
    page.bring_to_front()


@pytest.mark.long
def test_no_rule_of_axe_is_broken_and_nothing_scrolls_sideways(trends, chain):
    page = trends(f"?{sides(chain)}&columns=depth,wm&paper=members")
    assert found_in_both_themes(page) == []
    for width in (390, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        root = "document.documentElement"
        assert page.evaluate(f"() => {root}.scrollWidth <= {root}.clientWidth + 1"), width
