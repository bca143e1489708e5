"""The least-squares line through the block widths of several networks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designspace.lines.joint import joint_line

NETWORKS = st.lists(
    st.lists(st.integers(1, 256).map(lambda w: 8 * w), min_size=1, max_size=28),
    min_size=1,
    max_size=20,
).filter(lambda networks: any(len(widths) > 1 for widths in networks))


def test_the_good_networks_of_anynetx_e_follow_48_times_j_plus_1():
    # arXiv 2003.13678, section 3.2: w_j = 48 (j + 1).
    line = joint_line([[48 * (j + 1) for j in range(20)], [48 * (j + 1) for j in range(12)]])
    assert (line.start, line.slope) == pytest.approx((48, 48))
    assert line.e_fit == pytest.approx(0, abs=1e-12)
    assert str(line) == "w_j = 48 + 48.0 j"


@given(NETWORKS)
def test_the_line_is_the_least_squares_line_over_all_blocks_of_all_networks(networks):
    blocks = [(j, w) for widths in networks for j, w in enumerate(widths)]
    slope, start = np.polyfit(*np.array(blocks).T, 1)
    line = joint_line(networks)
    assert line.start == pytest.approx(start, abs=1e-6)
    assert line.slope == pytest.approx(slope, abs=1e-6)


def test_its_fitting_error_is_the_mean_absolute_log_ratio_to_the_widths():
    # Section 3.3; the line through (0, 16), (1, 16), (2, 40) is w_j = 12 + 12 j.
    line = joint_line([[16, 16, 40]])
    assert str(line) == "w_j = 12 + 12.0 j"
    off = [abs(np.log(12 / 16)), abs(np.log(24 / 16)), abs(np.log(36 / 40))]
    assert line.e_fit == pytest.approx(np.mean(off))


def test_a_line_that_is_not_positive_describes_no_widths():
    assert joint_line([[8, 8, 8, 8, 8, 800]]).e_fit == np.inf


@pytest.mark.parametrize("networks", [[], [[16]], [[16], [24]]])
def test_networks_of_one_block_have_no_line(networks):
    assert joint_line(networks) is None
