"""The layers of cells of NAS-Bench-101: operations on vertices.

Source: arXiv 1902.09635, section 2, with its authors' code.
"""

from __future__ import annotations

from collections.abc import Iterator

from designspace.layers.records import (
    Act,
    BatchNorm,
    Conv,
    Cut,
    Graph,
    Layers,
    MaxPool,
    Node,
    When,
)
from designspace.networks.numbers import Count
from designspace.networks.vertex_batches import Cells, VertexCellsBatch
from designspace.networks.vertex_cells import VERTEX_OPERATIONS, Cell, VertexCells


def vertex_cell(stage: VertexCells | VertexCellsBatch, w_in: Count) -> Layers:
    """A cell of NAS-Bench-101 from `w_in` channels to the stage's."""
    if isinstance(stage, VertexCellsBatch):
        return (Graph(tuple(_places(stage.cells, w_in, stage.width))),)
    cell = Cell(stage.matrix, stage.operations)
    return (Graph(tuple(_vertices(cell, int(w_in), stage.width))),)


def _places(cells: Cells, w_in: Count, w_out: int) -> Iterator[Node]:
    """What the places of n cells cost: a projection and an operation each, where there are.

    Edges differ, so each place takes what goes in, cut to the channels that come to it.
    """
    last, widths = cells.edges.shape[1] - 1, cells.widths(w_in, w_out)
    for place, width in enumerate(widths[1:], start=1):
        yield Node((0,), (When(cells.edges[:, 0, place], convolution(1, width)),))
        if place < last:
            for label, operation in enumerate(VERTEX_OPERATIONS):
                is_it = When(
                    cells.labels[:, place - 1] == label, vertex_layers(operation, width)
                )
                yield Node((0,), (Cut(width), is_it))
    yield Node((0,), (Cut(w_out),))


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


def vertex_layers(operation: str, width: Count) -> Layers:
    """One vertex's operation."""
    if operation == "maxpool3x3":
        return (MaxPool(3, 1),)
    return convolution(3 if operation == "conv3x3" else 1, width)


def convolution(kernel: int, width: Count) -> Layers:
    """Convolution, batch norm, ReLU."""
    return (Conv(kernel, width), BatchNorm(), Act("relu"))
