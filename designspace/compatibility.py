"""Compatibility of widths and group widths: the smallest repair that makes groups fit.

A drawn width and group width need not divide; as the paper's authors do, the group width is
capped at the inner width and the inner width is rounded to a multiple of it. Both the drawn and
the repaired values are kept by netspace, because the difference confuses readers.

Source: the paper's authors' code; arXiv 2003.13678 says "final w at most 1/3 off".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from designspace.network import Block, Count, Ratio


def compatible(width: Count, bottleneck_ratio: Ratio, group_width: Count) -> tuple[Any, Any]:
    """The width and group width that fit: (40, 4, 16) becomes (40, 10), (24, 1, 16) (32, 16).

    Numbers or arrays of shape (n,), broadcast; int64 is returned.
    """
    b = np.asarray(bottleneck_ratio, dtype=float)
    inner = np.maximum(1, width / b).astype(np.int64)
    group = multiple = np.minimum(group_width, inner)
    if (b < 1).any():  # it widens a block: the inner width must be a multiple of 1 / b, too
        multiple = np.where(b < 1, np.lcm(group, np.rint(1 / b).astype(np.int64)), group)
    inner = np.maximum(multiple, np.rint(inner / multiple).astype(np.int64) * multiple)
    return (inner * b).astype(np.int64), group


def fitting(
    block: Block, width: Count, bottleneck_ratio: Ratio, group_width: Count
) -> tuple[Any, Any, Any]:
    """Width, bottleneck ratio and group width that a block can be built with.

    R blocks have one group, V and VR no bottleneck either: what was drawn for those counts for
    nothing, so that one architecture has one description.
    """
    if block == "X":
        width, group = compatible(width, bottleneck_ratio, group_width)
        return width, bottleneck_ratio, group
    if block == "R":
        b = np.asarray(bottleneck_ratio, dtype=float)
        inner = np.maximum(1, width / b).astype(np.int64)
        return (inner * b).astype(np.int64), bottleneck_ratio, inner
    whole = np.asarray(width, dtype=np.int64)
    return whole, np.ones_like(whole, dtype=float), whole
