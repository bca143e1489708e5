"""Ordered tuples: k independent draws of one law, given that they do not decrease.

AnyNetX_D and E draw widths and depths so that w_{i+1} >= w_i and d_{i+1} >= d_i. Drawing until
that happens takes 18 tries for four widths and 230 for both; here the tuple is drawn directly,
and has exactly the law of those that would have been kept. (Sorting a tuple would not: it
gives distinct values a weight of k!, equal ones less.)

With the law's probabilities p_i and the tail sums

    S_0(j) = 1,    S_m(j) = sum over i >= j of p_i S_{m-1}(i)

the number of ways, by weight, to go on from j with m values, the next value after x is the
largest j with S_m(j) >= (1 - U) S_m(x), where m values are left, this one included.

Source of the spaces: arXiv 2003.13678, section 3.2; how its authors drew them is not published.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.random import Generator

from columns.arrays import Floats, Ints

UNIT = 10**12
"""Probabilities are rounded to whole numbers of 1 / UNIT: the last bits of logarithms differ
between processors, and sums of whole numbers do not."""


def draw(law: Any, rng: Generator, n: int, k: int, per: int = 1) -> list[Ints]:
    """n non-decreasing tuples of k values, in units of 1 / per: k arrays of shape (n,)."""
    units = law.units(per)
    at: Ints = np.zeros(n, dtype=np.int64)
    columns = []
    for tail in _tails(law, k):
        # P(next >= j) = S_m(j) / S_m(x) from x, with m values left: down to 1 - U.
        # searchsorted wants ascending sums: position r from the end is index len - 1 - r.
        wanted = (1 - rng.random(n)) * tail[at]
        at = len(tail) - 1 - np.searchsorted(tail[::-1], wanted, side="left")
        columns.append(units[at])
    return columns


def marginal(law: Any, k: int, position: int) -> Floats:
    """The probability of each of the law's values at a position, from 0, of the tuple."""
    p = _whole(law)
    before, after = [1] * len(p), [1] * len(p)
    for _ in range(position):
        before = list(accumulate(a * b for a, b in zip(before, p, strict=True)))
    for _ in range(k - 1 - position):
        after = _tail(after, p)
    weights = [a * b * c for a, b, c in zip(before, p, after, strict=True)]
    return np.array([weight / sum(weights) for weight in weights])


def share(law: Any, k: int) -> float:
    """The share of independent tuples that do not decrease."""
    p = _whole(law)
    sums = [1] * len(p)
    for _ in range(k):
        sums = _tail(sums, p)
    ordered: float = sums[0] / sum(p) ** k
    return ordered


@lru_cache(maxsize=256)
def _tails(law: Any, k: int) -> tuple[Floats, ...]:
    """S_k, S_{k-1} .. S_1, each divided by its first."""
    p, sums, tails = _whole(law), [1] * len(law.values), []
    for _ in range(k):
        sums = _tail(sums, p)
        tails.append(np.array([one / sums[0] for one in sums]))
    return tuple(reversed(tails))


def _tail(sums: list[int], p: list[int]) -> list[int]:
    """S_m of S_{m-1}, in whole numbers: exact on every machine."""
    products = [a * b for a, b in zip(sums, p, strict=True)]
    return list(accumulate(reversed(products)))[::-1]


def _whole(law: Any) -> list[int]:
    return [round(UNIT * p) for p in law.probabilities.tolist()]
