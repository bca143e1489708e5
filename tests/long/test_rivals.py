"""Thirty networks of each of the rivals' spaces: what is counted is what torch counts."""

import pytest
from rivalry import assert_counted_as_torch_counts, drawn
from small import SMALL


@pytest.mark.parametrize("name", SMALL)
def test_thirty_networks_of_a_space_are_counted_as_torch_counts_them(name):
    assert_counted_as_torch_counts(drawn(name, 30, seed=1))
