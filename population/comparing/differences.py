"""By how many points of error two populations differ: medians, and the area between EDFs.

The signed area between two EDFs up to an error c is exactly the difference of their restricted
means, E min(b, c) - E min(a, c). The absolute area is no effect size: it is positive also
between two samples of one space.

Sources: Efron 1979 (the percentile bootstrap); Welch 1947.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from scipy.special import stdtrit

from columns.arrays import Floats
from population.basics.estimate import SEED, Estimate, percentile_interval
from population.basics.sums import weighted_sum
from population.curves.edf import EDF, EPSILON

DRAWS = 1_000
FEWEST = 10  # networks of either; below there is no interval, and pages show no difference
TOO_FEW = f"fewer than {FEWEST} networks of either"
BOTH_DIVERGED = "half of both populations diverged"


def median_difference(a: EDF, b: EDF, level: float = 0.95) -> Estimate:
    """Median error of A minus that of B, percentage points; negative where A is better.

    Its limits are those of the percentile bootstrap. The median of a resample is an order
    statistic whose rank follows from a beta variate, so nothing is resampled.
    """
    method = "percentile bootstrap of both medians"
    value, n = difference(a.median, b.median), a.n + b.n
    if min(a.effective_n, b.effective_n) < FEWEST:
        return Estimate(value, -np.inf, np.inf, n, method, level, TOO_FEW)
    rng = np.random.default_rng(SEED)
    with np.errstate(invalid="ignore"):  # inf - inf: both medians diverged, nothing is known
        drawn = resampled_medians(a, rng) - resampled_medians(b, rng)
    if np.isnan(drawn).any():
        return Estimate(value, -np.inf, np.inf, n, method, level, BOTH_DIVERGED)
    return Estimate(value, *percentile_interval(drawn, level), n, method, level)


def difference(a: float, b: float) -> float:
    """a - b; nan where both are infinite."""
    return math.nan if math.isinf(a) and math.isinf(b) else a - b


def resampled_medians(of: EDF, rng: Generator) -> Floats:
    """Medians of DRAWS resamples of n networks, drawn with replacement by weight.

    The k-th smallest of n uniform numbers follows Beta(k, n - k + 1); the network at that
    cumulated weight is the median.
    """
    n = of.effective_n
    k = math.ceil(n / 2)
    at = rng.beta(k, n - k + 1, DRAWS)
    rows = np.searchsorted(of.cumulative, at - EPSILON)
    return of.errors[np.minimum(rows, of.n - 1)]


def restricted_mean(of: EDF, cut: float) -> tuple[float, float]:
    """E min(e, cut), and the variance of that mean; nan without networks."""
    if not of.n:
        return math.nan, math.nan
    e = np.minimum(of.errors, cut)
    weights = of.weights
    mean = weighted_sum(weights, e)
    if of.effective_n <= 1:
        return mean, math.nan
    return mean, weighted_sum(weights, (e - mean) ** 2) / (of.effective_n - 1)


def area_between(a: EDF, b: EDF, cut: float, level: float = 0.95) -> Estimate:
    """The area under F_A minus that under F_B, up to `cut`: points; positive: A is better.

    It is E min(b, cut) - E min(a, cut), with Welch's interval. Choose the cut before looking
    (`usual_cut`): the tail of failed networks would decide without one.
    """
    method = f"area between EDFs up to {cut:g} %, Welch"
    (mean_a, va), (mean_b, vb) = restricted_mean(a, cut), restricted_mean(b, cut)
    value, n = mean_b - mean_a, a.n + b.n
    if min(a.effective_n, b.effective_n) < FEWEST:
        return Estimate(value, -np.inf, np.inf, n, method, level, TOO_FEW)
    se = math.sqrt(va + vb)
    df = 1.0
    if se > 0:
        df = (va + vb) ** 2 / (va**2 / (a.effective_n - 1) + vb**2 / (b.effective_n - 1))
    reach = float(stdtrit(df, (1 + level) / 2)) * se
    return Estimate(value, value - reach, value + reach, n, method, level)


def usual_cut(populations: Sequence[EDF]) -> float:
    """The error that nine tenths of all networks stay below, rounded; nan without networks.

    The largest finite error where a tenth and more diverged.
    """
    some = [one for one in populations if one.n]
    if not some:
        return math.nan
    # Runs in order: a stable sort only merges them.
    errors = np.sort(np.concatenate([one.errors for one in some]), kind="stable")
    finite = errors[: np.searchsorted(errors, np.inf)]
    if not finite.size:
        return math.nan
    at = errors[math.ceil(0.9 * errors.size) - 1]
    return float(np.ceil(min(at, finite[-1])))
