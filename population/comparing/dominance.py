"""Is a population better at every error level, or do the two EDFs cross?

Dominance is claimed between the pooled 10 % and 90 % points, and by an intersection-union
test: at every error in between F_A must be above F_B for sure, so no correction for many
errors is needed. In the tails no data could show it; the range is part of the claim.

Sources: Berger 1982; Davidson and Duclos 2013 (dominance); Smirnov 1939 (one-sided distances).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from columns.arrays import Floats
from population.comparing.theta import Pooled

Order = Literal["A", "B", "cross", "none"]
"""Which one is better everywhere; whether they cross for sure; or nothing can be said."""

FEWEST = 10  # networks of either population
CENTRE = (0.1, 0.9)  # pooled quantiles between which dominance is claimed


@dataclass(frozen=True)
class Dominance:
    """What can be said of two EDFs at all errors of a range."""

    order: Order
    lower: float  # percent, ends of the range
    upper: float
    p: float  # of the better one being better everywhere in it; largest of all errors
    reason: str | None = None


def dominance(both: Pooled, level: float = 0.95) -> Dominance:
    """First-order stochastic dominance of A over B, or of B over A."""
    if min(both.n, both.m) < FEWEST:
        reason = f"fewer than {FEWEST} networks"
        return Dominance("none", math.nan, math.nan, math.nan, reason)
    right_a, right_b = np.cumsum(both.a), np.cumsum(both.b)
    share = (both.n * right_a + both.m * right_b) / (both.n + both.m)
    first, last = np.searchsorted(share, CENTRE)
    at = slice(first, last + 1)
    lower, upper = float(both.errors[first]), float(both.errors[min(last, share.size - 1)])
    z = standardised(right_a[at], right_b[at], both.n, both.m)
    z = z[np.isfinite(both.errors[at])]
    if not z.size:
        return Dominance("none", lower, upper, math.nan, "the networks between diverged")
    p_a, p_b = float(ndtr(-z.min())), float(ndtr(z.max()))
    alpha = 1 - level
    if min(p_a, p_b) < alpha:
        return Dominance("A" if p_a < p_b else "B", lower, upper, min(p_a, p_b))
    order: Order = "cross" if crosses(both, alpha) else "none"
    return Dominance(order, lower, upper, min(p_a, p_b))


def standardised(fa: Floats, fb: Floats, n: float, m: float) -> Floats:
    """(F_A - F_B) / its standard error, at each error."""
    sa = np.maximum(fa * (1 - fa), 0.5 / n) / n
    sb = np.maximum(fb * (1 - fb), 0.5 / m) / m
    z: Floats = (fa - fb) / np.sqrt(sa + sb)
    return z


def crosses(both: Pooled, alpha: float) -> bool:
    """A is better at some error and B at another: both one-sided distances, alpha / 2 each."""
    gap = np.cumsum(both.a) - np.cumsum(both.b)
    limit = math.sqrt(math.log(2 / alpha) / 2 * (1 / both.n + 1 / both.m))
    return bool(gap.max() > limit and -gap.min() > limit)
