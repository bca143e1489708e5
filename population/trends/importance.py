"""Importance: which parameters tell the best networks from the others, and by how much.

PED-ANOVA: of each parameter, how far the distribution among the best share gamma of a
population is from that among all of it, by Pearson's divergence

    D = sum over bins of p_all (p_best / p_all - 1)^2

Bins are the values of a parameter of few values, else tenths of the population. A best share
of finite size differs from all by chance alone, about (bins - 1)(1 / n_best - 1 / n): that is
taken off. Shares of the sum over the parameters are told, with a bootstrap interval of each; a
parameter whose interval of D reaches 0 tells nothing.

It is one parameter at a time: two that only matter together have none of it. Where constraints
hold, all is what passes them.

Source: Watanabe, Bansal and Hutter 2023, arXiv 2304.10255 (local, region gamma = 1; histograms
in the place of kernels).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats, Ints
from population.basics.estimate import SEED, Estimate, percentile_interval, without_interval

BINS = 10
GAMMA = 0.1
FEWEST_BEST = 10
LARGEST = 20_000
"""Networks that are looked at; of more, as many at random."""
DRAWS = 500
METHOD = "PED-ANOVA by histograms, corrected for chance, bootstrap"


@dataclass(frozen=True)
class Importance:
    """How much a parameter tells the best from all."""

    parameter: str
    divergence: Estimate  # D, corrected for chance: about 0 where it tells nothing
    share: Estimate  # of the sum over all parameters, 0..1
    bins: int

    @property
    def tells(self) -> bool:
        """More than chance would."""
        return self.divergence.lo > 0


def importances(
    judged: ArrayLike,
    columns: Mapping[str, Floats],
    parameters: Sequence[str],
    gamma: float = GAMMA,
    level: float = 0.95,
    draws: int = DRAWS,
) -> list[Importance]:
    """The importance of each parameter, the largest first.

    Args:
        judged: less is better, +inf where diverged, none nan, shape (n,).
        columns: of parameters, nan where a network lacks one, which is a bin of its own.
        gamma: share of the best, in (0, 1).

    Raises:
        ValueError: an error that is nan, or a share outside (0, 1).
    """
    e = np.asarray(judged, dtype=float)
    if np.isnan(e).any() or not 0 < gamma < 1:
        raise ValueError(f"need results of all networks and 0 < gamma < 1, got {gamma}")
    if e.size > LARGEST:
        rows = np.sort(np.random.default_rng(SEED).choice(e.size, LARGEST, replace=False))
        e, columns = e[rows], {name: columns[name][rows] for name in parameters}
    n = e.size
    best = max(1, round(gamma * n))
    if best < FEWEST_BEST:
        reason = f"needs {FEWEST_BEST} networks among the best, has {best}"
        none = without_interval(n, METHOD, reason, level=level)
        return [Importance(name, none, none, 0) for name in parameters]
    order = np.argsort(e, kind="stable")
    coded = [bins_of(columns[name][order]) for name in parameters]
    found = np.array([divergence(codes, np.arange(n), best) for codes in coded])
    rng = np.random.default_rng(SEED)
    drawn = np.array(
        [
            [divergence(codes, rows, best) for codes in coded]
            for rows in (np.sort(rng.integers(0, n, n)) for _ in range(draws))
        ]
    )
    # A draw with replacement has its own chance divergence beside the sample's: it is centred.
    drawn += found - drawn.mean(axis=0)
    shares = _shares(drawn)
    of_all = _shares(found[None])[0]
    every = [
        Importance(
            name,
            Estimate(
                float(found[i]), *percentile_interval(drawn[:, i], level), n, METHOD, level
            ),
            Estimate(
                float(of_all[i]), *percentile_interval(shares[:, i], level), n, METHOD, level
            ),
            int(coded[i].max()) + 1,
        )
        for i, name in enumerate(parameters)
    ]
    return sorted(every, key=lambda one: -one.divergence.value)


def _estimate(value: float, drawn: Floats, n: int, level: float) -> Estimate:
    return Estimate(float(value), *percentile_interval(drawn, level), n, METHOD, level)


def _shares(divergences: Floats) -> Floats:
    """Of the sum, what is below 0 taken as 0; shape (draws, parameters)."""
    positive = np.maximum(divergences, 0)
    total = positive.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(positive, total, out=np.zeros_like(positive), where=total > 0)
    return shares


def bins_of(values: Floats) -> Ints:
    """The bin of each value, from 0: its place among few values, else its tenth; (n,)."""
    known = np.unique(values[~np.isnan(values)])
    if known.size > BINS:
        edges = np.unique(np.nanquantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
        codes = np.searchsorted(edges, values, side="right")
    else:
        codes = np.searchsorted(known, values)
    codes = np.where(np.isnan(values), codes[~np.isnan(values)].max(initial=-1) + 1, codes)
    _, used = np.unique(codes, return_inverse=True)
    return used.astype(np.int64)


def divergence(codes: Ints, rows: Ints, best: int) -> float:
    """Pearson's divergence of the best rows from all, less what chance gives.

    Args:
        codes: of bins, networks in the order of their errors.
        rows: of these, ascending: the first `best` are the best.
    """
    bins = int(codes.max()) + 1
    of_all = np.bincount(codes[rows], minlength=bins) / rows.size
    of_best = np.bincount(codes[rows[:best]], minlength=bins) / best
    there = of_all > 0
    found = (of_all[there] * (of_best[there] / of_all[there] - 1) ** 2).sum()
    return float(found - (there.sum() - 1) * (1 / best - 1 / rows.size))
