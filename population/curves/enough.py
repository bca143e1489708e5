"""How many networks are enough: how far the EDF of k of them lies from that of all.

The distance is Kolmogorov's, the largest difference of the two curves. Of k independent draws
it is .869 / sqrt(k) on average and at most 1.358 / sqrt(k) in 95 % of samples, whatever the law
of the errors; ties make it less. Random subsamples of the networks at hand show it measured.

Source: Kolmogorov 1933; Smirnov 1948; arXiv 2003.13678, section 3.1, asks the question.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from columns.arrays import Floats, Ints
from population.curves.efficiency import NO_NETWORKS, Ordered

MEAN = 0.8687311606361591  # sqrt(pi / 2) ln 2, of Kolmogorov's distribution
LIMIT = 1.3580986393225505  # its 95 % point
LARGEST = 5_000  # networks of a subsample

ONE_NETWORK = "one network: no part of it can be compared with the whole"


@dataclass(frozen=True, eq=False)
class Enough:
    """Distance between the EDF of k random networks and that of all n, for each k."""

    k: Ints  # (sizes,)
    expected: Floats  # .869 / sqrt(k): from the law of the space, on average
    limit: Floats  # 1.358 / sqrt(k): the same, in 95 % of samples
    expected_here: Floats  # from the n networks at hand: times sqrt((n-k)/(n-1))
    limit_here: Floats
    measured: Floats  # mean over the subsamples, from the n networks at hand
    measured_limit: Floats  # their 95 % point
    n: int  # networks
    draws: int  # of them, by their multiplicities
    subsamples: int  # of each size
    method: str = "Kolmogorov distance of random subsamples, without replacement"
    reason: str | None = None


def enough(
    errors: ArrayLike,
    rng: Generator,
    *,
    k: ArrayLike | None = None,
    multiplicity: ArrayLike | None = None,
    subsamples: int = 200,
) -> Enough:
    """How well k of the networks show the EDF of all.

    Args:
        errors: percent, shape (n,), +inf where diverged.
        k: sizes from 1 to the number of draws; by default 10, 20, 50, 100, .. up to half of
            them and at most 5,000.
        multiplicity: whole number of draws of each network, shape (n,); subsamples are drawn
            among the draws.

    Raises:
        ValueError: an error that is nan or -inf, a multiplicity or a size that can't be.
    """
    ordered = Ordered.of(errors, multiplicity)
    times = ordered.multiplicity.astype(np.int64)
    if (times != ordered.multiplicity).any():
        raise ValueError(f"need whole multiplicities, got {ordered.multiplicity}")
    n, draws = times.size, int(times.sum())
    ks = usual_sizes(draws) if k is None else np.atleast_1d(np.asarray(k, dtype=np.int64))
    if ((ks < 1) | (ks > draws)).any():
        raise ValueError(f"need sizes from 1 to {draws}, got {ks}")
    reason = NO_NETWORKS if n == 0 else ONE_NETWORK if n == 1 else None
    # Equal errors are one step of the EDF: a subsample is compared by the steps it has.
    tie_group = np.unique(ordered.errors, return_inverse=True)[1]
    below = np.append(0.0, np.cumsum(np.bincount(tie_group, times))) / max(draws, 1)
    group = np.repeat(tie_group, times)
    drawn = [[distance(group, below, int(s), rng) for _ in range(subsamples)] for s in ks]
    distances = np.array(drawn, dtype=np.float64).reshape(ks.size, subsamples)
    # sd of a mean of k draws of a law; of k of N draws, (N - k) / (N - 1) of the variance.
    law, here = 1 / np.sqrt(ks), np.sqrt((draws - ks) / max(draws - 1, 1) / ks)
    measured = distances.mean(axis=1) if ks.size else np.empty(0)
    limit = np.quantile(distances, 0.95, axis=1) if ks.size else np.empty(0)
    return Enough(
        ks,
        MEAN * law,
        LIMIT * law,
        MEAN * here,
        LIMIT * here,
        measured,
        np.asarray(limit),
        n,
        draws,
        subsamples,
        reason=reason,
    )


def usual_sizes(draws: int) -> Ints:
    """1, 2, 5, 10, 20, .. up to half of the draws; from 10 on where there are 20."""
    steps = np.outer(10 ** np.arange(5), [1, 2, 5]).ravel()
    sizes = steps[steps <= min(draws // 2, LARGEST)]
    return np.asarray(sizes[sizes >= 10] if draws >= 20 else sizes, dtype=np.int64)


def distance(group: Ints, below: Floats, k: int, rng: Generator) -> float:
    """Largest difference between the EDF of k random draws and that of all.

    Args:
        group: number of the tie group of each draw, in order of error.
        below: share of the draws in earlier groups, and 1 after the last.
    """
    drawn = np.sort(group[rng.choice(group.size, k, replace=False, shuffle=False)])
    last = np.append(drawn[1:] != drawn[:-1], True)
    reached = np.append(0.0, (np.flatnonzero(last) + 1) / k)  # EDF after each group drawn
    at = drawn[last]
    # The curves differ most just right of a group drawn, or just left of the next one.
    return float(
        max(abs(reached[1:] - below[at + 1]).max(), abs(reached[:-1] - below[at]).max())
    )
