"""Seed noise: how much of the spread between networks is chance of training.

Networks trained from two or three seeds tell how far one training can be trusted. The headline
is a robust ratio of scales on ln e: failures inflate variances, and with them any correlation
between seeds, but hardly a median and quartiles.

    r = [1.4826 median|l_1 - l_2| / sqrt 2] / [IQR / 1.349],   l = ln e

Reliability is another question: what two trainings of the same networks correlate by, failures
and all. Noise grows with the error, so a robust ratio misses what a correlation feels.

    R = (MSB - MSW) / (MSB + (k - 1) MSW),   mean squares of ln e between and within networks

Source: Rousseeuw and Croux 1993 (the scales' constants); Shrout and Fleiss 1979 (ICC(1,1) and
its interval); Efron 1979.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.special import fdtri

from columns.arrays import Floats, Ints
from population.basics.estimate import (
    Estimate,
    log_errors,
    percentile_interval,
    without_interval,
)

FEWEST = 3  # networks that a ratio needs
FEWEST_FOR_INTERVAL = 20
ALL_EQUAL = "all errors are equal"
EQUAL = 1e-24  # variance of logarithms that rounding alone leaves
NO_SPREAD = "the middle half of the errors are equal"
MAD = 1.482602218505602  # of a normal law: sd / median absolute deviation
IQR = 1.3489795003921634  # interquartile range / sd


PARTS = 3  # of the networks by error, each with a noise of its own


@dataclass(frozen=True)
class NoiseAt:
    """Seed noise of the networks between two errors."""

    lower: float  # percent: geometric mean over seeds of the best of them
    upper: float
    noise: Estimate  # sd of a training's ln e around its network: about the share of the error


@dataclass(frozen=True)
class Noise:
    """Seed noise against the spread of a population's errors."""

    ratio: Estimate  # sd of a training around its network / sd between trainings of any
    reliability: Estimate  # of one training: what two trainings' ln e correlate by, 0 to 1
    n: int  # networks with all seeds
    seeds: int
    lacking: int  # networks without one of them, left out
    at_chance: int  # diverged trainings, which count as chance
    by_error: tuple[NoiseAt, ...] = ()  # best third first; empty below 9 networks


def seed_noise(
    errors: ArrayLike,
    rng: Generator,
    *,
    chance: float,
    draws: int = 1_000,
    level: float = 0.95,
) -> Noise:
    """Noise against spread, with a bootstrap interval over networks from 20 of them on.

    Args:
        errors: percent, shape (n, seeds) with at least 2 seeds; +inf where a training
            diverged, nan where there is none. Networks are a random part of the population,
            not its best.
        chance: error of guessing, percent.

    Raises:
        ValueError: not two seeds, a negative error.
    """
    e = np.asarray(errors, dtype=np.float64)
    if e.ndim != 2 or e.shape[1] < 2:
        raise ValueError(f"need errors of shape (networks, seeds >= 2), got {e.shape}")
    has = ~np.isnan(e).any(axis=1)
    logs = log_errors(e[has], chance)
    ratio = noise_ratio(logs, rng, draws, level)
    counts = logs.shape[0], e.shape[1], int((~has).sum()), int(np.isinf(e[has]).sum())
    trusted = reliability(logs, rng, draws, level)
    return Noise(ratio, trusted, *counts, noise_by_error(logs, rng, draws, level))


def over_seeds(errors: ArrayLike) -> tuple[Floats, Ints]:
    """Mean error of each network over the seeds it has, and how many those are; each (n,).

    Args:
        errors: percent, shape (n, seeds); +inf where a training diverged, which makes the
            mean +inf, nan where there is none. The mean of none is nan.
    """
    e = np.asarray(errors, dtype=np.float64)
    has = ~np.isnan(e)
    k = has.sum(axis=1)
    return np.where(has, e, 0.0).sum(axis=1) / np.where(k > 0, k, np.nan), k


def noise_by_error(
    logs: Floats, rng: Generator, draws: int, level: float
) -> tuple[NoiseAt, ...]:
    """The noise in each third of the networks, by their mean ln e over the seeds.

    The order is by the mean, since of equal normal noise it tells nothing of the differences.
    """
    n = logs.shape[0]
    if n < PARTS * FEWEST:
        return ()
    thirds = np.array_split(logs[np.argsort(logs.mean(axis=1), kind="stable")], PARTS)
    return tuple(
        NoiseAt(
            float(np.exp(third[0].mean())),
            float(np.exp(third[-1].mean())),
            noise_among(third, rng, draws, level),
        )
        for third in thirds
    )


def noise_among(logs: Floats, rng: Generator, draws: int, level: float) -> Estimate:
    """Robust sd of ln e around its network, of networks of shape (n, seeds)."""
    n, method = logs.shape[0], "robust sd of ln e, bootstrap over networks"
    value = float(robust_noise(logs))
    if n < FEWEST_FOR_INTERVAL:
        reason = f"{n} networks; an interval needs {FEWEST_FOR_INTERVAL}"
        return without_interval(n, method, reason, value, level)
    drawn = bootstrapped(robust_noise, logs, rng, draws)
    return Estimate(value, *percentile_interval(drawn, level), n, method, level)


def noise_ratio(logs: Floats, rng: Generator, draws: int, level: float) -> Estimate:
    """r of ln e, shape (n, seeds)."""
    n, method = logs.shape[0], "robust ratio of ln e, bootstrap over networks"
    if n < FEWEST:
        return without_interval(n, method, f"{n} networks; a ratio needs {FEWEST}", level=level)
    r = float(robust_ratio(logs))
    if np.isnan(r):
        return without_interval(n, method, NO_SPREAD, level=level)
    if n < FEWEST_FOR_INTERVAL:
        reason = f"{n} networks; an interval needs {FEWEST_FOR_INTERVAL}"
        return without_interval(n, method, reason, r, level)
    drawn = bootstrapped(robust_ratio, logs, rng, draws)
    drawn = np.where(np.isnan(drawn), np.inf, drawn)  # a draw without spread is all noise
    return Estimate(r, *percentile_interval(drawn, level), n, method, level)


def bootstrapped(
    statistic: Callable[[Floats], Floats], logs: Floats, rng: Generator, draws: int
) -> Floats:
    """Of draws of n networks with replacement, shape (draws,); 10^6 rows at once."""
    n = logs.shape[0]
    at_once = max(1, 1_000_000 // n)
    parts = [min(at_once, draws - done) for done in range(0, draws, at_once)]
    return np.concatenate([statistic(logs[rng.integers(0, n, (part, n))]) for part in parts])


def robust_noise(logs: Floats) -> Floats:
    """sd of a training around its network, by the differences of all pairs of seeds.

    Args:
        logs: shape (.., n, seeds).

    Returns:
        Shape (..).
    """
    pairs = combinations(range(logs.shape[-1]), 2)
    differences = [abs(logs[..., i] - logs[..., j]) for i, j in pairs]
    middle = np.median(np.concatenate(differences, axis=-1), axis=-1)
    return np.asarray(MAD * middle / np.sqrt(2))


def robust_ratio(logs: Floats) -> Floats:
    """Noise against spread, the spread by quartiles of all trainings.

    Args:
        logs: shape (.., n, seeds).

    Returns:
        Shape (..); nan where the quartiles are equal.
    """
    low, high = np.quantile(logs.reshape(*logs.shape[:-2], -1), [0.25, 0.75], axis=-1)
    spread = np.where(high > low, high - low, np.nan) / IQR
    return np.asarray(robust_noise(logs) / spread)


def reliability(logs: Floats, rng: Generator, draws: int, level: float) -> Estimate:
    """Intraclass correlation of ln e, shape (n, seeds), at least 0.

    The interval has the outer ends of two: the exact one of normal errors, by F, and that of
    bootstrapped networks, for tails that are not normal.
    """
    n, method = logs.shape[0], "ICC of ln e, outer ends of F and bootstrap over networks"
    if n < FEWEST:
        return without_interval(n, method, f"{n} networks; a ratio needs {FEWEST}", level=level)
    value = float(intraclass(logs))
    if np.isnan(value):
        return without_interval(n, method, ALL_EQUAL, level=level)
    if n < FEWEST_FOR_INTERVAL:
        reason = f"{n} networks; an interval needs {FEWEST_FOR_INTERVAL}"
        return without_interval(n, method, reason, max(0.0, value), level)
    drawn = bootstrapped(intraclass, logs, rng, draws)
    ends = percentile_interval(np.where(np.isnan(drawn), 0.0, drawn), level)
    exact = normal_interval(value, n, logs.shape[1], level)
    lower, upper = min(ends[0], exact[0]), max(ends[1], exact[1])
    return Estimate(
        max(0.0, value), max(0.0, lower), max(0.0, min(1.0, upper)), n, method, level
    )


def intraclass(logs: Floats) -> Floats:
    """ICC(1,1) of logs, shape (.., n, seeds), in shape (..); nan where all are equal."""
    k = logs.shape[-1]
    within = logs.var(axis=-1, ddof=1).mean(axis=-1)
    between = k * logs.mean(axis=-1).var(axis=-1, ddof=1)
    whole = between + (k - 1) * within
    return np.asarray((between - within) / np.where(whole > EQUAL, whole, np.nan))


def normal_interval(value: float, n: int, k: int, level: float) -> tuple[float, float]:
    """Of the intraclass correlation of n networks and k seeds, if errors are normal."""
    if value >= 1:
        return 1.0, 1.0
    f, tail = (1 + (k - 1) * value) / (1 - value), (1 + level) / 2
    lower = f / float(fdtri(n - 1, n * (k - 1), tail))
    upper = f * float(fdtri(n * (k - 1), n - 1, tail))
    return (lower - 1) / (lower + k - 1), (upper - 1) / (upper + k - 1)
