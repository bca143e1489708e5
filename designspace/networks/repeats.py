"""Stages that repeat one block: depth, width, bottleneck ratio, group width.

Source: Designing Network Design Spaces (arXiv 2003.13678), section 3.2 and figure 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator, model_validator

from columns.arrays import Floats, Ints
from designspace.networks.bodies import Body
from designspace.networks.numbers import DEEPEST, WIDEST, Count, Ratio

Block: TypeAlias = Literal["X", "R", "V", "VR", "B", "Z"]
"""X: residual bottleneck with a group convolution; R: X without groups; V: one 3x3
convolution; VR: V with a residual; B: two 3x3 with a residual, the basic block of ResNet;
Z: X with a linear end and no projection, the block of RegNetZ.

Source: arXiv 2003.13678, figure 4 and appendix D; 1512.03385, figure 5; 2103.06877.
"""

ONE_GROUP: frozenset[Block] = frozenset({"R", "V", "VR", "B"})
NO_BOTTLENECK: frozenset[Block] = frozenset({"V", "VR", "B"})


def inner_width(width: Count, bottleneck_ratio: Ratio) -> Any:
    """w / b, channels inside a block. `Any`: an int for one network, int64 (n,) for a batch."""
    if isinstance(width, int) and isinstance(bottleneck_ratio, int | float):
        inner = width / bottleneck_ratio
        return round(inner) if inner < 2**63 else 0  # ties to even, as rint's
    return np.rint(np.divide(width, bottleneck_ratio)).astype(np.int64)


class Stage(Body):
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

    @property
    def block_widths(self) -> list[int]:
        """w_j of its blocks."""
        return [self.width] * self.depth

    @property
    def built(self) -> dict[str, float]:
        """What may differ from what was drawn, by parameter."""
        return {"width": float(self.width), "group_width": float(self.group_width)}

    @property
    def widest(self) -> int:
        """Channels where there are most."""
        return max(self.width, self.inner_width)

    def check_block(self, block: Block, se_ratio: float) -> None:
        """Refuse what blocks of this kind don't use.

        Else one architecture would have many descriptions, and as many hashes.
        """
        if block in ONE_GROUP and self.group_width != self.inner_width:
            raise ValueError(f"{block} blocks have one group: {self}")
        if block in NO_BOTTLENECK and (self.bottleneck_ratio != 1 or se_ratio):
            raise ValueError(f"{block} blocks have no bottleneck and no SE: {self}")


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

    def __len__(self) -> int:
        return len(self.depth)

    def __getitem__(self, i: int) -> Stage:
        return Stage(
            depth=int(self.depth[i]),
            width=int(self.width[i]),
            stride=self.stride,
            bottleneck_ratio=float(self.bottleneck_ratio[i]),
            group_width=int(self.group_width[i]),
        )

    def take(self, rows: NDArray[Any]) -> StageBatch:
        """The stages of the networks at `rows`."""
        return StageBatch(
            self.depth[rows],
            self.width[rows],
            self.stride,
            self.bottleneck_ratio[rows],
            self.group_width[rows],
        )

    def most_weights(self, w_in: Count) -> Floats:
        """No fewer than the weights of its blocks, shape (n,).

        A block has at most 18 k^2, k the channels of its widest layer: 9 in each 3x3 of B, or 9
        and one in each 1x1 and the projection, two in the SE.
        """
        widest = np.maximum(np.maximum(w_in, self.width), self.inner_width)
        weights: Floats = 18.0 * self.depth * widest.astype(float) ** 2
        return weights

    @property
    def key(self) -> list[Ints]:
        """Whole numbers that tell stages apart, shape (n,) each."""
        return [self.depth, self.width, self.inner_width, self.group_width]
