"""Trends over populations, each a level of complexity, or over one that is cut into levels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from columns.arrays import Floats, Ints
from columns.quantities import Quantity
from population.population import ORDINAL
from population.trends import trends
from population.trends.trends import MARGIN, Level, Trend
from services.comparing.sides import Side
from services.errors import Refused

MOST_LEVELS = 12
OF_NETWORKS = ("depth", "bottleneck_ratio", "wm", "group_width", "w0", "wa", "e_fit")
OF_STAGES = re.compile(r"(depth|width)_\d+")
"""Parameters that are followed unless others are named."""
MOST_PARAMETERS = 60
MOST_VALUES = 200_000
"""Of all points together: beyond, every so manieth network is a point."""


@dataclass(frozen=True)
class Across:
    """How parameters of the best networks change with complexity."""

    sides: Sequence[Side]
    by: str
    trends: Sequence[Trend]
    level: float
    lacking: int  # networks without that complexity, left out
    shared: int  # networks that stand on several levels, and count on each
    margin: float = MARGIN


@dataclass(frozen=True, eq=False)
class Points:
    """The networks of a side that trends are of, best first."""

    ids: Ints
    ordinal: Ints  # places in the launch order
    complexity: Floats  # positive
    columns: Mapping[str, Floats]  # by parameter; nan where a network lacks it


def points(found: Across) -> tuple[list[Points], int]:
    """The networks of each side, and of how many of them one is there."""
    parameters = [trend.parameter for trend in found.trends]
    some = [side.results.take(side.results.columns[found.by] > 0) for side in found.sides]
    values = sum(len(one) for one in some) * (len(parameters) + 3)
    every = -(-values // MOST_VALUES) or 1
    thinned = [one.take(np.arange(len(one)) % every == 0) for one in some]
    each = [
        Points(
            np.asarray(one.ids, dtype=np.int64),
            one.marks[ORDINAL].astype(np.int64),
            one.columns[found.by],
            {name: one.columns[name] for name in parameters if name in one.columns},
        )
        for one in thinned
    ]
    return each, every


def across(
    sides: Sequence[Side],
    by: str = "flops",
    bins: int = 4,
    columns: Sequence[str] = (),
    level: float = 0.95,
) -> Across:
    """The trends of parameters over the sides, each a level; one side is cut into `bins`.

    Args:
        columns: parameters; by default all drawn and fitted ones that a side has.

    Raises:
        Refused: a complexity or a column that a side lacks, or a side whose networks are all on
            another one: what is counted twice decides what is not decided.
    """
    shared = _shared(sides)
    parameters = list(columns) or _parameters(sides)
    _require(sides, [by, *parameters], one_of=parameters)
    if len(parameters) > MOST_PARAMETERS:
        allowed = f"at most {MOST_PARAMETERS}: each makes it harder to decide any"
        raise Refused("columns", f"{len(parameters)} columns", allowed)
    found = [_level(side, by, parameters) for side in sides]
    lacking = sum(len(side.results) for side in sides) - sum(one.judged.size for one in found)
    if len(found) == 1:
        [whole] = found
        found = trends.binned(whole.judged, whole.complexity, whole.columns, bins)
    return Across(sides, by, trends.trends(found, parameters, level), level, lacking, shared)


def _shared(sides: Sequence[Side]) -> int:
    """How many networks stand on several levels with the same result: trained anew, one is
    another.

    Raises:
        Refused: all of a side stand on another one, too.
    """
    twice: list[Ints] = []
    for one, other in combinations(sides, 2):
        common = _common(one, other)
        fewer, more = sorted((one, other), key=lambda side: len(side.results))
        if common.size and common.size == len(fewer.results):
            allowed = f"networks that are not all on another level, too ({more.text})"
            raise Refused("side", fewer.text, allowed)
        twice.append(common)
    return int(np.unique(np.concatenate(twice)).size) if twice else 0


def _common(one: Side, other: Side) -> Ints:
    """Ids of the networks that both have with the same result."""
    of_one, of_other = (np.asarray(side.results.ids, dtype=np.int64) for side in (one, other))
    ids, a, b = np.intersect1d(of_one, of_other, return_indices=True)
    same: Ints = ids[one.results.judged[a] == other.results.judged[b]]
    return same


def _level(side: Side, by: str, parameters: Sequence[str]) -> Level:
    results = side.results
    complexity = results.columns[by]
    some = results.take(complexity > 0)
    has = [name for name in parameters if name in some.columns]
    return Level(
        side.label,
        some.judged,
        some.columns[by],
        {name: some.columns[name] for name in has},
    )


def _parameters(sides: Sequence[Side]) -> list[str]:
    """The paper's parameters that a side has, of stages, too; else all that are drawn."""
    every: dict[str, Quantity] = {}
    for side in sides:
        every |= side.view.snapshot.quantities
    usual = [name for name in every if name in OF_NETWORKS or OF_STAGES.fullmatch(name)]
    drawn = [name for name, one in every.items() if one.role == "parameter"]
    return usual or drawn[:MOST_PARAMETERS]


def _require(sides: Sequence[Side], names: Sequence[str], one_of: Sequence[str]) -> None:
    for name in names:
        lacks = [side for side in sides if name not in side.results.columns]
        if lacks and (name not in one_of or len(lacks) == len(sides)):
            known = ", ".join(lacks[0].results.columns)
            field = "columns" if name in one_of else "by"
            raise Refused(field, name, f"a column of {lacks[0].label}: {known}")
