"""The design space of NAS-Bench-101: all cells of at most seven vertices and nine edges.

A candidate is a matrix with each edge on a fair coin and an operation for each inner vertex, as
its authors' `random_spec` draws them; one without a path, or with more than nine edges once it
is pruned, makes no network. Cells that differ in the order of their vertices are one
(`Cell.normal`); there are 423,624.

Source: NAS-Bench-101 (arXiv 1902.09635), section 2, and its authors' code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Bools, Floats
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.ends import Stem
from designspace.networks.network import Network, NetworkBatch
from designspace.networks.vertex_batches import Cells, VertexCellsBatch
from designspace.networks.vertex_cells import (
    MOST_EDGES,
    MOST_VERTICES,
    VERTEX_OPERATIONS,
    Cell,
    VertexCells,
)
from designspace.spaces.base import Draws, Family

OPERATION = Choice(choices=(1, 2, 3))
DISTINCT = {2: 1, 3: 7, 4: 91, 5: 2_532, 6: 64_542, 7: 423_624}
"""Cells of up to so many vertices with three operations. Source: its paper, for 7; enumerated
by `Cell.normal` for fewer (tests)."""


class NasBench101(Family):
    """Three stacks of three cells of 128, 256 and 512 channels, for images of 32 pixels."""

    kind: ClassVar[str] = "Cells"
    chunk: ClassVar[int] = 256  # a seed's networks hang on it

    family: Literal["nasbench101"] = "nasbench101"
    operation: Annotated[Law, defaults_to(OPERATION), within(1, 3, 1)] = Field(
        OPERATION, description="of each vertex, 1 to 3: 3x3, 1x1, 3x3 max pool"
    )
    vertices: int = Field(MOST_VERTICES, ge=2, le=MOST_VERTICES, description="of a matrix")
    width: int = Field(128, ge=1, le=2048, description="channels of the first stack")
    cells: int = Field(3, ge=1, le=16, description="of a stack")
    stacks: int = Field(3, ge=1, le=5)

    @model_validator(mode="after")
    def _a_channel_for_each_vertex(self) -> Self:
        if self.width < self.vertices - 2:
            raise ValueError(
                f"width must be at least {self.vertices - 2}, a channel for each inner vertex, "
                f"got {self.width}"
            )
        return self

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates; those without a path, or of too many edges, are left out."""
        inner = self.vertices - 2
        upper = rng.random((n, self.vertices * (self.vertices - 1) // 2)) < 0.5
        labels = self.operation.draw(rng, n * inner).reshape(n, inner) - 1
        cells = Cells.of(upper, labels).pruned()
        rows = np.flatnonzero((cells.sizes > 0) & (cells.sizes <= MOST_EDGES))
        cells = cells.take(rows).normal()
        parameters = columns(cells)
        parameters["depth"] = np.full(len(cells), float(self.cells * self.stacks))
        stages = tuple(
            VertexCellsBatch(cells, self.cells, self.width * 2**i, pool=i > 0)
            for i in range(self.stacks)
        )
        networks = NetworkBatch(Stem(width=self.width, stride=1), stages)
        return Draws(n, rows, parameters, networks)

    def network(self, cell: Cell) -> Network:
        """The network of a pruned cell."""
        return network(cell, self.width, self.cells, self.stacks)

    def count(self) -> int:
        """Distinct cells; with fewer than three operations, an upper bound of matrices times
        operations.
        """
        k = len(self.operation.values)
        if k == len(VERTEX_OPERATIONS):
            return DISTINCT[self.vertices]
        return int(2 ** (self.vertices * (self.vertices - 1) // 2) * k ** (self.vertices - 2))

    @property
    def refinable(self) -> tuple[str, ...]:
        """None: its columns say how many there are, which no law draws."""
        return ()

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have few enough vertices, and operations of the law only."""
        inside = [columns["vertices"] <= self.vertices]
        for i, name in enumerate(COUNTS, start=1):
            if i not in self.operation.values:
                inside.append(columns[name] == 0)
        passes: Bools = np.logical_and.reduce(inside)
        return passes


SKELETON = ("stem_filter_size", "num_stacks", "num_modules_per_stack")
"""Channels, stacks and cells by its authors' names: 128, 3 and 3. Source: `lib/config.py`."""

COUNTS = ("convolutions_3x3", "convolutions_1x1", "max_pools")


def columns(cells: Cells) -> dict[str, Floats]:
    """Vertices, edges, and how many of each operation, shape (n,) each."""
    found = {"vertices": cells.there.sum(axis=1), "edges": cells.sizes}
    for label, name in enumerate(COUNTS):
        found[name] = (cells.labels == label).sum(axis=1)
    return {name: values.astype(float) for name, values in found.items()}


def network(cell: Cell, width: int = 128, cells: int = 3, stacks: int = 3) -> Network:
    """Stacks of a pruned cell, each twice as wide as the one before and half as large."""
    stages = tuple(
        VertexCells(
            body="vertices",
            matrix=cell.matrix,
            operations=cell.operations,
            depth=cells,
            width=width * 2**i,
            pool=i > 0,
        )
        for i in range(stacks)
    )
    return Network(stem=Stem(width=width, stride=1), stages=stages)
