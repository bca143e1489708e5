"""Stability: does a ranking of networks stay when they are trained again, or longer?

Two errors of the same networks are compared by rank: Spearman's correlation, the share of pairs
that keep their order, and what becomes of the best. Diverged networks (+inf) tie last. A high
correlation may be that of failures, so each is given within the best tenth, too.

Source: Bonett and Wright 2000 (intervals of Spearman and Kendall).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from columns.arrays import Floats
from population.basics.estimate import Estimate, without_interval
from population.basics.shares import clopper_pearson
from population.curves.edf import EPSILON
from population.trust.correlation import TIED, in_order, spearman

NO_NETWORKS = "no network has both errors"


@dataclass(frozen=True)
class Stability:
    """Two trainings of the same networks, the second one the truth to judge the first by."""

    spearman: Estimate
    in_order: Estimate  # share of pairs that keep their order, ties half
    spearman_best: Estimate  # within the second training's best tenth and what ties with it
    in_order_best: Estimate
    found: Estimate  # share of the second's best tenth that is in the first's best third
    found_by_chance: float  # the share that any third would hold
    n: int  # networks with both errors
    lacking: int  # networks without one of them, left out


def stability(
    first: ArrayLike, second: ArrayLike, rng: Generator, level: float = 0.95
) -> Stability:
    """How far the first errors rank networks as the second do.

    Args:
        first: percent, shape (n,), +inf where diverged, nan where there is none: of a short
            training, or one seed.
        second: of the same networks, trained longer or from another seed.

    Raises:
        ValueError: not the same number of networks in both.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"need two errors of the same networks, got {x.shape} and {y.shape}")
    has = ~(np.isnan(x) | np.isnan(y))
    x, y = x[has], y[has]
    n = x.size
    best = among_best(y, a_tenth(y)) > 0
    return Stability(
        spearman=spearman(x, y, rng, level),
        in_order=in_order(x, y, level),
        spearman_best=spearman(x[best], y[best], rng, level),
        in_order_best=in_order(x[best], y[best], level),
        found=best_found_again(x, y, level),
        found_by_chance=a_third(x) / n if n else np.nan,
        n=n,
        lacking=int((~has).sum()),
    )


def a_tenth(errors: Floats) -> int:
    """Networks of the best tenth: no more than a tenth, but one, and none that diverged."""
    return min(max(1, errors.size // 10), int(np.isfinite(errors).sum()))


def a_third(errors: Floats) -> int:
    return -(-errors.size // 3)


def best_found_again(x: Floats, y: Floats, level: float = 0.95) -> Estimate:
    """Share of the best tenth by y that is among the best third by x: `found_again`."""
    return found_again(x, y, a_tenth(y), a_third(x), level)


def found_again(x: Floats, y: Floats, tenth: int, third: int, level: float = 0.95) -> Estimate:
    """Share of the best `tenth` by y that is among the best `third` by x, with its interval.

    Networks tied across a cut belong to the best with the chance that a draw among them
    gives; without ties it is a count. The interval has the ends of the whole counts around it.

    Source: Clopper and Pearson 1934 (the interval).
    """
    method = f"best {tenth} of {x.size} in the best {third}, Clopper-Pearson"
    if not x.size or x.min() == x.max() or y.min() == y.max():
        return without_interval(tenth, method, TIED if x.size else NO_NETWORKS, level=level)
    found = float(among_best(y, tenth) @ among_best(x, third))
    lo, _ = clopper_pearson(np.floor(found + EPSILON), tenth, level)
    _, hi = clopper_pearson(np.ceil(found - EPSILON), tenth, level)
    return Estimate(found / tenth, float(lo), float(hi), tenth, method, level)


def among_best(errors: Floats, count: int) -> Floats:
    """Probability that each network is among the `count` best, ties broken at random."""
    ordered = np.sort(errors)
    better = np.searchsorted(ordered, errors, "left")
    tied = np.searchsorted(ordered, errors, "right") - better
    return np.clip((count - better) / tied, 0.0, 1.0)
