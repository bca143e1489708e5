"""The quantised line: equations 2 to 4, exact ties, and the fast form against the plain one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designspace.lines import line
from designspace.lines.line import Line


@pytest.mark.parametrize(
    ("setting", "depth", "stages"),
    [
        # The paper's authors' RegNetX-200MF.
        ((24, 36.44, 2.49), 13, [(24, 1), (56, 1), (152, 4), (368, 7)]),
        ((16, 8, 2.5), 13, [(16, 2), (40, 4), (96, 7)]),
        ((88, 26.31, 2.25), 25, [(88, 2), (200, 6), (448, 15), (1000, 2)]),
    ],
)
def test_widths_of_published_settings(setting, depth, stages):
    assert Line(*setting).stages(depth) == stages


def test_a_tie_goes_to_the_even_level():
    # u_1 = 16 + 8 = 16 * 2.25^(1/2), so s_1 = 1/2 exactly: level 0. In floats it is a gamble.
    assert Line(16, 8, 2.25).levels(2) == [0, 0]
    # u_j / w0 = 27/8 = 2.25^(3/2): s = 3/2, level 2.
    assert Line(8, 19, 2.25).levels(2) == [0, 2]


@given(st.integers(1, 40), st.integers(1, 64), st.integers(1, 2560), st.integers(1010, 4000))
def test_levels_are_the_rounded_logarithms(depth, eighths, tenths, thousandths):
    w0, wa, wm = 8 * eighths, tenths / 10, thousandths / 1000
    u = w0 + wa * np.arange(depth)  # equation 2
    s = np.log(u / w0) / np.log(wm)  # equation 3
    clear = np.abs(s - np.floor(s) - 0.5) > 1e-6
    levels = np.array(Line(w0, wa, wm).levels(depth))
    np.testing.assert_array_equal(levels[clear], np.rint(s[clear]))  # equation 4
    assert set(np.diff(levels[~clear])) <= set(range(-1, 99))


def test_arrays_of_lines_make_the_stages_that_each_line_makes():
    rng = np.random.default_rng(5)
    n, count = 3_000, 4
    depth = rng.integers(1, 64, n)
    w0 = 8 * rng.integers(1, 33, n)
    # A coarse grid, so that exact ties are common.
    wa, wm = 50 * rng.integers(1, 512, n), 50 * rng.integers(21, 61, n)
    depths, widths = line.stages(depth, w0, wa, wm, count)
    for i in range(n):
        one = Line(int(w0[i]), wa[i] / 100, wm[i] / 1000)
        levels = one.levels(int(depth[i]))
        assert depths[:, i].tolist() == [
            *(levels.count(k) for k in range(count)),
            sum(level >= count for level in levels),
        ]
        of_level = dict(zip(levels, one.widths(int(depth[i])), strict=True))
        for k in range(count):
            assert of_level.get(k, widths[k, i]) == widths[k, i]
