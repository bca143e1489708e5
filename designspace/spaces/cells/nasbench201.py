"""The design spaces of NAS-Bench-201: operations on six edges (tss), or five widths (sss).

Three stages of equal cells with 16, 32 and 64 channels; an operation of five on each of six
edges makes 5^6 = 15,625 strings. In the size space the cell is given and widths are drawn.

Source: NAS-Bench-201 (arXiv 2001.00326), section 2; NATS-Bench (2009.00437), section 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from columns.arrays import Bools, Floats, Ints
from columns.quantities import Name
from designspace.laws.laws import Choice, Law, Uniform, defaults_to, within
from designspace.networks.cells import (
    EDGES,
    OPERATIONS,
    SHORT,
    EdgeCells,
    EdgeCellsBatch,
    Operation,
)
from designspace.networks.ends import ActiveStem, ActiveStemBatch, NormHead
from designspace.networks.network import Network, NetworkBatch
from designspace.spaces.base import Draws, Family

OPERATION = Choice(choices=(1, 2, 3, 4, 5))
CELL_WIDTH = Uniform(lo=8, hi=64, step=8)
HEAD = NormHead(kind="norm")

GIVEN = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|"
    "+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
)
"""The cell of the size space."""


class NotACell(ValueError):
    """Text that is no cell of NAS-Bench-201: what is wrong with it."""


class NasBench201(Family):
    """Five cells a stage of 16, 32 and 64 channels, for images of 32 pixels."""

    kind: ClassVar[str] = "Cells"
    lists: ClassVar[bool] = True

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

    def law(self, parameter: str) -> Any:
        """The law of `operation`, and of `operation_3_1`, which is the same."""
        return super().law(parameter.split("_")[0])

    @property
    def refinable(self) -> tuple[str, ...]:
        """None: its columns are of single edges, whose laws are one."""
        return ()

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have operations of the law on every edge."""
        passes: Bools = np.logical_and.reduce(
            [
                np.isin(columns[f"operation_{to}_{start}"], self.operation.values)
                for to, start in EDGES
            ]
        )
        return passes


class NatsSize(Family):
    """The size space: five widths of 8 to 64, 32,768 networks."""

    kind: ClassVar[str] = "Cells"
    lists: ClassVar[bool] = True

    family: Literal["nats_size"] = "nats_size"
    width: Annotated[Law, defaults_to(CELL_WIDTH), within(1, 1024, 1)] = CELL_WIDTH
    cells: int = Field(1, ge=1, le=32, description="N, cells of a stage")

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        return self._draws([self.width.draw(rng, n) for _ in range(5)])

    def _draws(self, widths: Sequence[Ints]) -> Draws:
        n = len(widths[0])
        a, b, c, d, e = widths
        parameters = {f"width_{i}": w.astype(float) for i, w in enumerate(widths, start=1)}
        parameters["depth"] = np.full(n, 3.0 * self.cells)
        edges = tuple(
            np.full(n, OPERATIONS.index(operation)) for operation in from_string(GIVEN)
        )
        stages = tuple(
            EdgeCellsBatch(edges, self.cells, width, reduction)
            for width, reduction in ((a, np.zeros_like(a)), (c, b), (e, d))
        )
        networks = NetworkBatch(ActiveStemBatch(a, stride=1, act="none"), stages, head=HEAD)
        return Draws(n, np.arange(n), parameters, networks)

    def enumerated(self) -> Draws:
        """All networks of the space, in the order of their widths."""
        grid = np.meshgrid(*[self.width.units()] * 5, indexing="ij")
        return self._draws([axis.ravel() for axis in grid])

    def count(self) -> int:
        """Settings of the widths, k^5."""
        return int(len(self.width.values) ** 5)

    def law(self, parameter: str) -> Any:
        """The law of `width`, and of `width_3`, which is the same."""
        return super().law(parameter.split("_")[0])

    @property
    def refinable(self) -> tuple[str, ...]:
        """None: its columns are of single widths, whose laws are one."""
        return ()

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have widths of the law."""
        passes: Bools = np.logical_and.reduce(
            [np.isin(columns[f"width_{i}"], self.width.values) for i in range(1, 6)]
        )
        return passes


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


def sized(widths: Sequence[int], cells: int = 1) -> Network:
    """A network of the size space, of five widths: "8:16:8:24:64".

    The stem has the first; a cell to the first, a reduction to the second, a cell to the third,
    a reduction to the fourth, a cell to the last.
    """
    a, b, c, d, e = widths
    operations = from_string(GIVEN)
    stages = tuple(
        EdgeCells(
            body="edges", operations=operations, depth=cells, width=width, reduction=reduction
        )
        for width, reduction in ((a, 0), (c, b), (e, d))
    )
    return Network(stem=stem(a), stages=stages, head=HEAD)


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
