"""Trends: how a parameter of the best networks changes with their complexity.

Networks are taken at several *levels* of a complexity: populations of their own windows, or
one population cut into bins. At each level the best share of networks has a median of the
parameter and one of the complexity; the slope through these points, per doubling, is the rank-
based one, which one odd level does not turn. The interval is a bootstrap of the networks of
each level, in which the best are chosen anew each time.

    change a doubling = 2^slope - 1,  slope of log2(parameter) against log2(complexity)

A parameter that is not positive everywhere (a fit error of 0) has no logarithm: its slope is
in units of its median over all best networks instead.

The verdict is one of four, at a level that holds for all parameters together: *grows*, *falls*
(p by Holm), *constant* (the interval lies inside of MARGIN, which was set before looking), or
*not decided*. What the best do is not what makes them good: where windows of flops alone move
a parameter (deeper networks have more flops), all networks of a level move with it, and their
slope stands beside.

Sources: Jaeckel 1972 (the slope is the weighted median of pairwise slopes); Holm 1979; the
question: arXiv 2003.13678, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats, Ints
from population.basics.estimate import (
    SEED,
    Estimate,
    percentile_interval,
    without_interval,
)
from population.comparing.multiple import holm, level_of_each
from population.curves.bootstrap import BestRange, best_range

Verdict = Literal["grows", "falls", "constant", "not decided"]

BEST_SHARE = 0.2
"""Of the networks of a level: the best fifth."""
FEWEST = 20
"""Networks of a level; below, a fifth of them has no median to speak of."""
FEWEST_LEVELS = 3
"""Below, a slope can't tell a trend from two levels that differ."""
STEEPEST = 64
"""Doublings a doubling: beyond, levels lie too close together to say a change a doubling."""
MARGIN = 0.10
"""A change a doubling that is as good as none."""
LARGEST = 5_000
"""Networks of a level that slopes are of; of more, as many at random."""
DRAWS = 2_000
AT_ONCE = 2_000_000
"""Networks that are drawn at a time."""
METHOD = "rank-based slope through medians of the best fifth, bootstrap"


@dataclass(frozen=True, eq=False)
class Level:
    """The networks at one level of complexity that have a result."""

    name: str
    judged: Floats  # less is better, +inf where diverged, (n,)
    complexity: Floats  # positive, (n,)
    columns: Mapping[str, Floats]  # nan where a network lacks it, (n,)


@dataclass(frozen=True)
class At:
    """A parameter at one level: of the best networks, and of all."""

    name: str
    complexity: float  # median of the best
    least: float  # complexity of all of them, from
    most: float  # .. to
    best: BestRange | None  # None below 20 networks
    median: float  # of the best fifth
    of_all: float  # median of all networks
    n: int  # networks that have it


@dataclass(frozen=True)
class Trend:
    """How a parameter of the best changes with complexity."""

    parameter: str
    levels: Sequence[At]
    slope: Estimate  # change a doubling, as a share: 0.1 is 10 %
    of_all: float  # the same of all networks
    p: float  # of no change, not adjusted; nan where there is none
    adjusted: float  # by Holm over the parameters
    verdict: Verdict
    n: int  # best networks, of all levels
    logarithmic: bool  # else in units of the parameter's median


@dataclass(frozen=True, eq=False)
class _Points:
    """A parameter at all levels: values and complexities by rank of the error."""

    x: Sequence[Floats]  # log2 of the complexity, best first
    y: Sequence[Floats]
    logarithmic: bool


def trends(
    levels: Sequence[Level],
    parameters: Sequence[str],
    level: float = 0.95,
    draws: int = DRAWS,
) -> list[Trend]:
    """The trend of each parameter over levels of complexity.

    Args:
        level: of all verdicts together.

    Raises:
        ValueError: a complexity that is not positive and finite, or an error that is nan.
    """
    for one in levels:
        _require(one)
    some = [part(one) for one in levels]
    points = [_points(some, name) for name in parameters]
    drawn = [_drawn(one, draws) for one in points]
    p = [_p(slopes) for slopes in drawn]
    adjusted, each = holm(p), level_of_each(p, level)
    return [
        _trend(levels, name, one, slopes, each, chance, among, 1 - level)
        for name, one, slopes, chance, among in zip(
            parameters, points, drawn, p, adjusted, strict=True
        )
    ]


def binned(
    judged: ArrayLike,
    complexity: ArrayLike,
    columns: Mapping[str, Floats],
    bins: int = 4,
) -> list[Level]:
    """One population as levels of equally many networks, from the least complexity up."""
    e, c = np.asarray(judged, dtype=float), np.asarray(complexity, dtype=float)
    order = np.argsort(c, kind="stable")
    return [
        Level(
            f"{c[rows].min():.4g} to {c[rows].max():.4g}",
            e[rows],
            c[rows],
            {name: values[rows] for name, values in columns.items()},
        )
        for rows in np.array_split(order, bins)
        if rows.size
    ]


def part(level: Level) -> Level:
    """LARGEST networks of a level, at random; all where there are no more."""
    n = level.judged.size
    if n <= LARGEST:
        return level
    rows = np.sort(np.random.default_rng(SEED).choice(n, LARGEST, replace=False))
    columns = {name: values[rows] for name, values in level.columns.items()}
    return Level(level.name, level.judged[rows], level.complexity[rows], columns)


def slope(x: Floats, y: Floats) -> Floats:
    """The rank-based slope through K points, of each of many draws, shape (draws,).

    The median of the slopes of all pairs, weighted by their distance in x.

    Args:
        x: shape (draws, K).
        y: shape (draws, K).
    """
    a, b = np.triu_indices(x.shape[1], k=1)
    run, rise = x[:, b] - x[:, a], y[:, b] - y[:, a]
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.where(run != 0, rise / run, 0.0)
    order = np.argsort(slopes, axis=1)
    weights = np.take_along_axis(np.abs(run), order, axis=1)
    slopes = np.take_along_axis(slopes, order, axis=1)
    half = weights.sum(axis=1, keepdims=True) / 2
    place = (np.cumsum(weights, axis=1) < half * (1 - 1e-12)).sum(axis=1)
    return np.take_along_axis(slopes, place[:, None], axis=1)[:, 0]


def _require(level: Level) -> None:
    c = level.complexity
    if not (np.isfinite(c).all() and (c > 0).all()):
        raise ValueError(f"a complexity is positive and finite, at {level.name}")
    if np.isnan(level.judged).any():
        raise ValueError(f"networks without a result are left out before, at {level.name}")


def _points(levels: Sequence[Level], name: str) -> _Points | None:
    """The networks that have the parameter, best first at each level; None where too few."""
    x, y = [], []
    for level in levels:
        values = level.columns.get(name, np.full(level.judged.shape, np.nan))
        rows = np.flatnonzero(np.isfinite(values))
        rows = rows[np.argsort(level.judged[rows], kind="stable")]
        if rows.size >= FEWEST:
            x.append(np.log2(level.complexity[rows]))
            y.append(values[rows])
    if len(x) < FEWEST_LEVELS:
        return None
    logarithmic = all((values > 0).all() for values in y)
    if logarithmic:
        return _Points(x, [np.log2(values) for values in y], True)
    best = np.concatenate([values[: chosen(values.size)] for values in y])
    unit = float(np.median(np.abs(best))) or 1.0
    return _Points(x, [values / unit for values in y], False)


def chosen(n: int) -> int:
    """How many of n networks are the best."""
    return max(1, round(BEST_SHARE * n))


def _drawn(points: _Points | None, draws: int) -> Floats | None:
    """Slopes of bootstrap draws, in which the best are chosen anew, shape (draws,)."""
    if points is None:
        return None
    rng = np.random.default_rng(SEED)
    medians = [
        _medians(x, y, _best(x.size, draws, rng))
        for x, y in zip(points.x, points.y, strict=True)
    ]
    x, y = (np.stack(part, axis=1) for part in zip(*medians, strict=True))
    return slope(x, y)


def _best(n: int, draws: int, rng: np.random.Generator) -> Ints:
    """The best of n networks, which are in order, each draw anew: (draws, chosen)."""
    most, best = chosen(n), []
    for some in np.array_split(np.arange(draws), -(-draws * n // AT_ONCE)):
        drawn = rng.integers(0, n, (some.size, n))
        best.append(np.partition(drawn, most - 1, axis=1)[:, :most])
    return np.concatenate(best)


def _medians(x: Floats, y: Floats, rows: Ints) -> tuple[Floats, Floats]:
    return np.median(x[rows], axis=1), np.median(y[rows], axis=1)


def _p(slopes: Floats | None) -> float:
    """Two-sided: how many draws lie on the other side of no change, or on it."""
    if slopes is None:
        return np.nan
    beyond = min(int((slopes <= 0).sum()), int((slopes >= 0).sum()))
    return min(1.0, 2 * (beyond + 1) / (slopes.size + 1))


def _trend(
    levels: Sequence[Level],
    name: str,
    points: _Points | None,
    drawn: Floats | None,
    level: float,
    p: float,
    adjusted: float,
    alpha: float,
) -> Trend:
    at = [_at(one, name) for one in levels]
    n = sum(chosen(min(one.n, LARGEST)) for one in at if one.n >= FEWEST)
    if points is None or drawn is None:
        reason = f"needs {FEWEST_LEVELS} levels of at least {FEWEST} networks that have it"
        found = without_interval(n, METHOD, reason, level=level)
        return Trend(name, at, found, np.nan, p, adjusted, "not decided", n, True)
    lo, hi = percentile_interval(drawn, level)
    whole = [np.arange(x.size) for x in points.x]
    best = [rows[None, : chosen(rows.size)] for rows in whole]
    slopes = [_through(points, best), lo, hi, _through(points, [rows[None] for rows in whole])]
    if max(map(abs, slopes)) > STEEPEST:
        reason = "needs levels that lie farther apart than networks of one level do"
        found = without_interval(n, METHOD, reason, level=level)
        return Trend(name, at, found, np.nan, p, adjusted, "not decided", n, True)
    estimate, lower, upper, of_all = (_change(slope, points) for slope in slopes)
    found = Estimate(estimate, lower, upper, n, METHOD, level)
    verdict = _verdict(found, adjusted, alpha)
    return Trend(name, at, found, of_all, p, adjusted, verdict, n, points.logarithmic)


def _through(points: _Points, rows: Sequence[Ints]) -> float:
    """The slope through the medians of some networks of each level."""
    of_levels = zip(points.x, points.y, rows, strict=True)
    medians = [_medians(x, y, some) for x, y, some in of_levels]
    x, y = (np.stack(part, axis=1) for part in zip(*medians, strict=True))
    return float(slope(x, y)[0])


def _change(slope: float, points: _Points) -> float:
    """A slope as the change a doubling."""
    return float(2**slope - 1) if points.logarithmic else float(slope)


def _verdict(slope: Estimate, adjusted: float, alpha: float) -> Verdict:
    if adjusted < alpha:
        return "grows" if slope.value > 0 else "falls"
    if slope.lo > -MARGIN and slope.hi < MARGIN:
        return "constant"
    return "not decided"


def _at(level: Level, name: str) -> At:
    values = level.columns.get(name, np.full(level.judged.shape, np.nan))
    rows = np.flatnonzero(np.isfinite(values))
    rows = rows[np.argsort(level.judged[rows], kind="stable")]
    if not rows.size:
        return At(level.name, np.nan, np.nan, np.nan, None, np.nan, np.nan, 0)
    best = rows[: chosen(rows.size)]
    return At(
        level.name,
        float(np.median(level.complexity[best])),
        float(level.complexity[rows].min()),
        float(level.complexity[rows].max()),
        best_range(values, level.judged),
        float(np.median(values[best])),
        float(np.median(values[rows])),
        rows.size,
    )
