"""A preview: where a cell is wrong, and what is sniffed again of a file written otherwise."""

import pytest

from services.exchange.tables.preview import preview

SEMICOLONS = "a,b;c,d\n" + "1,2;3,4\n5,6;7,8\n2,1;4,9\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "table"
    path.write_text(SEMICOLONS)
    return path


def sources(shown):
    return [one.source for one in shown.columns]


def test_cells_that_would_be_refused_are_told_apart_from_those_that_say_nothing(path):
    path.write_text("top1_err,depth\n20,3\nNA,4\nabc,5\n130,6\n22,7\n23,8\n")
    shown = preview(path, "table.csv")
    error = shown.columns[0]
    assert error.wrong == (2, 3)  # no number; no percentage
    assert [error.read[i] for i in (0, 1, 2, 4)] == [20, None, None, 22]
    assert (error.empty, error.refused, error.taken) == (1, 2, 3)


def test_a_file_is_sniffed_again_as_somebody_says_that_it_is_written(path):
    first = preview(path, "table.csv")
    for separator, names in ((",", ["a", "b;c", "d"]), (";", ["a,b", "c,d"])):
        plan = first.plan.model_copy(update={"separator": separator})
        shown = preview(path, "table.csv", plan, again="numbers")
        assert sources(shown) == names
        assert [one.source for one in shown.plan.columns] == names
        assert shown.plan.separator == separator


def test_numbers_stay_as_somebody_says_that_they_are_written_unless_they_are_asked_about(path):
    shown = preview(path, "table.csv")
    semicolons = shown.plan.model_copy(update={"separator": ";", "decimal": "."})
    kept = preview(path, "table.csv", semicolons, again="columns")
    assert kept.plan.decimal == "."
    found = preview(path, "table.csv", semicolons, again="numbers")
    assert found.plan.decimal == ","
    assert found.columns[0].read == (1.2, 5.6, 2.1)


def test_why_a_column_is_taken_so_is_said_of_the_file_as_it_is_written_now(path):
    first = preview(path, "table.csv")
    plan = first.plan.model_copy(update={"separator": ","})
    again = preview(path, "table.csv", plan, again="numbers")
    later = preview(path, "table.csv", again.plan)
    assert [one.why for one in later.columns] == [one.why for one in again.columns]
