"""Matching: weights that make two populations comparable on the covariates of a question.

Bins give every bin of complexity the same weight in both populations. Overlap weights need no
bins: they weigh each network by the probability that the *other* space would have made one like
it, and leave means, squares and products of the covariates' logarithms exactly equal. Strata do
so for every value of covariates that repeat.

Source: arXiv 1905.13214, section 3 (bins); Li, Morgan and Zaslavsky 2018 (overlap weights).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats, Ints
from population.curves.edf import effective_size
from population.matching.covariates import Covariates, Masks
from population.matching.imbalance import NOT_POSITIVE
from population.matching.logistic import membership
from population.matching.terms import NOT_EQUAL, Terms, affordable, columns, said

Spacing = Literal["quantile", "even", "log"]
"""Bins that hold equally many of all networks, or are equally wide, or wide by a factor."""

NO_NETWORKS = "a space has no network with all covariates"
NO_COMMON_RANGE = "the spaces have no common range of the covariates"
NO_BIN = "no bin holds networks of both spaces"
NO_STRATUM = "no values of the covariates are those of networks of both spaces"
APART = "the spaces don't overlap: the covariates tell them apart"


@dataclass(frozen=True, eq=False)
class Matching:
    """Weights of the networks of A and of B; without a match they are 0 and `reason` is why."""

    method: str
    a: Floats  # sums to 1, 0 for networks left out, (n_a,)
    b: Floats
    lacking_a: int  # networks of A that lack a covariate, left out
    lacking_b: int
    outside_a: int  # networks of A outside the common range of some covariate
    outside_b: int
    bins_kept: int = 0  # with networks of both spaces
    bins_dropped: int = 0  # with networks of one space only, left out
    reason: str | None = None
    terms: Terms | None = None  # of the covariates that overlap weights make equal
    fitted: int = 0  # so many of them vary

    @property
    def unequal(self) -> str | None:
        """A sentence where networks were too few to make equal what overlap weights can."""
        return None if self.terms is None else NOT_EQUAL.get(self.terms)

    @property
    def worth_a(self) -> float:
        """Equal weights of so many networks of A would say as much (Kish 1965)."""
        return effective_size(self.a) if self.a.any() else 0.0

    @property
    def worth_b(self) -> float:
        return effective_size(self.b) if self.b.any() else 0.0

    @property
    def used_a(self) -> int:
        """Networks of A with a weight."""
        return int(np.count_nonzero(self.a))

    @property
    def used_b(self) -> int:
        return int(np.count_nonzero(self.b))


class Matcher(Protocol):
    """A way to match: `unmatched`, `bins`, `strata`, `overlap`, or one with other settings."""

    def __call__(
        self,
        covariates_a: ArrayLike,
        covariates_b: ArrayLike,
        *,
        multiplicity_a: ArrayLike | None = None,
        multiplicity_b: ArrayLike | None = None,
    ) -> Matching: ...


def unmatched(
    covariates_a: ArrayLike,
    covariates_b: ArrayLike,
    *,
    multiplicity_a: ArrayLike | None = None,
    multiplicity_b: ArrayLike | None = None,
) -> Matching:
    """Every network that has the covariates, at its multiplicity: nothing is matched."""
    c = Covariates.of(covariates_a, covariates_b, multiplicity_a, multiplicity_b)
    if c.none_left:
        return no_match(c, "unmatched", NO_NETWORKS)
    return weighted(c, "unmatched", c.m_a * c.has_a, c.m_b * c.has_b)


def bins(
    covariates_a: ArrayLike,
    covariates_b: ArrayLike,
    *,
    count: int | None = None,
    spacing: Spacing = "quantile",
    multiplicity_a: ArrayLike | None = None,
    multiplicity_b: ArrayLike | None = None,
) -> Matching:
    """The same weight for every bin in both populations, shared by the networks in it.

    Networks outside the common range are left out, and so are bins that hold networks of one
    space only: w_i = 1 / (bins kept) / (networks of its space in its bin), or its share of
    their multiplicities. Several covariates are binned by the product of their bins.

    The complexity-matched EDF of arXiv 1905.13214 is `spacing="even"` with its own count of
    bins on one covariate. Its complexity is uniform; that of quantile bins is the pooled one.

    Args:
        covariates_a: shape (n_a, p) or (n_a,); nan where a network lacks one.
        count: bins of each covariate; by default a tenth of the smaller population, 2 to 10,
            and of p covariates the p-th root of that, at least 2.

    Raises:
        ValueError: not the same p in both, a count below 1, not n multiplicities.
    """
    c = Covariates.of(covariates_a, covariates_b, multiplicity_a, multiplicity_b)
    n, p = int(min(c.has_a.sum(), c.has_b.sum())), c.a.shape[1]
    each = default_count(n, p) if count is None else count
    if each < 1:
        raise ValueError(f"need at least 1 bin, got {each}")
    method = f"{each} {spacing} bins" + (f" of each of {p} covariates" if p > 1 else "")
    inside = c.inside()
    reason = why_not_bins(c, inside, spacing)
    if reason is not None:
        return no_match(c, method, reason)
    in_a, in_b = inside
    cell = cells(np.concatenate([c.a[in_a], c.b[in_b]]), each, spacing)
    return shared_by_cell(c, method, inside, cell)


def why_not_bins(c: Covariates, inside: Masks, spacing: Spacing) -> str | None:
    """Why the networks inside the common range can't be binned."""
    in_a, in_b = inside
    if c.none_left:
        return NO_NETWORKS
    if not (in_a.any() and in_b.any()):
        return NO_COMMON_RANGE
    if spacing == "log" and min(c.a[in_a].min(), c.b[in_b].min()) <= 0:
        return NOT_POSITIVE
    return None


def shared_by_cell(c: Covariates, method: str, inside: Masks, cell: Ints) -> Matching:
    """Weights of networks `inside` that give each cell with both spaces the same.

    Args:
        cell: number of each network's cell, those of A first, (networks inside,).
    """
    in_a, in_b = inside
    cell_a, cell_b = np.split(cell, [in_a.sum()])
    weight_a = np.bincount(cell_a, c.m_a[in_a], minlength=cell.max() + 1)
    weight_b = np.bincount(cell_b, c.m_b[in_b], minlength=cell.max() + 1)
    both = (weight_a > 0) & (weight_b > 0)
    found = int(both.sum()), int(((weight_a > 0) ^ (weight_b > 0)).sum())
    if not both.any():
        return no_match(c, method, NO_BIN, *found)
    a, b = np.zeros(len(c.a)), np.zeros(len(c.b))
    a[in_a] = c.m_a[in_a] * both[cell_a] / weight_a[cell_a]
    b[in_b] = c.m_b[in_b] * both[cell_b] / weight_b[cell_b]
    return weighted(c, method, a, b, *found)


def weighted(
    c: Covariates, method: str, a: Floats, b: Floats, kept: int = 0, dropped: int = 0
) -> Matching:
    """Raw weights made to sum to 1."""
    return Matching(method, a / a.sum(), b / b.sum(), *c.left_out(), kept, dropped)


def no_match(
    c: Covariates, method: str, reason: str, kept: int = 0, dropped: int = 0
) -> Matching:
    zeros = np.zeros(len(c.a)), np.zeros(len(c.b))
    return Matching(method, *zeros, *c.left_out(), kept, dropped, reason)


def default_count(n: int, p: int) -> int:
    """Bins of each of p covariates; n networks in the smaller population."""
    return max(2, int(max(2, min(10, n // 10)) ** (1 / p) + 1e-9))


def cells(x: Floats, count: int, spacing: Spacing) -> Ints:
    """Number of the cell of each network in the product of bins; x of shape (n, p)."""
    cell = np.zeros(len(x), dtype=np.int64)
    for j, column in enumerate(x.T):
        inner = edges(column, count, spacing)[1:-1]
        cell = cell * count + np.searchsorted(inner, column, side="right")
        if j:  # number the cells that are there, so that many covariates don't overflow
            cell = np.unique(cell, return_inverse=True)[1]
    return cell


def edges(x: Floats, count: int, spacing: Spacing) -> Floats:
    """Ends of at most `count` bins over the values x; equal ones of tied values are merged."""
    if spacing == "quantile":
        return np.unique(np.quantile(x, np.linspace(0, 1, count + 1)))
    between = np.geomspace if spacing == "log" else np.linspace
    return between(x.min(), x.max(), count + 1)


def strata(
    covariates_a: ArrayLike,
    covariates_b: ArrayLike,
    *,
    multiplicity_a: ArrayLike | None = None,
    multiplicity_b: ArrayLike | None = None,
) -> Matching:
    """Networks with exactly equal covariates, as depth has them, are compared.

    With shares a and b of both spaces in a stratum, it weighs a b / (a + b) in either: overlap
    weights whose P(is A) is known stratum by stratum. Networks whose values no network of the
    other space has are left out.
    """
    c = Covariates.of(covariates_a, covariates_b, multiplicity_a, multiplicity_b)
    if c.none_left:
        return no_match(c, "exact strata", NO_NETWORKS)
    n_a = int(c.has_a.sum())
    values = np.concatenate([c.a[c.has_a], c.b[c.has_b]])
    cell = np.unique(values, axis=0, return_inverse=True)[1].ravel()
    share_a = np.bincount(cell[:n_a], c.m_a[c.has_a], minlength=cell.max() + 1)
    share_b = np.bincount(cell[n_a:], c.m_b[c.has_b], minlength=cell.max() + 1)
    is_a = share_a / (share_a + share_b)
    both = (share_a > 0) & (share_b > 0)
    found = int(both.sum()), int((~both).sum())
    if not both.any():
        return no_match(c, "exact strata", NO_STRATUM, *found)
    a, b = np.zeros(len(c.a)), np.zeros(len(c.b))
    a[c.has_a] = c.m_a[c.has_a] * (1 - is_a)[cell[:n_a]]
    b[c.has_b] = c.m_b[c.has_b] * is_a[cell[n_a:]]
    return weighted(c, "exact strata", a, b, *found)


def overlap(
    covariates_a: ArrayLike,
    covariates_b: ArrayLike,
    *,
    multiplicity_a: ArrayLike | None = None,
    multiplicity_b: ArrayLike | None = None,
) -> Matching:
    """Overlap weights: 1 - P(is A | covariates) for a network of A, P(is A) for one of B.

    P is a logistic regression on the terms of the covariates' logarithms
    (population.matching.terms) in which both spaces weigh the same, however many networks each
    has: what is compared doesn't move as one of them grows. At its maximum likelihood the
    weighted means of every term are equal in both populations: means and spreads, and what goes
    with what as far as there are networks enough. The target are networks that both spaces
    could have made: those outside the common range are left out, since a smooth P sees no edge
    of a range.

    Args:
        covariates_a: positive, shape (n_a, p) or (n_a,); nan where a network lacks one.

    Raises:
        ValueError: not the same p in both, not n multiplicities.
    """
    c = Covariates.of(covariates_a, covariates_b, multiplicity_a, multiplicity_b)
    terms = affordable(int(c.has_a.sum()), int(c.has_b.sum()), c.a.shape[1])
    method = f"overlap weights of {said(terms, c.a.shape[1])}"
    inside = c.inside()
    in_a, in_b = inside
    reason = why_not_logs(c, inside)
    if reason is not None:
        return no_match(c, method, reason)
    m_a, m_b = c.m_a[in_a], c.m_b[in_b]
    draws = np.concatenate([m_a / m_a.sum(), m_b / m_b.sum()])  # both spaces weigh the same
    logs = np.log(np.concatenate([c.a[in_a], c.b[in_b]]))
    made_equal = columns(logs, terms)
    probability = membership(made_equal, m_a.size, draws)
    if probability is None:
        return no_match(c, method, APART)
    a, b = np.zeros(len(c.a)), np.zeros(len(c.b))
    a[in_a] = m_a * (1 - probability[: m_a.size])
    b[in_b] = m_b * probability[m_a.size :]
    # Terms that vary: each takes a degree of freedom from the interval.
    fitted = int((np.ptp(made_equal, axis=0) > 0).sum())
    return replace(weighted(c, method, a, b), terms=terms, fitted=fitted)


def why_not_logs(c: Covariates, inside: Masks) -> str | None:
    """Why the networks inside the common range can't be weighed by their logarithms."""
    if c.none_left:
        return NO_NETWORKS
    if min(c.a[c.has_a].min(), c.b[c.has_b].min()) <= 0:
        return NOT_POSITIVE
    return APART if only_touch(c, inside) else None


def only_touch(c: Covariates, inside: Masks) -> bool:
    """The common range of a covariate that varies is empty or a single value."""
    if not all(side.any() for side in inside):
        return True
    everything = np.concatenate([c.a[c.has_a], c.b[c.has_b]])
    common = np.concatenate([c.a[inside[0]], c.b[inside[1]]])
    return bool(((np.ptp(common, axis=0) == 0) & (np.ptp(everything, axis=0) > 0)).any())
