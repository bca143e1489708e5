"""What families have in common whose networks are stages that repeat one block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from designspace.layers.complexity import Complexity
from designspace.networks.ends import AnyHead, PoolHead, Stem
from designspace.networks.network import NetworkBatch
from designspace.networks.numbers import Activation
from designspace.networks.repeats import NO_BOTTLENECK, Block, StageBatch
from designspace.spaces.base import Family
from designspace.values import Definition, later

Millions = Annotated[float, Field(ge=-1e6, le=1e6)]


class Limits(Definition):
    """Upper limits that grow with the flops, F in units of 10^9 multiply-adds.

    Source: arXiv 2003.13678, section 4 (constrained RegNetX), for images of 224 x 224.
    """

    params: tuple[Millions, Millions] = Field(
        (3, 5.5), strict=False, description="params < 3 + 5.5 F, millions"
    )
    activations: float = Field(
        6.5, gt=0, le=1e6, description="activations < 6.5 sqrt(F), millions"
    )

    def broken(self, counts: Complexity) -> dict[str, Any]:
        """Which networks are beyond, masks of shape (n,), by the count that is too large."""
        f = np.asarray(counts.flops) / 1e9
        offset, slope = self.params
        return {
            "params": counts.params >= 1e6 * (offset + slope * f),
            "activations": counts.activations >= 1e6 * self.activations * np.sqrt(f),
        }


class Staged(Family):
    """Fields of what stands around the drawn stages."""

    stem: Stem = Stem()
    strides: tuple[int, ...] = Field(
        (2, 2, 2, 2),
        min_length=1,
        max_length=5,
        strict=False,
        description="of each stage; their number",
    )
    se_ratio: float = Field(
        0, ge=0, le=1, description="0: X blocks; 0.25: Y blocks of the paper"
    )
    limits: Limits | None = Field(None, description="on params and activations, by flops")
    block: Block = Field(
        "X",
        description="X, R (one group), V (one 3x3), VR (V, residual), B (two 3x3, residual), "
        "Z (X, linear end, no projection)",
    )
    act: Activation = later("relu", description="of stem and blocks")
    head: AnyHead = later(PoolHead())

    @field_validator("strides")
    @classmethod
    def _strides_in_range(cls, strides: tuple[int, ...]) -> tuple[int, ...]:
        if not all(1 <= stride <= 4 for stride in strides):
            raise ValueError(f"strides must be 1 to 4, got {strides}")
        return strides

    @model_validator(mode="after")
    def _blocks_with_se_have_a_bottleneck(self) -> Self:
        if self.se_ratio and self.block in NO_BOTTLENECK:
            raise ValueError(f"se_ratio must be 0 for {self.block} blocks, got {self.se_ratio}")
        return self

    def batch(self, stages: Sequence[StageBatch]) -> NetworkBatch:
        """The networks of drawn stages."""
        return NetworkBatch(
            self.stem, tuple(stages), self.se_ratio, self.block, self.act, self.head
        )

    @classmethod
    def apart(cls) -> set[str]:
        """The limits, too: what has none was drawn from more."""
        return super().apart() | {"limits"}

    def is_given(self, other: Family) -> bool:
        """As of every family; the other has the same limits, or none."""
        return (
            isinstance(other, Staged)
            and super().is_given(other)
            and other.limits in (None, self.limits)
        )

    def beyond(self, counts: Complexity) -> dict[str, Any]:
        """Those that break the limits."""
        return self.limits.broken(counts) if self.limits else {}
