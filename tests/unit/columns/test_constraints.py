"""Constraints are parsed, formatted and applied as the grammar says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.constraints import (
    ConstraintError,
    OneOf,
    Range,
    format,
    parse,
    parse_all,
    passing,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
ranges = st.one_of(
    st.tuples(finite, finite).map(lambda ends: Range(min(ends), max(ends))),
    finite.map(lambda lo: Range(lo=lo)),
    finite.map(lambda hi: Range(hi=hi)),
    st.just(Range()),
)
choices = st.lists(finite, min_size=1, max_size=8).map(lambda values: OneOf(tuple(values)))


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        ("5..8", Range(5, 8)),
        ("5..", Range(lo=5)),
        ("..8", Range(hi=8)),
        ("..", Range()),
        ("8,16,32", OneOf((8, 16, 32))),
        ("32, 8,16,8", OneOf((8, 16, 32))),
        ("1", OneOf((1,))),
        (" 1.5 .. 2.90 ", Range(1.5, 2.9)),
        ("-1..-0.5", Range(-1, -0.5)),
        ("1e-5..1e+2", Range(1e-5, 100)),
        ("360M..400M", Range(360_000_000, 400_000_000)),
        ("1.005k,2G", OneOf((1005, 2_000_000_000))),
    ],
)
def test_the_grammar_writes_closed_ranges_and_choices(text, constraint):
    assert parse(text) == constraint


@given(ranges | choices)
def test_a_formatted_constraint_parses_back_to_itself(constraint):
    assert parse(format(constraint)) == constraint


@given(ranges | choices)
def test_a_formatted_constraint_needs_no_escaping_in_a_url(constraint):
    assert set(format(constraint)) <= set("0123456789.,-e")


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        (Range(5, 8), "5..8"),
        (Range(hi=2.9), "..2.9"),
        (Range(), ".."),
        (OneOf((16, 8)), "8,16"),
        (OneOf((np.float64(1e22),)), "1e22"),
        (OneOf((400_000_000,)), "400000000"),
    ],
)
def test_a_constraint_is_written_in_the_shortest_way(constraint, text):
    assert format(constraint) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("8..5", "reversed"),
        ("nan", "not a number"),
        ("..nan", "not a number"),
        ("inf", "not a number"),
        ("1e999", "not finite"),
        ("wide", "not a number"),
        ("5-8", "not a number"),
        ("5...8", "not a number"),
        ("1..2..3", "more than two ends"),
        ("1..2,5", "not a number"),
        ("8,,16", "not a number"),
        ("8,", "not a number"),
        ("1 2", "not a number"),
        ("4m", "not a number"),
        ("1e3k", "not a number"),
        ("٣", "not a number"),
        ("0x10", "not a number"),
        ("1_000", "not a number"),
    ],
)
def test_what_is_no_constraint_is_refused_with_text_and_reason_and_what_is_allowed(
    text, reason
):
    with pytest.raises(ConstraintError, match=reason) as caught:
        parse(text)
    assert caught.value.text == text
    assert "a..b" in caught.value.allowed


@pytest.mark.parametrize(
    "make",
    [
        lambda: Range(2, 1),
        lambda: Range(math.nan, 1),
        lambda: Range(lo=math.inf),
        lambda: Range(hi=-math.inf),
        lambda: OneOf(()),
        lambda: OneOf((math.nan,)),
        lambda: OneOf((math.inf,)),
    ],
)
def test_constraints_that_no_text_could_write_cannot_be_made(make):
    with pytest.raises(ConstraintError):
        make()


def test_a_range_is_closed_and_an_empty_end_is_open():
    depth = np.array([4, 5, 8, 9.0])
    assert parse("5..8").mask(depth).tolist() == [False, True, True, False]
    assert parse("5..").mask(depth).tolist() == [False, True, True, True]
    assert parse("..5").mask(depth).tolist() == [True, True, False, False]
    assert parse("4,9,7").mask(depth).tolist() == [True, False, False, True]


@pytest.mark.parametrize("text", ["..", "0..", "..100", "0..100", "1,2,3"])
def test_a_network_that_lacks_the_value_fails_every_constraint_on_it(text):
    assert not parse(text).mask(np.array([math.nan])).any()


def test_a_diverged_network_passes_only_where_the_error_is_unbounded_above():
    diverged = np.array([math.inf])
    assert parse("50..").mask(diverged).all()
    assert not parse("..50").mask(diverged).any()
    assert not parse("0..1e300").mask(np.array([math.nan])).any()


@pytest.mark.parametrize("text", ["..2.9", "2.9..", "2.9", "2.9..2.9"])
@pytest.mark.parametrize(
    "stored", [2.9, 2900 * 0.001, 0.1 * 29, float(np.float32(2.9)), np.nextafter(2.9, 3)]
)
def test_2_9_matches_a_stored_2_9_however_it_was_computed(text, stored):
    assert parse(text).mask(np.array([stored])).all()
    assert not parse("2.8999..2.89999").mask(np.array([stored])).any()
    assert not parse("2.90001").mask(np.array([stored])).any()


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=12),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
)
def test_float32_columns_select_the_same_networks_as_float64_ones(values, a, b):
    # The page holds float32 columns; it must not disagree with the server.
    column = np.array([*values, a, np.nextafter(a, b)])
    for constraint in (Range(min(a, b), max(a, b)), OneOf((a, b))):
        narrow = constraint.mask(column.astype(np.float32))
        assert narrow.tolist() == constraint.mask(column).tolist()


@given(
    st.lists(st.integers(0, 10**6), max_size=12), st.integers(0, 10**6), st.integers(0, 10**6)
)
def test_whole_numbers_pass_a_range_exactly_when_they_lie_in_it(values, a, b):
    lo, hi = min(a, b), max(a, b)
    expected = [lo <= value <= hi for value in values]
    assert parse(f"{lo}..{hi}").mask(np.array(values, dtype=float)).tolist() == expected


def test_networks_pass_that_pass_every_constraint():
    columns = {"depth": np.array([5, 6, 7.0]), "group_width": np.array([8, 16, np.nan])}
    constraints = parse_all({"depth": "6..", "group_width": "8,16"}, columns)
    assert passing(columns, constraints).tolist() == [False, True, False]
    assert passing(columns, {}).all()
    assert passing({}, {}).shape == (0,)


def test_an_unknown_column_is_named_with_the_columns_that_the_population_has():
    columns = {"depth": np.ones(3), "group_width": np.ones(3)}
    with pytest.raises(ConstraintError) as caught:
        parse_all({"depht": "5..8"}, columns)
    assert caught.value.column == "depht"
    assert caught.value.allowed == "its columns depth, group_width"
    assert "did you mean depth?" in str(caught.value)
    with pytest.raises(ConstraintError, match="no such column"):
        passing(columns, {"wm": Range(2, 3)})


def test_a_refused_text_is_named_with_its_column():
    with pytest.raises(ConstraintError, match=r"depth=8\.\.5: the range is reversed") as caught:
        parse_all({"depth": "8..5"}, ["depth"])
    assert (caught.value.column, caught.value.text) == ("depth", "8..5")


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("..400M", [400_000_000, 399_999_990], [400_000_001, 400_000_010]),
        ("0.3M..", [300_000, 400_000_001], [299_999]),
        ("1.1G", [1_100_000_000], [1_099_999_999, 1_100_000_001]),
        ("16777217..16777219", [16_777_217, 16_777_219], [16_777_216, 16_777_220]),
    ],
)
def test_a_window_is_exact_on_whole_counts(text, inside, outside):
    assert parse(text).holds(np.array(inside)).all()
    assert not parse(text).holds(np.array(outside)).any()


OPERATIONS = {"none": 1.0, "skip_connect": 2.0, "nor_conv_3x3": 4.0}


def test_a_name_is_written_in_place_of_the_number_that_it_stands_for():
    for text, number in (
        ("nor_conv_3x3", "4"),
        ("none, nor_conv_3x3", "1,4"),
        ("skip_connect,1", "1,2"),
        ("none..skip_connect", "1..2"),
    ):
        assert parse(text, OPERATIONS) == parse(number)


def test_a_name_that_stands_for_nothing_is_refused_with_those_that_do():
    with pytest.raises(ConstraintError, match="nor a name of none, skip_connect, nor_conv_3x3"):
        parse("nor_conv_1x1", OPERATIONS)
    with pytest.raises(ConstraintError, match="is not a number such as 8"):
        parse_all({"depth": "none"}, ["depth", "op"], {"op": OPERATIONS})
