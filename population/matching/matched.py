"""Two populations compared as matched: who beats whom, and by how much.

Theta is the chance that a random network of A has a lower error than one of B, each drawn by
its weight; ties count half, and diverged networks (+inf) tie last. The standard error of theta
is that of a bootstrap: networks are drawn within each space, and the weights refitted to every
draw. Interval and p are then those of any theta (population.comparing.theta). The intervals of
medians are percentiles of the same draws.

Source: Vargha and Delaney 2000 (theta); Efron 1979; Austin 2016 (refitting).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from columns.arrays import Floats, Ints
from population.basics.estimate import Estimate, percentile_interval, without_interval
from population.basics.sums import weighted_sum
from population.comparing.theta import Theta
from population.curves.edf import edf
from population.matching.covariates import Covariates
from population.matching.imbalance import as_shares
from population.matching.matching import Matcher, Matching, overlap

FEWEST = 10.0  # networks that either side must be worth
LARGEST = 5_000  # networks of a space in a bootstrap draw
SUCCEED = 0.8  # of the draws must have a match


@dataclass(frozen=True, eq=False)
class MatchedComparison:
    """A against B with matched networks; medians and their difference A - B in percent."""

    matching: Matching
    theta: Estimate
    median_a: Estimate
    median_b: Estimate
    difference: Estimate
    p: float  # of theta = 1/2; below 1 - level where the interval of theta excludes it
    draws: int  # of the bootstrap, that the intervals are of
    failed_draws: int  # further ones that had no match
    reason: str | None = None  # why there is no result, or no interval


@dataclass(frozen=True, eq=False)
class Side:
    """One population's errors (n,), covariates (n, p) and multiplicities (n,)."""

    errors: Floats
    covariates: Floats = field(repr=False)
    multiplicity: Floats = field(repr=False)

    def drawn(self, rng: Generator) -> Side:
        """As many networks again, drawn with replacement; at most LARGEST."""
        rows = rng.integers(0, self.errors.size, min(self.errors.size, LARGEST))
        return self.at(rows)

    def at(self, rows: Ints) -> Side:
        return Side(self.errors[rows], self.covariates[rows], self.multiplicity[rows])


def both(a: Side, b: Side) -> Covariates:
    return Covariates.of(
        a.covariates,
        b.covariates,
        a.multiplicity if a.errors.size else None,
        b.multiplicity if b.errors.size else None,
    )


def compare_matched(
    errors_a: ArrayLike,
    covariates_a: ArrayLike,
    errors_b: ArrayLike,
    covariates_b: ArrayLike,
    rng: Generator,
    *,
    match: Matcher = overlap,
    multiplicity_a: ArrayLike | None = None,
    multiplicity_b: ArrayLike | None = None,
    draws: int = 400,
    level: float = 0.95,
) -> MatchedComparison:
    """Theta, both medians and their difference under the weights of `match`.

    Args:
        errors_a: percent, shape (n_a,), +inf where diverged.
        covariates_a: shape (n_a, p) or (n_a,), as `match` wants them.
        match: of population.matching.matching; `functools.partial(bins, count=6)` for settings.
        draws: of the bootstrap. Above 5,000 networks a space each takes 5,000 of them, and
            the intervals are those of 5,000 networks: wider.

    Raises:
        ValueError: an error that is nan or -inf, or what `match` refuses.
    """
    c = Covariates.of(covariates_a, covariates_b, multiplicity_a, multiplicity_b)
    a = Side(checked(errors_a, len(c.a)), c.a, c.m_a)
    b = Side(checked(errors_b, len(c.b)), c.b, c.m_b)
    return compare_sides(a, b, rng, match, draws, level)


def checked(errors: ArrayLike, n: int) -> Floats:
    e = np.asarray(errors, dtype=np.float64)
    if e.shape != (n,) or not e.min(initial=np.inf) > -np.inf:
        raise ValueError(f"need {n} errors, none nan or -inf, got {e}")
    return e


def compare_sides(
    a: Side,
    b: Side,
    rng: Generator,
    match: Matcher = overlap,
    draws: int = 400,
    level: float = 0.95,
) -> MatchedComparison:
    """`compare_matched` of two sides."""
    matching = matched(a, b, match)
    found = measures(a, b, matching)
    reason = matching.reason or too_little(matching.worth_a, matching.worth_b)
    if reason or draws < 1:
        return comparison(matching, found, np.empty((0, 4)), 0, level, reason or "no draws")
    drawn = [refitted(a.drawn(rng), b.drawn(rng), match) for _ in range(draws)]
    kept = np.array([row for row in drawn if not np.isnan(row[0])]).reshape(-1, 4)
    reason = too_many_failed(draws - len(kept), draws)
    return comparison(matching, found, kept, draws - len(kept), level, reason)


def refitted(a: Side, b: Side, match: Matcher) -> tuple[float, float, float, float]:
    """What `measures` gives with weights of their own."""
    return measures(a, b, matched(a, b, match))


def matched(a: Side, b: Side, match: Matcher) -> Matching:
    return match(
        a.covariates,
        b.covariates,
        multiplicity_a=a.multiplicity if a.errors.size else None,
        multiplicity_b=b.multiplicity if b.errors.size else None,
    )


def measures(a: Side, b: Side, matching: Matching) -> tuple[float, float, float, float]:
    """Theta, median of A, median of B, their difference; nan without a match."""
    if matching.reason:
        return (np.nan,) * 4
    theta = weighted_theta(a.errors, b.errors, matching.a, matching.b)
    median_a = edf(a.errors, matching.a).median
    median_b = edf(b.errors, matching.b).median
    difference = 0.0 if median_a == median_b else median_a - median_b  # also of two +inf
    return theta, median_a, median_b, difference


def too_many_failed(failed: int, draws: int) -> str | None:
    if draws - failed >= SUCCEED * draws:
        return None
    return f"{failed} of {draws} draws had no match"


def too_little(worth_a: float, worth_b: float) -> str | None:
    for side, worth in (("A", worth_a), ("B", worth_b)):
        if worth < FEWEST:
            return (
                f"too few for an interval: {side} is worth {worth:.1f} networks of {FEWEST:g}"
            )
    return None


def comparison(
    matching: Matching,
    found: tuple[float, float, float, float],
    drawn: Floats,
    failed: int,
    level: float,
    reason: str | None,
) -> MatchedComparison:
    """Found values with the intervals of draws, shape (draws, 4)."""
    n_a, n_b = matching.used_a, matching.used_b
    method = f"{matching.method}, refitted bootstrap"
    worth = matching.worth_a, matching.worth_b
    theta, p = judged(
        found[0], drawn[:, 0], worth, matching.fitted, n_a + n_b, method, level, reason
    )

    def estimate(j: int, n: int) -> Estimate:
        if reason:
            return without_interval(n, method, reason, found[j], level)
        return Estimate(found[j], *percentile_interval(drawn[:, j], level), n, method, level)

    return MatchedComparison(
        matching,
        theta=theta,
        p=p,
        median_a=estimate(1, n_a),
        median_b=estimate(2, n_b),
        difference=estimate(3, n_a + n_b),
        draws=len(drawn),
        failed_draws=failed,
        reason=reason,
    )


def judged(
    value: float,
    drawn: Floats,
    worth: tuple[float, float],
    fitted: int,
    n: int,
    method: str,
    level: float,
    reason: str | None,
) -> tuple[Estimate, float]:
    """Theta with its interval and the p that inverts it; nan and the reason where none is.

    A bootstrap of n networks from which k terms and a mean are fitted sees a variance that is
    too small by (n - k - 1) / n, as of the residuals of a regression; n is the smaller worth.

    Args:
        drawn: theta of bootstrap draws, shape (draws,), for its standard error.
        worth: effective networks of A and of B.
        fitted: terms of the covariates.
    """
    if reason:
        return without_interval(n, method, reason, value, level), np.nan
    df = max(min(worth) - fitted - 1, 1.0)
    se = float(drawn.std() * np.sqrt(min(worth) / df))
    theta = Theta(value, se, df, *worth)
    return Estimate(value, *theta.confidence(level), n, method, level), theta.p


def weighted_theta(
    errors_a: ArrayLike,
    errors_b: ArrayLike,
    weights_a: ArrayLike | None = None,
    weights_b: ArrayLike | None = None,
) -> float:
    """P(a < b) + P(a = b) / 2 for networks drawn by weight; nan without networks.

    Args:
        errors_a: percent, shape (n_a,), +inf where diverged.
        weights_a: non-negative, shape (n_a,); equal by default.
    """
    a, b = np.asarray(errors_a, dtype=np.float64), np.asarray(errors_b, dtype=np.float64)
    if not (a.size and b.size):
        return np.nan
    order = np.argsort(b)
    b, below = b[order], np.append(0.0, np.cumsum(as_shares(weights_b, b.size)[order]))
    not_lower = below[-1] - below[np.searchsorted(b, a, "left")]
    higher = below[-1] - below[np.searchsorted(b, a, "right")]
    theta = weighted_sum(as_shares(weights_a, a.size), not_lower + higher) / 2
    return float(np.clip(theta, 0.0, 1.0))
