"""Stages of residual bottleneck blocks, each of an inner width of its own.

Where stride or width changes, the shortcut is pooled to the new side before its 1x1 (ResNet-D).

Source: Once-for-All (arXiv 1908.09791) and its authors' code; the shortcut: 1812.01187,
figure 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from columns.arrays import Bools, Floats, Ints
from designspace.networks.bodies import Body
from designspace.networks.numbers import DEEPEST, WIDEST, Count


class BottleneckStage(Body):
    """Blocks of one width; the first has the stride."""

    part: ClassVar[str] = "bottleneck block"

    body: Literal["bottlenecks"]
    inner: tuple[int, ...] = Field(
        min_length=1,
        max_length=DEEPEST,
        strict=False,
        description="channels of each block's 3x3",
    )
    width: int = Field(ge=1, le=WIDEST, description="w_i, channels that come out")
    stride: int = Field(1, ge=1, le=4)

    def check_input(self, w_in: int) -> None:
        """Refuse inner widths that there are not."""
        if wrong := [width for width in self.inner if not 1 <= width <= WIDEST]:
            raise ValueError(f"inner widths are 1 to {WIDEST}, not {wrong[0]}")

    @property
    def words(self) -> str:
        """Its inner widths, and the stride of the first block."""
        stride = f" /{self.stride}" if self.stride > 1 else ""
        first, *others = (f"3x3 {inner} → {self.width}" for inner in self.inner)
        return ", ".join([first + stride, *others])

    @property
    def depth(self) -> int:
        """d_i, blocks."""
        return len(self.inner)

    @property
    def present(self) -> list[bool]:
        """Whether each block is there: of one network, all are."""
        return [True] * self.depth

    @property
    def block_widths(self) -> list[int]:
        """w_j of its blocks."""
        return [self.width] * self.depth

    @property
    def widest(self) -> int:
        """Channels where there are most."""
        return max(self.width, *self.inner)


@dataclass(frozen=True)
class BottleneckStageBatch:
    """One stage of n networks: as many blocks as any of them has, (n,) each."""

    inner: tuple[Ints, ...]
    present: tuple[Bools, ...]
    width: Ints
    stride: int

    def __len__(self) -> int:
        return len(self.width)

    def __getitem__(self, i: int) -> BottleneckStage:
        blocks = zip(self.inner, self.present, strict=True)
        return BottleneckStage(
            body="bottlenecks",
            inner=tuple(int(inner[i]) for inner, present in blocks if present[i]),
            width=int(self.width[i]),
            stride=self.stride,
        )

    def take(self, rows: NDArray[Any]) -> BottleneckStageBatch:
        """The stages of the networks at `rows`."""
        return replace(
            self,
            inner=tuple(block[rows] for block in self.inner),
            present=tuple(block[rows] for block in self.present),
            width=self.width[rows],
        )

    @property
    def depth(self) -> Ints:
        """d_i, blocks, shape (n,)."""
        depth: Ints = np.sum(self.present, axis=0)
        return depth

    def most_weights(self, w_in: Count) -> Floats:
        """No fewer than its weights, shape (n,): 12 k^2 a block, k channels of its widest."""
        widest = np.maximum.reduce([np.broadcast_to(w_in, len(self)), self.width, *self.inner])
        weights: Floats = 16.0 * len(self.inner) * widest.astype(float) ** 2
        return weights

    @property
    def key(self) -> list[Ints]:
        """Whole numbers that tell stages apart, shape (n,) each; 0 of a block that lacks."""
        blocks = zip(self.inner, self.present, strict=True)
        return [self.width, *(np.where(present, inner, 0) for inner, present in blocks)]
