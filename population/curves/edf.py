"""The error EDF of a population, its band, and the quantiles of error.

F(e) is the share of networks with an error strictly below e. Diverged networks count as
+inf: they sort last and keep the curve below 1.

Source: arXiv 2003.13678, equation 1; intervals of quantiles: Thompson 1936, by the exact
intervals of Clopper and Pearson 1934.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats
from population.basics.estimate import Estimate
from population.curves.bands import Band, Method, band, interval

NO_NETWORKS = "no network has a result yet"
EPSILON = 1e-12  # rounding of cumulated weights


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of an EDF: the share of networks at `error`, or just right of it for steps."""

    error: Floats
    share: Floats


@dataclass(frozen=True, eq=False)
class EDF:
    """The error EDF of n networks; without networks F is nan and `reason` says why."""

    errors: Floats  # ascending, (n,), +inf where diverged
    cumulative: Floats  # F just right of each error, where the next one is larger, (n,)
    effective_n: float  # (sum of weights)^2 / sum of squared weights; n where all are equal
    reason: str | None = None
    among: int | None = None  # N, where the n were taken out of N, each at most once

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
        return np.linspace(*error_axis(self.finite[0], self.finite[-1]), n)

    def quantile(self, q: float) -> float:
        """The least error at or below which a share q of the networks lies.

        It is some network's error, never one in between; +inf where that one diverged.
        """
        if not self.n:
            return np.nan
        reached = int(np.searchsorted(self.cumulative, q - EPSILON))
        return float(self.errors[min(reached, self.n - 1)])

    @property
    def weights(self) -> Floats:
        """Of the errors, in their order; they sum to 1."""
        return np.diff(self.cumulative, prepend=0.0)

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
        return float(np.average(finite, weights=self.weights[: finite.size]))

    def band(
        self,
        curve: Curve,
        level: float = 0.95,
        method: Method = "pointwise",
    ) -> Band:
        """The band at the points of `curve`, as `population.curves.bands.band` tells of it.

        With weights it is the band of `effective_n` networks: one training is one piece of
        evidence, however many draws it stands for. Without networks it is 0 to 1. It is of
        the endlessly many networks of a law, or of the N that these are `among`.
        """
        return band(curve.share, self.effective_n, level, method, self.among)

    def below(self, e: float, level: float = 0.95) -> Estimate:
        """F(e), the chance that a network's error is below e, with its exact interval."""
        share = float(self(e))
        at = self.band(
            Curve(np.array([e]), np.array([0.0 if np.isnan(share) else share])), level
        )
        lower, upper = float(at.lower[0]), float(at.upper[0])
        return Estimate(share, lower, upper, self.n, at.name, level, self.reason)

    def quantile_interval(self, q: float, level: float = 0.95) -> Estimate:
        """`quantile` with errors of the sample between which the space's quantile lies.

        Without assumptions on the distribution: the lower limit is the largest error below
        which the share is, for sure at half of alpha, no more than q; the upper one mirrors
        it. A median has limits from 6 networks at 95 %; before, they are infinite. Of N
        networks the quantile is the m-th least error, m = q N rounded up: fewer than m of
        them have a lower one, which is less than a share q.
        """
        method = f"order statistics {100 * level:g} %"
        if not self.n:
            return Estimate(np.nan, -np.inf, np.inf, 0, method, level, self.reason)
        steps, share = self._distinct()
        n = self.effective_n
        _, most = interval(n * np.append(0.0, share[:-1]), n, level, self.among)
        least, _ = interval(n * share, n, level, self.among)
        within = q
        if self.among is not None:
            within = (np.ceil((q - EPSILON) * self.among) - 1) / self.among
        below = np.searchsorted(most, within + EPSILON)  # errors whose F is at most that
        above = np.searchsorted(least, q - EPSILON)  # the first one whose F is at least q
        value = self.quantile(q)
        return Estimate(
            value,  # with few of N unseen it may be one rank beside where theirs must lie
            min(float(steps[below - 1]), value) if below else -np.inf,
            max(float(steps[above]), value) if above < steps.size else np.inf,
            self.n,
            method,
            level,
        )

    def _distinct(self) -> tuple[Floats, Floats]:
        """The distinct errors, +inf included, and F just right of each."""
        last = np.flatnonzero(np.append(self.errors[1:] != self.errors[:-1], True))
        return self.errors[last], self.cumulative[last]


def edf(errors: ArrayLike, weights: ArrayLike | None = None, among: int | None = None) -> EDF:
    """Error EDF of a population: F(e) = sum of the weights of networks with error < e.

    Args:
        errors: top-1 error of each network, shape (n,), percent; +inf where it diverged.
            May be empty. Failed and pending networks are excluded and counted before.
        weights: non-negative weight of each network, shape (n,), normalised here; equal by
            default. Multiplicities estimate the law of the draws (drawn twice weighs 2);
            complexity-matched weights make populations comparable (1905.13214).
        among: N, where these are n of N networks taken without replacement: bands and
            intervals are then of the share among the N. Their weights are equal.

    Raises:
        ValueError: an error that is nan or -inf, a weight that is negative or not finite,
            weights that sum to 0; weights that differ, or more than N networks, with `among`.

    Source: arXiv 2003.13678, equation 1.
    """
    e = as_errors(errors)
    n = e.size
    if n == 0:
        return EDF(e, e, 0.0, NO_NETWORKS, among)
    w = relative_weights(weights, n)
    if among is not None and (n > among or w is not None):
        raise ValueError(f"need at most {among:,} networks, each once, got {n:,}")
    if w is None:
        ordered = e if ascending(e) else np.sort(e)
        return EDF(ordered, np.arange(1, n + 1) / n, n, among=among)
    order = slice(None) if ascending(e) else np.argsort(e)
    cumulative = np.cumsum(w[order])
    return EDF(e[order], cumulative / cumulative[-1], effective_size(w))


def error_axis(lo: float, hi: float, log: bool = False) -> tuple[float, float]:
    """Ends of an axis of errors lo .. hi: a little more, so that the outermost steps show."""
    if log:
        factor = (hi / lo) ** 0.02 if hi > lo else 1.05
        return lo / factor, hi * factor
    margin = 0.02 * (hi - lo) or 0.05 * abs(hi) or 0.5
    return max(lo - margin, min(lo, 0.0)), hi + margin


def as_errors(errors: ArrayLike) -> Floats:
    """Errors of shape (n,); raises ValueError for one that is nan or -inf."""
    e = np.asarray(errors, dtype=np.float64)
    if e.ndim != 1 or not e.min(initial=np.inf) > -np.inf:
        raise ValueError(f"need errors of shape (n,), none nan or -inf, got {e}")
    return e


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
