"""Plans as the page changes them, and what it says of them: functions of values alone."""

import pytest

pytestmark = pytest.mark.browser

KNOWN = """new it.Known(new Map([
    ["latency", { unit: "s", label: "latency of 1 image" }],
    ["depth", { unit: "blocks", label: "depth" }],
    ["width_1", { unit: "channels", label: "width of stage 1" }],
]), new Set(["name", "network"]))"""


@pytest.fixture(scope="module")
def said(browser, site):
    """`said(path, expression, arg)`: what an expression says of a module, `it`."""
    page = browser.new_page()
    page.goto(site)

    def said(path, expression, arg=None):
        return page.evaluate(
            f"""async (arg) => {{
              const it = await import('/assets/import/{path}.mjs');
              return {expression};
            }}""",
            arg,
        )

    yield said
    page.close()


def column(source, role="result", quantity="", unit="", **given):
    return {
        "source": source,
        "role": role,
        "quantity": quantity,
        "label": "",
        "unit": unit,
        "log": False,
        "factor": 1,
        "complement": False,
    } | given


def plan(*columns, **given):
    return {"format": "csv", "networks": "none", "repeats": "mean", "columns": columns} | given


def columns(plan):
    return {one["source"]: one for one in plan["columns"]}


# ---------------------------------------------------------------- roles and names


def test_another_column_of_errors_makes_the_first_a_result_with_a_name_of_its_own(said):
    given = plan(
        column("Top-1 (%)", "error", "error", "%"), column("top 5", "result", "top_5", "%")
    )
    changed = columns(said("plan", f"it.withRole(arg, 'top 5', 'error', {KNOWN})", given))
    assert (changed["top 5"]["role"], changed["top 5"]["quantity"]) == ("error", "error")
    assert changed["Top-1 (%)"]["role"] == "result"
    assert changed["Top-1 (%)"]["quantity"] == "top_1"
    assert changed["Top-1 (%)"]["unit"] == "%"


def test_what_is_called_an_accuracy_becomes_an_error_as_what_it_lacks_of_a_hundred(said):
    given = plan(column("val_acc", "result", "val_acc", "%", factor=100))
    changed = columns(said("plan", f"it.withRole(arg, 'val_acc', 'error', {KNOWN})", given))
    assert changed["val_acc"]["complement"]
    assert changed["val_acc"]["factor"] == 100


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Top-1 (%)", "top_1"),
        ("Größe", "gro_e"),
        ("5 fold", "x_5_fold"),
        ("name", "x_name"),
        ("error", "x_error"),
        ("精度", "x"),
        ("taken", "taken_v2"),
        ("a" * 80, "a" * 59),
    ],
)
def test_a_name_of_its_own_is_made_of_small_letters_and_is_no_other_column_s(
    said, source, name
):
    given = plan(column("other", "result", "taken"), column(source, "ignored"))
    assert (
        said(
            "plan",
            f"it.nameFrom(arg.plan, arg.source, {KNOWN})",
            {"plan": given, "source": source},
        )
        == name
    )


def test_one_of_ours_brings_its_unit_also_of_a_later_stage_and_a_name_has_none(said):
    given = plan(column("w", "parameter", "w", "mm", label="mine", log=True))
    ours = columns(said("plan", f"it.withQuantity(arg, 'w', 'width_3', {KNOWN})", given))["w"]
    assert (ours["unit"], ours["label"], ours["log"]) == ("channels", "", False)
    text = columns(
        said("plan", f"it.withRole(arg, 'w', 'name', {KNOWN})", plan(ours | {"factor": 8}))
    )["w"]
    assert (text["role"], text["unit"], text["factor"]) == ("name", "", 1)
    assert text["quantity"] == "w"


def test_a_column_that_is_ignored_has_no_name_and_gets_one_with_a_role(said):
    given = plan(column("depth", "ignored"))
    depth = columns(said("plan", f"it.withRole(arg, 'depth', 'parameter', {KNOWN})", given))
    assert (depth["depth"]["quantity"], depth["depth"]["unit"]) == ("depth", "blocks")
    gone = columns(
        said("plan", f"it.withRole(arg, 'depth', 'ignored', {KNOWN})", plan(depth["depth"]))
    )
    assert gone["depth"] == column("depth", "ignored")


def test_of_a_plan_that_is_sniffed_again_what_was_changed_by_hand_stays(said):
    before = plan(column("a", "result", "a"), column("b", "result", "b"))
    mine = plan(column("a", "time", "a", "s"), column("b", "result", "b"), repeats="apart")
    now = plan(column("a", "parameter", "a"), column("b", "parameter", "b"), column("c"))
    carried = said("plan", "it.carried(...arg)", [mine, before, now])
    assert carried == now | {
        "repeats": "apart",
        "columns": [mine["columns"][0], now["columns"][1], now["columns"][2]],
    }


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (column("a", "error", "error", "%"), "error, percent"),
        (column("a", "error", "error", "%", factor=100), "error, fraction"),
        (column("a", "error", "error", "%", complement=True), "accuracy, percent"),
        (column("a", "error", "error", "%", factor=100, complement=True), "accuracy, fraction"),
        (column("a", "time", "latency", "s", factor=0.001), "milliseconds"),
        (column("a", "result", "peak_memory", "B", factor=2**20), "MiB"),
        (column("a", "complexity", "flops", "multiply-adds", factor=5e8),
         "billion operations, two each"),
        (column("a", "complexity", "params", factor=1e9), "billions"),
        (column("a", "result", "a", factor=7), None),
    ],
)  # fmt: skip
def test_a_factor_is_said_in_words(said, given, text):
    expression = "it.choices(arg)[it.chosen(arg)]?.text ?? null"
    assert said("conversions", expression, given) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("inf", "∞ diverged"),
        (12, "12"),
        (1234567.0, "1,234,567"),
        (0.003143, "0.003143"),
        (-0.5, "−0.5"),
        (100 - 70.31, "29.69"),
        (1.5e-9, "1.500e−9"),
        (2e16, "2.000e16"),
    ],
)
def test_a_stored_value_is_written_with_the_digits_that_it_has(said, value, text):
    assert said("columns", "it.stored(arg)", value) == text


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (1, "as we count them, within 1 %"),
        (2, "twice ours"),
        (0.5, "half of ours"),
        (1.37, "1.37 times ours"),
        (1000, "1,000 times ours"),
        (0.001, "0.0010 of ours"),
    ],
)
def test_by_what_figures_differ_is_said_in_words(said, factor, text):
    assert said("report", "it.ratio(arg)", factor) == text


# ---------------------------------------------------------------- files and refusals


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("their sweep_2.csv", "their sweep_2"),
        ("runs.PARQUET", "runs"),
        ("v1.2 results", "v1.2 results"),
        ("x" * 150 + ".json", "x" * 100),
    ],
)
def test_a_population_is_called_as_its_file(said, name, called):
    assert said("file", "it.nameOf(arg)", name) == called


@pytest.mark.parametrize(
    ("head", "is_columnar"),
    [
        (b"PAR1", True),
        (b"ARROW1\0\0", True),
        (b"\xff\xff\xff\xff\x10\0\0\0", True),
        (b"model,PA", False),
        (b"\xff\xfem\0o\0", False),  # UTF-16
        (b"", False),
    ],
)
def test_only_text_may_be_looked_at_by_its_beginning(said, head, is_columnar):
    assert said("file", "it.isColumnar(new Uint8Array(arg))", list(head)) == is_columnar


def test_what_is_refused_is_shown_where_it_is(said):
    given = plan(
        column("a b", "result", "twice"), column("c", "result", "twice"), skip=0, thousands="."
    )
    problems = [
        {"field": "plan.columns.1.quantity", "value": "Not A", "message": "a name"},
        {"field": "plan.columns.0", "value": "{'source': 'a b'}", "message": "unit: 's'"},
        {"field": "plan", "value": "{..}",
         "message": "columns: quantity 'twice' is there more than once"},
        {"field": "plan", "value": "{..}", "message": "thousands: another than decimal"},
        {"field": "plan.skip", "value": 2000, "message": "at most 1000"},
        {"field": "name", "value": "", "message": "not blank"},
        {"field": "plan.columns", "value": None, "message": "a column of numbers"},
        {"field": "permission", "value": "create", "message": "a member may"},
        {"message": "the database is away"},
    ]  # fmt: skip
    placed = said(
        "problems",
        """(({ fields, columns, rest }) => ({ fields: Object.fromEntries(fields),
             columns: Object.fromEntries(columns), rest }))(it.placed(...arg))""",
        [problems, given],
    )
    twice = "columns: quantity 'twice' is there more than once"
    assert placed == {
        "columns": {
            "c": ["quantity: a name (given: Not A)", twice],
            "a b": ["unit: 's'", twice],
        },
        "fields": {
            "thousands": ["thousands: another than decimal"],
            "skip": ["at most 1000 (given: 2000)"],
            "name": ["not blank"],
        },
        "rest": [
            "a column of numbers",
            "a member may (given: create)",
            "the database is away",
        ],
    }
