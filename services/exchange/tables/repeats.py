"""Repeats: several rows of one network, told by what identifies them, become one of means.

Rows are of one thing where their network is the same and what else was set, or, without a
network, their names and all that was set. A seed tells repeats apart and identifies nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from columns.arrays import Floats, Ints

Hashes = NDArray[np.uint64]
MIX = np.uint64(0x9E3779B97F4A7C15)


def groups(n: int, keys: Sequence[Floats | Ints]) -> Ints | None:
    """The group of each row, from 0 in the order of their first rows; None where all differ.

    Args:
        keys: columns that are equal in rows of one group, shape (n,) each; nan equals nan.
    """
    if not keys or n < 2:
        return None
    total = np.zeros(n, dtype=np.uint64)
    for key in keys:
        total = _mixed(total ^ _mixed(_bits(key)))
    _, first, group = np.unique(total, return_index=True, return_inverse=True)
    if len(first) == n:
        return None
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[group]


def codes(texts: pa.Array) -> Ints:
    """A number for each text, equal for equal ones; -1 where there is none."""
    known = texts if pa.types.is_dictionary(texts.type) else pc.dictionary_encode(texts)
    places: Ints = known.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _bits(key: Floats | Ints) -> Hashes:
    if key.dtype.kind != "f":
        return key.view(np.uint64)
    bits = np.where(key == 0, 0.0, key).view(np.uint64).copy()  # -0 is 0
    bits[np.isnan(key)] = np.uint64(0x7FF8000000000000)
    return bits


def _mixed(bits: Hashes) -> Hashes:
    """Splitmix64: equal bits stay equal, others become random ones."""
    with np.errstate(over="ignore"):
        bits = bits + MIX
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))


def firsts(group: Ints) -> Ints:
    """The first row of each group."""
    _, first = np.unique(group, return_index=True)
    return first.astype(np.int64)


def means(group: Ints, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """The mean of each group, of the numbers that are there; infinite where one is."""
    size = int(group.max()) + 1
    found = {}
    for name, values in columns.items():
        there = ~np.isnan(values)
        count = np.bincount(group[there], minlength=size)
        with np.errstate(invalid="ignore"):
            total = np.bincount(group[there], weights=values[there], minlength=size)
            found[name] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found
