"""Two populations compared as matched: who beats whom, and by how much.

Theta is the chance that a random network of A has a lower error than one of B, each drawn by
its weight; ties count half, and diverged networks (+inf) tie last. The standard error of theta
is that of a bootstrap: networks are drawn within each space, and the weights refitted to every
draw. Interval and p are then those of any theta (population.comparing.theta). The intervals of
medians are percentiles of the same draws.

Source: Vargha and Delaney 2000 (theta); Efron 1979; Austin 2016 (refitting).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from columns.arrays import Floats
from population.basics.estimate import (
    Estimate,
    percentile_interval,
    without_interval,
    worth_in_words,
)
from population.comparing.theta import Theta, pooled, theta
from population.curves.edf import edf
from population.matching.matching import Matcher, Matching, overlap
from population.matching.sample import Sample

FEWEST = 10.0  # networks that either side must be worth
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


def compare_matched(
    a: Sample,
    b: Sample,
    rng: Generator,
    match: Matcher = overlap,
    draws: int = 400,
    level: float = 0.95,
) -> MatchedComparison:
    """Theta, both medians and their difference under the weights of `match`.

    Args:
        a, b: with covariates as `match` wants them.
        match: of population.matching.matching; `functools.partial(bins, count=6)` for settings.
        draws: of the bootstrap. Above 5,000 networks a space each takes 5,000 of them, and
            the intervals are those of 5,000 networks: wider.

    Raises:
        ValueError: what `match` refuses.
    """
    matching = matched(a, b, match)
    found = measures(a, b, matching)
    reason = matching.reason or too_little(matching.worth_a, matching.worth_b)
    if reason or draws < 1:
        return comparison(matching, found, np.empty((0, 4)), 0, level, reason or "no draws")
    drawn = [refitted(a.drawn(rng), b.drawn(rng), match) for _ in range(draws)]
    kept = np.array([row for row in drawn if not np.isnan(row[0])]).reshape(-1, 4)
    reason = too_many_failed(draws - len(kept), draws)
    return comparison(matching, found, kept, draws - len(kept), level, reason)


def refitted(a: Sample, b: Sample, match: Matcher) -> tuple[float, float, float, float]:
    """What `measures` gives with weights of their own."""
    return measures(a, b, matched(a, b, match))


def matched(a: Sample, b: Sample, match: Matcher) -> Matching:
    return match(
        a.covariates,
        b.covariates,
        multiplicity_a=a.multiplicity,
        multiplicity_b=b.multiplicity,
    )


def measures(a: Sample, b: Sample, matching: Matching) -> tuple[float, float, float, float]:
    """Theta, median of A, median of B, their difference; nan without a match."""
    if matching.reason:
        return (np.nan,) * 4
    edf_a, edf_b = edf(a.errors, matching.a), edf(b.errors, matching.b)
    median_a, median_b = edf_a.median, edf_b.median
    difference = 0.0 if median_a == median_b else median_a - median_b  # also of two +inf
    return theta(pooled(edf_a, edf_b)).value, median_a, median_b, difference


def too_many_failed(failed: int, draws: int) -> str | None:
    if draws - failed >= SUCCEED * draws:
        return None
    return f"{failed} of {draws} draws had no match"


def too_little(worth_a: float, worth_b: float) -> str | None:
    for side, worth in (("A", worth_a), ("B", worth_b)):
        if worth < FEWEST:
            said = worth_in_words(worth)
            return f"too few for an interval: {side} is worth {said} networks of {FEWEST:g}"
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
    share, p = judged(
        found[0], drawn[:, 0], worth, matching.fitted, n_a + n_b, method, level, reason
    )

    def estimate(j: int, n: int) -> Estimate:
        if reason:
            return without_interval(n, method, reason, found[j], level)
        return Estimate(found[j], *percentile_interval(drawn[:, j], level), n, method, level)

    return MatchedComparison(
        matching,
        theta=share,
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
    found = Theta(value, se, df, *worth)
    return Estimate(value, *found.confidence(level), n, method, level), found.p
