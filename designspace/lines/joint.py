"""The line through the block widths of several networks at once: what a good space looks like.

    w_j = start + slope * j        least squares over the blocks of all networks, j from 0

The paper reads such a line off the good networks of AnyNetX_E: w_j = 48 (j + 1). How well it
describes them is its fitting error, mean |ln(line / w_j)| over all their blocks, as e_fit is of
one network's own line, but without levels: a joint line has no wm.

Source: arXiv 2003.13678, section 3.2, figure 8, and section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from columns.numbers import fixed


@dataclass(frozen=True)
class JointLine:
    """The line, and how far the networks' widths are from it."""

    start: float  # channels, at j = 0
    slope: float  # channels per block
    e_fit: float  # mean absolute log ratio; inf where the line is not positive at some block

    def __str__(self) -> str:
        sign = "−" if self.slope < 0 else "+"
        return f"w_j = {fixed(self.start)} {sign} {fixed(abs(self.slope), 1)} j"


def joint_line(networks: Iterable[Sequence[int]]) -> JointLine | None:
    """The least-squares line through the widths of all blocks of some networks.

    Args:
        networks: the width of each block of each network, channels.

    Returns:
        None where there is no line: no network, or one block each.
    """
    each = [np.asarray(widths, dtype=np.float64) for widths in networks]
    if not any(len(widths) > 1 for widths in each):
        return None
    w = np.concatenate(each)
    j = np.concatenate([np.arange(len(widths)) for widths in each])
    slope = float(np.cov(j, w, bias=True)[0, 1] / j.var())
    start = float(w.mean() - slope * j.mean())
    line = start + slope * j
    off = np.abs(np.log(line / w)).mean() if (line > 0).all() else np.inf
    return JointLine(start, slope, float(off))
