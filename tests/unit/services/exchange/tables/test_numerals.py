"""Numbers as files write them."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.tables import dialects
from services.exchange.tables.numerals import Numerals, numbers

ENGLISH, GERMAN = Numerals(".", ","), Numerals(",", ".")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1013.01", 1013.01),
        (" 5e-05 ", 5e-5),
        ("+.5", 0.5),
        ("71.3 %", 71.3),
        ("71.3%", 71.3),
        ("25.6M", 25_600_000),
        ("4.1 G", 4_100_000_000),
        ("12.5 ms", 0.0125),
        ("1.2min", 72),
        ("2.1h", 7560),
        ("0 days 00:04:22.5", 262.5),
        ("1 day 00:00:01", 86401),
        ("00:01:02", 62),
        ("true", 1),
        ("No", 0),
        ("−3", -3),
        ("Infinity", np.inf),
        ("-inf", -np.inf),
        ("∞", np.inf),
    ],
)
def test_a_number_is_read_in_each_of_its_spellings(text, number):
    assert Numerals().one(text) == number
    values, bad = Numerals().read(pa.array([text, "x"]))
    assert values[0] == number
    assert bad.tolist() == [False, True]


@pytest.mark.parametrize("text", ["", "  ", "NaN", "na", "N/A", "None", "null", "-", "–", "?"])
def test_nothing_is_no_number_and_no_mistake(text):
    values, bad = Numerals().read(pa.array([text, "1"]))
    assert np.isnan(values[0])
    assert not bad.any()


@pytest.mark.parametrize("text", ["abc", "0x10", "1_0", "1,5", "1..2", "--1", "1m", "٣"])
def test_what_is_no_number_is_said_to_be_none(text):
    assert Numerals().read(pa.array([text]))[1].all()


def test_thousands_are_parted_by_what_the_plan_says():
    assert ENGLISH.one("1,013.01") == 1013.01
    assert ENGLISH.one("1,000,000") == 1e6
    assert ENGLISH.one("1,01") is None
    assert GERMAN.one("1.013,01") == 1013.01
    assert GERMAN.one("1.5") is None
    assert Numerals(",", " ").one("1\u202f013,5") == 1013.5
    assert Numerals(".", "'").one("1'013.5") == 1013.5


def test_a_column_of_decimal_commas_is_read_whole():
    values, bad = GERMAN.read(pa.array(["1.013,01", "5,5", "", "7", "x"]))
    np.testing.assert_array_equal(values, [1013.01, 5.5, np.nan, 7, np.nan])
    assert bad.tolist() == [False, False, False, False, True]


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=50))
def test_every_float_that_python_writes_reads_back_as_the_same(values):
    read, bad = Numerals().read(pa.array([repr(value) for value in values] + [""]))
    np.testing.assert_array_equal(read[:-1], values)
    assert not bad.any()


def test_texts_of_a_dictionary_are_the_numbers_of_its_texts():
    cells = pa.array(["2", None, "x", "2"]).dictionary_encode()
    values, bad = numbers(cells, Numerals())
    np.testing.assert_array_equal(values, [2, np.nan, np.nan, 2])
    assert bad.tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("cells", "separator", "found"),
    [
        (["305.08", "1,013.01"], ",", Numerals(".", ",")),
        (["305.08", "1,013"], ",", Numerals(".", ",")),
        (["9.948", "10.034"], ",", Numerals(".", "")),  # three decimals are no thousands
        (["12,5", "7,25"], ";", Numerals(",", "")),
        (["1.013,01", "5,5"], ";", Numerals(",", ".")),
        (["1.013", "25.557.032", "5,5"], ";", Numerals(",", ".")),
        (["1 013,01", "5,25"], "\t", Numerals(",", " ")),
        (["1'013.5", "2"], ";", Numerals(".", "'")),
        (["1", "2", "text, with 3"], ";", Numerals(".", "")),
    ],
)
def test_how_numbers_are_written_is_told_by_those_that_can_be_read_in_one_way(
    cells, separator, found
):
    assert dialects.numerals(cells, separator) == found
