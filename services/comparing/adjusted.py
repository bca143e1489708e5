"""Two sides at equal covariates: who is better where both spaces make networks alike.

Shown beside the unmatched comparison, never instead of it: what is held fixed is a choice, and
belongs into the title.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from columns.arrays import Floats
from population.basics.estimate import SEED
from population.curves.edf import EDF, edf
from population.matching.imbalance import Imbalance, imbalances, unbalanced
from population.matching.matched import MatchedComparison, compare_matched
from population.matching.matching import Matcher, bins, overlap, strata
from population.matching.ranks import compare_ranks
from population.matching.regression import Factor, least_squares_factor, median_factor
from population.matching.rows import regression_model
from population.matching.sample import Sample
from population.matching.sensitivity import Way, disagreement
from services.comparing.sides import Side
from services.errors import Refused

Method = Literal["overlap", "bins", "strata"]

METHODS: dict[Method, Matcher] = {"overlap": overlap, "bins": bins, "strata": strata}

NAMES: dict[Method, str] = {
    "overlap": "overlap weights",
    "bins": "bins",
    "strata": "exact strata",
}

COVARIATES = {
    "depth": "depth",
    "flops": "flops",
    "params": "parameters",
    "activations": "activations",
}
"""Columns that every sampled network has, and that a question may want to hold fixed."""

DRAWS = 200
MEDIAN_DRAWS = 100


MOST = 100_000
"""Networks of a side: half a minute of a processor."""


@dataclass(frozen=True, eq=False)
class Adjusted:
    """A pair at equal covariates, and how unequal they were."""

    covariates: Sequence[str]
    imbalance: Sequence[Imbalance]  # of all COVARIATES that both have, matched or not
    matched: MatchedComparison  # by the method that was asked for
    ways: Sequence[Way]  # theta by every method, and by a regression
    warnings: Sequence[str]  # sentences: why the match is none, or not the only answer
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
        Refused: none, another name, one that a side's population lacks, or sides that are
            judged by something that may be negative: it has no logarithm.
    """
    for name in covariates:
        if name not in COVARIATES:
            raise Refused("match", name, f"among {', '.join(COVARIATES)}")
    if not covariates:
        raise Refused("match", "", f"at least one of {', '.join(COVARIATES)}")
    common = in_both(a, b)
    if lacking := [name for name in covariates if name not in common]:
        there = ", ".join(common) or "none of them"
        raise Refused("match", ", ".join(lacking), f"what both sides have: {there}")
    if least := min([0.0, *a.edf.errors[:1], *b.edf.errors[:1]]):
        raise Refused("of", a.view.criterion, f"what is never negative; the least is {least:g}")
    for side in (a, b):
        if (n := len(side.results)) > MOST:
            allowed = f"at most {MOST:,} networks a side: name constraints, or keep a set"
            raise Refused("side", f"{n:,} networks", allowed)
    one, other = sample(a, covariates), sample(b, covariates)
    found = {
        name: compare_matched(one, other, fresh(), match, DRAWS, level)
        for name, match in METHODS.items()
    }
    matched = found[method]
    ways = [
        *(Way(NAMES[name], each.theta, each.p) for name, each in found.items()),
        Way("regression", *compare_ranks(one, other, fresh(), DRAWS, level)),
    ]
    model = regression_model(covariates, one, other, chance_of(a, b))
    rows = imbalance(a, b, covariates, matched)
    return Adjusted(
        covariates,
        rows,
        matched,
        ways,
        warnings(rows, covariates, matched, ways),
        (weighted(a, matched.matching.a), weighted(b, matched.matching.b)),
        least_squares_factor(model, level),
        median_factor(model, fresh(), MEDIAN_DRAWS, level),
    )


def in_both(a: Side, b: Side) -> Sequence[str]:
    """The covariates that the populations of both sides have."""
    return [
        name
        for name in COVARIATES
        if all(name in one.view.snapshot.population.columns for one in (a, b))
    ]


def chance_of(a: Side, b: Side) -> float:
    """What diverged networks count as: the error of guessing; where it is not known, the worst
    that one of both sides has.
    """
    chance = max(a.view.snapshot.chance, b.view.snapshot.chance)
    if math.isfinite(chance):
        return chance
    worst = max([0.0, *a.edf.finite[-1:], *b.edf.finite[-1:]])
    return worst or 1.0


def fresh() -> np.random.Generator:
    """The same draws for every way to match."""
    return np.random.default_rng(SEED)


def sample(side: Side, names: Sequence[str]) -> Sample:
    """What is matched: a side's errors, covariates and multiplicities."""
    return Sample.of(side.results.judged, values(side, names), side.results.multiplicity)


def values(side: Side, names: Sequence[str]) -> Floats:
    """Covariates of a side's networks, shape (n, p)."""
    columns = side.results.columns
    return np.stack([columns[name] for name in names], axis=1)


def imbalance(
    a: Side, b: Side, held: Sequence[str], matched: MatchedComparison
) -> Sequence[Imbalance]:
    """How differently the sides are spread before and after matching; those held come first."""
    if not len(a.results) or not len(b.results):
        return ()
    weights = matched.matching if matched.matching.reason is None else None
    groups = list(held), [name for name in in_both(a, b) if name not in held]
    return [
        row
        for names in groups
        if names
        for row in imbalances(
            names,
            values(a, names),
            values(b, names),
            weights_a=weights.a if weights else None,
            weights_b=weights.b if weights else None,
            multiplicity_a=a.results.multiplicity,
            multiplicity_b=b.results.multiplicity,
        )
    ]


def warnings(
    rows: Sequence[Imbalance],
    held: Sequence[str],
    matched: MatchedComparison,
    ways: Sequence[Way],
) -> Sequence[str]:
    """What may be wrong with who wins at equal covariates, one sentence each."""
    if matched.matching.reason:
        return ()
    said = [
        unbalanced([row for row in rows if row.name in held]),
        matched.matching.unequal,
        disagreement(ways),
    ]
    return [sentence for sentence in said if sentence]


def weighted(side: Side, weights: Floats) -> EDF:
    """The matched EDF, of the networks that have a weight."""
    some = weights > 0
    return edf(side.results.judged[some], weights[some] if some.any() else None)
