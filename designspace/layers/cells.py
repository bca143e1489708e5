"""The layers of cells: of NAS-Bench-201 (operations on edges) and 101 (on vertices).

Source: arXiv 2001.00326, figure 1, and 1902.09635, section 2, with their authors' code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from designspace.layers.records import (
    Act,
    AvgPool,
    BatchNorm,
    Conv,
    Cut,
    Graph,
    Layers,
    MaxPool,
    Node,
    Residual,
    When,
    Zero,
)
from designspace.networks.cells import (
    EDGES,
    OPERATIONS,
    Cell,
    EdgeCells,
    EdgeCellsBatch,
    VertexCells,
)
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


def vertex_cell(stage: VertexCells, w_in: int) -> Layers:
    """A cell of NAS-Bench-101 from `w_in` channels to the stage's."""
    cell = Cell(stage.matrix, stage.operations)
    return (Graph(tuple(_vertices(cell, w_in, stage.width))),)


def _vertices(cell: Cell, w_in: int, w_out: int) -> Iterator[Node]:
    """The nodes of a cell's graph: what comes into a vertex, as it needs it, then itself."""
    widths, last, made = cell.widths(w_in, w_out), len(cell.matrix) - 1, 0
    places: dict[int, int] = {}
    for vertex in range(1, last):
        inputs = []
        for start in range(vertex):
            if not cell.matrix[start][vertex]:
                continue
            if start == 0:
                yield Node((0,), convolution(1, widths[vertex]))
            elif widths[start] > widths[vertex]:
                yield Node((places[start],), (Cut(widths[vertex]),))
            else:
                inputs.append(places[start])
                continue
            made += 1
            inputs.append(made)
        yield Node(tuple(inputs), vertex_layers(cell.operations[vertex - 1], widths[vertex]))
        made += 1
        places[vertex] = made
    ends = tuple(places[i] for i in range(1, last) if cell.matrix[i][last])
    outputs = []
    if ends:
        yield Node(ends, join="concat")
        made += 1
        outputs.append(made)
    if cell.matrix[0][last]:
        yield Node((0,), convolution(1, w_out))
        made += 1
        outputs.append(made)
    if len(outputs) > 1:
        yield Node(tuple(outputs))


def vertex_layers(operation: str, width: int) -> Layers:
    """One vertex's operation."""
    if operation == "maxpool3x3":
        return (MaxPool(3, 1),)
    return convolution(3 if operation == "conv3x3" else 1, width)


def convolution(kernel: int, width: int) -> Layers:
    """Convolution, batch norm, ReLU."""
    return (Conv(kernel, width), BatchNorm(), Act("relu"))
