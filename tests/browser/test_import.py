"""Import in a real Chromium: a file is looked at, put right, imported, and gone again."""

import json
import re
from urllib.request import urlopen

import pytest
from axes import found_in_both_themes
from chromium import go
from playwright.sync_api import expect
from served import Served, problems_of

pytestmark = pytest.mark.browser

ROWS = 40
GERMAN = "Modell;Genauigkeit acc %;params (M);speed\n" + "".join(
    f"net {i};{60 + i * 0.5:.1f};{2 + i / 4:.2f};{900 - i}\n".replace(".", ",")
    for i in range(ROWS)
)
"""Accuracies in percent with a decimal comma, between semicolons."""
ERRORS = "model,top1_err,depth\n" + "".join(f"net{i},{20 + i},{4 + i}\n" for i in range(12))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("import") / "netspace.db")
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def opened(windows, served):
    with windows.lent(served) as window:
        page = window.new_page()
        page.goto(f"{served.url}/app/import")
        page.locator("#import-file h2").wait_for(timeout=60_000)
        yield page


@pytest.fixture
def page(opened):
    """The page that all tests share; what is refused on purpose is no problem of it."""
    problems = problems_of(opened)
    yield opened
    opened.unroute_all(behavior="ignoreErrors")
    opened.set_viewport_size({"width": 1440, "height": 900})
    expected = re.compile(r"status of (409|413|422)|ERR_FAILED|ERR_ABORTED")
    assert [problem for problem in problems if not expected.search(problem)] == []


def choose(page, text, name="theirs.csv"):
    """Choose a file, and wait until it is looked at."""
    data = text if isinstance(text, bytes) else text.encode()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.locator("#import-choose").set_input_files(files=[file])
    expect(page.locator("#import-file h2")).to_contain_text(name)
    at_rest(page)


def at_rest(page):
    expect(page.locator("#import .working")).to_have_count(0)
    expect(page.locator("#import-columns")).to_have_attribute("aria-busy", "false")


def control(page, column, field):
    return page.locator(f"#import [data-column='{column}'][data-field='{field}']")


def cell(page, column, line):
    """What a column has in a line of the file, as it is and as it is read."""
    return page.locator(f"#import tr[data-key='{line}'] td[data-key='{column}']")


def start(page):
    page.get_by_role("button", name=re.compile("^Import ")).and_(
        page.locator("#import-store button")
    ).click()


def imported(page):
    heading = page.locator("#import-report h2")
    expect(heading).to_contain_text("is imported")
    return heading


def populations(served):
    with urlopen(f"{served.url}/api/v1/populations") as answer:
        return {one["name"]: one["id"] for one in json.load(answer)["items"]}


def best_error(served, name):
    path = f"populations/{populations(served)[name]}/networks?sort=error&limit=1"
    with urlopen(f"{served.url}/api/v1/{path}") as answer:
        return json.load(answer)["items"][0]["columns"]["error"]


def test_a_german_file_of_accuracies_is_imported_as_errors_and_undone(page, served):
    choose(page, GERMAN, "ihre Netze.csv")
    expect(page.get_by_label("Separator")).to_have_value(";")
    expect(page.get_by_label("Decimals")).to_have_value(",")
    accuracy = "Genauigkeit acc %"
    control(page, accuracy, "role").select_option("error")
    at_rest(page)
    control(page, accuracy, "conversion").select_option(label="accuracy, percent")
    at_rest(page)
    expect(cell(page, accuracy, 3)).to_have_text("60,539.5")  # 100 - 60.5
    expect(control(page, "params (M)", "conversion").locator("option:checked")).to_have_text(
        "millions"
    )
    expect(page.get_by_label("Name of the population")).to_have_value("ihre Netze")
    expect(page.get_by_role("button", name=f"Import {ROWS} rows")).to_be_enabled()
    start(page)
    imported(page)
    expect(page.locator("#import-report")).to_contain_text(
        f"{ROWS} rows of the file: {ROWS} taken, none refused."
    )
    assert best_error(served, "ihre Netze") == pytest.approx(100 - 60 - (ROWS - 1) * 0.5)
    page.get_by_role("button", name="Undo import").click()
    expect(page.locator("#import-said")).to_contain_text("“ihre Netze” is removed")
    assert "ihre Netze" not in populations(served)
    expect(control(page, accuracy, "role")).to_have_value("error")
    start(page)  # the same words once more are another import
    imported(page)
    assert "ihre Netze" in populations(served)


def test_what_was_imported_opens_in_explore_and_another_file_begins_anew(page, served):
    choose(page, ERRORS, "opens.csv")
    start(page)
    imported(page)
    link = page.get_by_role("link", name="Open in Explore")
    expect(link).to_be_focused()
    assert link.get_attribute("href").endswith(f"?population={populations(served)['opens']}")
    page.get_by_role("button", name="Import another").click()
    expect(page.locator("#import-choose")).to_be_focused()
    expect(page.locator("#import-report")).to_be_hidden()
    expect(page.locator("#import-columns")).to_be_hidden()


def test_a_row_that_is_refused_is_marked_at_its_cell_and_told_with_its_line(page):
    choose(page, ERRORS.replace("net3,23", "net3,twenty-three"), "refused.csv")
    control(page, "top1_err", "role").select_option("error")
    at_rest(page)
    expect(cell(page, "top1_err", 5).locator(".refused")).to_contain_text("twenty-three")
    page.set_viewport_size({"width": 390, "height": 500})
    html = page.locator("html")  # what is told unseen makes the page no longer
    assert html.evaluate("(e) => e.scrollHeight <= e.clientHeight")
    start(page)
    imported(page)
    report = page.locator("#import-report")
    expect(report).to_contain_text("12 rows of the file: 11 taken, 1 refused.")
    cells = report.locator("section", has_text="1 row refused").locator("tbody td")
    expect(cells).to_have_text(["5", "top1_err", "twenty-three", "not a number"])


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.csv", b"", "at least one row"),
        ("packed.csv", b"\x1f\x8b" + b"\x00" * 50, "gzip"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not packed"),
        ("cut.parquet", b"PAR1" + b"\x00" * 90, "whole"),
    ],
    ids=["empty", "packed", "a picture", "cut"],
)
def test_a_file_that_is_no_table_says_why(page, name, data, said):
    choose(page, data, name)
    told = page.locator("#import-wrong-file")
    expect(told).to_contain_text(said)
    expect(page.locator("#import-choose")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#import-store")).to_be_hidden()
    choose(page, ERRORS)
    expect(told).to_have_count(0)
    expect(page.locator("table.columns")).to_be_visible()


def test_a_change_is_undone_by_a_key_and_all_of_them_by_a_button(page):
    choose(page, ERRORS)
    role = control(page, "depth", "role")
    before = role.input_value()
    page.locator("#import-columns h2").click()
    page.keyboard.press("z")  # nothing was changed yet
    role.focus()
    role.select_option("ignored")
    at_rest(page)
    expect(page.locator(".unused")).to_contain_text("1 ignored column")
    expect(page.locator(".unused summary")).to_be_focused()
    page.keyboard.press("z")
    at_rest(page)
    expect(role).to_have_value(before)
    control(page, "model", "role").select_option("ignored")
    control(page, "depth", "role").select_option("result")
    page.get_by_role("button", name="As sniffed").click()
    at_rest(page)
    expect(role).to_have_value(before)
    expect(control(page, "model", "role")).to_have_value("name")
    expect(page.get_by_role("button", name="As sniffed")).to_be_disabled()


def test_the_column_of_errors_is_one_and_the_page_says_what_became_of_the_other(page):
    choose(page, "model,top1_err,top5_err\na,20,5\nb,30,6\nc,25,7\n")
    control(page, "top1_err", "role").select_option("error")
    at_rest(page)
    control(page, "top5_err", "role").select_option("error")
    at_rest(page)
    expect(control(page, "top1_err", "role")).to_have_value("result")
    expect(page.locator("#import-said")).to_contain_text("top1_err is a result now")
    expect(control(page, "top1_err", "quantity")).to_have_value("top1_err")


def test_another_separator_finds_other_columns_and_keeps_what_was_changed(page):
    choose(page, "a,b;c,d\n" + "1,2;3,4\n5,6;7,8\n" * 5)
    page.get_by_label("Separator").select_option("comma")
    at_rest(page)
    columns = page.locator("table.columns thead th")
    expect(columns).to_have_text(["Column", "a", "b;c", "d"])
    control(page, "d", "quantity").fill("kept")
    control(page, "d", "quantity").press("Tab")
    at_rest(page)
    page.get_by_label("Separator").select_option("semicolon")
    at_rest(page)
    expect(columns).to_have_text(["Column", "a,b", "c,d"])
    page.get_by_role("button", name="Undo").click()
    at_rest(page)
    expect(control(page, "d", "quantity")).to_have_value("kept")
    page.get_by_label("Lines before the header").fill("1")
    page.keyboard.press("Tab")
    at_rest(page)
    expect(columns).to_have_text(["Column", "1", "2;3", "4"])


def test_one_of_our_quantities_brings_its_unit_and_one_of_its_own_has_a_label(page, served):
    choose(page, "model,ms,energy\na,12,3\nb,24,5\nc,36,7\n", "units.csv")
    control(page, "ms", "quantity").fill("latency")
    control(page, "ms", "quantity").press("Enter")
    at_rest(page)
    expect(page.locator("td[data-key='ms']", has_text="latency of 1 image, s")).to_be_visible()
    control(page, "ms", "conversion").select_option(label="milliseconds")
    at_rest(page)
    expect(cell(page, "ms", 3)).to_have_text("240.024")
    own = page.locator("td[data-key='energy'] details")
    own.locator("summary").click()
    own.get_by_label("Label").fill("energy of 1 image")
    own.get_by_label("Unit").fill("J")
    own.get_by_label("log axis").check()
    at_rest(page)
    expect(own.locator("summary")).to_have_text("shown as “energy of 1 image”, J, log axis")
    control(page, "energy", "conversion").select_option(label="another factor ...")
    control(page, "energy", "factor").fill("0.001")
    page.keyboard.press("Tab")
    at_rest(page)
    expect(cell(page, "energy", 4)).to_have_text("70.007")


def test_a_name_that_is_none_is_refused_at_its_column_and_nothing_is_lost(page):
    choose(page, ERRORS)
    control(page, "depth", "quantity").fill("Not A Name")
    page.keyboard.press("Tab")
    at_rest(page)
    column = page.locator("tr[data-key='Quantity'] td[data-key='depth']")
    expect(column.locator(".bad")).to_contain_text("quantity:")
    expect(control(page, "depth", "quantity")).to_have_attribute("aria-invalid", "true")
    expect(control(page, "depth", "quantity")).to_have_value("Not A Name")
    expect(cell(page, "depth", 2)).to_contain_text("4")
    control(page, "depth", "quantity").fill("top1_err")
    page.keyboard.press("Tab")
    at_rest(page)
    control(page, "top1_err", "role").select_option("result")
    control(page, "depth", "quantity").fill("my_depth")
    page.keyboard.press("Tab")
    at_rest(page)
    expect(page.locator("#import .bad:not(:empty)")).to_have_count(0)


def test_a_name_that_is_taken_is_said_at_its_field_and_may_be_mended(page, served):
    choose(page, ERRORS, "taken.csv")
    start(page)
    imported(page)
    choose(page, ERRORS, "taken.csv")
    start(page)
    name = page.get_by_label("Name of the population")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    expect(page.locator("#import-wrong-name")).to_contain_text("'taken' exists")
    name.fill("not taken")
    page.keyboard.press("Enter")
    imported(page)
    assert {"taken", "not taken"} <= set(populations(served))


def test_an_import_whose_answer_was_lost_is_done_once(page, served):
    choose(page, ERRORS, "once.csv")

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/api/v1/tables", lose, times=1)
    start(page)
    expect(page.locator("#import-store")).to_contain_text("cannot be reached")
    assert "once" in populations(served)
    start(page)
    imported(page)
    assert page.locator("#import-report h2").inner_text() == "“once” is imported"


def test_the_newest_of_several_changes_is_what_is_shown(page):
    choose(page, ERRORS)
    held = []
    page.route("**/api/v1/tables/look", lambda route: held.append(route), times=1)
    control(page, "depth", "role").select_option("result")
    page.wait_for_function("() => document.querySelector('#import .working')")
    page.wait_for_timeout(500)  # the debounced look is on its way, and is held
    control(page, "depth", "role").select_option("name")
    at_rest(page)
    expect(control(page, "depth", "role")).to_have_value("name")
    [late] = held
    late.abort()
    expect(page.locator("tr[data-key='The file has'] td[data-key='depth']")).to_have_text(
        "text"
    )


def test_what_is_on_its_way_can_be_cancelled(page):
    choose(page, ERRORS, "cancelled.csv")
    held = []
    page.route("**/api/v1/tables", lambda route: held.append(route), times=1)
    start(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#import-said")).to_have_text("cancelled: nothing is imported")
    expect(page.get_by_role("button", name="Import 12 rows")).to_be_enabled()


def test_of_text_only_the_beginning_is_looked_at_and_all_of_it_imported(page):
    rows = 60_000
    lines = (f"network number {i},{i % 90 + 5},{i % 40 + 3}\n" for i in range(rows))
    with page.expect_request("**/api/v1/tables/look") as asked:
        choose(page, "model,top1_err,depth\n" + "".join(lines), "large.csv")
    assert 2**20 < int(asked.value.all_headers()["content-length"]) < 2**20 + 5_000
    button = page.locator("#import-store button.start")
    [about] = re.findall(r"Import about ([\d,]+) rows", button.inner_text())
    assert int(about.replace(",", "")) == pytest.approx(rows, rel=0.1)
    start(page)
    imported(page)
    expect(page.locator("#import-report")).to_contain_text("60,000 rows of the file")


def test_a_file_can_be_dropped_anywhere_on_the_page(page):
    page.evaluate(
        """(text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "dropped.csv"));
          const drop = (kind) => document.querySelector(".purpose").dispatchEvent(
            new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
          drop("dragover");
          window.marked = document.getElementById("import").classList.contains("dropping");
          drop("drop");
        }""",
        ERRORS,
    )
    assert page.evaluate("window.marked")
    expect(page.locator("#import-file h2")).to_contain_text("dropped.csv")
    at_rest(page)
    expect(page.locator("table.columns")).to_be_visible()
    expect(page.locator(".dropping")).to_have_count(0)


def test_all_of_it_can_be_done_by_keyboard(page, served):
    choose(page, ERRORS, "by keyboard.csv")
    page.locator("#import-choose").focus()
    tab_to(page, "[data-column='depth'][data-field='role']")
    page.keyboard.press("r")  # result
    at_rest(page)
    expect(control(page, "depth", "role")).to_have_value("result")
    expect(control(page, "depth", "role")).to_be_focused()
    page.keyboard.press("z")
    at_rest(page)
    expect(control(page, "depth", "role")).to_have_value("parameter")
    tab_to(page, "[data-field='name']")
    page.keyboard.press("Enter")
    imported(page)
    tab_to(page, "[data-act='remove']")
    page.keyboard.press("Enter")
    expect(page.locator("#import-said")).to_contain_text("removed")
    expect(page.get_by_role("button", name="Import 12 rows")).to_be_focused()
    assert "by keyboard" not in populations(served)


def tab_to(page, selector):
    for _ in range(60):
        if page.evaluate("(it) => document.activeElement.matches(it)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"sixty times Tab do not lead to {selector}")


def test_many_columns_scroll_in_their_card_and_are_found_by_name(page):
    names = [f"metric_{i}" for i in range(300)]
    lines = [",".join(names)] + [
        ",".join(str(i * (j + 2) % 1009 + j / 7) for j in range(300)) for i in range(1, 9)
    ]
    choose(page, "\n".join(lines) + "\n", "wide.csv")
    expect(page.locator("#import-columns")).to_contain_text("40 of 300 columns are shown")
    page.get_by_role("button", name="Show 40 more").click()
    expect(page.locator("table.columns thead th")).to_have_count(81)
    for width in (390, 2560, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(
            """() => [document.documentElement, document.querySelector(".import-body")]
              .every((e) => e.scrollWidth <= e.clientWidth + 1)"""
        ), width
    page.get_by_role("searchbox").fill("metric_29")
    expect(page.locator("table.columns thead th")).to_have_count(12)  # 29 and 290 to 299
    scrolled = page.locator("#import-columns .sideways")
    control(page, "metric_299", "role").focus()
    before = scrolled.evaluate("(e) => e.scrollLeft")
    assert before > 0
    page.keyboard.press("t")  # time
    at_rest(page)
    expect(control(page, "metric_299", "role")).to_have_value("time")
    expect(control(page, "metric_299", "role")).to_be_focused()
    assert scrolled.evaluate("(e) => e.scrollLeft") == before


def test_the_form_outlives_a_look_at_another_page(page):
    choose(page, ERRORS, "outlives.csv")
    control(page, "depth", "role").select_option("result")
    at_rest(page)
    go(page, "queue")
    page.locator("#queue main").wait_for()
    go(page, "import")
    expect(control(page, "depth", "role")).to_have_value("result")


def test_a_file_and_its_report_are_accessible_in_both_themes(page):
    choose(page, ERRORS.replace("net3,23", "net3,none?"), "axe.csv")
    control(page, "top1_err", "role").select_option("error")
    control(page, "depth", "quantity").fill("Not A Name")
    page.keyboard.press("Tab")
    at_rest(page)
    assert found_in_both_themes(page) == []
    page.get_by_role("button", name="As sniffed").click()
    at_rest(page)
    start(page)
    imported(page)
    assert found_in_both_themes(page) == []
    page.emulate_media(color_scheme="light")
