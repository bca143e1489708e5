"""Constraints and sides, as the client writes them for REST's grammar."""

import numpy as np
import pytest

import netspace_client
from columns.constraints import parse
from netspace_client.sides import Side, text


@pytest.mark.parametrize(
    ("constraint", "written"),
    [
        ("5..8", "5..8"),
        ("100k..2M", "100k..2M"),
        (4, "4"),
        (4.0, "4"),
        (0.5, "0.5"),
        ((5, 8), "5..8"),
        ((None, 8), "..8"),
        ((2.5, None), "2.5.."),
        ([8, 16], "8,16"),
        (["nor_conv_3x3", "none"], "nor_conv_3x3,none"),
        ((np.float64(1e-7), np.int64(3)), "1e-07..3"),
    ],
)
def test_a_constraint_is_written_in_the_grammar(constraint, written):
    assert text(constraint) == written


@pytest.mark.parametrize("constraint", [(5, 8), (None, 1e30), (1e-7, None), [8, 16], 4, 0.1])
def test_what_is_written_is_what_the_server_reads(constraint):
    ends = constraint if isinstance(constraint, tuple) else None
    read = parse(text(constraint))
    for value in (0.1, 4, 5, 6.5, 8, 9, 16, 2e-7, 1e29):
        inside = (
            (ends[0] is None or value >= ends[0]) and (ends[1] is None or value <= ends[1])
            if ends
            else value in (constraint if isinstance(constraint, list) else [constraint])
        )
        assert bool(read.mask(np.array([float(value)]))[0]) == inside


def test_a_range_of_three_is_none():
    with pytest.raises(ValueError, match=r"a range is \(from, to\)"):
        text((1, 2, 3))


def test_a_side_is_a_population_under_constraints():
    assert str(Side(2)) == "2"
    assert str(Side(2, {"depth": "5..8", "w0": "8"})) == "2;depth=5..8;w0=8"


@pytest.mark.parametrize("constraints", [{"depth": "5;w0=8"}, {"depth=5;w0": "8"}])
def test_no_constraint_hides_another(constraints):
    with pytest.raises(ValueError, match="one constraint a column"):
        netspace_client.Side(2, constraints)
