"""The size space of NATS-Bench: a given cell of NAS-Bench-201, five widths that are drawn.

Source: NATS-Bench (arXiv 2009.00437), section 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from columns.arrays import Ints
from designspace.laws.laws import Law, Uniform, defaults_to, within
from designspace.networks.edge_cells import OPERATIONS, EdgeCells, EdgeCellsBatch
from designspace.networks.ends import ActiveStemBatch
from designspace.networks.network import Network, NetworkBatch
from designspace.spaces.base import Draws
from designspace.spaces.cells.nasbench201 import HEAD, from_string, stem
from designspace.spaces.partwise import Partwise

CELL_WIDTH = Uniform(lo=8, hi=64, step=8)

GIVEN = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|"
    "+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
)
"""The cell of the size space."""


class NatsSize(Partwise):
    """The size space: five widths of 8 to 64, 32,768 networks."""

    kind: ClassVar[str] = "Cells"

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

    def places(self) -> dict[str, list[str]]:
        """Five widths."""
        return {"width": [f"width_{i}" for i in range(1, 6)]}


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
