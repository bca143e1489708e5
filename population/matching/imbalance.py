"""Imbalance: how differently two populations are spread over the covariates of a question.

Of a covariate's logarithm: the standardised mean difference (SMD), which has one scale for all
covariates, the ratio of variances, and the largest distance of the two EDFs. Weights that match
two populations are judged by what they leave of all three: equal means with unequal spreads are
no match.

Source: Austin 2009 and 2011, Stuart 2010 (.1 and .25 of the SMD); Rubin 2001 (.8 - 1.25 and
.5 - 2 of the variances).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats
from population.basics.sums import weighted_sum
from population.curves.edf import effective_size, relative_weights

Warn = Literal["", "amber", "red"]

AMBER, RED = 0.1, 0.25  # |SMD| above which to warn
INSIDE = 0.8  # of either sample in the common range; less is amber
SPREAD_AMBER, SPREAD_RED = 1.25, 2.0  # ratio of variances above which, or below 1 / which
NEAREST = 0.05  # EDFs that are nearer are no warning, however many networks tell them apart

NOT_IN_BOTH = "a space has no network with this covariate"
NOT_POSITIVE = "a value is not positive, and covariates are compared by their logarithms"


@dataclass(frozen=True)
class Imbalance:
    """One covariate of two populations; nan and a `reason` where it can't be compared."""

    name: str
    n_a: int  # networks of A that have the covariate
    n_b: int
    lacking_a: int  # networks of A that lack it and are left out
    lacking_b: int
    smd: float  # (mean of A - mean of B) / pooled sd, of the logarithm
    smd_weighted: float  # the same with weighted means; nan without weights
    variance_ratio: float  # of A's variance to B's, of the logarithm
    variance_ratio_weighted: float
    distance: float  # largest, between the EDFs of A and of B
    distance_weighted: float
    far: float  # a weighted distance above this is more than chance leaves in a match
    lo: float  # common range of the covariate, empty where lo > hi
    hi: float
    inside_a: float  # share of A's networks in it
    inside_b: float
    reason: str | None = None

    @property
    def warning(self) -> Warn:
        """What to say of the unweighted comparison."""
        apart = min(self.inside_a, self.inside_b) < INSIDE
        return level_of(self.smd) or ("amber" if apart else "")

    @property
    def warning_weighted(self) -> Warn:
        """What to say of the weighted comparison: the worst of mean, spread and distance."""
        found = (
            level_of(self.smd_weighted),
            level_of_ratio(self.variance_ratio_weighted),
            self.distance_warning,
        )
        return max(found, key=("", "amber", "red").index)

    @property
    def distance_warning(self) -> Warn:
        """Of the distance that is left after matching."""
        far = self.distance_weighted > self.far
        return "" if not far else "red" if self.distance_weighted > 2 * self.far else "amber"


def level_of(smd: float) -> Warn:
    return "red" if abs(smd) > RED else "amber" if abs(smd) > AMBER else ""


def level_of_ratio(ratio: float) -> Warn:
    """Of a ratio of variances, 0 to infinity; nan is none."""
    if np.isnan(ratio):
        return ""
    larger = max(ratio, 1 / ratio) if ratio > 0 else np.inf
    return "red" if larger > SPREAD_RED else "amber" if larger > SPREAD_AMBER else ""


def unbalanced(rows: Sequence[Imbalance]) -> str | None:
    """A sentence that says on what, and by what, a match is none; None where it is one."""
    said = [f"{row.name} ({', '.join(left(row))})" for row in rows if row.warning_weighted]
    if not said:
        return None
    return f"Balance is not reached on {'; '.join(said)}: what differs may still go with it."


def left(row: Imbalance) -> list[str]:
    """What a matching leaves of one covariate, where that is worth a warning."""
    found = []
    if level_of(row.smd_weighted):
        found.append(f"SMD {row.smd_weighted:.2f}")
    if level_of_ratio(row.variance_ratio_weighted):
        found.append(f"variance ratio {row.variance_ratio_weighted:.2f}")
    if row.distance_warning:
        found.append(f"EDFs {row.distance_weighted:.2f} apart")
    return found


def farthest(n_a: float, n_b: float, p: int) -> float:
    """Distance of EDFs that a match of balanced spaces exceeds in at most about 10 %.

    c / sqrt(n_a n_b / (n_a + n_b)) with effective networks; c = .8 for one covariate, .9 for
    two and 1 for four, of which the farthest counts. By simulation; samples that are not
    matched exceed 1.22 so often (Smirnov 1948).
    """
    each = n_a * n_b / (n_a + n_b)
    return max(NEAREST, float((0.8 + 0.1 * np.log2(p)) / np.sqrt(each)))


def imbalances(
    names: Sequence[str],
    covariates_a: ArrayLike,
    covariates_b: ArrayLike,
    *,
    weights_a: ArrayLike | None = None,
    weights_b: ArrayLike | None = None,
    multiplicity_a: ArrayLike | None = None,
    multiplicity_b: ArrayLike | None = None,
) -> tuple[Imbalance, ...]:
    """The table of imbalance between populations A and B, one row a covariate.

    Args:
        names: of the p covariates.
        covariates_a: positive, shape (n_a, p); nan where a network lacks one.
        weights_a: of a matching (population.matching.matching), multiplicities included, shape
            (n_a,); give both sides' or neither's.
        multiplicity_a: positive number of draws of each network, shape (n_a,).

    Raises:
        ValueError: covariates that are not p columns, weights or multiplicities that are not
            n non-negative numbers of positive sum.
    """
    a, b = as_columns(covariates_a, len(names)), as_columns(covariates_b, len(names))
    m_a, m_b = as_shares(multiplicity_a, len(a)), as_shares(multiplicity_b, len(b))
    weighted = weights_a is not None and weights_b is not None
    w_a = as_shares(weights_a, len(a)) if weighted else None
    w_b = as_shares(weights_b, len(b)) if weighted else None
    return tuple(
        imbalance(name, a[:, j], b[:, j], m_a, m_b, w_a, w_b, len(names))
        for j, name in enumerate(names)
    )


def as_columns(covariates: ArrayLike, p: int) -> Floats:
    """Covariates of shape (n, p); (n,) is one column, and no networks are (0, p)."""
    x = np.asarray(covariates, dtype=np.float64)
    if x.ndim == 1:
        x = x[:, None] if x.size else np.empty((0, p))
    if x.ndim != 2 or x.shape[1] != p:
        raise ValueError(f"need covariates of shape (n, {p}), got {x.shape}")
    return x


def as_shares(weights: ArrayLike | None, n: int) -> Floats:
    """Weights that sum to 1, shape (n,), also where all are equal."""
    w = relative_weights(weights, n)
    return np.full(n, 1 / max(n, 1)) if w is None else w


def imbalance(
    name: str,
    a: Floats,
    b: Floats,
    m_a: Floats,
    m_b: Floats,
    w_a: Floats | None = None,
    w_b: Floats | None = None,
    p: int = 1,
) -> Imbalance:
    """One row of p: covariate of A, shape (n_a,), and of B, multiplicities m, weights w."""
    has_a, has_b = np.isfinite(a), np.isfinite(b)
    n_a, n_b = int(has_a.sum()), int(has_b.sum())
    lacking = (a.size - n_a, b.size - n_b)
    a, b, m_a, m_b = a[has_a], b[has_b], m_a[has_a], m_b[has_b]
    if not n_a or not n_b:
        return incomparable(name, n_a, n_b, *lacking, NOT_IN_BOTH)
    if min(a.min(), b.min()) <= 0:
        return incomparable(name, n_a, n_b, *lacking, NOT_POSITIVE)
    x, y = np.log(a), np.log(b)
    sd = float(np.sqrt((variance(x, m_a) + variance(y, m_b)) / 2))
    weighted, ratio, distance, far = np.nan, np.nan, np.nan, np.nan
    if w_a is not None and w_b is not None and w_a[has_a].any() and w_b[has_b].any():
        w, v = w_a[has_a], w_b[has_b]
        weighted = standardised(x, w, y, v, sd)
        ratio, distance = ratio_of_variances(x, w, y, v), distance_of(x, w, y, v)
        far = farthest(effective_size(w), effective_size(v), p)
    lo, hi = max(a.min(), b.min()), min(a.max(), b.max())
    return Imbalance(
        name,
        n_a,
        n_b,
        *lacking,
        standardised(x, m_a, y, m_b, sd),
        weighted,
        ratio_of_variances(x, m_a, y, m_b),
        ratio,
        distance_of(x, m_a, y, m_b),
        distance,
        far,
        float(lo),
        float(hi),
        float(np.mean((a >= lo) & (a <= hi))),
        float(np.mean((b >= lo) & (b <= hi))),
    )


def incomparable(
    name: str, n_a: int, n_b: int, lacking_a: int, lacking_b: int, reason: str
) -> Imbalance:
    nan = np.nan
    numbers = nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan
    return Imbalance(name, n_a, n_b, lacking_a, lacking_b, *numbers, reason)


def standardised(x: Floats, w: Floats, y: Floats, v: Floats, sd: float) -> float:
    """(weighted mean of x - weighted mean of y) / sd; infinite where only sd is 0."""
    difference = float(np.average(x, weights=w) - np.average(y, weights=v))
    if abs(difference) < 1e-12:
        return 0.0
    return difference / sd if sd > 0 else float(np.copysign(np.inf, difference))


def ratio_of_variances(x: Floats, w: Floats, y: Floats, v: Floats) -> float:
    """Weighted variance of x by that of y, about weighted means; 1 where neither varies."""
    one, other = (float(np.cov(z, aweights=u, ddof=0)) for z, u in ((x, w), (y, v)))
    if max(one, other) < 1e-12:
        return 1.0
    return one / other if other > 0 else np.inf


def distance_of(x: Floats, w: Floats, y: Floats, v: Floats) -> float:
    """Largest distance between the weighted EDFs of x and of y (Kolmogorov; Smirnov)."""
    order = np.argsort(values := np.concatenate([x, y]), kind="stable")
    step = np.cumsum(np.concatenate([w / w.sum(), -v / v.sum()])[order])
    last = np.append(values[order][1:] != values[order][:-1], True)
    return float(abs(step[last]).max())


def variance(x: Floats, w: Floats) -> float:
    """Unbiased for weights that say how much a network counts; ddof 1 where all are equal.

    The weights are multiplicities, never those of a matching: what a difference is measured
    against must not move with the matching.
    """
    share = 1 - 1 / effective_size(w)
    if share <= 0:
        return 0.0
    w = w / w.sum()
    return weighted_sum(w, (x - weighted_sum(w, x)) ** 2) / share
