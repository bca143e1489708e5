"""Stages that are one wired graph: a node for each convolution, edges from earlier to later.

Source: Exploring Randomly Wired Neural Networks (arXiv 1904.01569), section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, Strict, model_validator

from columns.arrays import Bools, Floats, Ints
from designspace.networks.bodies import Body
from designspace.networks.numbers import WIDEST, Count
from designspace.networks.wiring import Wiring

MOST_NODES, MOST_EDGES = 256, 4096

Edge: TypeAlias = Annotated[tuple[int, int], Strict(False)]


class WiredStage(Body):
    """Nodes 0, 1, .. of one width; an edge (i, j) has i < j. The order of nodes counts."""

    part: ClassVar[str] = "node"

    body: Literal["wired"]
    nodes: int = Field(ge=1, le=MOST_NODES)
    edges: tuple[Edge, ...] = Field((), strict=False, max_length=MOST_EDGES)
    width: int = Field(ge=1, le=WIDEST, description="channels of each node")
    stride: int = Field(2, ge=1, le=4, description="of the nodes that take what comes in")

    @model_validator(mode="after")
    def _edges_go_forward_each_once(self) -> Self:
        for i, j in self.edges:
            if not 0 <= i < j < self.nodes:
                raise ValueError(
                    f"an edge goes from a node to a later one, not from {i} to {j}"
                )
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError("edges are in order, each once")
        return self

    @property
    def depth(self) -> int:
        """Nodes: each is a convolution."""
        return self.nodes

    @property
    def inputs(self) -> list[list[int]]:
        """The nodes before each node."""
        found: list[list[int]] = [[] for _ in range(self.nodes)]
        for i, j in self.edges:
            found[j].append(i)
        return found

    @property
    def outputs(self) -> list[int]:
        """Nodes without a node after them."""
        before = {i for i, _ in self.edges}
        return [i for i in range(self.nodes) if i not in before]

    @property
    def words(self) -> str:
        """How large its graph is."""
        return f"{self.nodes} nodes, {len(self.edges)} edges"

    @property
    def wiring(self) -> Wiring:
        """Its nodes between what goes in and what comes out."""
        inner = tuple(str(i) for i in range(self.nodes))
        firsts = ((0, i + 1, "") for i, before in enumerate(self.inputs) if not before)
        edges = ((i + 1, j + 1, "") for i, j in self.edges)
        lasts = ((i + 1, self.nodes + 1, "") for i in self.outputs)
        return Wiring(("in", *inner, "out"), (*firsts, *edges, *lasts))

    @property
    def widest(self) -> int:
        """Channels where there are most."""
        return self.width


@dataclass(frozen=True)
class WiredStageBatch:
    """One stage of n networks: whether an edge goes from i to j, i < j, (n, nodes, nodes)."""

    edges: Bools
    width: int
    stride: int = 2

    def __len__(self) -> int:
        return len(self.edges)

    def __getitem__(self, i: int) -> WiredStage:
        edges = map(tuple, np.argwhere(self.edges[i]).tolist())
        return WiredStage(
            body="wired",
            nodes=self.nodes,
            edges=tuple(edges),
            width=self.width,
            stride=self.stride,
        )

    def take(self, rows: NDArray[Any]) -> Self:
        """The stages of the networks at `rows`."""
        return replace(self, edges=self.edges[rows])

    @property
    def nodes(self) -> int:
        return int(self.edges.shape[1])

    @property
    def before(self) -> Ints:
        """How many nodes come before each, shape (n, nodes)."""
        before: Ints = self.edges.sum(axis=1)
        return before

    def most_weights(self, w_in: Count) -> Floats:
        """No fewer than the weights, shape (n,): a separable 3x3 a node, one for each edge."""
        widest = np.maximum(w_in, self.width) * 1.0
        return np.full(len(self), self.nodes * (widest**2 + 11 * widest + self.nodes))

    @property
    def key(self) -> list[Ints]:
        """Whole numbers that tell stages apart, shape (n,) each: 64 pairs of nodes a number."""
        pairs = self.edges[:, *np.triu_indices(self.nodes, 1)]
        bits = np.packbits(np.pad(pairs, ((0, 0), (0, -pairs.shape[1] % 64))), axis=1)
        return list(np.ascontiguousarray(bits).view(np.int64).T)
