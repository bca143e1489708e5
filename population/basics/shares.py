"""Intervals of a share: k of n networks were seen to do something, how many would?

Intervals are of a binomial share; n and k may be effective numbers, which need not be whole.
One is of a hypergeometric share: n of N networks were taken, each at most once.

Source: Clopper and Pearson 1934; Wilson 1927; Buonaccorsi 1987.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from columns.arrays import Floats

EXACT_UP_TO = 256  # networks: up to here limits are computed at every count


def clopper_pearson(k: ArrayLike, n: float, level: float = 0.95) -> tuple[Floats, Floats]:
    """Exact interval of a share of which k of n were seen: (lower, upper), shaped like k.

    n = 0 gives (0, 1). Above EXACT_UP_TO networks the limits are exact at some 160 counts,
    and their distance to k / n is interpolated in between: within 2e-5, and within 0.3 % of
    the interval's width.

    Source: Clopper and Pearson 1934, by quantiles of the beta distribution.
    """
    k = np.asarray(k, dtype=np.float64)
    if n == 0:
        return np.zeros(k.shape), np.ones(k.shape)
    knots, below, above = clopper_pearson_knots(float(n), level)
    lower = k / n - np.interp(k, knots, below)
    upper = k / n + np.interp(k, knots, above)
    return np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)


@lru_cache(maxsize=256)
def clopper_pearson_knots(n: float, level: float) -> tuple[Floats, Floats, Floats]:
    """Counts k, and there k / n - L(k) and U(k) - k / n."""
    k = np.union1d(np.arange(np.floor(n) + 1), n) if n <= EXACT_UP_TO else _knots(n)
    alpha = 1 - level
    lower, upper = np.zeros(k.size), np.ones(k.size)
    lower[1:] = betaincinv(k[1:], n - k[1:] + 1, alpha / 2)
    upper[:-1] = betaincinv(k[:-1] + 1, n - k[:-1], 1 - alpha / 2)
    return k, k / n - lower, upper - k / n


def _knots(n: float) -> Floats:
    """Counts of 0 to n: the limits bend like the square root of the count, from either end."""
    end = np.append(np.arange(32.0), np.geomspace(32, n / 2, 48))
    return np.union1d(end, n - end)


def hypergeometric(
    k: ArrayLike, n: int, among: int, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Exact interval of the share K / N among N networks, k of n of which were seen to do it.

    The n were taken without replacement. As Clopper's and Pearson's, of which it is the form
    for N networks: no K inside is refuted by a tail of half of alpha. At n = N it is k / N
    and nothing around it.

    Args:
        k: shaped like the answer, whole numbers.
        among: N, at least n.

    Source: Buonaccorsi 1987; the tails are hypergeometric.
    """
    k = np.rint(np.asarray(k, dtype=np.float64))
    if n > among:
        raise ValueError(f"{n:,} networks can't come from {among:,}")
    if n == 0:
        return np.zeros(k.shape), np.ones(k.shape)
    seen, back = np.unique(k, return_inverse=True)
    knots = seen if n <= EXACT_UP_TO else np.union1d(_knots(float(n)).round(), seen[[0, -1]])
    alpha = 1 - level
    most = _largest(knots, n, among, alpha / 2)
    least = among - _largest(n - knots, n, among, alpha / 2)  # the others' mirror image
    below = np.interp(seen, knots, knots / n - least / among)
    above = np.interp(seen, knots, most / among - knots / n)
    lower, upper = np.maximum(seen / n - below, 0), np.minimum(seen / n + above, 1)
    return lower[back].reshape(k.shape), upper[back].reshape(k.shape)


def _largest(k: Floats, n: int, among: int, tail: float) -> Floats:
    """The largest K of which k or fewer among n are not rarer than `tail`, by bisection."""
    from scipy.stats import hypergeom  # 22 MB that few populations need

    low, high = k.copy(), among - n + k  # of those not seen, none or all
    while (low < high).any():
        middle = np.ceil((low + high) / 2)
        passes = hypergeom.cdf(k, among, middle, n) > tail
        low, high = np.where(passes, middle, low), np.where(passes, high, middle - 1)
    return low


def endless(n: float, among: float | None) -> float:
    """How many draws of an endless space say as much as n of N taken without replacement.

    n (N - 1) / (N - n): infinite where all are known. n where `among` is None.
    """
    if among is None or n == 0:
        return n
    return n * (among - 1) / (among - n) if among > n else np.inf


def wilson(k: ArrayLike, n: float, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score interval of a share of which k of n were seen: (lower, upper).

    Narrower than Clopper-Pearson and cheap enough to follow the hand, but it keeps its
    level only on average. n = 0 gives (0, 1).

    Source: Wilson 1927.
    """
    k = np.asarray(k, dtype=np.float64)
    if n == 0:
        return np.zeros(k.shape), np.ones(k.shape)
    z2 = float(ndtri((1 + level) / 2)) ** 2
    p = k / n
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)
