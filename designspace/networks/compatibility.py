"""Compatibility of widths and group widths: the smallest repair that makes groups fit.

A drawn width and group width need not divide; as the paper's authors do, the group width is
capped at the inner width and the inner width is rounded to a multiple of it. Both the drawn and
the repaired values are kept by netspace, because the difference confuses readers.

The authors draw b from 1, 2 and 4 and cut what is left of w / b and v b; for any other b that
gives widths whose inner width is another one. Here both are rounded, which changes nothing
where v b is whole, and b is then what was built: width / inner width.

Source: the paper's authors' code; arXiv 2003.13678 says "final w at most 1/3 off".
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from designspace.networks.numbers import Count, Ratio
from designspace.networks.repeats import NO_BOTTLENECK, ONE_GROUP, Block

FINEST = 100
"""No bottleneck ratio is taken for a fraction of a larger denominator."""


def compatible(width: Count, bottleneck_ratio: Ratio, group_width: Count) -> tuple[Any, Any]:
    """The width and group width that fit: (40, 4, 16) becomes (40, 10), (24, 1, 16) (32, 16).

    Numbers or arrays of shape (n,), broadcast; int64 is returned.
    """
    inner, group = _inner(width, bottleneck_ratio, group_width)
    return _width(inner, bottleneck_ratio), group


def fitting(
    block: Block, width: Count, bottleneck_ratio: Ratio, group_width: Count
) -> tuple[Any, Any, Any]:
    """Width, bottleneck ratio and group width that a block can be built with.

    R blocks have one group, V, VR and B no bottleneck either: what was drawn for those counts
    for nothing, so that one architecture has one description. The ratio is width / inner width
    as they are built: 1.2 drawn for a width of 16 is 16 / 13.
    """
    if block in NO_BOTTLENECK:
        whole = np.asarray(width, dtype=np.int64)
        return whole, np.ones_like(whole, dtype=float), whole
    inner, group = _inner(width, bottleneck_ratio, group_width if block not in ONE_GROUP else 1)
    width = _width(inner, bottleneck_ratio)
    return width, width / inner, group if block not in ONE_GROUP else inner


def _inner(width: Count, bottleneck_ratio: Ratio, group_width: Count) -> tuple[Any, Any]:
    """The inner width v that groups divide, and the group width."""
    b = np.asarray(bottleneck_ratio, dtype=float)
    # 33 / 1.1 is below 30 in floating point: what is cut is no more than that.
    whole = np.maximum(1, np.floor(width / b * (1 + 1e-12))).astype(np.int64)
    group = multiple = np.minimum(group_width, whole)
    if (b < 1).any():  # it widens a block: v b must be whole, too
        multiple = np.where(b < 1, np.lcm(group, _denominator(b)), group)
    inner = np.maximum(multiple, np.rint(whole / multiple).astype(np.int64) * multiple)
    return inner, group


def _width(inner: Any, bottleneck_ratio: Ratio) -> Any:
    """v b, rounded: for b above 1 it gives v back as rint(width / b)."""
    return np.rint(inner * np.asarray(bottleneck_ratio, dtype=float)).astype(np.int64)


def _denominator(bottleneck_ratio: Any) -> Any:
    """q of b = p / q in lowest terms, int64 of the shape of b."""
    values, places = np.unique(bottleneck_ratio, return_inverse=True)
    lowest = [Fraction(float(b)).limit_denominator(FINEST).denominator for b in values]
    return np.array(lowest, dtype=np.int64)[places].reshape(np.shape(bottleneck_ratio))
