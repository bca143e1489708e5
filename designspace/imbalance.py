"""Imbalance: how differently two populations are spread over the covariates of a question.

The standardised mean difference (SMD) of a covariate's logarithm compares populations on one
scale for all covariates. Weights that match two populations are judged by what SMD they leave.

Source: Austin 2011 and Stuart 2010 (the .1 and .25 of the warnings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from designspace.edf import effective_size, relative_weights
from designspace.shares import Floats
from designspace.sums import weighted_sum

Warn = Literal["", "amber", "red"]

AMBER, RED = 0.1, 0.25  # |SMD| above which to warn
INSIDE = 0.8  # of either sample in the common range; less is amber

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
        """What to say of the weighted comparison."""
        return level_of(self.smd_weighted)


def level_of(smd: float) -> Warn:
    return "red" if abs(smd) > RED else "amber" if abs(smd) > AMBER else ""


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
        weights_a: of a matching (designspace.matching), multiplicities included, shape
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
        imbalance(name, a[:, j], b[:, j], m_a, m_b, w_a, w_b) for j, name in enumerate(names)
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
) -> Imbalance:
    """One row: covariate of A, shape (n_a,), and of B, multiplicities m, weights w."""
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
    weighted = np.nan
    if w_a is not None and w_b is not None and w_a[has_a].any() and w_b[has_b].any():
        weighted = standardised(x, w_a[has_a], y, w_b[has_b], sd)
    lo, hi = max(a.min(), b.min()), min(a.max(), b.max())
    return Imbalance(
        name,
        n_a,
        n_b,
        *lacking,
        standardised(x, m_a, y, m_b, sd),
        weighted,
        float(lo),
        float(hi),
        float(np.mean((a >= lo) & (a <= hi))),
        float(np.mean((b >= lo) & (b <= hi))),
    )


def incomparable(
    name: str, n_a: int, n_b: int, lacking_a: int, lacking_b: int, reason: str
) -> Imbalance:
    nan = np.nan
    return Imbalance(name, n_a, n_b, lacking_a, lacking_b, nan, nan, nan, nan, nan, nan, reason)


def standardised(x: Floats, w: Floats, y: Floats, v: Floats, sd: float) -> float:
    """(weighted mean of x - weighted mean of y) / sd; infinite where only sd is 0."""
    difference = float(np.average(x, weights=w) - np.average(y, weights=v))
    if abs(difference) < 1e-12:
        return 0.0
    return difference / sd if sd > 0 else float(np.copysign(np.inf, difference))


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
