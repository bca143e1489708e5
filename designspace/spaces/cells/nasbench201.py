"""The design space of NAS-Bench-201: an operation of five on each of a cell's six edges.

Three stages of equal cells with 16, 32 and 64 channels; 5^6 = 15,625 strings.

Source: NAS-Bench-201 (arXiv 2001.00326), section 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from columns.arrays import Ints
from columns.quantities import Name
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.edge_cells import (
    EDGES,
    OPERATIONS,
    SHORT,
    EdgeCells,
    EdgeCellsBatch,
    Operation,
)
from designspace.networks.ends import ActiveStem, NormHead
from designspace.networks.network import Network, NetworkBatch
from designspace.spaces.base import Draws
from designspace.spaces.partwise import Partwise

OPERATION = Choice(choices=(1, 2, 3, 4, 5))
HEAD = NormHead(kind="norm")


class NotACell(ValueError):
    """Text that is no cell of NAS-Bench-201: what is wrong with it."""


class NasBench201(Partwise):
    """Five cells a stage of 16, 32 and 64 channels, for images of 32 pixels."""

    kind: ClassVar[str] = "Cells"

    names: ClassVar[Mapping[str, Sequence[Name]]] = {
        "operation": tuple(Name(one, SHORT.get(one, one)) for one in OPERATIONS)
    }

    family: Literal["nasbench201"] = "nasbench201"
    operation: Annotated[Law, defaults_to(OPERATION), within(1, 5, 1)] = Field(
        OPERATION, description="of each edge, 1 to 5: none, skip, 1x1, 3x3, average pool"
    )
    width: int = Field(16, ge=1, le=1024, description="C, channels of the first stage")
    cells: int = Field(5, ge=1, le=32, description="N, cells of a stage")

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        drawn = [self.operation.draw(rng, n) for _ in EDGES]
        return self._draws([edge - 1 for edge in drawn])

    def _draws(self, edges: Sequence[Ints]) -> Draws:
        n = len(edges[0])
        parameters = {
            f"operation_{to}_{start}": (edge + 1).astype(float)
            for (to, start), edge in zip(EDGES, edges, strict=True)
        }
        parameters["depth"] = np.full(n, 3.0 * self.cells)
        full = np.ones(n, dtype=np.int64)
        stages = tuple(
            EdgeCellsBatch(tuple(edges), self.cells, width * full, (width if i else 0) * full)
            for i, width in enumerate((self.width, 2 * self.width, 4 * self.width))
        )
        networks = NetworkBatch(stem(self.width), stages, head=HEAD)
        return Draws(n, np.arange(n), parameters, networks)

    def enumerated(self) -> Draws:
        """All networks of the space, in the order of their operations."""
        values = self.operation.units() - 1
        grid = np.meshgrid(*[values] * len(EDGES), indexing="ij")
        return self._draws([axis.ravel() for axis in grid])

    def count(self) -> int:
        """Settings of the edges, k^6: 15,625, of which 6,466 differ as its authors judge."""
        return int(len(self.operation.values) ** len(EDGES))

    def places(self) -> dict[str, list[str]]:
        """An operation on each edge."""
        return {"operation": [f"operation_{to}_{start}" for to, start in EDGES]}


def stem(width: int) -> ActiveStem:
    """A 3x3 convolution and batch norm, no activation."""
    return ActiveStem(kind="active", width=width, stride=1, act="none")


def network(operations: Sequence[Operation], width: int = 16, cells: int = 5) -> Network:
    """The network of a cell: three stages of `width`, 2 `width` and 4 `width` channels."""
    stages = tuple(
        EdgeCells(
            body="edges",
            operations=tuple(operations),
            depth=cells,
            width=wide,
            reduction=wide if i else 0,
        )
        for i, wide in enumerate((width, 2 * width, 4 * width))
    )
    return Network(stem=stem(width), stages=stages, head=HEAD)


EDGE = re.compile(r"(\w+)~(\d)", re.ASCII)


def from_string(text: str) -> tuple[Operation, ...]:
    """The operations of `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`.

    Raises:
        NotACell: another number of edges or nodes, or an operation that there is none.
    """
    nodes = text.strip().split("+")
    edges = [EDGE.fullmatch(part) for node in nodes for part in node.strip("|").split("|")]
    places = [(int(edge[2])) for edge in edges if edge]
    if len(nodes) != 3 or None in edges or places != [start for _, start in EDGES]:
        raise NotACell(f"a cell reads |op~0|+|op~0|op~1|+|op~0|op~1|op~2|, not {text[:200]!r}")
    found = []
    for edge in edges:
        name = edge[1] if edge else ""
        if name not in OPERATIONS:
            raise NotACell(f"no operation {name[:40]!r}: there are {', '.join(OPERATIONS)}")
        found.append(name)
    return tuple(found)
