"""Stages that are one wired graph: a node for each convolution, edges from earlier to later.

Source: Exploring Randomly Wired Neural Networks (arXiv 1904.01569), section 3.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, Strict, model_validator

from designspace.networks.bodies import Body
from designspace.networks.numbers import WIDEST
from designspace.networks.wiring import Wiring

MOST_NODES, MOST_EDGES = 256, 4096

Edge: TypeAlias = Annotated[tuple[int, int], Strict(False)]


class WiredStage(Body):
    """Nodes 0, 1, .. of one width; an edge (i, j) has i < j. The order of nodes counts."""

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
