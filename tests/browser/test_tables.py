"""Tables of others in a real Chromium, and what networks of any population are judged by."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import numpy as np
import pytest
from foreign_tables import stored, table
from playwright.sync_api import expect
from served import Served

from designspace.naming.members import member

pytestmark = pytest.mark.browser

REFUSED = re.compile("status of (409|422)")
"""What the console says where the server has refused something, which the page tells."""
ROWS = 200
NETWORK = 3
"""The row, from 0, that is a network."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A sampled population with latencies, a table with errors, one of timings alone."""
    folder = tmp_path_factory.mktemp("tables")
    served = Served(folder / "netspace.db")
    rng = np.random.default_rng(0)
    served.errors = rng.uniform(5, 40, 30).tolist()
    served.regnet = served.measured("RegNetX · digits", *served.errors)
    served.latencies = rng.lognormal(-6, 0.5, 30).tolist()
    served.benchmark(served.regnet, *served.latencies)
    networks = {NETWORK: member("regnet_x_400mf").network}
    served.read = table(ROWS, networks)
    served.theirs = stored(served.database, folder, "theirs", served.read)
    served.timings = stored(served.database, folder, "timings", table(ROWS, error=None))
    served.large = stored(served.database, folder, "large", table(6000))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def window(windows, served):
    with windows.lent(served) as window:
        yield window


@pytest.fixture(scope="module")
def opened(window):
    return window.new_page()


@pytest.fixture
def explore(opened, served):
    """Shows Explore with a query; an error in the console fails the test."""
    problems = []

    def logged(message):
        if message.type == "error" and not REFUSED.search(message.text):
            problems.append(message.text)

    def failed(error):
        problems.append(error.stack or str(error))

    opened.on("pageerror", failed)
    opened.on("console", logged)

    def explore(query, state="ready"):
        opened.goto(f"{served.url}/app/{query}")
        opened.wait_for_selector(f"#explore[data-state={state}][data-drawn]", timeout=60_000)
        opened.wait_for_selector("#measured-panel > *", state="attached")
        return opened

    yield explore
    opened.remove_listener("pageerror", failed)
    opened.remove_listener("console", logged)
    assert problems == []


def ask(served, path, **query):
    with urlopen(f"{served.url}/api/v1{path}?{urlencode(query, safe=',')}") as answer:
        return json.load(answer)


def number(page, name):
    return page.locator(f"#numbers dd[data-number={name}] > span")


def pick(page, label):
    """Judge networks by the column of this title, by the keyboard."""
    page.locator("body").press("j")
    picker = page.locator("#judged-by")
    expect(picker).to_be_focused()
    picker.fill(label)
    page.locator("[data-combobox-option]", has_text=label).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def options(page):
    return parse_qs(urlsplit(page.url).query)


class TestJudgedBy:
    def test_any_column_can_be_it_and_all_that_is_said_is_of_it(self, explore, served):
        page = explore(f"?population={served.regnet}")
        expect(page.locator("#edf-title")).to_have_text("Error EDF")
        pick(page, "Latency of 1 image t₁")
        expect(page.locator("#edf-title")).to_have_text("EDF of latency of 1 image")
        said = ask(served, f"/populations/{served.regnet}/edf", of="latency")
        expect(number(page, "best")).to_have_text(f"{1e3 * said['best']:.2f} ms")
        expect(number(page, "median")).to_have_text(f"{1e3 * said['median']:.2f} ms")
        expect(page.locator("#scatters-title")).to_have_text(
            "Latency of 1 image (ms) by parameter"
        )
        expect(page.locator("#edf-frame-canvas").locator("..")).to_have_attribute(
            "aria-label", re.compile(r"^EDF of latency of 1 image: .*Median t₁")
        )
        expect(page.locator('.ag-header-cell[col-id="latency"]')).to_contain_text("t₁ ms")
        for part in (".card.edf", "#scatters-title", "#scatter-note", "#explore-purpose"):
            assert "error" not in page.locator(part).inner_text().lower()
        assert options(page)["of"] == ["latency"]
        assert "of=latency" in page.locator("#csv-link").get_attribute("href")

    def test_a_link_says_it_and_the_error_becomes_a_constraint(self, explore, served):
        page = explore(f"?population={served.regnet}&of=latency&error=5..20")
        expect(page.locator('.constraint[data-column="error"]')).to_have_attribute(
            "data-active", "true"
        )
        expect(page.locator('.constraint[data-column="latency"]')).to_have_count(0)
        few = sum(5 <= error <= 20 for error in served.errors)
        expect(page.locator("#passing")).to_have_text(f"{few}")
        pick(page, "Top-1 error e")
        expect(page.locator("#edf-title")).to_have_text("Error EDF")
        assert "of" not in options(page)

    def test_best_ranges_are_those_of_rest(self, explore, served):
        page = explore(f"?population={served.regnet}&of=latency")
        best = ask(served, f"/populations/{served.regnet}/ranges", of="latency", columns="wm")
        title = page.locator(".scatter-title", has=page.locator("b", has_text="wₘ"))
        said = title.locator(".scatter-range").inner_text()
        found = [float(text) for text in re.findall(r"[\d.]+", said)]
        names = ("median", "lo", "hi")
        assert found == pytest.approx([best["ranges"]["wm"][name] for name in names], abs=0.01)

    def test_the_threshold_is_in_its_unit_and_moves_by_keys(self, explore, served):
        page = explore(f"?population={served.regnet}&of=latency&below=0.002")
        handle = page.locator("#threshold")
        expect(handle).to_have_attribute("aria-valuetext", re.compile(r"^latency .*2\.0+ ms$"))
        handle.press("ArrowRight")
        expect(page).to_have_url(re.compile(r"below=0\.0020[1-9]"))

    def test_what_a_population_lacks_judges_nothing_and_that_is_said(self, explore, served):
        page = explore(f"?population={served.theirs}&of=latency")
        expect(page.locator("#explore-notes")).to_contain_text(
            "Not judged by latency: theirs has no such column; judged by error"
        )
        expect(page.locator("#edf-title")).to_have_text("Error EDF")

    def test_a_rival_that_lacks_it_is_named_and_not_drawn(self, explore, served):
        page = explore(
            f"?population={served.theirs}&against={served.regnet}&of=images_per_second"
        )
        expect(page.locator("#edf-note")).to_have_text(
            "RegNetX · digits has no images per second: it is not drawn"
        )

    def test_compare_names_it_in_its_verdict_and_offers_what_all_sides_have(
        self, opened, served
    ):
        page = opened
        page.goto(
            f"{served.url}/app/compare?side={served.theirs}&side={served.timings}"
            "&of=images_per_second"
        )
        verdict = page.locator(".verdict")
        expect(verdict).to_contain_text("images per second")
        expect(page.locator("#compare-decided-text")).to_contain_text("nothing to decide")
        expect(page.locator("[data-part=of]")).to_have_value("images_per_second")
        names = page.locator("[data-part=of] option").evaluate_all(
            "all => all.map(o => o.value)"
        )
        assert set(names) == {"", "depth", "images_per_second"}
        page.goto(f"{served.url}/app/compare?side={served.theirs}&side={served.timings}")
        expect(page.locator("#compare-said")).to_contain_text(
            "one column that all sides have; they are judged by error, images_per_second"
        )


class TestTables:
    def test_a_table_without_an_error_is_a_population_too(self, explore, served):
        page = explore(f"?population={served.timings}")
        expect(page.locator("#edf-title")).to_have_text("EDF of images per second")
        speeds = served.read.numbers["images_per_second"]
        expect(number(page, "best")).to_have_text(f"{speeds.min():,.1f}")
        expect(page.locator(".card.widths")).to_be_hidden()

    def test_its_own_words_and_its_names_are_shown(self, explore, served):
        page = explore(f"?population={served.theirs}")
        control = page.locator('.constraint[data-column="images_per_second"]')
        expect(control).to_contain_text("Images per second")
        best = int(np.nanargmin(served.read.numbers["error"]))
        row = page.locator("#networks .ag-row").first
        expect(row.locator('[col-id="model"]')).to_have_text(f"net_{best}")
        expect(row.locator('[col-id="id"]')).to_have_text(f"{best + 1}")
        expect(page.locator(".scatter-title:visible b")).to_have_text(["d", "images/s"])

    def test_a_table_is_sorted_by_a_column_of_its_own(self, explore, served):
        page = explore(f"?population={served.theirs}&sort=-images_per_second")
        fastest = int(np.argmax(served.read.numbers["images_per_second"]))
        row = page.locator('#networks .ag-row[row-index="0"]')
        expect(row.locator('[col-id="model"]')).to_have_text(f"net_{fastest}")

    def test_of_a_large_table_only_what_is_shown_is_asked_for_the_rest_when_it_is_needed(
        self, explore, opened, served
    ):
        asked = []

        def heard(request):
            asked.append(request.url.partition("/columns?")[2])

        opened.on("request", heard)
        page = explore(f"?population={served.large}&depth=10..20")
        depth = table(6000).numbers["depth"]
        few = int(((depth >= 10) & (depth <= 20)).sum())
        expect(page.locator("#passing")).to_have_text(f"{few:,}")
        expect(page.locator(".scatter-title:visible .scatter-range")).to_have_text(
            [re.compile(r"\d"), re.compile(r"\d")]
        )
        opened.remove_listener("request", heard)
        queries = [parse_qs(query) for query in filter(None, asked)]
        assert {one["columns"][0] for one in queries if "marks" not in one} == {"error"}
        later = [one["columns"][0] for one in queries if "marks" in one]
        names = [name for columns in later for name in columns.split(",")]
        assert sorted(names) == ["depth", "images_per_second"]

    def test_where_it_comes_from_is_said_and_what_needs_jobs_is_away(self, explore, served):
        page = explore(f"?population={served.theirs}")
        today = datetime.now(UTC).date().isoformat()
        said = f"table: table.csv, imported {today}, {ROWS} rows"
        expect(page.locator("#data-badge")).to_have_text(said)
        expect(page.locator("#data-badge")).to_have_attribute(
            "title", re.compile("1 rows are networks")
        )
        expect(page.locator("#job-now")).to_have_text(f"no jobs: {said}")
        expect(page.locator("#pause")).to_be_hidden()
        expect(page.locator("#refine")).to_be_disabled()
        expect(page.locator("#refine")).to_have_attribute(
            "title", re.compile("no design space")
        )
        page.locator("body").press("e")
        expect(page.locator("#said")).to_have_text("a table has no design space to refine")
        page.goto(f"{served.url}/app/queue")
        row = page.locator("#queue-populations tr", has_text="theirs")
        expect(row).to_contain_text("a table has no jobs")
        expect(row.locator("button, form")).to_have_text(["Manage"])

    def test_the_drawer_has_all_that_is_known_of_a_row_and_of_the_network_it_is(
        self, explore, served
    ):
        page = explore(f"?population={served.theirs}&network={NETWORK + 1}")
        drawer = page.locator("#network[data-state=shown]")
        expect(drawer.locator("h2")).to_have_text(f"Row {NETWORK + 1} · net_{NETWORK}")
        speed = served.read.numbers["images_per_second"][NETWORK]
        depth = served.read.numbers["depth"][NETWORK]
        facts = drawer.locator(".facts > div")
        expect(facts.filter(has_text="images per second").locator("dd")).to_have_text(
            re.compile(f"{speed:,.1f}")
        )
        expect(facts.filter(has_text="depth (blocks)").locator("dd")).to_have_text(f"{depth:g}")
        expect(drawer).to_contain_text(f"line {NETWORK + 2} of the file")
        expect(drawer).to_contain_text("regnet_x_400mf")
        counted = drawer.locator("tr", has_text="parameters")
        expect(counted).to_contain_text("5.16 M")  # the authors' 5.158 M of RegNetX-400MF
        with urlopen(
            served.url + drawer.locator("#network-json").get_attribute("href")
        ) as answer:
            assert json.load(answer)["line"] == NETWORK + 2
        with urlopen(
            served.url + drawer.locator("#network-yaml").get_attribute("href")
        ) as answer:
            assert b"DEPTHS" in answer.read()
        drawer.locator("#network-lookup").click()
        expect(page.locator("#lookup-told")).to_contain_text("regnet_x_400mf")

    def test_a_row_that_is_no_network_says_so_and_has_no_shape(self, explore, served):
        page = explore(f"?population={served.theirs}&network=6")  # without an error
        drawer = page.locator("#network[data-state=shown]")
        expect(drawer).to_contain_text("no error left out, and counted as failed")
        expect(drawer).to_contain_text("no network: nothing of the row says which one it is")
        expect(drawer.locator("#network-shape")).to_be_hidden()
        expect(drawer.locator("#network-lookup")).to_be_hidden()

    def test_figures_for_papers_are_of_the_same(self, served):
        def figure(name, **query):
            address = f"{served.url}/app/figures/{name}.html?{urlencode(query)}"
            with urlopen(address) as answer:
                return answer.read().decode()

        for name in ("edf", "scatters"):
            page = figure(name, population=served.timings)
            assert "images per second" in page
            assert "top-1 error" not in page
        assert "no rows of blocks" in figure("widths", population=served.timings)
        assert "latency of 1 image" in figure("edf", population=served.regnet, of="latency")


class TestSets:
    def test_what_passes_and_a_pinned_set_are_kept_opened_and_removed(self, explore, served):
        page = explore(f"?population={served.regnet}&depth=8..&pin=depth=..4")
        passing = int(page.locator("#passing").inner_text())
        page.locator("body").press("s")
        dialog = page.locator("dialog.question")
        name = dialog.get_by_label("name")
        expect(name).to_be_focused()
        name.fill("deep and shallow")
        dialog.get_by_label("Set A").check()
        name.press("Enter")
        open_it = dialog.get_by_role("button", name="Open it")
        expect(open_it).to_be_focused()
        open_it.press("Enter")
        expect(page.locator("#data-badge")).to_contain_text(
            re.compile(
                r"^set of: RegNetX · digits; depth=8\.\. \(version \d+\), RegNetX · digits; "
            )
        )
        [kept] = [
            one
            for one in ask(served, "/populations")["items"]
            if one["name"] == "deep and shallow"
        ]
        assert [side["side"] for side in kept["provenance"]["sides"]] == [
            f"{served.regnet};depth=8..",
            f"{served.regnet};depth=..4",
        ]
        assert kept["n"] > passing
        expect(page.locator("#passing")).to_have_text(f"{kept['n']}")
        page.locator("#manage").click()
        dialog.get_by_role("button", name="Delete ...").click()
        dialog.get_by_role("button", name="Delete it").click()
        expect(page.locator(".undo")).to_contain_text("deep and shallow” is deleted")
        page.locator(".undo").get_by_role("button", name="dismiss").click()
        expect(page.locator("#explore[data-state=ready]")).to_be_visible()
        assert kept["id"] not in [one["id"] for one in ask(served, "/populations")["items"]]

    def test_a_name_that_is_taken_is_said_in_the_dialog(self, explore, served):
        page = explore(f"?population={served.theirs}")
        page.locator("#set").click()
        dialog = page.locator("dialog.question")
        dialog.get_by_label("name").fill("timings")
        dialog.get_by_role("button", name="Keep").click()
        expect(dialog.get_by_role("alert")).to_contain_text("'timings' exists")
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_have_count(0)
