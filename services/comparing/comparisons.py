"""Comparisons of populations under constraints: what is better, and is it decided yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from columns.units import Unit, unit_of
from population.comparing import sequential
from population.comparing.comparison import Comparison, compare, flipped, verdict
from population.comparing.differences import usual_cut
from population.comparing.equality import permutation_p
from population.comparing.multiple import holm, level_of_each, said
from population.comparing.sequential import ConfidenceSequence
from population.curves.bands import Band, Method
from population.curves.edf import Curve, error_axis
from population.population import ERROR
from services.comparing.sides import Side
from services.errors import Refused
from services.reading.queries import CUTS

PERMUTED = 2_000
"""Networks of a pair up to which a permutation p is worth its time."""


@dataclass(frozen=True)
class Drawn:
    """A side's EDF on the errors that all sides share, with its band."""

    side: Side
    curve: Curve
    band: Band


@dataclass(frozen=True)
class Pair:
    """Two sides, by their places, compared."""

    a: int
    b: int
    found: Comparison
    verdict: str
    p: float  # of theta = 1/2, by Holm among all pairs; so are the next two
    p_distance: float
    permutation: float | None
    among: str  # the rule, "Holm over 6"; nothing where there is one pair
    decided: ConfidenceSequence
    shared: int  # networks whose one training counts on both sides

    @property
    def oriented(self) -> Pair:
        """The better side first, where one is better."""
        if self.found.outcome != "B":
            return self
        found, decided = flipped(self.found), sequential.flipped(self.decided)
        return replace(self, a=self.b, b=self.a, found=found, decided=decided)


@dataclass(frozen=True)
class Compared:
    """Every side, every pair of them, and what to mind when reading it."""

    drawn: Sequence[Drawn]
    pairs: Sequence[Pair]
    criterion: Unit  # of what all are judged by
    cut: float
    level: float
    level_of_pair: float  # of a pair's intervals: 1/2 is outside if and only if p is small
    level_of_one: float  # of what is asked of one picked pair: alpha / pairs
    planned: int
    warnings: Sequence[str]


def compared(
    sides: Sequence[Side],
    level: float = 0.95,
    cut: float | None = None,
    planned: int = sequential.PLANNED,
    method: Method = "pointwise",
    points: int = CUTS,
) -> Compared:
    """Compare every pair of two or more sides.

    Args:
        level: of every interval of a side, and of all pairs together
            (population.comparing.multiple).
        cut: percent, of the area between EDFs; by default the error that nine tenths of all
            networks stay below.
        planned: networks per space that the sequential verdict is tightest for.
    """
    edfs = [side.edf for side in sides]
    at = usual_cut(edfs) if cut is None else cut
    places = list(combinations(range(len(sides)), 2))
    errors = shared_cuts(sides, points)
    drawn = [draw(side, errors, level, method) for side in sides]
    found = [compare(edfs[a], edfs[b], at, level) for a, b in places]
    each = level_of_each([one.theta.p for one in found], level)
    of_one = 1 - (1 - level) / max(len(places), 1)
    found = [replace(one, level=each) for one in found]
    criterion = criterion_of(sides)
    pairs = adjusted_pairs(sides, places, found, of_one, planned, criterion)
    warned = warnings(sides, pairs, level)
    return Compared(drawn, pairs, criterion, at, level, each, of_one, planned, warned)


def criterion_of(sides: Sequence[Side]) -> Unit:
    """The unit of what all sides are judged by."""
    return unit_of(sides[0].criterion, np.concatenate([side.edf.finite for side in sides]))


def draw(side: Side, errors: np.ndarray, level: float, method: Method) -> Drawn:
    curve = side.edf.at(errors)
    try:
        return Drawn(side, curve, side.edf.band(curve, level, method))
    except ValueError as refusal:
        raise Refused("level", level, str(refusal)) from refusal


def shared_cuts(sides: Sequence[Side], points: int) -> np.ndarray:
    """Errors at which all curves are drawn: none of them falls off the end."""
    finite = [side.edf.finite for side in sides if side.edf.finite.size]
    if not finite:
        return np.empty(0)
    lo, hi = min(float(e[0]) for e in finite), max(float(e[-1]) for e in finite)
    return np.linspace(*error_axis(lo, hi), points)


def adjusted_pairs(
    sides: Sequence[Side],
    places: Sequence[tuple[int, int]],
    found: Sequence[Comparison],
    level: float,
    planned: int,
    criterion: Unit,
) -> list[Pair]:
    """Every pair with its verdict; p of one kind are adjusted together.

    Args:
        level: of each confidence sequence, fixed before looking.
    """
    among = said(len(places))
    p = holm([one.theta.p for one in found])
    p_distance = holm([one.distance.p for one in found])
    p_dealt = holm([permuted(one) for one in found])
    return [
        Pair(
            a,
            b,
            one,
            verdict(one, sides[a].label, sides[b].label, p[i], among, criterion),
            p[i],
            p_distance[i],
            None if math.isnan(p_dealt[i]) else p_dealt[i],
            among,
            followed(sides[a], sides[b], level, planned),
            shared(sides[a], sides[b]),
        )
        for i, ((a, b), one) in enumerate(zip(places, found, strict=True))
    ]


def permuted(found: Comparison) -> float:
    """p of equal distributions by dealing; nan where there is none."""
    small = found.a.n + found.b.n <= PERMUTED
    p = permutation_p(found.a, found.b) if small else None
    return math.nan if p is None else p


def followed(a: Side, b: Side, level: float, planned: int) -> ConfidenceSequence:
    """The verdict as the populations grew, in launch order."""
    one, other = a.launched, b.launched
    return sequential.follow(
        one.judged, other.judged, one.multiplicity, other.multiplicity, level, planned
    )


def shared(a: Side, b: Side) -> int:
    """Networks whose one training, under one regime and seed, counts on both sides."""
    if a.view.snapshot.trained != b.view.snapshot.trained:
        return 0
    return int(np.intersect1d(ids(a), ids(b)).size)


def ids(side: Side) -> np.ndarray:
    found = side.results.ids
    return np.empty(0) if found is None else found


def warnings(sides: Sequence[Side], pairs: Sequence[Pair], level: float) -> list[str]:
    """What a reader of the verdicts should mind."""
    notes = of_scales(sides) + chosen_by_eye(sides)
    overlapping = [pair for pair in pairs if pair.shared]
    if overlapping:
        most = max(pair.shared for pair in overlapping)
        notes.append(
            f"sides overlap (up to {most:,} networks are on both, with one training each): "
            "intervals and p assume independent samples, and are wider than they need be"
        )
    pending = sum(side.view.pending for side in sides)
    if pending:
        notes.append(
            f"{pending:,} networks are not counted yet: read p while they train and it "
            "misleads; the sequential verdict does not"
        )
    if len(pairs) > 1:
        notes.append(
            f"{len(pairs)} pairs are compared at once, so each p is adjusted (Holm over "
            f"{len(pairs)}) and each interval is wide enough to agree with it: a false winner "
            f"anywhere on this page has a chance of at most {100 * (1 - level):.3g} %"
        )
    return notes


def of_scales(sides: Sequence[Side]) -> list[str]:
    """What is not known to be measured alike."""
    notes = []
    word = sides[0].criterion.word
    what = "the errors are" if word == ERROR else f"{word} is"
    tables = {one.view.snapshot.name for one in sides if one.view.snapshot.table is not None}
    regimes = {one.view.snapshot.regime for one in sides if one.view.snapshot.table is None}
    if len(regimes) > 1:
        notes.append(
            f"trained under different regimes ({', '.join(sorted(regimes))}): "
            f"{what} not of one scale"
        )
    if len(tables) + len(regimes) > 1 and tables:
        notes.append(
            f"{', '.join(sorted(tables))}: how a table was measured is not known here, so "
            f"whether {what} of one scale is for its reader to say"
        )
    return notes


def chosen_by_eye(sides: Sequence[Side]) -> list[str]:
    """What p is worth of sides whose constraints may have been found by looking at errors."""
    notes = []
    word = sides[0].criterion.word
    these, one = ("errors", "error") if word == ERROR else (f"values of {word}", "value")
    constrained = [side for side in sides if side.view.constraints]
    whole = [side.label for side in constrained if side.window is None]
    parts = [side.label for side in constrained if side.window is not None]
    if whole:
        if any(one.view.snapshot.table is not None for one in sides):  # in the order of a file
            way = "Choose on other networks than those that it is tested on"
        else:
            way = (
                "Choose on one half of the launch order and test on the other, or on networks "
                "drawn after"
            )
        notes.append(
            f"{', '.join(whole)}: if the constraints were chosen by looking at these {these}, "
            "the same networks have chosen and tested: p and the intervals do not hold. "
            f"{way}"
        )
    if parts:
        notes.append(
            f"{', '.join(parts)}: a part of the launch order. p and the intervals hold if no "
            f"{one} that counts here, of any side, was looked at to choose the constraints; "
            "whether one was is not known here"
        )
    return notes


def finite(value: float) -> float | None:
    """As JSON has it: no nan, no infinity."""
    return value if math.isfinite(value) else None
