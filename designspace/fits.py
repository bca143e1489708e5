"""Fitting a quantised line to the block widths of any network: the fitting error e_fit.

e_fit is the smallest mean_j |ln(w0 * wm^k_j / w_j)| over a grid of w0, wa, wm, with d fixed to
the network's depth and the predicted widths left unrounded (no multiple of eight).

Grid here, stated because the paper gives none: w0 = 8, 16 .. 256, wa = 2^(i/4) from 1 to 256
(33 values), wm = 1.5, 1.6 .. 3.0. It is small: the exact minimum over a fine grid comes later.

Source: arXiv 2003.13678, section 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from designspace.line import Line

W0 = np.arange(8, 257, 8)
WA = np.exp2(np.arange(33) / 4)
WM = np.arange(15, 31) / 10


@dataclass(frozen=True)
class Fit:
    """A line and how far a network's widths are from it."""

    line: Line
    e_fit: float  # mean absolute log ratio; 0.05 is about 5 %


def fit(block_widths: Sequence[int]) -> Fit:
    """The grid's line nearest to the widths w_j of a network's d blocks."""
    log_widths = np.log(block_widths)
    j = np.arange(len(log_widths))
    rise = np.log1p(WA[:, None] * j / W0[:, None, None])  # ln(u_j / w0), shape (w0, wa, d)
    start = np.log(W0)[:, None, None]
    best = Fit(Line(float(W0[0]), float(WA[0]), float(WM[0])), np.inf)
    for wm in WM:
        step = np.log(wm)
        off = np.abs(start + np.rint(rise / step) * step - log_widths).mean(axis=2)
        a, b = np.unravel_index(off.argmin(), off.shape)
        if off[a, b] < best.e_fit:
            best = Fit(Line(float(W0[a]), float(WA[b]), float(wm)), float(off[a, b]))
    return best


def deviation(line: Line, block_widths: Sequence[int]) -> float:
    """Mean absolute log ratio between a line's unrounded widths and those of a network."""
    levels = line.levels(len(block_widths))
    predicted = np.log(line.w0) + np.multiply(levels, np.log(line.wm))
    return float(np.abs(predicted - np.log(block_widths)).mean())
