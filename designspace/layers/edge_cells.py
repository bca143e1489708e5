"""The layers of cells of NAS-Bench-201: operations on edges.

Source: arXiv 2001.00326, figure 1, with its authors' code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from designspace.layers.records import (
    Act,
    AvgPool,
    BatchNorm,
    Conv,
    Graph,
    Layers,
    Node,
    Residual,
    When,
    Zero,
)
from designspace.networks.edge_cells import EDGES, OPERATIONS, EdgeCells, EdgeCellsBatch
from designspace.networks.numbers import Count


def edge_cell(stage: EdgeCells | EdgeCellsBatch, w_in: Count) -> Layers:
    """A cell: each node is the sum of what its edges make of the nodes before it."""
    nodes: list[Node] = []
    sums = {0: 0}  # number of a node in the cell: that in the graph
    for to in (1, 2, 3):
        edges = []
        for (end, start), operation in zip(EDGES, stage.operations, strict=True):
            if end != to or (isinstance(operation, str) and operation == "none"):
                continue
            layers = edge_layers(operation, stage.width, w_in, start == 0)
            nodes.append(Node((sums[start],), layers))
            edges.append(len(nodes))
        zero: Layers = () if edges else (Zero(),)
        nodes.append(Node(tuple(edges) or (0,), zero))
        sums[to] = len(nodes)
    return (Graph(tuple(nodes)),)


def edge_layers(operation: Any, width: Count, w_in: Count, first: bool) -> Layers:
    """One edge's layers; from the cell's input, `first`, they may change the width."""

    def made(name: str) -> Any:
        """Whether the edge is this operation, of a batch a mask."""
        index = OPERATIONS.index(name)
        return operation == (index if isinstance(operation, np.ndarray) else name)

    resizes = first & (w_in != width)
    return (
        When(made("nor_conv_1x1"), (Act("relu"), Conv(1, width), BatchNorm())),
        When(made("nor_conv_3x3"), (Act("relu"), Conv(3, width), BatchNorm())),
        When(made("avg_pool_3x3"), (AvgPool(3, 1),)),
        When(made("skip_connect") & resizes, (Conv(1, width), BatchNorm())),
    )


def reduction(width: Count) -> Layers:
    """The block of stride 2 between stages of NAS-Bench-201."""
    main = (
        Act("relu"),
        Conv(3, width, 2),
        BatchNorm(),
        Act("relu"),
        Conv(3, width),
        BatchNorm(),
    )
    return (Residual(main, (AvgPool(2, 2), Conv(1, width))),)
