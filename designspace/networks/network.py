"""A network: stem, stages, head. What every family draws and everything after sampling reads.

A network here is an *architecture* only: classes, resolution and channels belong to the
regime it is trained under. `NetworkBatch` is the same noun with arrays in place of numbers,
so one function can count one network or a million draws.

Source: Designing Network Design Spaces (arXiv 2003.13678), section 3.2 and figure 3.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from columns.arrays import Floats, Ints
from designspace.values import Definition

Count: TypeAlias = int | Ints
"""A whole number, or one for each network of a batch, shape (n,)."""
Ratio: TypeAlias = float | Floats

Block: TypeAlias = Literal["X", "R", "V", "VR"]
"""X: residual bottleneck with a group convolution; R: X without groups; V: one 3x3
convolution; VR: V with a residual. Source: arXiv 2003.13678, figure 4 and appendix D."""


def inner_width(width: Count, bottleneck_ratio: Ratio) -> Any:
    """w / b, channels inside a block. `Any`: an int for one network, int64 (n,) for a batch."""
    inner = np.rint(np.divide(width, bottleneck_ratio)).astype(np.int64)
    return inner if isinstance(inner, np.ndarray) else int(inner)


WIDEST, DEEPEST = 2**20, 1024
"""Channels and blocks of a stage, at most: beyond them counts would leave 64 bits."""


class Stem(Definition):
    """The layers before the body.

    `simple`: one 3x3 convolution; `resnet`: 7x7 convolution, then a 3x3 max pool of stride 2.
    """

    kind: Literal["simple", "resnet"] = "simple"
    width: int = Field(
        32, ge=1, le=8192, description="output channels; never the w0 of a RegNet"
    )
    stride: int = Field(2, ge=1, le=4, description="stride of the convolution")


class Stage(Definition):
    """Blocks of one width; the first of them carries the stride."""

    depth: int = Field(ge=1, le=DEEPEST, description="d_i, blocks")
    width: int = Field(ge=1, le=WIDEST, description="w_i, channels")
    stride: int = Field(2, ge=1, le=4)
    bottleneck_ratio: float = Field(1, gt=0, le=WIDEST, description="b_i = width / inner width")
    group_width: int = Field(ge=1, le=WIDEST, description="g_i, channels per group of the 3x3")

    @field_validator("bottleneck_ratio")
    @classmethod
    def _as_built(cls, ratio: float, fields: ValidationInfo) -> float:
        # 8 channels with 6 inside are b = 4 / 3, whether 1.3 or 1.4 was given: one hash.
        width = fields.data.get("width")
        inner = inner_width(width, ratio) if width else 0
        return float(width / inner) if width and inner else ratio

    @model_validator(mode="after")
    def _groups_divide_the_inner_width(self) -> Self:
        inner = inner_width(self.width, self.bottleneck_ratio)
        if inner < 1 or inner % self.group_width:
            raise ValueError(
                f"inner width {inner} (width {self.width} / b {self.bottleneck_ratio:g}) is no "
                f"multiple of group width {self.group_width}"
            )
        return self

    @property
    def inner_width(self) -> int:
        """Channels of the 3x3 convolution."""
        return int(inner_width(self.width, self.bottleneck_ratio))


class Network(Definition):
    """One network: X blocks, or Y blocks where `se_ratio` is above 0."""

    stem: Stem = Stem()
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=32, strict=False)
    se_ratio: float = Field(
        0, ge=0, le=1, description="squeeze width / input width of a block; 0: no SE"
    )
    block: Block = "X"

    @model_validator(mode="after")
    def _blocks_have_no_more_than_they_use(self) -> Self:
        # Else one architecture would have many descriptions, and as many hashes.
        for stage in self.stages:
            if self.block != "X" and stage.group_width != stage.inner_width:
                raise ValueError(f"{self.block} blocks have one group: {stage}")
            if self.block in ("V", "VR") and (stage.bottleneck_ratio != 1 or self.se_ratio):
                raise ValueError(f"{self.block} blocks have no bottleneck and no SE: {stage}")
        return self

    @property
    def depth(self) -> int:
        """d, blocks of the whole body."""
        return sum(stage.depth for stage in self.stages)

    @property
    def block_widths(self) -> list[int]:
        """w_j, the width of each block, j = 0 .. d - 1."""
        return [stage.width for stage in self.stages for _ in range(stage.depth)]

    @property
    def hash(self) -> str:
        """Identity of the architecture, whatever space it was drawn from: 16 hex digits."""
        # Defaults are left out, so a field added later doesn't rename the networks of today.
        canonical = json.dumps(self.model_dump(exclude_defaults=True), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class StageBatch:
    """One stage of n networks: each field of `Stage`, shape (n,); the stride is shared."""

    depth: Ints
    width: Ints
    stride: int
    bottleneck_ratio: Floats
    group_width: Ints

    @property
    def inner_width(self) -> Ints:
        """Channels of the 3x3 convolution, shape (n,)."""
        return inner_width(self.width, self.bottleneck_ratio)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class NetworkBatch:
    """n networks of one stem and one number of stages, as columns."""

    stem: Stem
    stages: tuple[StageBatch, ...]
    se_ratio: float = 0
    block: Block = "X"

    def __len__(self) -> int:
        return len(self.stages[0].depth)

    def __getitem__(self, i: int) -> Network:
        return Network(
            stem=self.stem,
            stages=tuple(
                Stage(
                    depth=int(s.depth[i]),
                    width=int(s.width[i]),
                    stride=s.stride,
                    bottleneck_ratio=float(s.bottleneck_ratio[i]),
                    group_width=int(s.group_width[i]),
                )
                for s in self.stages
            ),
            se_ratio=self.se_ratio,
            block=self.block,
        )

    def __iter__(self) -> Iterator[Network]:
        return (self[i] for i in range(len(self)))

    def take(self, rows: NDArray[Any]) -> NetworkBatch:
        """The networks at `rows` (indices or a mask), in that order."""
        return NetworkBatch(
            self.stem,
            tuple(
                StageBatch(
                    s.depth[rows],
                    s.width[rows],
                    s.stride,
                    s.bottleneck_ratio[rows],
                    s.group_width[rows],
                )
                for s in self.stages
            ),
            self.se_ratio,
            self.block,
        )
