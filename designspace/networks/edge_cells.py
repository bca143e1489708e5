"""Stages of cells of NAS-Bench-201: small graphs of operations on edges, repeated.

Source: NAS-Bench-201 (arXiv 2001.00326), figure 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from columns.arrays import Floats, Ints
from designspace.networks.bodies import Body
from designspace.networks.numbers import DEEPEST, WIDEST, Count
from designspace.networks.wiring import Wiring

Operation: TypeAlias = Literal[
    "none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"
]
OPERATIONS: tuple[Operation, ...] = (
    "none",
    "skip_connect",
    "nor_conv_1x1",
    "nor_conv_3x3",
    "avg_pool_3x3",
)
"""Of NAS-Bench-201, in its order."""

SHORT = {
    "skip_connect": "skip",
    "nor_conv_1x1": "1x1",
    "nor_conv_3x3": "3x3",
    "avg_pool_3x3": "pool",
}
"""Operations as pictures name them."""

EDGES = ((1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2))
"""(to, from) of each edge between its four nodes, in the order of its strings."""


def to_string(operations: Sequence[Operation]) -> str:
    """A cell as NAS-Bench-201 writes it: `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`."""
    nodes: dict[int, list[str]] = {}
    for (to, start), operation in zip(EDGES, operations, strict=True):
        nodes.setdefault(to, []).append(f"{operation}~{start}")
    return "+".join(f"|{'|'.join(edges)}|" for edges in nodes.values())


class EdgeCells(Body):
    """Equal cells of NAS-Bench-201: four nodes, an operation on each of six edges."""

    part: ClassVar[str] = "cell"

    body: Literal["edges"]
    operations: tuple[Operation, ...] = Field(min_length=6, max_length=6, strict=False)
    depth: int = Field(ge=1, le=DEEPEST, description="cells")
    width: int = Field(ge=1, le=WIDEST, description="channels that come out")
    reduction: int = Field(
        0, ge=0, le=WIDEST, description="channels of a block of stride 2 before; 0: none"
    )

    def check_input(self, w_in: int) -> None:
        """Refuse a cell from another width by an operation that can't change widths."""
        if (self.reduction or w_in) == self.width:
            return
        for (to, start), operation in zip(EDGES, self.operations, strict=True):
            if start == 0 and operation in ("none", "avg_pool_3x3"):
                raise ValueError(
                    f"{operation} from node 0 to {to} keeps {self.reduction or w_in} channels: "
                    f"the cell has {self.width}"
                )

    @property
    def words(self) -> str:
        """The cell as NAS-Bench-201 writes it, and what comes before."""
        return to_string(self.operations) + (" after a reduction" if self.reduction else "")

    @property
    def wiring(self) -> Wiring:
        """Its four nodes, an operation on each edge that has one."""
        edges = (
            (start, to, SHORT[operation])
            for (to, start), operation in zip(EDGES, self.operations, strict=True)
            if operation != "none"
        )
        return Wiring(("in", "1", "2", "out"), tuple(edges))

    @property
    def widest(self) -> int:
        """Channels where there are most."""
        return max(self.width, self.reduction)


@dataclass(frozen=True)
class EdgeCellsBatch:
    """One stage of n networks: operations as indices, shape (n,) for each edge."""

    operations: tuple[Ints, ...]
    depth: int
    width: Ints
    reduction: Ints  # 0 in all networks, or in none

    def __len__(self) -> int:
        return len(self.width)

    def __getitem__(self, i: int) -> EdgeCells:
        return EdgeCells(
            body="edges",
            operations=tuple(OPERATIONS[edge[i]] for edge in self.operations),
            depth=self.depth,
            width=int(self.width[i]),
            reduction=int(self.reduction[i]),
        )

    def take(self, rows: NDArray[Any]) -> EdgeCellsBatch:
        """The stages of the networks at `rows`."""
        operations = tuple(edge[rows] for edge in self.operations)
        return replace(
            self,
            operations=operations,
            width=self.width[rows],
            reduction=self.reduction[rows],
        )

    def most_weights(self, w_in: Count) -> Floats:
        """No fewer than the weights, shape (n,): nine a pair of channels on each edge."""
        widest = np.maximum(np.maximum(w_in, self.width), self.reduction) * 1.0
        weights: Floats = (9 * len(EDGES) * self.depth + 19) * widest**2
        return weights

    @property
    def key(self) -> list[Ints]:
        """Whole numbers that tell stages apart, shape (n,) each."""
        return [*self.operations, self.width, self.reduction]
