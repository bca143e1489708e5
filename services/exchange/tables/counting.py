"""Counts of the networks of a table: those that have columns in common are counted together.

`designspace.layers.complexity` counts a batch of a million draws in a moment, and a single
network in a millisecond; the networks of a table are single, so they are put together here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from columns.arrays import Floats, Ints
from designspace.layers.complexity import FIELDS, complexity, countable
from designspace.networks.edge_cells import OPERATIONS, EdgeCells, EdgeCellsBatch
from designspace.networks.network import AnyStageBatch, Network, NetworkBatch, NetworkList
from designspace.networks.repeats import Stage, StageBatch


def counted(
    networks: Sequence[Network], resolution: Sequence[int] | Ints, channels: int, classes: int
) -> dict[str, Floats]:
    """flops, params and activations of n networks, shape (n,) each; nan where none is counted.

    Args:
        resolution: of the images of each network, shape (n,), pixels.

    A network that needs larger images, or whose counts leave 64 bits, has none.
    """
    found = {name: np.full(len(networks), np.nan) for name in FIELDS}
    alike: dict[tuple[Hashable, int], list[int]] = defaultdict(list)
    for i, network in enumerate(networks):
        alike[(_likeness(network), int(resolution[i]))].append(i)
    for (likeness, side), rows in alike.items():
        some = [networks[i] for i in rows]
        if likeness is None:
            _one_by_one(found, rows, some, side, channels, classes)
            continue
        batch = _batch(some)
        counts = complexity(batch, side, channels, classes)
        good = countable(batch, side)
        for name in FIELDS:
            values = np.broadcast_to(getattr(counts, name), len(rows)).astype(float)
            found[name][rows] = np.where(good, values, np.nan)
    return found


def _likeness(network: Network) -> Hashable:
    """What networks share that can be columns of one batch; None where one is counted alone."""
    around = (network.stem, network.head, network.se_ratio, network.block, network.act)
    if network.resolution is not None:
        return None
    strides = [one.stride for one in network.stages if isinstance(one, Stage)]
    if len(strides) == len(network.stages):
        return around, tuple(strides)
    cells = [one for one in network.stages if isinstance(one, EdgeCells)]
    if len(cells) == len(network.stages):
        return around, tuple((one.depth, bool(one.reduction)) for one in cells)
    return None


def _batch(networks: Sequence[Network]) -> NetworkBatch:
    first = networks[0]
    stages = tuple(
        _stage([network.stages[i] for network in networks]) for i in range(len(first.stages))
    )
    return NetworkBatch(first.stem, stages, first.se_ratio, first.block, first.act, first.head)


def _stage(stages: Sequence[object]) -> AnyStageBatch:
    first = stages[0]
    whole = [stage for stage in stages if isinstance(stage, Stage)]
    if isinstance(first, Stage):
        return StageBatch(
            np.array([stage.depth for stage in whole], dtype=np.int64),
            np.array([stage.width for stage in whole], dtype=np.int64),
            first.stride,
            np.array([stage.bottleneck_ratio for stage in whole], dtype=np.float64),
            np.array([stage.group_width for stage in whole], dtype=np.int64),
        )
    cells = [stage for stage in stages if isinstance(stage, EdgeCells)]
    places = {name: place for place, name in enumerate(OPERATIONS)}
    edges = np.array([[places[one] for one in cell.operations] for cell in cells]).T
    return EdgeCellsBatch(
        tuple(edges),
        cells[0].depth,
        np.array([cell.width for cell in cells], dtype=np.int64),
        np.array([cell.reduction for cell in cells], dtype=np.int64),
    )


def _one_by_one(
    found: dict[str, Floats],
    rows: Sequence[int],
    networks: Sequence[Network],
    side: int,
    channels: int,
    classes: int,
) -> None:
    known: dict[str, tuple[float, ...]] = {}
    for row, network in zip(rows, networks, strict=True):
        if (hash := network.hash) not in known:
            known[hash] = (np.nan,) * len(FIELDS)
            if countable(NetworkList((network,)), side)[0]:
                counts = complexity(network, side, channels, classes)
                known[hash] = tuple(float(getattr(counts, name)) for name in FIELDS)
        for name, value in zip(FIELDS, known[hash], strict=True):
            found[name][row] = value
