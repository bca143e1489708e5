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

EXACT_UP_TO = 256  # networks: up to here Clopper's limits are computed at every count


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
    for N networks: no K inside is refuted by a tail of half of alpha, at any n. At n = N it
    is k / N and nothing around it. It takes N + n steps, and is remembered.

    Args:
        k: shaped like the answer, whole numbers of 0 to n.
        among: N, at least n.

    Source: Buonaccorsi 1987; the tails are hypergeometric.
    """
    seen = np.rint(np.asarray(k, dtype=np.float64)).astype(np.int64)
    if n > among:
        raise ValueError(f"{n:,} networks can't come from {among:,}")
    if n == 0:
        return np.zeros(seen.shape), np.ones(seen.shape)
    most = _largest(n, among, (1 - level) / 2)
    return (among - most[n - seen]) / among, most[seen] / among  # the others mirror them


@lru_cache(maxsize=16)
def _largest(n: int, among: int, tail: float) -> Floats:
    """For each k of 0 to n the largest K with P(X <= k) > tail, X of n of N; shape (n + 1,).

    A walk along the border of these, on which every probability is the one before times a
    ratio of counts. From k to k + 1 the border rises by one at least: were all N in a row,
    X <= k said that number k + 1 of the n stands behind the first K, and the next one of the
    n stands behind that.
    """
    tail *= 1 + 1e-9  # one that is as large but for rounding refutes: 1 of 40 at 5 %
    most, good = np.empty(n + 1), 0
    at, up_to = 1.0, 1.0  # P(X = k) and P(X <= k) for K = `good`, k = 0
    for k in range(n):
        # One more is good, and not seen to be: P(X <= k) loses those where it was the next.
        while (less := up_to - at * (n - k) / (among - good)) > tail:
            at *= (good + 1) / (good + 1 - k) * (among - n - good + k) / (among - good)
            up_to, good = less, good + 1
        most[k] = good
        # One more is good, and k + 1 may be seen.
        at *= (good + 1) / (k + 1) * (n - k) / (among - good)
        up_to, good = up_to + at * (good - k) / (good + 1), good + 1
    most[n] = among
    return most


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
