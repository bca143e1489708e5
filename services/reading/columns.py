"""A population as bytes: the columns that a page keeps and filters by itself.

    uint32   length of the header, little endian, as everything here
    header   JSON, padded with spaces so that what follows starts at a multiple of 4
    columns  one after the other, n values of 4 bytes each

Rows are sorted by error: best first, diverged networks (+inf) after all others, then those that
failed and those that are pending (NaN). Statistics read the rows with `ordinal` < `prefix`, the
longest prefix of the sampling order whose networks are all final.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from population.population import Status
from services.reading.snapshots import Snapshot

MEDIA_TYPE = "application/vnd.netspace.columns"


@lru_cache(maxsize=8)
def encode(snapshot: Snapshot) -> bytes:
    """The snapshot's columns, float32, and what identifies its rows, uint32."""
    population = snapshot.population
    order = np.lexsort(
        (np.arange(len(population)), population.status == Status.PENDING, population.error)
    )
    whole: dict[str, NDArray[Any]] = {
        "id": np.asarray(population.ids),
        "ordinal": np.arange(len(population)),
        "status": population.status,
        "multiplicity": population.multiplicity,
        "cause": population.cause,  # index into the header's causes; 2^32 - 1 where none
    }
    blocks = {name: values[order].astype("<u4") for name, values in whole.items()}
    blocks |= {name: values[order].astype("<f4") for name, values in population.columns.items()}
    header = {
        "population": snapshot.id,
        "name": snapshot.name,
        "version": snapshot.version,
        "n": len(population),
        "prefix": len(snapshot.prefix),
        "whole": snapshot.whole,  # all networks there are, in random order
        "measured": sorted(snapshot.measured),  # columns not known before a training
        "causes": list(population.causes),
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
