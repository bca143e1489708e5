"""Two sides at equal covariates: who is better where both spaces make networks alike.

Shown beside the unmatched comparison, never instead of it: what is held fixed is a choice, and
belongs into the title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from designspace.edf import EDF, edf
from designspace.estimate import SEED
from designspace.imbalance import Imbalance, imbalances
from designspace.matched import MatchedComparison, compare_matched
from designspace.matching import Matcher, bins, overlap
from designspace.model import regression_model
from designspace.regression import Factor, least_squares_factor, median_factor
from designspace.shares import Floats
from services.errors import Refused
from services.sides import Side

Method = Literal["overlap", "bins"]

METHODS: dict[Method, Matcher] = {"overlap": overlap, "bins": bins}

COVARIATES = {
    "depth": "depth",
    "flops": "flops",
    "params": "parameters",
    "activations": "activations",
}
"""Columns that every network has, and that a question may want to hold fixed."""

DRAWS = 200
MEDIAN_DRAWS = 100


@dataclass(frozen=True, eq=False)
class Adjusted:
    """A pair at equal covariates, and how unequal they were."""

    covariates: Sequence[str]
    imbalance: Sequence[Imbalance]  # of all COVARIATES, matched or not
    matched: MatchedComparison
    edfs: tuple[EDF, EDF]  # weighted; empty ones where there is no match
    mean: Factor
    median: Factor


def adjusted(
    a: Side,
    b: Side,
    covariates: Sequence[str],
    method: Method = "overlap",
    level: float = 0.95,
) -> Adjusted:
    """Match, weigh and regress.

    Args:
        covariates: names among COVARIATES; at least one.

    Raises:
        Refused: none, or another name.
    """
    for name in covariates:
        if name not in COVARIATES:
            raise Refused("match", name, f"among {', '.join(COVARIATES)}")
    if not covariates:
        raise Refused("match", "", f"at least one of {', '.join(COVARIATES)}")
    one, other = a.results, b.results
    x, y = values(a, covariates), values(b, covariates)
    rng = np.random.default_rng(SEED)
    matched = compare_matched(
        one.error,
        x,
        other.error,
        y,
        rng,
        match=METHODS[method],
        multiplicity_a=one.multiplicity if len(one) else None,
        multiplicity_b=other.multiplicity if len(other) else None,
        draws=DRAWS,
        level=level,
    )
    model = regression_model(
        covariates,
        one.error,
        x,
        other.error,
        y,
        chance=max(a.view.snapshot.chance, b.view.snapshot.chance),
        multiplicity_a=one.multiplicity if len(one) else None,
        multiplicity_b=other.multiplicity if len(other) else None,
    )
    return Adjusted(
        covariates,
        imbalance(a, b, matched),
        matched,
        (weighted(a, matched.matching.a), weighted(b, matched.matching.b)),
        least_squares_factor(model, level),
        median_factor(model, rng, MEDIAN_DRAWS, level),
    )


def values(side: Side, names: Sequence[str]) -> Floats:
    """Covariates of a side's networks, shape (n, p)."""
    columns = side.results.columns
    return np.stack([columns[name] for name in names], axis=1)


def imbalance(a: Side, b: Side, matched: MatchedComparison) -> Sequence[Imbalance]:
    """How differently the sides are spread, before and after matching."""
    if not len(a.results) or not len(b.results):
        return ()
    weights = matched.matching if matched.matching.reason is None else None
    return imbalances(
        list(COVARIATES),
        values(a, list(COVARIATES)),
        values(b, list(COVARIATES)),
        weights_a=weights.a if weights else None,
        weights_b=weights.b if weights else None,
        multiplicity_a=a.results.multiplicity,
        multiplicity_b=b.results.multiplicity,
    )


def weighted(side: Side, weights: Floats) -> EDF:
    """The matched EDF, of the networks that have a weight."""
    some = weights > 0
    return edf(side.results.error[some], weights[some] if some.any() else None)
