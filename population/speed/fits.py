"""Fits of a time: each model's coefficients, how well it predicts, and which predicts better.

A model is judged by what it says of networks that it has not seen: the folds of a
cross-validation part whole *groups* (rows of one network at several resolutions or batches are
no separate evidence), and the error is the root of the mean square of log(said / measured),
told as a factor: 1.25 is a quarter off. Intervals, and the difference between two models, are a
bootstrap of the groups. Which of two models predicts better is *decided* where the interval of
the difference of their squared errors, widened for all pairs with the best one (Bonferroni), is
on one side of 0.

Times under different conditions (device, batch, dtype, resolution) are of different devices:
whoever asks separates them before.

Sources: Efron and Tibshirani 1993 (bootstrap, cross-validation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Bools, Floats, Ints
from population.basics.estimate import (
    SEED,
    Estimate,
    percentile_interval,
)
from population.speed.models import MODELS, Model

FEWEST = 20
"""Groups; below, nothing is said."""
FOLDS = 10
DRAWS = 500
LARGEST = 5_000
"""Rows that are fitted; of more, as many at random: each is fitted thousands of times."""
METHOD = "least squares of log(time), bootstrap of networks"


@dataclass(frozen=True, eq=False)
class Timings:
    """Measured times and what networks cost, of those that have all of it, shape (n,)."""

    time: Floats  # seconds
    x: Mapping[str, Floats]
    group: Ints  # which network a row is of, from 0
    rows: Ints  # of the population
    left_out: int  # rows without a positive time or complexity

    def part(self, most: int = LARGEST) -> Timings:
        """So many of its rows, at random; all where there are no more."""
        if self.time.size <= most:
            return self
        some = np.sort(np.random.default_rng(SEED).choice(self.time.size, most, replace=False))
        _, group = np.unique(self.group[some], return_inverse=True)
        return Timings(
            self.time[some],
            {name: one[some] for name, one in self.x.items()},
            group.astype(np.int64),
            self.rows[some],
            self.left_out,
        )

    @property
    def groups(self) -> int:
        """How many networks there are."""
        return int(self.group.max()) + 1 if self.group.size else 0


@dataclass(frozen=True, eq=False)
class Fit:
    """One model of a time."""

    model: Model
    coefficients: Mapping[str, Estimate]
    r2: float  # of log(time); nan where all times are the same
    error: Estimate  # cross-validated, a factor from 1
    behind: Estimate | None  # log squared error beyond the best model's; None: it is the best
    decided: bool  # that the best model predicts better than this one
    said: Floats  # seconds, for each fitted row


@dataclass(frozen=True)
class Speed:
    """All models of the times under one condition, the one that predicts best first."""

    timings: Timings
    fits: Sequence[Fit]
    reason: str | None = None  # why there are none

    @property
    def statement(self) -> str:
        """Which model predicts best here, and which that is decided against."""
        if not self.fits:
            return self.reason or ""
        best, *others = self.fits
        beaten = [one.model.name for one in others if one.decided]
        open_ = [one.model.name for one in others if not one.decided]
        words = f"t = {best.model.name} predicts best, a factor of {best.error.value:.3g} off"
        if beaten:
            words += f"; decided against {', '.join(beaten)}"
        if open_:
            words += f"; not decided against {', '.join(open_)}"
        return words


def timings(
    time: ArrayLike, x: Mapping[str, ArrayLike], groups: ArrayLike | None = None
) -> Timings:
    """The rows that have a positive time and complexity.

    Args:
        time: seconds, nan where there is none, shape (n,).
        x: what networks cost, by column.
        groups: what names the network of each row; each its own by default.
    """
    t = np.asarray(time, dtype=float)
    columns = {name: np.asarray(values, dtype=float) for name, values in x.items()}
    has: Bools = np.logical_and.reduce(
        [np.isfinite(one) & (one > 0) for one in (t, *columns.values())]
    )
    rows = np.flatnonzero(has)
    names = np.arange(t.size) if groups is None else np.asarray(groups)
    _, group = np.unique(names[rows], return_inverse=True)
    return Timings(
        t[rows],
        {name: one[rows] for name, one in columns.items()},
        group.astype(np.int64),
        rows,
        t.size - rows.size,
    )


def speed(
    timings: Timings,
    models: Sequence[Model] = MODELS,
    level: float = 0.95,
    draws: int = DRAWS,
) -> Speed:
    """Every model that the columns allow, fitted to LARGEST rows at most and compared."""
    timings = timings.part()
    if timings.groups < FEWEST:
        return Speed(timings, [], f"needs {FEWEST} networks with a time, has {timings.groups}")
    able = [model for model in models if {*model.needs} <= timings.x.keys()]
    log_time = np.log(timings.time)
    rng = np.random.default_rng(SEED)
    squares = {model.name: _squares(model, timings, log_time) for model in able}
    able.sort(key=lambda model: float(squares[model.name].mean()))
    drawn = list(_drawn(timings, draws, rng))
    each = 1 - (1 - level) / max(1, len(able) - 1)
    best = squares[able[0].name] if able else np.empty(0)
    fits = []
    for model in able:
        behind = None
        if model is not able[0]:
            more = squares[model.name] - best
            between = percentile_interval([more[rows].mean() for rows in drawn], each)
            behind = Estimate(float(more.mean()), *between, timings.groups, METHOD, each)
        fits.append(_fit(model, timings, log_time, squares[model.name], behind, drawn, level))
    return Speed(timings, fits)


def _fit(
    model: Model,
    timings: Timings,
    log_time: Floats,
    squares: Floats,
    behind: Estimate | None,
    drawn: Sequence[Ints],
    level: float,
) -> Fit:
    found = model.fit(timings.x, log_time)
    again = np.array(
        [
            model.fit({name: one[rows] for name, one in timings.x.items()}, log_time[rows])
            for rows in drawn
        ]
    )
    said = model.log_time(timings.x, found)
    off = percentile_interval([factor(squares[rows]) for rows in drawn], level)
    spread = float(np.var(log_time)) if np.ptp(log_time) > 0 else 0.0  # not of rounding
    return Fit(
        model,
        {
            name: Estimate(
                float(found[i]),
                *percentile_interval(again[:, i], level),
                timings.groups,
                METHOD,
                level,
            )
            for i, name in enumerate(model.coefficients)
        },
        1 - float(np.mean((log_time - said) ** 2)) / spread if spread else np.nan,
        Estimate(factor(squares), *off, timings.groups, METHOD, level),
        behind,
        behind is not None and behind.lo > 0,
        np.exp(said),
    )


def factor(squares: Floats) -> float:
    """The root of a mean square of logarithms as a factor."""
    return float(np.exp(np.sqrt(squares.mean())))


def _squares(model: Model, timings: Timings, log_time: Floats) -> Floats:
    """Squared errors of log(time), each of a fit that has not seen the row's network."""
    fold = np.random.default_rng(SEED).permutation(timings.groups) % FOLDS
    of_rows, squares = fold[timings.group], np.empty(log_time.size)
    for k in range(FOLDS):
        out = of_rows == k
        seen = {name: one[~out] for name, one in timings.x.items()}
        unseen = {name: one[out] for name, one in timings.x.items()}
        said = model.log_time(unseen, model.fit(seen, log_time[~out]))
        squares[out] = (log_time[out] - said) ** 2
    return squares


def _drawn(timings: Timings, draws: int, rng: np.random.Generator) -> Iterator[Ints]:
    """The rows of groups that are drawn with replacement, each draw anew."""
    order = np.argsort(timings.group, kind="stable")
    first = np.searchsorted(timings.group[order], np.arange(timings.groups + 1))
    for _ in range(draws):
        drawn = rng.integers(0, timings.groups, timings.groups)
        sizes = np.diff(first)[drawn]
        starts = np.repeat(first[drawn], sizes)
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        yield order[starts + within]


def predicted(fit: Fit, x: Mapping[str, ArrayLike]) -> Floats:
    """Seconds that a fit says of networks, shape (n,); nan where a complexity lacks."""
    columns = {name: np.asarray(x[name], dtype=float) for name in fit.model.needs}
    known = np.logical_and.reduce([one > 0 for one in columns.values()])
    coefficients = np.array([one.value for one in fit.coefficients.values()])
    said = np.full(known.shape, np.nan)
    some = {name: one[known] for name, one in columns.items()}
    said[known] = np.exp(fit.model.log_time(some, coefficients))
    return said


def front(time: ArrayLike, judged: ArrayLike) -> Ints:
    """The Pareto front: rows that no other beats in one of the two without losing in the other.

    Args:
        time: shape (n,); nan: left out.
        judged: less is better, shape (n,); nan or +inf: left out.

    Returns:
        Rows by time, of equal pairs the first.
    """
    t, e = np.asarray(time, dtype=float), np.asarray(judged, dtype=float)
    rows = np.flatnonzero(np.isfinite(t) & np.isfinite(e))
    rows = rows[np.lexsort((rows, e[rows], t[rows]))]
    least = np.minimum.accumulate(np.append(np.inf, e[rows]))[:-1]
    found: Ints = rows[e[rows] < least]
    return found
