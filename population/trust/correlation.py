"""Rank correlation of two errors of the same networks, with intervals.

Networks are ranked with ties at their mean rank, so diverged ones (+inf) share the last. Ranks
are kept as numbers of tie groups in order: a bootstrap draw is ranked by counting, not sorting.

Source: Bonett and Wright 2000; Fieller, Hartley and Pearson 1957; Kendall 1938.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.special import ndtri

from columns.arrays import Floats, Ints
from population.basics.estimate import SEED, Estimate, percentile_interval, without_interval

FEWEST = 5  # networks that a ranking needs
HIGH = 0.7  # |rho| above which the closed interval may be too narrow
DRAWS = 400
LARGEST = 5_000  # networks of a bootstrap draw
MOST_PAIRED = 500  # networks whose pairs a draw counts

TIED = "all errors of a training are equal"


def spearman(x: ArrayLike, y: ArrayLike, rng: Generator, level: float = 0.95) -> Estimate:
    """Spearman's rho by mid-ranks with an interval.

    The interval is tanh(atanh r +- z sqrt((1 + r^2 / 2) / (n - 3))). Above |r| = .7 it may be
    too narrow, and is joined to that of bootstrapped pairs: the outer ends count. At r = +-1
    it is one-sided: its other end is that of the rho with one neighbouring pair exchanged.

    Args:
        x: one error of each network, shape (n,), not nan; y the other.

    Source: Bonett and Wright 2000.
    """
    a, b = groups(x), groups(y)
    n, method = a.size, "Spearman, Bonett-Wright"
    if (reason := too_few(a, b)) is not None:
        return without_interval(n, method, reason, level=level)
    r = rho(a, b)
    if abs(r) > 1 - 1e-12:
        ends = perfect(r, 12 / (n * (n**2 - 1)), spearman_error, n, level)
        return Estimate(r, *ends, n, method, level)
    lo, hi = fisher(r, spearman_error(r, n), level)
    if abs(r) <= HIGH:
        return Estimate(r, lo, hi, n, method, level)
    ends = bootstrapped(a, b, r, rng, level)
    method = "Spearman, outer ends of Bonett-Wright and bootstrap"
    return Estimate(r, min(lo, ends[0]), max(hi, ends[1]), n, method, level)


def in_order(x: ArrayLike, y: ArrayLike, level: float = 0.95) -> Estimate:
    """Share of pairs of networks that keep their order, ties half: (1 + Kendall's tau_a) / 2.

    The interval has the outer ends of two: tanh(atanh tau -+ z sqrt(.437 / (n - 4))), which is
    too narrow where few pairs are out of order, and bootstrap percentiles of tau. Where none
    is, the other end is no nearer than Clopper's and Pearson's of as many pairs.

    Source: Fieller, Hartley and Pearson 1957; Efron 1979.
    """
    a, b = groups(x), groups(y)
    n, method = a.size, "pairs in order, outer ends of Fieller-Hartley-Pearson and bootstrap"
    if (reason := too_few(a, b)) is not None:
        return without_interval(n, method, reason, level=level)
    pairs = n * (n - 1) / 2
    tau = concordance(a, b) / pairs
    if abs(tau) > 1 - 1e-12:
        lo, hi = perfect(tau, 2 / pairs, kendall_error, n, level)
        unseen = 2 * (1 - ((1 - level) / 2) ** (1 / pairs))  # tau of what no pair has shown
        lo, hi = (min(lo, 1 - unseen), hi) if tau > 0 else (lo, max(hi, unseen - 1))
    else:
        lo, hi = fisher(tau, kendall_error(tau, n), level)
        ends = bootstrapped_tau(a, b, tau, level)
        lo, hi = min(lo, ends[0]), max(hi, ends[1])
    return Estimate((1 + tau) / 2, (1 + lo) / 2, (1 + hi) / 2, n, method, level)


def bootstrapped_tau(a: Ints, b: Ints, tau: float, level: float) -> tuple[float, float]:
    """Percentile interval of tau over networks drawn with replacement.

    Only pairs of different networks count: one drawn twice is in no order with itself. Of
    more than MOST_PAIRED networks a random part is drawn from, and the draws' spread (on
    Fisher's scale) is brought to that of n.
    """
    rng = np.random.default_rng(SEED)
    n, m = a.size, min(a.size, MOST_PAIRED)
    rows = np.arange(n) if m == n else rng.choice(n, m, replace=False)
    x, y = a[rows], b[rows]
    order = (np.sign(x[:, None] - x) * np.sign(y[:, None] - y)).astype(np.float32)
    times = rng.multinomial(m, np.full(m, 1 / m), size=DRAWS).astype(np.float32)
    pairs = m**2 - (times**2).sum(axis=1, dtype=np.float64)
    kept = ((times @ order) * times).sum(axis=1, dtype=np.float64)
    drawn = np.arctanh(np.clip(kept[pairs > 0] / pairs[pairs > 0], -1 + 1e-15, 1 - 1e-15))
    centre = np.arctanh(order.sum(dtype=np.float64) / (m * (m - 1)) if m < n else tau)
    spread = (drawn - centre) * np.sqrt(m / n)
    return percentile_interval(np.tanh(np.arctanh(tau) + spread), level)


def groups(x: ArrayLike) -> Ints:
    """Number of the tie group of each network, from 0 for the lowest error."""
    return np.unique(np.asarray(x, dtype=np.float64), return_inverse=True)[1]


def too_few(a: Ints, b: Ints) -> str | None:
    if a.size < FEWEST:
        return f"{a.size} networks; a ranking needs {FEWEST}"
    return TIED if a.max() == 0 or b.max() == 0 else None


def rho(a: Ints, b: Ints) -> float:
    """Spearman's, of tie groups; nan where all are in one."""
    x, y = mid_ranks(a), mid_ranks(b)
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 0 else np.nan


def mid_ranks(group: Ints) -> Floats:
    """Mean rank of each network's tie group, from 1; groups may be empty."""
    count = np.bincount(group)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[group])


def spearman_error(r: float, n: int) -> float:
    return float(np.sqrt((1 + r**2 / 2) / (n - 3)))


def kendall_error(tau: float, n: int) -> float:
    return float(np.sqrt(0.437 / (n - 4)))


def fisher(r: float, se: float, level: float) -> tuple[float, float]:
    width = float(ndtri((1 + level) / 2)) * se
    return float(np.tanh(np.arctanh(r) - width)), float(np.tanh(np.arctanh(r) + width))


def perfect(
    r: float, exchange: float, error: Callable[[float, int], float], n: int, level: float
) -> tuple[float, float]:
    """One-sided interval of r = +-1, from the r that exchanging two neighbours would leave."""
    nearly = 1 - exchange
    width = float(ndtri(level)) * error(nearly, n)
    end = float(np.tanh(np.arctanh(nearly) - width))
    return (end, 1.0) if r > 0 else (-1.0, -end)


def bootstrapped(
    a: Ints, b: Ints, r: float, rng: Generator, level: float
) -> tuple[float, float]:
    """Percentile interval of rho over networks drawn with replacement.

    Above LARGEST networks the draws are smaller, and their spread (on Fisher's scale) is
    brought to that of n.
    """
    m = min(a.size, LARGEST)
    rows = (rng.integers(0, a.size, m) for _ in range(DRAWS))
    drawn = np.array([rho(a[row], b[row]) for row in rows])
    drawn = np.clip(drawn[~np.isnan(drawn)], -1 + 1e-15, 1 - 1e-15)
    centre = np.arctanh(r)
    scaled = centre + (np.arctanh(drawn) - centre) * np.sqrt(m / a.size)
    return percentile_interval(np.tanh(scaled), level)


def concordance(a: Ints, b: Ints) -> int:
    """Pairs of networks in the same order by both, less those in opposite order."""
    n = a.size
    tied_a, tied_b = tied_pairs(a), tied_pairs(b)
    tied_both = tied_pairs(np.unique(a * (b.max() + 1) + b, return_inverse=True)[1])
    untied = n * (n - 1) // 2 - tied_a - tied_b + tied_both
    return untied - 2 * inversions(b[np.lexsort((b, a))])


def tied_pairs(group: Ints) -> int:
    count = np.bincount(group)
    return int((count * (count - 1) // 2).sum())


def inversions(values: Ints) -> int:
    """Pairs i < j with values_i > values_j; of non-negative integers, in n log n steps.

    Two values are first told apart by their highest differing bit. Level by level, values
    that agree so far stand together in their old order, and those with a 0 there are behind
    some with a 1.
    """
    total = 0
    for bit in reversed(range(int(values.max()).bit_length())):
        ones = (values >> bit) & 1
        before = np.cumsum(ones) - ones
        prefix = values >> (bit + 1)
        first = np.flatnonzero(np.append(True, prefix[1:] != prefix[:-1]))
        sizes = np.diff(first, append=values.size)
        behind = before - np.repeat(before[first], sizes)
        total += int(behind[ones == 0].sum())
        values = values[np.argsort(values >> bit, kind="stable")]
    return total
