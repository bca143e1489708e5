"""Cells of tables that people have: what is missing is nan, what is no number is named."""

import io

import numpy as np
import pandas as pd
import pytest

from columns import cells
from population.population import Population

NAN = np.nan


@pytest.mark.parametrize(
    "values",
    [
        [1.5, None],
        [1.5, NAN],
        ["1.5", ""],
        [b"1.5", b" "],
        ["1.5", "nan"],
        [1.5, np.ma.masked],
        (1.5, pd.NA),
        np.array([1.5, None], dtype=object),
        np.ma.array([1.5, -1], mask=[False, True]),
        np.ma.array(["1.5", "N/A"], mask=[False, True]),
        np.ma.array([1.5, None], mask=[False, True], dtype=object),
        pd.Series([1.5, None]),
        pd.Series([1.5, pd.NA], dtype="Float64"),
        pd.Series(["1.5", None]),
        pd.Series([1.5, pd.NA], dtype=object),
    ],
    ids=repr,
)
def test_what_is_missing_is_nan(values):
    assert cells.numbers("x", values).tolist() == pytest.approx([1.5, NAN], nan_ok=True)


@pytest.mark.parametrize("dtype", ["i8", "u1", "f4", "?", "Int64", "boolean", "category"])
def test_whole_numbers_and_truths_are_numbers(dtype):
    values = pd.Series([1, 0, 1]).astype(dtype)
    assert cells.numbers("x", values).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    "cell", ["#DIV/0!", "1,200,000", "12 %", "-", "n/a", object(), 1j, 10**400, "x" * 1000]
)
@pytest.mark.parametrize("others", [["1.5", "2"], [1.5, None], [1, 2]])
def test_a_cell_that_is_no_number_is_named_with_column_and_row(cell, others):
    with pytest.raises(ValueError, match=r"column 'ratio' is not numbers: row 3 is ") as told:
        Population.from_columns({"error": [1, 2, 3], "ratio": [*others, cell]})
    assert repr(cell)[:60] in str(told.value)
    assert len(str(told.value)) < 120


@pytest.mark.parametrize("dtype", ["M8[D]", "m8[s]", "c16"])
def test_dates_and_complex_numbers_are_no_numbers(dtype):
    with pytest.raises(ValueError, match=r"column 'x' is not numbers: its type is"):
        cells.numbers("x", np.zeros(2, dtype))


def test_a_masked_error_of_a_file_is_a_network_without_one():
    text = io.StringIO("error,depth\n20,4\n,5\n30,6\n")
    table = np.genfromtxt(text, delimiter=",", names=True, usemask=True, dtype=None)
    read = Population.from_columns({name: table[name] for name in table.dtype.names})
    assert read.error.tolist() == pytest.approx([20, NAN, 30], nan_ok=True)
    assert (read.counts.measured, read.counts.pending) == (2, 1)


@pytest.mark.parametrize("error", [-1, -1e-9, 100.1, 999])
@pytest.mark.parametrize("chance", [np.inf, 90])
def test_an_error_that_is_no_percentage_is_refused(error, chance):
    with pytest.raises(ValueError, match=r"an error is 0 to 100 percent, got"):
        Population.from_columns({"error": [50, error]}, chance=chance)


def test_errors_of_none_and_of_all_test_images_are_errors():
    assert Population.from_columns({"error": [0, 100]}).counts.measured == 2


@pytest.mark.parametrize(
    "failures",
    [
        ["", "lost"],
        [None, "lost"],
        [NAN, "lost"],
        [pd.NA, "lost"],
        np.ma.array(["hidden", "lost"], mask=[True, False]),
        pd.Series([None, "lost"]),
    ],
    ids=repr,
)
def test_a_failure_that_is_missing_is_none(failures):
    read = Population.from_columns({"error": [5, NAN]}, failures=failures)
    assert read.counts.failed_by_cause == {"lost": 1}
    assert read.counts.measured == 1


def test_a_masked_status_is_refused():
    status = np.ma.array([2, 2], mask=[True, False])
    with pytest.raises(ValueError, match="a status is one of"):
        Population.from_columns({"error": [5, 6]}, status=status)
