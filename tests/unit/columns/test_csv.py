"""CSV: what a reader of RFC 4180 gets back, to the last digit, and no formula among it."""

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.csv import AT_ONCE, cell, pieces
from columns.table import Coded, Table


def read(table, **given):
    """What Python's own reader makes of a table: rows of text."""
    return list(csv.reader(io.StringIO("".join(pieces(table, **given)), newline="")))


@given(st.lists(st.floats(), min_size=1))
def test_every_number_reads_back_as_the_same_float(numbers):
    head, *rows = read(Table({"error": np.array(numbers)}))
    assert head == ["error"]
    for number, (text,) in zip(numbers, rows, strict=True):
        assert (math.isnan(number) and text == "") or float(text) == number


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_every_text_reads_back_with_a_quote_mark_before_what_begins_a_formula(texts):
    _, *rows = read(Table({"failure": texts, "n": np.arange(len(texts))}))
    for text, (back, _) in zip(texts, rows, strict=True):
        # OWASP, CSV Injection: = + - @, a tab and a carriage return
        assert back == ("'" + text if text[:1] in {*"=+-@\t\r"} else text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_begins_a_formula(text):
    assert cell(text).removeprefix('"').startswith("'")


def test_a_number_below_nought_is_no_formula():
    assert cell(-0.5) == "-0.5"
    assert read(Table({"z": np.array([-0.5])}))[1] == ["-0.5"]


def test_lines_end_as_rfc_4180_has_them_and_quotes_are_doubled():
    table = Table({"a": ["x,y", 'say "so"', None], "b": np.array([1, 2, 3])})
    assert "".join(pieces(table)) == 'a,b\r\n"x,y",1\r\n"say ""so""",2\r\n,3\r\n'


def test_a_row_of_one_empty_cell_is_a_row():
    assert "".join(pieces(Table({"a": [None]}))) == 'a\r\n""\r\n'


def test_coded_text_is_the_text_of_its_number_and_empty_where_it_has_none():
    cause = Coded(np.array([1, -1, 0]), ("crashed", "=cmd"))
    assert read(Table({"cause": cause, "n": [1, 2, 3]}))[1:] == [
        ["'=cmd", "1"],
        ["", "2"],
        ["crashed", "3"],
    ]


def test_a_long_table_is_written_in_pieces_that_make_one():
    n = 2 * AT_ONCE + 1
    table = Table({"ordinal": np.arange(n)})
    assert len(list(pieces(table))) == 4
    assert read(table)[1:] == [[str(i)] for i in range(n)]


def test_notes_are_said_where_they_are_asked_for_each_on_one_line():
    table = Table({"a": [1]}, {"side": "x\r\n=1", "failed": {"crashed": 2}})
    assert "".join(pieces(table)) == "a\r\n1\r\n"
    assert "".join(pieces(table, notes=True)).splitlines() == [
        r'# side: "x\r\n=1"',
        '# failed: {"crashed": 2}',
        "a",
        "1",
    ]
