"""theta = P(a < b) + P(a = b) / 2: how often a random network of A beats one of B.

The interval is Brunner's and Munzel's on the logit scale: it assumes no common shape of the
two distributions, and takes ties and diverged networks (one tie group, the last) as they are.
A few networks may not show all that a space makes, least of all where most of them are tied or
all of A are better: the interval holds what k networks leave unseen, too, so its width is never
zero. p inverts the interval: it is below .05 if and only if 1/2 is outside at 95 %.

Sources: Brunner and Munzel 2000; Hanley and Lippman-Hand 1983 (what k networks leave unseen);
the words are of Vargha and Delaney 2000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, stdtr, stdtrit

from columns.arrays import Bools, Floats
from population.basics.sums import weighted_sum
from population.curves.edf import EDF, EPSILON

FEWEST = 6  # networks of the smaller population; below there is no interval


@dataclass(frozen=True, eq=False)
class Pooled:
    """Every error that a network of A or of B has, and the weight of either there."""

    errors: Floats  # ascending, distinct, +inf last where one diverged, shape (k,)
    a: Floats  # sums to 1, shape (k,)
    b: Floats
    n: float  # effective networks of A
    m: float

    @property
    def below_a(self) -> Floats:
        """F_A at each error: the weight strictly below."""
        return np.cumsum(self.a) - self.a

    @property
    def below_b(self) -> Floats:
        return np.cumsum(self.b) - self.b


def pooled(a: EDF, b: EDF) -> Pooled:
    """Two samples on the errors of both. Their runs are ascending, so sorting only merges."""
    errors = np.concatenate([a.errors, b.errors])
    order = np.argsort(errors, kind="stable")
    weights = np.concatenate([a.weights, b.weights])[order]
    return tied(errors[order], weights, order < a.n, a.effective_n, b.effective_n)


def tied(errors: Floats, weights: Floats, of_a: Bools, n: float, m: float) -> Pooled:
    """Networks of both in order of error, ties together; those that are not of A are of B."""
    each = np.stack([weights * of_a, weights * ~of_a])
    first = np.flatnonzero(np.append(True, errors[1:] != errors[:-1])[: errors.size])
    if first.size < errors.size:
        each = np.add.reduceat(each, first, axis=1)
    return Pooled(errors[first], each[0], each[1], n, m)


@dataclass(frozen=True)
class Theta:
    """How often a network of A beats one of B, with its standard error."""

    value: float  # nan without networks
    se: float
    df: float  # degrees of freedom, by Satterthwaite
    n: float  # effective networks of A
    m: float  # of B

    @property
    def k(self) -> float:
        """Effective networks of the smaller population."""
        return min(self.n, self.m)

    @property
    def clipped(self) -> float:
        """Inside (0, 1), where it has a logit."""
        edge = 1 / (2 * self.n * self.m)
        return min(max(self.value, edge), 1 - edge)

    @property
    def slope(self) -> float:
        """Standard error on the logit scale."""
        return self.se / (self.clipped * (1 - self.clipped))

    def interval(self, quantile: float, alpha: float) -> tuple[float, float]:
        """Outer ends of two intervals; (0, 1) below 6 networks of either.

        One is expit(logit(theta) -+ quantile * slope). The other is what is unseen: a share
        1 - alpha^(1/k) of the smaller population stays out of k networks with probability
        alpha, and may lose all its pairs or win them.
        """
        if math.isnan(self.value) or self.k < FEWEST:
            return 0.0, 1.0
        at, reach = float(logit(self.clipped)), quantile * self.slope
        seen = alpha ** (1 / self.k)
        lower = min(float(expit(at - reach)), self.value * seen)
        upper = max(float(expit(at + reach)), 1 - (1 - self.value) * seen)
        return lower, upper

    def confidence(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of one look at fixed numbers of networks; (0, 1) below 6 of either."""
        return self.interval(float(stdtrit(self.df, (1 + level) / 2)), 1 - level)

    @property
    def p(self) -> float:
        """Two-sided p of theta = 1/2: 1 - the level whose interval ends there; nan below 6."""
        if math.isnan(self.value) or self.k < FEWEST:
            return math.nan
        t = abs(float(logit(self.clipped))) / max(self.slope, EPSILON)
        unseen = (2 * max(self.value, 1 - self.value)) ** -self.k
        return float(min(1.0, max(2 * stdtr(self.df, -t), unseen)))


def theta(both: Pooled) -> Theta:
    """P(a < b) + P(a = b) / 2 by placements.

    The placement of a network of A is the weight of B that is worse, ties half; theta is the
    mean of placements, and their variances in A and in B give its standard error. With equal
    weights (theta - 1/2) / se is the statistic of scipy's brunnermunzel.
    """
    if not both.n or not both.m:
        return Theta(math.nan, math.nan, math.nan, both.n, both.m)
    of_a = 1 - (both.below_b + both.b / 2)
    lost = weighted_sum(both.a, both.below_b + both.b / 2)  # 0 exactly where A wins all
    value = max(1 - lost, 0.0)  # weights sum to 1 but for rounding
    of_b = both.below_a + both.a / 2
    va = variance_of_mean(of_a, both.a, both.n)
    vb = variance_of_mean(of_b, both.b, both.m)
    df = max(min(both.n, both.m) - 1, 1.0)
    if va + vb > 0:
        df = (va + vb) ** 2 / (va**2 / max(both.n - 1, 1) + vb**2 / max(both.m - 1, 1))
    return Theta(value, math.sqrt(va + vb), df, both.n, both.m)


def variance_of_mean(placements: Floats, weights: Floats, n: float) -> float:
    """Variance of a weighted mean; var / n (ddof 1) where weights are equal."""
    if n <= 1:
        return 0.0
    off = placements - weighted_sum(weights, placements)
    return weighted_sum(weights, off**2) / (n - 1)


def effect(value: float) -> str:
    """theta in a word: how far it is from 1/2."""
    words = ((0.06, "negligible"), (0.14, "small"), (0.21, "medium"))
    return next((word for limit, word in words if abs(value - 0.5) < limit), "large")
