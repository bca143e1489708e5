"""Fitting a quantised line to the block widths of any network: the fitting error e_fit.

e_fit is the smallest mean_j |ln(w0 * wm^k_j / w_j)| over a grid of w0, wa, wm, with d fixed to
the network's depth, and the predicted widths left unrounded (no multiple of eight).

The paper gives no grid. Here: w0 = 8, 16 .. 512, wa = 1, 2 .. 256, wm = 1.50, 1.52 .. 3.00: 1.2
million lines. The minimum is exact: branch and bound leaves out lines only where a lower bound
says that they fit worse. Among lines that fit equally well, the first in the order of
(w0, wa, wm) is taken.

Source: arXiv 2003.13678, section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from columns.arrays import Floats, Ints
from designspace.lines.line import Line

W0 = np.arange(8, 513, 8)
WA = np.arange(1, 257)
WM = np.arange(75, 151) / 50
GRID = (len(W0), len(WA), len(WM))

PAIR_W0 = W0.repeat(len(WM))
"""w0 of each pair (w0, wm), in grid order; their logarithms are where levels start and step."""
START, STEP = np.log(PAIR_W0), np.tile(np.log(WM), len(W0))
OCTAVES = 2 ** np.arange(9)
"""Slopes between which the lines of a pair are bounded first."""
PARTS = 8
"""Intervals of slopes that one is split into."""

DIGITS = 12
"""Decimals that count, so that a logarithm's last bit decides nothing: errors that agree in
them are equal, and a level's tie is one. Up to 64 blocks no s_j comes nearer to a tie than 1e-8
without being one."""
SLACK = 2 * 10.0**-DIGITS
USUAL_DEPTH = 64
"""Up to this depth the levels at the octaves are looked up."""
FEW, BLOCKS = 16, 2**13
"""Pairs or intervals looked at together: first few, for an error to compare with, then more, up
to about so many blocks, which the cache can hold."""

Indices = Ints
Levels = NDArray[np.generic]  # whole numbers, as floats or as bytes


@dataclass(frozen=True)
class Fit:
    """A line, and how far a network's widths are from it or from the best of the grid."""

    line: Line
    e_fit: float  # mean absolute log ratio; 0.05 is about 5 %


def fit(block_widths: Sequence[int]) -> Fit:
    """The grid's line nearest to the widths w_j of a network's d blocks."""
    e_fit, place = Search(np.log(block_widths)).best_line()
    w0, wa, wm = np.unravel_index(place, GRID)
    return Fit(Line(float(W0[w0]), float(WA[wa]), float(WM[wm])), e_fit)


def deviation(line: Line, block_widths: Sequence[int]) -> float:
    """Mean absolute log ratio between a line's unrounded widths and those of a network."""
    levels = line.levels(len(block_widths))
    predicted = np.log(line.w0) + np.multiply(levels, np.log(line.wm))
    return float(np.abs(predicted - np.log(block_widths)).mean())


@dataclass(frozen=True)
class Intervals:
    """n sets of lines: a pair (w0, wm) by its index, slopes low <= wa < high; shapes (n,)."""

    pair: Indices
    low: Indices
    high: Indices

    def __getitem__(self, rows: NDArray[np.int64 | np.bool_]) -> Intervals:
        return Intervals(self.pair[rows], self.low[rows], self.high[rows])

    @classmethod
    def octaves(cls, pairs: Indices) -> Intervals:
        """Those of each pair in a row; the last has 256, too."""
        ends = np.append(OCTAVES[:-1], WA[-1] + 1)
        low, high = (np.tile(slopes, len(pairs)) for slopes in (ends[:-1], ends[1:]))
        return cls(pairs.repeat(len(ends) - 1), low, high)

    def split(self) -> Intervals:
        """Each in PARTS, or single slopes where there are no more."""
        count = (self.high - self.low)[:, None]
        ends = self.low[:, None] + count * np.arange(PARTS + 1) // PARTS
        low, high = ends[:, :-1], ends[:, 1:]
        some = low < high
        pair = np.broadcast_to(self.pair[:, None], some.shape)
        return Intervals(pair[some], low[some], high[some])


class Search:
    """Branch and bound for one network of d blocks, best bounds first."""

    def __init__(self, log_widths: Floats) -> None:
        self.log_widths = log_widths
        self.depth = len(log_widths)
        self.best = (
            np.inf,
            0,
        )  # the least error and its place in the grid: ties go to the first

    def best_line(self) -> tuple[float, int]:
        """The error of the nearest line, in DIGITS, and its place in the grid."""
        for pairs in self.promising(self.pair_bounds()):
            levels = octave_levels(pairs, self.depth)
            bounds = self.bounds(pairs[:, None], levels[:, :-1], levels[:, 1:])
            self.look_into(Intervals.octaves(pairs), bounds.ravel())
        return self.best

    def promising(self, bounds: Floats) -> Iterator[Indices]:
        """Rows whose bound is not above the best error, a few and then more at a time."""
        order = np.argsort(bounds)
        end, size = 0, FEW
        while end < len(order):
            start, end = end, end + size
            rows = order[start:end]
            rows = rows[bounds[rows] <= self.best[0] + SLACK]
            if not rows.size:
                return
            yield rows
            size = max(FEW, min(4 * size, BLOCKS // self.depth))

    def look_into(self, intervals: Intervals, bounds: Floats) -> None:
        """Split intervals down to single lines, unless their bounds rule them out."""
        for rows in self.promising(bounds):
            parts = intervals[rows].split()
            single = parts.low + 1 == parts.high
            least = most = levels(parts.pair, parts.low, self.depth)
            if not single.all():
                most = levels(parts.pair, parts.high - 1, self.depth)
            off = self.bounds(parts.pair, least, most)
            if single.any():
                self.compare(parts[single], off[single])
            if not single.all():
                self.look_into(parts[~single], off[~single])

    def compare(self, lines: Intervals, errors: Floats) -> None:
        """Keep the best of the lines where it is better than the best so far."""
        errors = errors.round(DIGITS)
        least = errors.min()
        nearest = lines[errors == least]
        w0, wm = np.divmod(nearest.pair, len(WM))
        places = np.ravel_multi_index((w0, nearest.low - WA[0], wm), GRID)
        self.best = min(self.best, (float(least), int(places.min())))

    def pair_bounds(self) -> Floats:
        """The least error any line of a pair (w0, wm) can have; shape (pairs,).

        Every block takes the level nearest to its width, but the first, which is at level 0.
        """
        log_w, blocks = np.unique(self.log_widths, return_counts=True)
        nearest = np.maximum(np.rint((log_w[:, None] - START) / STEP), 0)
        off = np.abs(START + nearest * STEP - log_w[:, None])
        first = log_w == self.log_widths[0]
        total = (blocks - first) @ off + np.abs(START - self.log_widths[0])
        bounds: Floats = total / self.depth
        return bounds

    def bounds(self, pairs: Indices, least: Levels, most: Levels) -> Floats:
        """The least error of lines whose levels lie within `least` and `most`.

        Levels rise with the slope, so those of an interval's ends enclose all of its levels.
        Where both are the levels of one line, this is its error.

        Args:
            pairs: shape (..).
            least, most: levels, shape (.., d).
        """
        start, step = START[pairs, None], STEP[pairs, None]
        level = np.rint((self.log_widths - start) / step)
        level = np.minimum(np.maximum(level, least), most)
        off = np.abs(start + level * step - self.log_widths)
        mean: Floats = off.mean(axis=-1)
        return mean


def levels(pairs: Indices, wa: Indices, depth: int) -> Floats:
    """k_j of n lines; pairs and slopes have shape (n,), the levels (n, depth).

    Rounding to DIGITS first makes an exact tie (wm 1.96 and 2.56 have some) one in floats, too.
    """
    u = PAIR_W0[pairs, None] + wa[:, None] * np.arange(depth)
    s = (logarithms(-(-depth // USUAL_DEPTH))[u] - START[pairs, None]) / STEP[pairs, None]
    k: Floats = np.rint(s.round(DIGITS))
    return k


@lru_cache(maxsize=8)
def logarithms(usual_depths: int) -> Floats:
    """ln u for every u_j of the grid's lines, up to so many times the usual depth."""
    last = W0[-1] + WA[-1] * USUAL_DEPTH * usual_depths
    return np.log(np.maximum(1, np.arange(last)))


def octave_levels(pairs: Indices, depth: int) -> Levels:
    """k_j of the lines of n pairs at the octaves, shape (n, octaves, depth)."""
    if depth <= USUAL_DEPTH:
        return usual_octave_levels()[pairs, :, :depth]
    return np.stack([levels(pairs, np.full_like(pairs, wa), depth) for wa in OCTAVES], axis=1)


@cache
def usual_octave_levels() -> NDArray[np.int8]:
    """Those of all pairs: 2.8 million numbers, in a tenth of a second."""
    pairs = np.arange(len(PAIR_W0))
    each = (levels(pairs, np.full_like(pairs, wa), USUAL_DEPTH) for wa in OCTAVES)
    return np.stack([k.astype(np.int8) for k in each], axis=1)
