"""A population as bytes: the columns that a page keeps and filters by itself.

    uint32   length of the header, little endian, as everything here
    header   JSON, padded with spaces so that what follows starts at a multiple of 4
    columns  one after the other, n values of 4 bytes each

Rows are sorted by what the networks are judged by (the header's `criterion`), best first:
diverged ones (+inf) after all others, then those that failed and those that are pending.
Statistics read the rows with `ordinal` < `prefix`, the longest prefix of the sampling order
whose networks are all final.

The rows of one version are in the same order whichever columns are asked for, as long as they
are judged by the same: who has the marks (`id`, `ordinal`, `status` ..) can leave them out.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columns.units import described, unit_of
from services.reading.snapshots import Snapshot

MEDIA_TYPE = "application/vnd.netspace.columns"


KEPT_BYTES = 32 * 2**20
"""What is larger is made again: it takes less than to send it."""


def encode(snapshot: Snapshot, names: tuple[str, ...], marks: bool = True) -> bytes:
    """These columns of the snapshot, float32, and what identifies its rows, uint32.

    Args:
        marks: whether they are sent, too.
    """
    small = len(snapshot.population) * len(names) * 4 < KEPT_BYTES
    return (_kept if small else _encoded)(snapshot, names, marks)


@lru_cache(maxsize=8)
def _kept(snapshot: Snapshot, names: tuple[str, ...], marks: bool) -> bytes:
    return _encoded(snapshot, names, marks)


def _encoded(snapshot: Snapshot, names: tuple[str, ...], marks: bool) -> bytes:
    population, order = snapshot.population, snapshot.best_first
    identity: dict[str, NDArray[Any]] = {
        "id": np.asarray(population.ids),
        "ordinal": np.arange(len(population)),
        "status": population.status,
        "multiplicity": population.multiplicity,
        "cause": population.cause,  # index into the header's causes; 2^32 - 1 where none
    }
    whole = identity if marks else {}
    blocks = {name: values[order].astype("<u4") for name, values in whole.items()}
    blocks |= {name: population.columns[name][order].astype("<f4") for name in names}
    quantity = snapshot.quantities[population.criterion]
    header = {
        "population": snapshot.id,
        "name": snapshot.name,
        "version": snapshot.version,
        "n": len(population),
        "prefix": len(snapshot.prefix),
        "whole": snapshot.whole,  # all networks there are, in random order
        "measured": sorted(snapshot.measured),  # columns not known before a training
        "causes": list(population.causes),
        "kind": "sampled" if snapshot.table is None else "table",
        "criterion": population.criterion,
        "judged": described(unit_of(quantity, population.judged)),  # how people read it
        "others": [name for name in population.columns if name not in names],  # not sent
        "columns": [
            {"name": name, "type": "uint32" if block.dtype.kind == "u" else "float32"}
            for name, block in blocks.items()
        ],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join(
        [np.uint32(len(text)).astype("<u4").tobytes(), text]
        + [block.tobytes() for block in blocks.values()]
    )
