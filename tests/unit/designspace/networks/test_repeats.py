"""Stages that repeat a block: channels inside are rounded as in a batch, and there are some."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from designspace.networks.repeats import Stage, inner_width


@given(st.integers(1, 4_096), st.floats(0.01, 64))
def test_one_network_has_the_inner_width_that_it_has_in_a_batch(width, ratio):
    [of_batch] = inner_width(np.array([width]), np.array([ratio]))
    assert inner_width(width, ratio) == of_batch


@pytest.mark.parametrize(("width", "ratio", "inner"), [(5, 2, 2), (7, 2, 4), (8, 1.4, 6)])
def test_ties_go_to_the_even_number(width, ratio, inner):
    assert inner_width(width, ratio) == inner


@pytest.mark.parametrize("ratio", [5e-324, 1e-18, 100])
def test_a_ratio_that_leaves_no_channels_inside_or_more_than_are_counted_is_refused(ratio):
    with pytest.raises(ValidationError, match="inner width 0"):
        Stage(depth=1, width=32, bottleneck_ratio=ratio, group_width=1)
