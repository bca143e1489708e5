"""e_fit is the exact minimum over the whole grid of lines; of the best lines the first."""

import numpy as np
import pytest

from designspace.lines import fits
from designspace.lines.line import Line

W0 = np.arange(8, 513, 8)
WA = np.arange(1, 257)
WM = np.array([round(1.5 + 0.02 * i, 2) for i in range(76)])


def blocks(widths, depths):
    return np.repeat(widths, depths).tolist()


def every_error(block_widths):
    """The definition, line by line: mean_j |ln(w0 * wm^k_j / w_j)|, shape (w0, wa, wm)."""
    log_widths, j = np.log(block_widths), np.arange(len(block_widths))
    errors = np.empty((len(W0), len(WA), len(WM)))
    for a, w0 in enumerate(W0):
        s = np.log1p(WA[:, None, None] * j / w0) / np.log(WM)[:, None]
        k = np.rint(s.round(9))  # a tie is one in floats, too
        predicted = np.log(w0) + k * np.log(WM)[:, None]
        errors[a] = np.abs(predicted - log_widths).mean(axis=-1)
    return errors


def drawn(rng, stages, depth):
    """Widths and depths that follow no line."""
    return blocks(8 * rng.integers(1, 129, stages), rng.integers(1, depth + 1, stages))


RNG = np.random.default_rng(0)
NETWORKS = {
    "falling and rising widths": blocks([64, 1024, 16, 200], [3, 1, 5, 2]),
    "one block": [40],
    "five stages": drawn(RNG, 5, 4),
    "three stages": drawn(RNG, 3, 6),
    "four stages": drawn(RNG, 4, 6),
    "good AnyNetX_E networks' line": [48 * (j + 1) for j in range(12)],  # arXiv 2003.13678
    "wider than the grid begins": blocks([1000, 1400], [4, 4]),
}


@pytest.mark.parametrize("block_widths", NETWORKS.values(), ids=NETWORKS.keys())
def test_e_fit_is_the_least_error_of_all_lines(block_widths):
    errors = every_error(block_widths)
    found = fits.fit(block_widths)
    assert found.e_fit == pytest.approx(errors.min(), abs=1e-12)
    first = np.argwhere(errors <= errors.min() + 1e-12)[0]
    assert found.line == Line(*(axis[i] for axis, i in zip((W0, WA, WM), first, strict=True)))


# Of published networks (the paper authors' model zoo): widths and depths as built, and the
# minimum of this grid, found by brute force for this project.
PUBLISHED = {
    "RegNetX-200MF": ([24, 56, 152, 368], [1, 1, 4, 7], 0.01654),
    "RegNetX-400MF": ([32, 64, 160, 384], [1, 2, 7, 12], 0.0481),
    "RegNetX-600MF": ([48, 96, 240, 528], [1, 3, 5, 7], 0.02643),
    "RegNetX-800MF": ([64, 128, 288, 672], [1, 3, 7, 5], 0.01738),
    "RegNetX-1.6GF": ([72, 168, 408, 912], [2, 4, 10, 2], 0.01155),
    "RegNetX-3.2GF": ([96, 192, 432, 1008], [2, 6, 15, 2], 0.0254),
    "RegNetX-4.0GF": ([80, 240, 560, 1360], [2, 5, 14, 2], 0.02536),
    "RegNetX-6.4GF": ([168, 392, 784, 1624], [2, 4, 10, 1], 0.02016),
    "RegNetX-8.0GF": ([80, 240, 720, 1920], [2, 5, 15, 1], 0.00512),
    "RegNetX-12GF": ([224, 448, 896, 2240], [2, 5, 11, 1], 0.01174),
    "RegNetX-16GF": ([256, 512, 896, 2048], [2, 6, 13, 1], 0.05324),
    "RegNetX-32GF": ([336, 672, 1344, 2520], [2, 7, 13, 1], 0.00281),
    "ResNet-50": ([256, 512, 1024, 2048], [3, 4, 6, 3], 0.0649),
}


@pytest.mark.parametrize(("widths", "depths", "e_fit"), PUBLISHED.values(), ids=PUBLISHED)
def test_e_fit_of_published_networks(widths, depths, e_fit):
    assert fits.fit(blocks(widths, depths)).e_fit == pytest.approx(e_fit, abs=6e-6)


def test_the_line_of_resnet_50():
    found = fits.fit(blocks([256, 512, 1024, 2048], [3, 4, 6, 3]))
    assert found.line == Line(144, 98, 1.92)


def test_of_lines_that_fit_equally_the_first_of_the_grid_is_taken():
    # A single block is at level 0 whatever wa and wm are.
    assert fits.fit([48]) == fits.Fit(Line(48, 1, 1.5), 0)
    # At level 0 throughout, 16, 24 .. 64 all lie between the widths: |ln 4| over two blocks.
    falling = fits.fit([64, 16])
    assert falling.line == Line(16, 1, 1.5)
    assert falling.e_fit == pytest.approx(np.log(4) / 2)


def test_levels_of_the_search_are_those_of_the_line_even_on_ties():
    # 40 + 16 = 40 * 1.96^(1/2), and 40 + 24 = 40 * 2.56^(1/2): halfway from level 0 to 1.
    for w0, wa, wm in ((40, 16, 1.96), (40, 8, 1.96), (40, 24, 2.56), (104, 37, 2.14)):
        pair = np.searchsorted(W0, [w0]) * len(WM) + np.searchsorted(WM, [wm])
        found = fits.levels(pair, np.array([wa]), 60)
        assert found.tolist() == [Line(w0, wa, wm).levels(60)]


@pytest.mark.parametrize("depth", [fits.USUAL_DEPTH - 1, fits.USUAL_DEPTH + 1, 300])
def test_networks_of_any_depth_are_fitted(depth):
    # The widths of a line, unrounded, are fitted by that line without error.
    line = Line(24, 3, 2.5)
    widths = 24 * 2.5 ** np.array(line.levels(depth))
    assert fits.fit(widths.tolist()).e_fit == pytest.approx(0, abs=1e-12)


def test_e_fit_compares_unrounded_widths():
    # Two blocks of 24 channels: level 0 of w0 = 24 is exact; widths 24, 54 need no rounding to
    # eight, so the line (24, 30, 2.25) predicts 24 * 2.25 = 54 and is off by nothing.
    assert fits.deviation(Line(24, 30, 2.25), [24, 54]) == pytest.approx(0)
    # Rounded to eight the same line has 56, which is ln(56 / 54) off over two blocks.
    assert Line(24, 30, 2.25).widths(2) == [24, 56]
    assert fits.deviation(Line(24, 30, 2.25), [24, 56]) == pytest.approx(np.log(56 / 54) / 2)
