"""The quantised line: block widths from an initial width, a slope and a width multiplier.

    u_j = w0 + wa * j                      equation 2, for block j = 0 .. d - 1
    s_j = ln(u_j / w0) / ln(wm)            equation 3: w0 * wm^s_j = u_j
    w_j = w0 * wm^k_j, k_j = round(s_j)    equation 4, then to the nearest multiple of eight

Rounding is half to even. Ties are not rare in quantised parameters (16 + 8 = 16 * 2.25^(1/2)),
and floats decide them by their last bit, so here they are decided in exact arithmetic.
Two forms: block by block for one network, which reads like the paper, and by stage boundaries
for arrays of draws, which is fast. A test holds them together.

Source: arXiv 2003.13678, section 3.3; the multiple of eight is its authors' code.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from columns.arrays import Ints
from designspace.values import exact

MULTIPLE = 8
NEAR_TIE = 1e-9


@dataclass(frozen=True)
class Line:
    """w_j = w0 + wa * j, quantised by wm."""

    w0: float  # channels
    wa: float  # channels per block
    wm: float

    def widths(self, depth: int) -> list[int]:
        """w_j of `depth` blocks, multiples of eight."""
        w0, wm = exact(self.w0), exact(self.wm)
        return [
            MULTIPLE * round(w0 * wm**k / MULTIPLE)  # a Fraction rounds half to even
            for k in self.levels(depth)
        ]

    def stages(self, depth: int) -> list[tuple[int, int]]:
        """(width, depth) of each stage: blocks of equal width."""
        return [(w, len(list(blocks))) for w, blocks in itertools.groupby(self.widths(depth))]

    def levels(self, depth: int) -> list[int]:
        """k_j of `depth` blocks."""
        return [self._level(j) for j in range(depth)]

    def _level(self, j: int) -> int:
        s = math.log((self.w0 + self.wa * j) / self.w0) / math.log(self.wm)
        above = math.floor(s) + 1  # the tie nearest to s is above - 1/2
        if abs(s - (above - 0.5)) > NEAR_TIE:
            return round(s)
        # u_j / w0 against wm^(above - 1/2), both squared.
        ratio = (exact(self.w0) + exact(self.wa) * j) / exact(self.w0)
        tie = exact(self.wm) ** (2 * above - 1)
        if ratio**2 == tie:
            return above if above % 2 == 0 else above - 1
        return above if ratio**2 > tie else above - 1


PER_WA, PER_WM = 100, 1000
"""Arrays of draws hold wa in hundredths, as it is published, and wm in thousandths, as whole
numbers."""


def stages(depth: Ints, w0: Ints, wa: Ints, wm: Ints, count: int) -> tuple[Ints, Ints]:
    """Stages of n quantised lines, by level: depths (count + 1, n) and widths (count, n).

    Args:
        depth: d, shape (n,).
        w0: channels, shape (n,).
        wa: slope in hundredths of a channel per block, shape (n,), above 0.
        wm: multiplier in thousandths, shape (n,), above 1000.
        count: levels 0 .. count - 1 become rows; the last row of the depths holds what is left.

    A line makes `count` stages where every level has depth, none is left over, and the widths
    of all levels differ.
    """
    first = [np.zeros_like(depth)]
    for k in range(1, count + 1):
        first.append(np.minimum(_first_block(k, w0, wa, wm), depth))
    first.append(depth)
    starts = np.stack(first)
    depths: Ints = starts[1:] - starts[:-1]
    widths = np.stack([_level_width(k, w0, wm) for k in range(count)])
    return depths, widths


def _first_block(k: int, w0: Ints, wa: Ints, wm: Ints) -> Ints:
    """The first block of level k or above: the smallest j with s_j >= k - 1/2.

    u_j reaches w0 * wm^(k - 1/2) at x; a tie belongs to the even level.
    """
    x = w0 * ((wm / PER_WM) ** (k - 0.5) - 1) * PER_WA / wa
    nearest = np.rint(x)
    first = np.ceil(x).astype(np.int64)
    # Floats can't tell which side of a tie these are on: decided in Python's integers.
    for i in np.flatnonzero(np.abs(x - nearest) <= NEAR_TIE * (1 + x)):
        j, start = int(nearest[i]), PER_WA * int(w0[i])
        ratio = (start + int(wa[i]) * j) ** 2 * PER_WM ** (2 * k - 1)
        tie = start**2 * int(wm[i]) ** (2 * k - 1)
        first[i] = j if ratio > tie or (ratio == tie and k % 2 == 0) else j + 1
    return first


def _level_width(k: int, w0: Ints, wm: Ints) -> Ints:
    """w0 * wm^k to the nearest multiple of eight, half to even, in integers."""
    unit = MULTIPLE * PER_WM**k
    whole, rest = np.divmod(w0 * wm**k, unit)
    up = (2 * rest > unit) | ((2 * rest == unit) & (whole % 2 == 1))
    widths: Ints = MULTIPLE * (whole + up)
    return widths
