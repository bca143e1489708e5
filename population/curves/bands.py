"""Confidence bands around an EDF: what holds at a point, and what holds for a whole curve.

`pointwise` is Clopper's and Pearson's interval at each error: it covers the true share there
at least as often as its level says, for any distribution and any ties. A whole curve lies
inside it far less often (a 95 % band of 100 networks: in half of all populations).

`simultaneous` covers the whole curve: the same intervals at a smaller local level gamma(n), so
that it is equally sure everywhere (equal precision). It is tighter in the tails, where
designers look, than `kolmogorov`, which has one width at all errors.

Where n networks were taken out of N that there are altogether, each at most once, all of them
narrow as n grows, to nothing at N: the first two are of hypergeometric counts then, and DKW's
is cut to what the networks that are not measured yet can still change.

Sources: Clopper and Pearson 1934; Owen 1995; Gontscharuk, Landwehr and Finner 2016; Moscovich
and Nadler 2017; Massart 1990, corollary 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats
from population.basics.shares import clopper_pearson, hypergeometric

Method = Literal["pointwise", "simultaneous", "kolmogorov"]

NAMES: dict[Method, str] = {
    "pointwise": "pointwise Clopper-Pearson",
    "simultaneous": "simultaneous equal-precision",
    "kolmogorov": "simultaneous DKW-Massart",
}

# gamma(n), where exact: the local level at which Clopper-Pearson intervals hold together.
SIZES = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000, 2000)
LARGER = (5_000, 10_000, 20_000, 50_000, 100_000)
# fmt: off
GAMMA = {
    0.90: (.1, .05453, .03886, .02603, .01599, .01051, .00846, .00663, .00496, .00388,
           .00294, .00246, .00210),
    0.95: (.05, .02653, .01863, .01227, .007385, .004771, .003811, .002958, .002195, .001703,
           .001284, .001071, .000913),
    0.99: (.01, .00513, .00353, .00226, .001311, .000820, .000645, .000492, .000359, .000275,
           .000205, .000170, .000144),
}
GAMMA_OF_LARGER = (.000759, .000671, .000600, .000524, .000477)  # at 0.95
# fmt: on


@dataclass(frozen=True, eq=False)
class Band:
    """Limits of the share at each point of a curve, under the name of the method."""

    name: str
    level: float
    lower: Floats
    upper: Floats


def band(
    share: ArrayLike,
    n: float,
    level: float = 0.95,
    method: Method = "pointwise",
    among: int | None = None,
) -> Band:
    """The band around shares that were seen among n networks.

    Args:
        share: F at some errors, any shape.
        n: networks, or the effective number of weighted ones. 0 gives 0 to 1.
        level: of each interval (pointwise), or of the whole curve.
        among: N, where the n are whole networks taken out of N, each at most once.

    Raises:
        ValueError: a level that `simultaneous` has no table for, or more networks than N.
    """
    shares = np.asarray(share, dtype=np.float64)
    if method == "simultaneous" and level not in GAMMA:
        raise ValueError(f"a simultaneous band has level {[*GAMMA]}, got {level}")
    name = f"{NAMES[method]} {100 * level:g} %"
    if among is not None:
        name = f"{name.replace('Clopper-Pearson', 'hypergeometric')}, {n:,g} of {among:,}"
    if n == 0:
        return Band(name, level, np.zeros_like(shares), np.ones_like(shares))
    return Band(name, level, *limits(shares, n, level, method, among))


def limits(
    share: Floats, n: float, level: float, method: Method, among: int | None = None
) -> tuple[Floats, Floats]:
    if method == "kolmogorov":
        radius = dkw(n, level)
        least, most = possible(share, n, among)
        return np.maximum(share - radius, least), np.minimum(share + radius, most)
    local = level if method == "pointwise" else 1 - local_level(n, level)
    return interval(n * share, n, local, among)


def interval(
    k: Floats, n: float, level: float, among: int | None = None
) -> tuple[Floats, Floats]:
    """The exact interval of a share: of endlessly many networks, or of N."""
    if among is None:
        return clopper_pearson(k, n, level)
    return hypergeometric(k, round(n), among, level)


def possible(share: Floats, n: float, among: int | None) -> tuple[Floats, Floats]:
    """What the share of N can be, given that of n of them: none of the others, or all."""
    if among is None:
        return np.zeros_like(share), np.ones_like(share)
    return n * share / among, (n * share + among - n) / among


def dkw(n: float, level: float = 0.95) -> float:
    """sup |F_n - F| stays below this with probability `level`: sqrt(ln(2 / alpha) / (2 n)).

    For any distribution and any n; at n = 100 it is 0.136.
    """
    return math.sqrt(math.log(2 / (1 - level)) / (2 * n))


def local_level(n: float, level: float = 0.95) -> float:
    """gamma(n): alpha of each interval, so that the band of n networks has the level.

    From an exact table (boundary crossing of the uniform order statistics), ln gamma being
    interpolated in ln n. Above 100,000 networks it is extrapolated, which errs to the wide
    side; above 2,000 the ratio between the levels is taken as constant.

    Raises:
        KeyError: no table for this level.
    """
    sizes, table = np.log([*SIZES, *LARGER]), np.log(GAMMA[level])
    larger = np.log(GAMMA_OF_LARGER) + table[-1] - math.log(GAMMA[0.95][-1])
    logs = np.append(table, larger)
    at = math.log(max(n, 1))
    beyond = max(0.0, at - sizes[-1])
    slope = (logs[-1] - logs[-2]) / (sizes[-1] - sizes[-2])
    return math.exp(np.interp(at, sizes, logs) + beyond * slope)
