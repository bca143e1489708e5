"""A network: stem, stages, head. What every family draws and everything after sampling reads.

A network here is an *architecture* only: classes, channels and resolution belong to the regime
it is trained under; a network may resize images to a side of its own. What a stage is made of
is its body: one repeated block (the default), blocks with settings of their own, ..
`NetworkBatch` is the same noun with arrays in place of numbers, so one function can count one
network or a million draws.

Source: Designing Network Design Spaces (arXiv 2003.13678), section 3.2 and figure 3.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from columns.arrays import Ints
from designspace.networks.bottlenecks import BottleneckStage, BottleneckStageBatch
from designspace.networks.convnext import NextStage, NextStageBatch
from designspace.networks.darts import DartsStage
from designspace.networks.edge_cells import EdgeCells, EdgeCellsBatch
from designspace.networks.ends import AnyHead, AnyStem, PoolHead, Stem, StemBatch
from designspace.networks.inverted import InvertedStage, InvertedStageBatch
from designspace.networks.numbers import Activation
from designspace.networks.repeats import Block, Stage, StageBatch
from designspace.networks.vertex_batches import VertexCellsBatch
from designspace.networks.vertex_cells import VertexCells
from designspace.networks.wired import WiredStage, WiredStageBatch
from designspace.networks.wiring import Wiring
from designspace.values import Definition, later

REPEAT = "repeat"


def _body(stage: Any) -> Any:
    """Of a stage that names none: it repeats one block."""
    if isinstance(stage, dict):
        return stage.get("body", REPEAT)
    return getattr(stage, "body", REPEAT)


AnyStage: TypeAlias = Annotated[
    Annotated[Stage, Tag(REPEAT)]
    | Annotated[InvertedStage, Tag("inverted")]
    | Annotated[EdgeCells, Tag("edges")]
    | Annotated[VertexCells, Tag("vertices")]
    | Annotated[WiredStage, Tag("wired")]
    | Annotated[NextStage, Tag("next")]
    | Annotated[DartsStage, Tag("darts")]
    | Annotated[BottleneckStage, Tag("bottlenecks")],
    Discriminator(_body),
]
"""A stage, by what it is made of. A new body joins here, and its layers in `layers.body`."""

AnyStageBatch: TypeAlias = (
    StageBatch
    | InvertedStageBatch
    | EdgeCellsBatch
    | VertexCellsBatch
    | WiredStageBatch
    | NextStageBatch
    | BottleneckStageBatch
)


class Network(Definition):
    """One network; stages that repeat a block repeat X, or Y where `se_ratio` is above 0."""

    stem: AnyStem = Stem()
    stages: tuple[AnyStage, ...] = Field(min_length=1, max_length=32, strict=False)
    se_ratio: float = Field(
        0, ge=0, le=1, description="squeeze width / input width of a block; 0: no SE"
    )
    block: Block = "X"
    act: Activation = later("relu", description="of the stem, and of blocks that are repeated")
    head: AnyHead = later(PoolHead())
    resolution: int | None = later(
        None, ge=4, le=1024, description="side that images are resized to; none: as they come"
    )

    @model_validator(mode="after")
    def _blocks_have_no_more_than_they_use(self) -> Self:
        repeated = [stage for stage in self.stages if isinstance(stage, Stage)]
        for one in repeated:
            one.check_block(self.block, self.se_ratio)
        if not repeated and (self.block != "X" or self.se_ratio):
            raise ValueError("block and se_ratio are of stages that repeat a block: none does")
        return self

    @model_validator(mode="after")
    def _stages_take_what_comes_to_them(self) -> Self:
        w_in = self.stem.width
        for stage in self.stages:
            stage.check_input(w_in)
            w_in = stage.width
        return self

    @property
    def depth(self) -> int:
        """d, blocks of the whole body."""
        return sum(stage.depth for stage in self.stages)

    @property
    def block_widths(self) -> list[int]:
        """w_j, the width of each block, j = 0 .. d - 1."""
        return [width for stage in self.stages for width in stage.block_widths]

    @property
    def wiring(self) -> Wiring | None:
        """The graph of its first cell or wired stage; none of rows of blocks."""
        return next((graph for stage in self.stages if (graph := stage.wiring)), None)

    @property
    def built(self) -> dict[str, float]:
        """What of the stages may differ from what was drawn, by parameter."""
        return {
            f"effective_{name}_{i}": value
            for i, stage in enumerate(self.stages, start=1)
            for name, value in stage.built.items()
        }

    @property
    def hash(self) -> str:
        """Identity of the architecture, whatever space it was drawn from: 16 hex digits."""
        # Defaults are left out, so a field added later doesn't rename the networks of today.
        canonical = json.dumps(self.model_dump(exclude_defaults=True), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class NetworkBatch:
    """n networks of one kind of stem, one head and one number of stages, as columns."""

    stem: AnyStem | StemBatch
    stages: tuple[AnyStageBatch, ...]
    se_ratio: float = 0
    block: Block = "X"
    act: Activation = "relu"
    head: AnyHead = PoolHead()

    def __len__(self) -> int:
        return len(self.stages[0])

    def __getitem__(self, i: int) -> Network:
        return Network(
            stem=self.stem[i] if isinstance(self.stem, StemBatch) else self.stem,
            stages=tuple(s for stage in self.stages if (s := stage[i]) is not None),
            se_ratio=self.se_ratio,
            block=self.block,
            act=self.act,
            head=self.head,
        )

    def __iter__(self) -> Iterator[Network]:
        return (self[i] for i in range(len(self)))

    def take(self, rows: NDArray[Any]) -> NetworkBatch:
        """The networks at `rows` (indices or a mask), in that order."""
        stem = self.stem
        return replace(
            self,
            stem=stem.take(rows) if isinstance(stem, StemBatch) else stem,
            stages=tuple(stage.take(rows) for stage in self.stages),
        )

    @property
    def keys(self) -> list[bytes]:
        """One for each network: equal where the architectures of a space are."""
        stem = self.stem.key if isinstance(self.stem, StemBatch) else []
        columns: list[Ints] = [*stem, *(one for stage in self.stages for one in stage.key)]
        return [row.tobytes() for row in np.stack(columns, axis=1)]


@dataclass(frozen=True)
class NetworkList:
    """n networks that share too little to be columns."""

    networks: tuple[Network, ...]

    def __len__(self) -> int:
        return len(self.networks)

    def __getitem__(self, i: int) -> Network:
        return self.networks[i]

    def __iter__(self) -> Iterator[Network]:
        return iter(self.networks)

    def take(self, rows: NDArray[Any]) -> NetworkList:
        """The networks at `rows` (indices or a mask), in that order."""
        places = np.arange(len(self))[rows].tolist()
        return NetworkList(tuple(self.networks[i] for i in places))

    @property
    def keys(self) -> list[bytes]:
        """One for each network: equal where the architectures are."""
        return [network.hash.encode() for network in self.networks]
