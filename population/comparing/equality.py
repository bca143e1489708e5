"""Are the errors of two populations distributed differently anywhere at all?

Tests of one distribution for both. They say that something differs, not which is better, nor
by how much: that is `population.comparing.theta`.

Sources: Smirnov 1948, and Hodges 1958 for the exact p; Phipson and Smyth 2010 (permutations).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import kolmogorov

from population.comparing.theta import Pooled
from population.curves.edf import EDF

EXACT_UP_TO = 10_000  # n * m: from here on the asymptotic p
DRAWS = 2_000
MOST = 10_000  # networks of both together that are permuted


@dataclass(frozen=True)
class Distance:
    """The largest distance between two EDFs, where it is, and how surprising."""

    d: float  # max |F_A - F_B|, nan without networks
    error: float  # just right of it
    p: float  # conservative where there are ties
    method: str


def kolmogorov_smirnov(both: Pooled) -> Distance:
    """D = max |F_A - F_B| over all errors, with its p under one distribution for both."""
    n, m = both.n, both.m
    if not n or not m:
        return Distance(math.nan, math.nan, math.nan, "Kolmogorov-Smirnov")
    gap = np.abs(np.cumsum(both.a) - np.cumsum(both.b))
    at = int(np.argmax(gap))
    d, exact = float(gap[at]), n * m <= EXACT_UP_TO and n == int(n) and m == int(m)
    p = exact_p(d, int(n), int(m)) if exact else asymptotic_p(d, n, m)
    kind = "exact" if exact else "asymptotic"
    return Distance(d, float(both.errors[at]), p, f"Kolmogorov-Smirnov, {kind}")


def asymptotic_p(d: float, n: float, m: float) -> float:
    return float(kolmogorov(math.sqrt(n * m / (n + m)) * d))


def exact_p(d: float, n: int, m: int) -> float:
    """P(D >= d) where all orders of n + m different errors are equally probable.

    Orders are paths from (0, 0) to (n, m); counted are the shares of those that stay inside.
    """
    i = np.arange(n + 1) / n
    j = np.arange(m + 1) / m
    inside = np.abs(i[:, None] - j[None, :]) < d - 1e-10
    if not inside[0, 0]:
        return 1.0
    # Share of the paths to (i, j) that stayed inside; the last step came from the left with
    # probability j / (i + j), else from below.
    row = np.cumprod(inside[0]).astype(float).tolist()
    for a, inner in enumerate(inside[1:].tolist(), start=1):
        left = 0.0
        for b, is_inside in enumerate(inner):
            left = row[b] = (row[b] * a + left * b) / (a + b) if is_inside else 0.0
    return float(min(max(1 - row[m], 0.0), 1.0))


def permutation_p(a: EDF, b: EDF, seed: int = 0) -> float | None:
    """p of |theta - 1/2| when networks are dealt to the two populations at random.

    Exact for equal distributions whatever the ties: p = (1 + as extreme ones) / (draws + 1).
    None below 2 networks, above MOST, or where networks have unequal weights.
    """
    n, size = a.n, a.n + b.n
    weighted = a.effective_n != a.n or b.effective_n != b.n
    if min(n, b.n) < 2 or size > MOST or weighted:
        return None
    _, group, ties = np.unique(
        np.concatenate([a.errors, b.errors]), return_inverse=True, return_counts=True
    )
    rank = (np.cumsum(ties) - (ties - 1) / 2)[group]  # mid-ranks
    middle = n * (size + 1) / 2
    seen = abs(rank[:n].sum() - middle)
    rng = np.random.default_rng(seed)
    extreme = 0
    for _ in range(DRAWS):
        dealt = rank[rng.permutation(size)[:n]].sum()
        extreme += abs(dealt - middle) >= seen - 1e-9
    return (1 + int(extreme)) / (DRAWS + 1)
