"""Stages of ConvNeXt blocks.

Source: A ConvNet for the 2020s (arXiv 2201.03545), section 2 and figure 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from columns.arrays import Floats, Ints
from designspace.networks.bodies import Body
from designspace.networks.numbers import DEEPEST, WIDEST, Count


class NextStage(Body):
    """Blocks of one width; where it `downsamples`, 2x2 of stride 2 comes before."""

    part: ClassVar[str] = "ConvNeXt block"

    body: Literal["next"]
    depth: int = Field(ge=1, le=DEEPEST, description="d_i, blocks")
    width: int = Field(ge=1, le=WIDEST, description="w_i, channels")
    downsamples: bool = True

    def check_input(self, w_in: int) -> None:
        """Refuse a width that comes in and that nothing changes."""
        if not self.downsamples and w_in != self.width:
            raise ValueError(
                f"a stage that does not downsample is as wide as what comes in: {w_in}, "
                f"not {self.width}"
            )

    @property
    def block_widths(self) -> list[int]:
        """w_j of its blocks."""
        return [self.width] * self.depth

    @property
    def widest(self) -> int:
        """Channels where there are most: inside a block."""
        return 4 * self.width


@dataclass(frozen=True)
class NextStageBatch:
    """One stage of n networks: depth and width of shape (n,)."""

    depth: Ints
    width: Ints
    downsamples: bool

    def __len__(self) -> int:
        return len(self.depth)

    def __getitem__(self, i: int) -> NextStage:
        return NextStage(
            body="next",
            depth=int(self.depth[i]),
            width=int(self.width[i]),
            downsamples=self.downsamples,
        )

    def take(self, rows: NDArray[Any]) -> NextStageBatch:
        """The stages of the networks at `rows`."""
        return replace(self, depth=self.depth[rows], width=self.width[rows])

    def most_weights(self, w_in: Count) -> Floats:
        """No fewer than its weights, shape (n,): a block has 8 w^2 and less than 64 w."""
        width = np.maximum(w_in, self.width) * 1.0
        weights: Floats = 4 * width**2 + self.depth * (8 * width**2 + 64 * width)
        return weights

    @property
    def key(self) -> list[Ints]:
        """Whole numbers that tell stages apart, shape (n,) each."""
        return [self.depth, self.width]
