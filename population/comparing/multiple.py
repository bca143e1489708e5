"""Several comparisons on one page: each p as if all were asked at once.

With six pairs of identical spaces one of them has p < .05 in a quarter of pages. Holm's rule
takes the smallest p times the number of comparisons, the next one times one less, and so on:
whatever the comparisons, a false winner is called in at most alpha of pages.

Source: Holm 1979.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> list[float]:
    """p of each comparison, adjusted for all of them; nan where there is none.

    A comparison without p counts as one that could have had one.
    """
    k = len(p)
    adjusted, least = [math.nan] * k, 0.0
    for place, i in enumerate(np.argsort(p, kind="stable").tolist()):  # nan last
        if not math.isnan(p[i]):
            adjusted[i] = least = min(1.0, max(least, (k - place) * p[i]))
    return adjusted


def level_of_each(p: Sequence[float], level: float = 0.95) -> float:
    """The level of each interval, at which 1/2 is outside if and only if Holm's p < alpha.

    alpha is divided by the comparisons that are not decided, at least 1: the decided ones
    would be so at this level, too.

    Args:
        p: not adjusted, of two-sided tests that the intervals invert.
        level: of all together.
    """
    alpha = 1 - level
    undecided = sum(not at < alpha for at in holm(p))
    return 1 - alpha / max(1, undecided)


def said(k: int) -> str:
    """`Holm over 6`, where a p is one of 6; nothing where it is the only one."""
    return f"Holm over {k}" if k > 1 else ""
