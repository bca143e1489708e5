"""Random-search efficiency: the error of the best of k networks, in closed form.

With the errors of n networks in order, e_(1) <= .. <= e_(n), the best of k drawn without
replacement is e_(i) with probability C(n-i, k-1) / C(n, k). Its mean is an unbiased estimate of
what a search of k networks finds. Drawn with replacement, as published, it is
((n-i+1)/n)^k - ((n-i)/n)^k, whose mean is too high: it finds the best network less often.

Source: Dodge et al. 2019 (with replacement); Tang et al. 2020 (its bias).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from columns.arrays import Floats, Ints
from population.basics.sums import weighted_sum
from population.curves.edf import EPSILON, effective_size

NO_NETWORKS = "no network has a result yet"
ONE_NETWORK = "one network: there is nothing to search among"
NEGLIGIBLE = 1e-16  # probability that a worse network is the best of k
POINTS = 60  # numbers of networks that a curve is drawn at
LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False)
class Efficiency:
    """Error of the best of k networks: its mean, sd and quantiles over searches, for each k.

    `sd` and `quantiles` say how searches differ, not how well the curve is known.
    """

    k: Ints  # networks of a search, (points,)
    mean: Floats  # percent, (points,); diverged networks count as chance
    sd: Floats
    quantiles: Floats  # (levels, points), each some network's error
    levels: tuple[float, ...]
    n: int  # networks
    draws: float  # sum of their multiplicities
    diverged: int
    method: str
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class Ordered:
    """Errors in order and the number of draws after each, shape (n,)."""

    errors: Floats
    multiplicity: Floats
    worse: Floats  # draws that come after the network

    @classmethod
    def of(cls, errors: ArrayLike, multiplicity: ArrayLike | None) -> Ordered:
        """Raises ValueError for an error that is nan or -inf or a multiplicity not positive."""
        e = np.asarray(errors, dtype=np.float64)
        m = np.ones(e.size) if multiplicity is None else np.asarray(multiplicity, np.float64)
        if e.ndim != 1 or not e.min(initial=np.inf) > -np.inf:
            raise ValueError(f"need errors of shape (n,), none nan or -inf, got {e}")
        if m.shape != e.shape or not ((m > 0) & (m < np.inf)).all():
            raise ValueError(f"need {e.size} positive multiplicities, got {m}")
        order = np.argsort(e, kind="stable")
        m = m[order]
        return cls(e[order], m, np.append(np.cumsum(m[::-1])[::-1][1:], 0.0)[: e.size])

    @property
    def draws(self) -> float:
        return float(self.multiplicity.sum())

    @property
    def most(self) -> int:
        """Half of what the networks are worth: beyond it a curve hangs on one or two."""
        return max(1, int(effective_size(self.multiplicity) / 2 + EPSILON))


def random_search(
    errors: ArrayLike,
    k: ArrayLike | None = None,
    *,
    multiplicity: ArrayLike | None = None,
    replacement: bool = False,
    chance: float = np.inf,
    levels: tuple[float, ...] = LEVELS,
) -> Efficiency:
    """The best of k networks, for each k.

    Args:
        errors: percent, shape (n,), +inf where diverged.
        k: of at least 1; by default about 60 numbers from 1 to n / 2, beyond which the curve
            hangs on one or two networks. Without replacement it is nan beyond all draws.
        multiplicity: positive number of draws of each network, shape (n,), 1 by default.
        chance: error that a diverged network counts as in the mean and the sd. By default
            they are infinite and nan as long as a search may find only diverged networks.

    Raises:
        ValueError: an error that is nan or -inf, a multiplicity not positive, a k below 1.
    """
    ordered = Ordered.of(errors, multiplicity)
    ks = usual_sizes(ordered) if k is None else np.atleast_1d(np.asarray(k, dtype=np.int64))
    if (ks < 1).any():
        raise ValueError(f"need searches of at least 1 network, got {ks}")
    n = ordered.errors.size
    reason = NO_NETWORKS if n == 0 else ONE_NETWORK if n == 1 else None
    each = [one_search(ordered, int(size), replacement, chance, levels) for size in ks]
    table = np.array(each, dtype=np.float64).reshape(ks.size, 2 + len(levels))
    method = f"best of k drawn {'with' if replacement else 'without'} replacement"
    diverged = int(np.isinf(ordered.errors).sum())
    mean, sd, quantiles = table[:, 0], table[:, 1], table[:, 2:].T
    return Efficiency(
        ks, mean, sd, quantiles, levels, n, ordered.draws, diverged, method, reason
    )


def usual_sizes(ordered: Ordered) -> Ints:
    """Numbers of networks to draw the curve at, evenly spaced on a log axis."""
    if not ordered.errors.size:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.geomspace(1, ordered.most, POINTS).round().astype(np.int64))


def one_search(
    ordered: Ordered, k: int, replacement: bool, chance: float, levels: tuple[float, ...]
) -> tuple[float, ...]:
    """Mean, sd and quantiles of the best of k."""
    if not ordered.errors.size or (k > ordered.draws and not replacement):
        return (np.nan,) * (2 + len(levels))
    none_so_good = survival(ordered, k, replacement)
    wins = -np.diff(none_so_good, prepend=1.0)
    at = ordered.errors[: wins.size]
    e, w = np.where(np.isinf(at), chance, at)[wins > 0], wins[wins > 0]
    mean = weighted_sum(w, e)
    sd = float(np.sqrt(weighted_sum(w, (e - mean) ** 2))) if np.isfinite(mean) else np.nan
    reached = np.searchsorted(1 - none_so_good, np.array(levels) - EPSILON)
    return mean, sd, *at[np.minimum(reached, at.size - 1)].tolist()


def survival(ordered: Ordered, k: int, replacement: bool) -> Floats:
    """P(all of k are worse than network i), up to the i where that is negligible."""
    n = ordered.draws
    last = int(np.searchsorted(-ordered.worse, -n * NEGLIGIBLE ** (1 / k))) + 1
    worse = ordered.worse[:last]
    if replacement:
        return np.asarray((worse / n) ** k)
    enough = worse >= k
    log_share = log_choose(np.where(enough, worse, k), k) - log_choose(n, k)
    return np.where(enough, np.exp(np.minimum(log_share, 0.0)), 0.0)


def log_choose(n: ArrayLike, k: int) -> Floats:
    n = np.asarray(n, dtype=np.float64)
    return np.asarray(gammaln(n + 1) - gammaln(n - k + 1) - gammaln(k + 1))
