"""The empirical bootstrap in closed form: where the best networks of a population sit.

The bootstrap draws a quarter of the (x, error) pairs with replacement, keeps the x of the
lowest error, repeats, and reports the median and the central 95 % of those x. No draws are
needed: with m pairs drawn, the network of rank k wins with probability
((n-k+1)/n)^m - ((n-k)/n)^m.

At any n about 95 % of that weight lies on the best dozen networks. The range is their
spread: it does not tighten as n grows and is no confidence interval.

Source: arXiv 2003.13678, section 3.1, footnote; m = max(1, n // 4) as in its authors' code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats, Ints
from population.curves.edf import EPSILON, effective_size, relative_weights
from population.population import Population

FEWEST = 20  # networks; below, a dozen best ones are no selection
BEST = 200  # networks looked at first
NEGLIGIBLE = 1e-14  # probability that a network beyond those wins
LEVELS = np.array([0.025, 0.5, 0.975])
HELD = 0.95  # probability of the points of a pair


@dataclass(frozen=True)
class BestRange:
    """Central 95 % and median of a parameter's best value, each a value of some network."""

    lo: float
    median: float
    hi: float
    n: int  # networks that the range is of


@dataclass(frozen=True, eq=False)
class BestPair:
    """Where the best values of two parameters lie together: the points that hold 95 %.

    Two ranges of one parameter each don't hold 95 % together; these points do.
    """

    x: float  # weighted medians, each a value of some network
    y: float
    points: Floats  # distinct (x, y) of the largest probability, most probable first, (k, 2)
    probability: Floats  # of each point, (k,)
    n: int  # networks that have both values

    @property
    def held(self) -> float:
        """Probability of the points together, at least 95 %."""
        return float(self.probability.sum())


@dataclass(frozen=True, eq=False)
class Winners:
    """The networks that can win a bootstrap draw, best first, and how often each does."""

    rows: Ints
    probability: Floats  # sums to 1 within NEGLIGIBLE


def best_range(
    x: ArrayLike, errors: ArrayLike, weights: ArrayLike | None = None
) -> BestRange | None:
    """Where the best values of a parameter lie; None below 20 networks or if all diverged.

    Args:
        x: the parameter of each network, shape (n,). Those that lack it (nan) are left out,
            as if never drawn, and the range's n does not count them.
        errors: percent, shape (n,), +inf where diverged.
        weights: non-negative, shape (n,), as of `population.curves.edf.edf`.
    """
    values, e = np.asarray(x, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    has = ~np.isnan(values)
    values, e = values[has], e[has]
    if too_few(e):
        return None
    winners = win_probabilities(e, None if weights is None else np.asarray(weights)[has])
    return spread(values[None, winners.rows], winners, e.size)[0]


def best_ranges(population: Population, names: Sequence[str]) -> dict[str, BestRange | None]:
    """`best_range` of several columns of a population of results, by name.

    Columns that no network lacks share one vector of win probabilities, and are read only
    at the rows that can win.
    """
    e, weights = population.judged, population.multiplicity
    shared = [] if too_few(e) else [name for name in names if name in population.complete]
    ranges: dict[str, BestRange | None] = {}
    if shared:
        winners = win_probabilities(e, weights)
        best = population.take(winners.rows).columns
        x = np.stack([best[name] for name in shared])
        ranges |= zip(shared, spread(x, winners, e.size), strict=True)
    for name in names:
        if name not in ranges:
            ranges[name] = best_range(population.columns[name], e, weights)
    return {name: ranges[name] for name in names}


def best_pair(
    x: ArrayLike, y: ArrayLike, errors: ArrayLike, weights: ArrayLike | None = None
) -> BestPair | None:
    """Where the best pairs of two parameters lie; None below 20 networks or if all diverged.

    Points are taken by falling probability until they hold 95 %; one that is as probable as
    the last one belongs to them, too. Without ties that is a dozen networks.

    Args:
        x: one parameter of each network, shape (n,); y the other. Networks that lack either
            (nan) are left out, as if never drawn.
        errors: percent, shape (n,), +inf where diverged.
        weights: non-negative, shape (n,), as of `population.curves.edf.edf`.
    """
    values, e = np.stack([x, y]).astype(np.float64), np.asarray(errors, dtype=np.float64)
    has = ~np.isnan(values).any(axis=0)
    values, e = values[:, has], e[has]
    if too_few(e):
        return None
    winners = win_probabilities(e, None if weights is None else np.asarray(weights)[has])
    return pair(values[:, winners.rows], winners, e.size)


def best_pairs(
    population: Population, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], BestPair | None]:
    """`best_pair` of several pairs of columns of a population of results, by names.

    Pairs of columns that no network lacks share one vector of win probabilities.
    """
    e, weights, columns = population.judged, population.multiplicity, population.columns
    shared = set() if too_few(e) else {xy for xy in names if population.complete.issuperset(xy)}
    winners = win_probabilities(e, weights) if shared else None
    pairs: dict[tuple[str, str], BestPair | None] = {}
    for xy in names:
        if winners is not None and xy in shared:
            best = population.take(winners.rows).columns
            pairs[xy] = pair(np.stack([best[name] for name in xy]), winners, e.size)
        else:
            pairs[xy] = best_pair(columns[xy[0]], columns[xy[1]], e, weights)
    return pairs


def pair(values: Floats, winners: Winners, n: int) -> BestPair:
    """The best pair of the winners' values, shape (2, winners)."""
    medians = percentiles(values, winners.probability)[:, list(LEVELS).index(0.5)]
    points, at = np.unique(values.T, axis=0, return_inverse=True)
    probability = np.bincount(at.ravel(), winners.probability, minlength=len(points))
    order = np.argsort(-probability, kind="stable")
    falling = probability[order]
    last = np.searchsorted(np.cumsum(falling), HELD - EPSILON)
    held = falling >= falling[min(int(last), falling.size - 1)] * (1 - 1e-9)
    x, y = medians.tolist()
    return BestPair(x, y, points[order[held]], falling[held], n)


def too_few(errors: Floats) -> bool:
    """No best networks to speak of."""
    return errors.size < FEWEST or bool(errors.min() == np.inf)


def spread(x: Floats, winners: Winners, n: int) -> list[BestRange]:
    """Ranges of the winners' values, x of shape (columns, winners)."""
    return [
        BestRange(float(lo), float(median), float(hi), n)
        for lo, median, hi in percentiles(x, winners.probability)
    ]


def win_probabilities(errors: ArrayLike, weights: ArrayLike | None = None) -> Winners:
    """How probably each network has the lowest error of a bootstrap draw.

    A group of tied networks wins where the draw has none better and one of it: S^m - S'^m,
    S the share of networks that are not better and S' of those that are worse. Ties share
    by weight. With weights S sums them, and m is a quarter of the effective number of
    networks (population.curves.edf.effective_size).

    Args:
        errors: percent, shape (n,), +inf where diverged: one tie group, the last.
        weights: non-negative, shape (n,); equal by default.
    """
    e = np.asarray(errors, dtype=np.float64)
    n = e.size
    if n == 0 or np.isnan(e).any():
        raise ValueError(f"need the errors of at least one network, none nan, got {e}")
    w = relative_weights(weights, n)
    draws = max(1, int((n if w is None else effective_size(w)) / 4 + EPSILON))
    rows = contenders(e, w, draws)
    rows = rows[np.argsort(e[rows], kind="stable")]
    share = np.full(rows.size, 1 / n) if w is None else w[rows]

    best = e[rows]
    first = np.flatnonzero(np.append(True, best[1:] != best[:-1]))  # of each tie group
    group = np.add.reduceat(share, first)
    not_better = np.clip(1 - np.append(0.0, np.cumsum(group)), 0.0, 1.0)
    wins = -np.diff(not_better**draws)
    return Winners(rows, share * np.repeat(wins / group, np.diff(first, append=rows.size)))


def contenders(errors: Floats, weights: Floats | None, draws: int) -> Ints:
    """Rows of the best networks, whole tie groups, beyond which nearly nobody ever wins."""
    n, count = errors.size, BEST
    while count < n:
        best = errors <= np.partition(errors, count - 1)[count - 1]
        share = best.sum() / n if weights is None else weights[best].sum()
        if max(0.0, 1 - share) ** draws < NEGLIGIBLE:
            break
        count *= 4
    else:
        best = np.ones(n, dtype=bool)
    return np.flatnonzero(best if weights is None else best & (weights > 0))


def percentiles(x: Floats, probability: Floats) -> Floats:
    """Inverse CDF: the smallest x whose cumulated probability reaches each of LEVELS.

    Args:
        x: values, shape (columns, k).
        probability: of each, shape (k,), summing to 1.

    Returns:
        Shape (columns, len(LEVELS)); each value is one of its column's.
    """
    order = np.argsort(x, axis=1, kind="stable")
    cumulated = np.cumsum(probability[order], axis=1)
    reached = (cumulated[:, :, None] < LEVELS - EPSILON).sum(axis=1)
    place = np.minimum(reached, x.shape[1] - 1)
    return np.take_along_axis(np.take_along_axis(x, order, axis=1), place, axis=1)
