"""The error EDF of a population and its pointwise confidence band.

F(e) is the share of networks with an error strictly below e. Diverged networks count as
+inf: they sort last and keep the curve below 1.

Source: arXiv 2003.13678, equation 1; Clopper and Pearson 1934; Wilson 1927.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

Floats = NDArray[np.float64]

NO_NETWORKS = "no network has a result yet"
EXACT_UP_TO = 256  # networks: up to here the band is computed at every count
EPSILON = 1e-12  # rounding of cumulated weights


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of an EDF: the share of networks at `error`, or just right of it for steps."""

    error: Floats
    share: Floats


@dataclass(frozen=True, eq=False)
class Band:
    """Limits of the share at each point of a curve, under the name of the method.

    Pointwise: each interval has the level; the whole curve lies inside less often.
    """

    name: str
    level: float
    lower: Floats
    upper: Floats


@dataclass(frozen=True, eq=False)
class EDF:
    """The error EDF of n networks; without networks F is nan and `reason` says why."""

    errors: Floats  # ascending, (n,), +inf where diverged
    cumulative: Floats  # F just right of each error, where the next one is larger, (n,)
    effective_n: float  # (sum of weights)^2 / sum of squared weights; n where all are equal
    reason: str | None = None

    @property
    def n(self) -> int:
        return self.errors.size

    @property
    def diverged(self) -> int:
        return self.n - self.finite.size

    @property
    def finite(self) -> Floats:
        """The errors of the networks that did not diverge, ascending."""
        return self.errors[: np.searchsorted(self.errors, np.inf)]

    def __call__(self, e: ArrayLike) -> Floats:
        """F(e), share of networks with an error strictly below e; in the shape of e."""
        if not self.n:
            return np.full(np.shape(e), np.nan)
        below = np.searchsorted(self.errors, e)
        return np.where(below > 0, self.cumulative[below - 1], 0.0)

    def at(self, cuts: ArrayLike) -> Curve:
        """The curve at some errors: F(cut)."""
        error = np.asarray(cuts, dtype=np.float64)
        return Curve(error, self(error))

    def steps(self) -> Curve:
        """Every step: the distinct finite errors, and F just right of each."""
        finite = self.finite
        last = np.flatnonzero(np.append(finite[1:] != finite[:-1], True)[: finite.size])
        return Curve(finite[last], self.cumulative[last])

    def cuts(self, n: int = 512) -> Floats:
        """n evenly spaced errors to draw the curve at; none where no error is finite.

        They span a little more than the finite errors, so that the first and the last step
        show.
        """
        if not self.finite.size:
            return np.empty(0)
        lo, hi = self.finite[0], self.finite[-1]
        margin = 0.02 * (hi - lo) or 0.5
        return np.linspace(max(lo - margin, min(lo, 0.0)), hi + margin, n)

    def quantile(self, q: float) -> float:
        """The least error at or below which a share q of the networks lies.

        It is some network's error, never one in between; +inf where that one diverged.
        """
        if not self.n:
            return np.nan
        reached = int(np.searchsorted(self.cumulative, q - EPSILON))
        return float(self.errors[min(reached, self.n - 1)])

    @property
    def median(self) -> float:
        return self.quantile(0.5)

    @property
    def min(self) -> float:
        """+inf where all diverged."""
        return float(self.errors[0]) if self.n else np.nan

    @property
    def mean_of_finite(self) -> float:
        """Mean error, by weight, of the networks that did not diverge.

        A number for a legend: it can't compare populations that diverge unequally often.
        """
        finite = self.finite
        if not finite.size:
            return np.nan
        weights = np.diff(self.cumulative[: finite.size], prepend=0.0)
        return float(np.average(finite, weights=weights))

    def band(self, curve: Curve, level: float = 0.95) -> Band:
        """Pointwise Clopper-Pearson band at the points of `curve`.

        With weights it is the band of `effective_n` networks: one training is one piece of
        evidence, however many draws it stands for. Without networks it is 0 to 1.
        """
        name = f"pointwise Clopper-Pearson {100 * level:g} %"
        lower, upper = clopper_pearson(
            self.effective_n * curve.share, self.effective_n, level=level
        )
        return Band(name, level, lower, upper)


def edf(errors: ArrayLike, weights: ArrayLike | None = None) -> EDF:
    """Error EDF of a population: F(e) = sum of the weights of networks with error < e.

    Args:
        errors: top-1 error of each network, shape (n,), percent; +inf where it diverged.
            May be empty. Failed and pending networks are excluded and counted before.
        weights: non-negative weight of each network, shape (n,), normalised here; equal by
            default. Multiplicities estimate the law of the draws (drawn twice weighs 2);
            complexity-matched weights make populations comparable (1905.13214).

    Raises:
        ValueError: an error that is nan or -inf, a weight that is negative or not finite,
            weights that sum to 0.

    Source: arXiv 2003.13678, equation 1.
    """
    e = np.asarray(errors, dtype=np.float64)
    if e.ndim != 1 or not e.min(initial=np.inf) > -np.inf:
        raise ValueError(f"need errors of shape (n,), none nan or -inf, got {e}")
    n = e.size
    if n == 0:
        return EDF(e, e, 0.0, NO_NETWORKS)
    w = relative_weights(weights, n)
    if w is None:
        return EDF(e if ascending(e) else np.sort(e), np.arange(1, n + 1) / n, n)
    order = slice(None) if ascending(e) else np.argsort(e)
    cumulative = np.cumsum(w[order])
    return EDF(e[order], cumulative / cumulative[-1], effective_size(w))


def ascending(e: Floats) -> bool:
    """Checking costs a thirtieth of sorting."""
    return bool((e[1:] >= e[:-1]).all())


def relative_weights(weights: ArrayLike | None, n: int) -> Floats | None:
    """Weights that sum to 1, shape (n,); None where all are equal.

    Raises:
        ValueError: not n weights, a negative or infinite one, or a sum of 0.
    """
    if weights is None or n == 0:
        return None
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not (w.min() >= 0 and 0 < w.max() < np.inf):
        raise ValueError(f"need {n} non-negative finite weights of positive sum, got {w}")
    if w.min() == w.max():
        return None
    relative: Floats = w / w.sum()
    return relative


def effective_size(w: Floats) -> float:
    """(sum w)^2 / sum w^2: as many equal weights say as much (Kish 1965)."""
    return float(w.sum() ** 2 / (w**2).sum())


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
    if n <= EXACT_UP_TO:
        k = np.union1d(np.arange(np.floor(n) + 1), n)
    else:  # the limits bend like the square root of the count, from either end
        end = np.append(np.arange(32.0), np.geomspace(32, n / 2, 48))
        k = np.union1d(end, n - end)
    alpha = 1 - level
    lower, upper = np.zeros(k.size), np.ones(k.size)
    lower[1:] = betaincinv(k[1:], n - k[1:] + 1, alpha / 2)
    upper[:-1] = betaincinv(k[:-1] + 1, n - k[:-1], 1 - alpha / 2)
    return k, k / n - lower, upper - k / n


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
