"""The design space of DARTS: a normal cell and one that reduces, of four nodes each.

Each node takes two different earlier states, each by one of seven operations: 180 choices of
states and 7^8 of operations a cell.

Source: DARTS (arXiv 1806.09055), section 2 and appendix A; its authors' code for the networks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from columns.arrays import Floats
from columns.quantities import Name
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.darts import NODES, OPERATIONS, Cell, DartsStage
from designspace.networks.ends import ActiveStem, DoubleStem
from designspace.networks.network import Network, NetworkList
from designspace.spaces.base import Draws, Published
from designspace.spaces.partwise import Partwise

OPERATION = Choice(choices=tuple(range(1, len(OPERATIONS) + 1)))
SHORT = ("max", "avg", "skip", "sep3", "sep5", "dil3", "dil5")
STATES = [list(combinations(range(node + 2), 2)) for node in range(NODES)]
"""The pairs of states that each node can take."""


class Darts(Partwise):
    """Cells for images of 32 pixels, 36 channels, 20 cells, as they are trained in the end."""

    kind: ClassVar[str] = "Cells"
    chunk: ClassVar[int] = 128  # each is a model of its own

    names: ClassVar[Mapping[str, Sequence[Name]]] = {
        "operation": tuple(map(Name, OPERATIONS, SHORT))
    }

    family: Literal["darts"] = "darts"
    operation: Annotated[Law, defaults_to(OPERATION), within(1, len(OPERATIONS), 1)] = Field(
        OPERATION,
        description="of each edge, 1 to 7: max and average pool, skip, separable 3 and 5, "
        "dilated 3 and 5",
    )
    channels: int = Field(36, ge=2, le=512, multiple_of=2, description="C of the first cell")
    cells: int = Field(20, ge=1, le=40)

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        edges = 2 * NODES
        drawn = self.operation.draw(rng, 2 * n * edges).reshape(n, 2, edges)
        pairs = np.stack([rng.integers(len(some), size=(n, 2)) for some in STATES], axis=2)
        networks = [
            self.network(*(_cell(drawn[i, c], pairs[i, c]) for c in (0, 1))) for i in range(n)
        ]
        parameters: dict[str, Floats] = {"depth": np.full(n, float(self.cells))}
        for c in (0, 1):  # the normal cell, that which reduces
            for k in range(edges):
                place = f"{c + 1}_{k + 1}"
                parameters[f"operation_{place}"] = drawn[:, c, k].astype(float)
        return Draws(n, np.arange(n), parameters, NetworkList(tuple(networks)))

    def network(self, normal: Cell, reduce: Cell) -> Network:
        """The network of two cells."""
        return network(normal, reduce, self.channels, self.cells)

    def count(self) -> int:
        """Settings of states and operations of both cells."""
        states = 1
        for some in STATES:
            states *= len(some)
        return int((states * len(self.operation.values) ** (2 * NODES)) ** 2)

    def places(self) -> dict[str, list[str]]:
        """An operation on each edge of the normal cell, and of that which reduces."""
        edges = range(1, 2 * NODES + 1)
        return {"operation": [f"operation_{cell}_{edge}" for cell in (1, 2) for edge in edges]}

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """DARTS_V2, for CIFAR-10 and for ImageNet."""
        return PUBLISHED


def _cell(operations: Any, pairs: Any) -> Cell:
    """A cell of drawn operations, and of the numbers of the pairs that its nodes take."""
    edges = []
    for node, some in enumerate(STATES):
        for k, state in enumerate(some[int(pairs[node])]):
            edges.append((OPERATIONS[int(operations[2 * node + k]) - 1], state))
    return tuple(edges)


def network(
    normal: Cell, reduce: Cell, channels: int, cells: int, imagenet: bool = False
) -> Network:
    """Both cells in a row; ImageNet's two stems make images eight times smaller."""
    stem: Any = (
        DoubleStem(kind="double", width=channels)
        if imagenet
        else ActiveStem(kind="active", width=3 * channels, stride=1)
    )
    stage = DartsStage(
        body="darts",
        normal=normal,
        reduce=reduce,
        cells=cells,
        channels=channels,
        halves=imagenet,
    )
    return Network(stem=stem, stages=(stage,))


V2: tuple[Cell, Cell] = (
    (
        ("sep_conv_3x3", 0),
        ("sep_conv_3x3", 1),
        ("sep_conv_3x3", 0),
        ("sep_conv_3x3", 1),
        ("sep_conv_3x3", 1),
        ("skip_connect", 0),
        ("skip_connect", 0),
        ("dil_conv_3x3", 2),
    ),
    (
        ("max_pool_3x3", 0),
        ("max_pool_3x3", 1),
        ("skip_connect", 2),
        ("max_pool_3x3", 1),
        ("max_pool_3x3", 0),
        ("skip_connect", 2),
        ("skip_connect", 2),
        ("max_pool_3x3", 1),
    ),
)
"""The second-order cells of its paper, figures 4 and 5."""

PUBLISHED = {
    "darts_v2": Published.one(network, *V2, 36, 20, resolution=32, classes=10),
    "darts_v2_imagenet": Published.one(network, *V2, 48, 14, imagenet=True),
}
