"""Curves in a terminal."""

import pytest

from netspace.braille import curve


def dots(lines):
    """(column, row) of every dot, from the top left: Unicode's order of the dots of a braille
    character is 1 2 3 7 down the first column and 4 5 6 8 down the second."""
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return {
        (2 * x + column, 4 * y + row)
        for y, line in enumerate(lines)
        for x, character in enumerate(line)
        for bit, (column, row) in enumerate(places)
        if (ord(character) - 0x2800) >> bit & 1
    }


def test_a_height_of_one_is_at_the_top_and_of_zero_at_the_bottom():
    assert dots(curve([1, 1, 1], 2)) == {(0, 0), (1, 0), (2, 0)}
    assert dots(curve([0, 0], 3)) == {(0, 11), (1, 11)}


def test_a_jump_is_a_line_upwards():
    assert dots(curve([0, 1], 1)) == {(0, 3), (1, 0), (1, 1), (1, 2), (1, 3)}


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_a_curve_has_as_many_lines_as_are_asked_for_of_one_width(n):
    lines = curve([0.5] * n, 5)
    assert [len(line) for line in lines] == [(n + 1) // 2] * 5
    assert {x for x, _ in dots(lines)} == set(range(n))
