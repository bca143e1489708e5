"""Numbers as text: half away from zero, as they are written."""

import math

import pytest

from columns.numbers import fixed, percent
from columns.quantities import quantity
from columns.units import unit_of


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [
        (0.25, 1, "0.3"),
        (-0.25, 1, "−0.3"),
        (0.35, 1, "0.4"),  # its double is 0.34999999999999997
        (1.005, 2, "1.01"),
        (2.5, 0, "3"),
        (-0.04, 1, "0.0"),
        (1234567.5, 0, "1,234,568"),
        (1e21, 0, "1,000,000,000,000,000,000,000"),
        (math.nan, 1, "–"),
        (-math.inf, 1, "−∞"),
    ],
)
def test_a_number_is_rounded_half_away_from_zero_as_it_is_written(x, decimals, text):
    assert fixed(x, decimals) == text


def test_a_share_is_percent():
    assert percent(0.123) == "12.3 %"


def test_a_quantity_and_the_unit_of_a_column_round_alike():
    flops = quantity("flops")
    assert flops.show(224.5e6) == "225"
    assert unit_of(flops, [224_500]).show(224_500) == "225"
