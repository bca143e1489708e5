"""Comparisons of populations under constraints: what is better, and is it decided yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from designspace import sequential
from designspace.bands import Band, Method
from designspace.comparison import Comparison, compare, verdict
from designspace.differences import usual_cut
from designspace.edf import Curve
from designspace.equality import permutation_p
from designspace.sequential import ConfidenceSequence
from services.errors import Refused
from services.queries import CUTS
from services.sides import Side

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
    permutation: float | None
    decided: ConfidenceSequence
    shared: int  # networks whose one training counts on both sides


@dataclass(frozen=True)
class Compared:
    """Every side, every pair of them, and what to mind when reading it."""

    drawn: Sequence[Drawn]
    pairs: Sequence[Pair]
    cut: float
    level: float
    level_of_pair: float  # alpha divided by the number of pairs
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
        level: of every interval of a side; a pair's has alpha divided by the pairs.
        cut: percent, of the area between EDFs; by default the error that nine tenths of all
            networks stay below.
        planned: networks per space that the sequential verdict is tightest for.
    """
    edfs = [side.edf for side in sides]
    at = usual_cut(edfs) if cut is None else cut
    places = list(combinations(range(len(sides)), 2))
    each = 1 - (1 - level) / max(len(places), 1)
    errors = shared_cuts(sides, points)
    drawn = [draw(side, errors, level, method) for side in sides]
    pairs = [pair(sides, a, b, at, each, planned) for a, b in places]
    return Compared(drawn, pairs, at, level, each, planned, warnings(sides, pairs))


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
    margin = 0.02 * (hi - lo) or 0.5
    return np.linspace(max(lo - margin, min(lo, 0.0)), hi + margin, points)


def pair(sides: Sequence[Side], a: int, b: int, cut: float, level: float, planned: int) -> Pair:
    one, other = sides[a], sides[b]
    found = compare(one.edf, other.edf, cut, level)
    small = one.edf.n + other.edf.n <= PERMUTED
    return Pair(
        a,
        b,
        found,
        verdict(found, one.label, other.label),
        permutation_p(one.edf, other.edf) if small else None,
        followed(one, other, level, planned),
        shared(one, other),
    )


def followed(a: Side, b: Side, level: float, planned: int) -> ConfidenceSequence:
    """The verdict as the populations grew, in launch order."""
    one, other = a.launched, b.launched
    return sequential.follow(
        one.error, other.error, one.multiplicity, other.multiplicity, level, planned
    )


def shared(a: Side, b: Side) -> int:
    """Networks whose one training, under one regime and seed, counts on both sides."""
    if a.view.snapshot.trained != b.view.snapshot.trained:
        return 0
    return int(np.intersect1d(ids(a), ids(b)).size)


def ids(side: Side) -> np.ndarray:
    found = side.results.ids
    return np.empty(0) if found is None else found


def warnings(sides: Sequence[Side], pairs: Sequence[Pair]) -> list[str]:
    """What a reader of the verdicts should mind."""
    said = []
    regimes = {side.view.snapshot.regime for side in sides}
    if len(regimes) > 1:
        said.append(
            f"trained under different regimes ({', '.join(sorted(regimes))}): "
            "the errors are not of one scale"
        )
    overlapping = [pair for pair in pairs if pair.shared]
    if overlapping:
        most = max(pair.shared for pair in overlapping)
        said.append(
            f"sides overlap (up to {most:,} networks are on both, with one training each): "
            "intervals and p assume independent samples"
        )
    pending = sum(side.view.pending for side in sides)
    if pending:
        said.append(
            f"{pending:,} networks are not counted yet: read p while they train and it "
            "misleads; the sequential verdict does not"
        )
    if len(pairs) > 1:
        said.append(f"{len(pairs)} pairs are compared: alpha is divided by {len(pairs)}")
    return said


def finite(value: float) -> float | None:
    """As JSON has it: no nan, no infinity."""
    return value if math.isfinite(value) else None
