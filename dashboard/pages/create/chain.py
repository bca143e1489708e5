"""A chain: populations that are one in all but cost, each in its part of a window of flops.

The parts are geometric steps, as the paper's flops regimes are, and each ends where the next
one begins. Populations take turns, so a chain is trained interleaved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from columns import constraints
from columns.constraints import Range
from services.sampling.populations import Spec

MOST = 12
"""Levels of Trends."""
ALLOWED = "1, or a window of flops with both ends, such as 250k..4M, to be cut"
SUFFIXES = (("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0))


def parts(window: str, k: int) -> list[str]:
    """k windows in geometric steps: outer ends as they are written, inner of three digits.

    Raises:
        ValueError: the window has not two positive ends, or is too narrow for k parts.
    """
    found = constraints.parse(window) if window else None
    if not isinstance(found, Range) or not 0 < found.lo < found.hi < math.inf:
        raise ValueError(ALLOWED)
    step = (found.hi / found.lo) ** (1 / k)
    inner = [short(found.lo * step**i) for i in range(1, k)]
    lo, hi = (end.strip() for end in window.split(".."))
    ends = [lo, *inner, hi]
    numbers = [constraints.parse_number(end) for end in ends]
    if any(a >= b for a, b in zip(numbers, numbers[1:], strict=False)):
        raise ValueError(f"fewer, or a wider window than {window}")
    return [f"{a}..{b}" for a, b in zip(ends, ends[1:], strict=False)]


def short(x: float) -> str:
    """Three digits and a suffix: 353,553 is 354k."""
    rounded = float(f"{x:.3g}")
    suffix, scale = next(one for one in SUFFIXES if rounded >= one[1] or one[1] == 1)
    return f"{rounded / scale:.4g}{suffix}"


def links(spec: Spec, windows: Sequence[str]) -> list[Spec]:
    """The populations of a chain: windows, names and draws of their own, else alike."""
    return [
        replace(
            spec,
            name=f"{spec.name} · {window}",
            windows={**spec.windows, "flops": window},
            seed=spec.seed + i,
        )
        for i, window in enumerate(windows)
    ]
