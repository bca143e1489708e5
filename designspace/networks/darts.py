"""A body of DARTS cells, each of which takes the two cells before it.

Source: DARTS: Differentiable Architecture Search (arXiv 1806.09055), sections 2.1 and 3, and
its authors' code, `model.py`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, Strict, model_validator

from designspace.networks.bodies import Body
from designspace.networks.numbers import WIDEST
from designspace.networks.wiring import Wiring

Operation: TypeAlias = Literal[
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
]
OPERATIONS: tuple[Operation, ...] = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
"""In the order of its authors' code, without `none`, which no cell that is derived has."""

NODES = 4
Edge: TypeAlias = Annotated[tuple[Operation, int], Strict(False)]
Cell: TypeAlias = tuple[Edge, ...]
"""Two edges for each of four nodes: an operation on an earlier state. States 0 and 1 are the
two cells before, 2 to 5 the nodes."""


class DartsStage(Body):
    """Normal cells, and two that halve the side, a third and two thirds of the way."""

    part: ClassVar[str] = "cell"

    body: Literal["darts"]
    normal: Cell = Field(min_length=2 * NODES, max_length=2 * NODES, strict=False)
    reduce: Cell = Field(min_length=2 * NODES, max_length=2 * NODES, strict=False)
    cells: int = Field(ge=1, le=40)
    channels: int = Field(ge=2, le=WIDEST // 16, description="C, of a node of the first cell")
    halves: bool = Field(
        False, description="whether the second state is half as large: ImageNet's second stem"
    )

    @model_validator(mode="after")
    def _edges_come_from_before(self) -> Self:
        if self.channels % 2:
            raise ValueError(f"channels are even, to be halved, not {self.channels}")
        for cell in (self.normal, self.reduce):
            for k, (_, state) in enumerate(cell):
                if not 0 <= state < k // 2 + 2:
                    raise ValueError(
                        f"node {k // 2 + 2} takes a state of 0 to {k // 2 + 1}, not {state}"
                    )
        return self

    @property
    def depth(self) -> int:
        """Cells."""
        return self.cells

    @property
    def reductions(self) -> set[int]:
        """The cells that halve the side, from 0."""
        return {self.cells // 3, 2 * self.cells // 3}

    @property
    def width(self) -> int:
        """Channels that come out: four nodes of a last cell."""
        return int(NODES * self.channels * 2 ** len(self.reductions))

    @property
    def widest(self) -> int:
        """Channels where there are most."""
        return self.width

    @property
    def words(self) -> str:
        """Both cells, as its authors print them."""
        return f"normal {_words(self.normal)}; reduce {_words(self.reduce)}"

    @property
    def wiring(self) -> Wiring:
        """The normal cell."""
        edges = [(state, k // 2 + 2, op) for k, (op, state) in enumerate(self.normal)]
        ends = [(node, NODES + 2, "") for node in range(2, NODES + 2)]
        names = ("c k-2", "c k-1", *(str(i) for i in range(NODES)), "out")
        short = [(i, j, SHORT[op]) for i, j, op in edges]
        return Wiring(names, (*short, *ends))


SHORT: dict[Operation, str] = {
    "max_pool_3x3": "max",
    "avg_pool_3x3": "avg",
    "skip_connect": "skip",
    "sep_conv_3x3": "sep 3",
    "sep_conv_5x5": "sep 5",
    "dil_conv_3x3": "dil 3",
    "dil_conv_5x5": "dil 5",
}


def _words(cell: Cell) -> str:
    return " ".join(f"{SHORT[op]}({state})" for op, state in cell)
