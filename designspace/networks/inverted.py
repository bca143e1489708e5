"""Stages of inverted residual blocks, each with settings of its own.

A block widens its input to `inner` channels by a 1x1 convolution, convolves each by itself,
and narrows it again. The spaces of MobileNetV1 to V3, MnasNet, EfficientNet, ProxylessNAS,
FBNet and Once-for-All differ in their tables, not in this block.

MnasNet also searches a regular convolution in place of such a block, and a pool in place of the
identity: options, which nothing else has.

Source: MobileNetV2 (arXiv 1801.04381), figure 4; V3 (1905.02244), figure 4; MnasNet
(1807.11626), section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from columns.arrays import Bools, Floats, Ints
from designspace.networks.bodies import Body
from designspace.networks.numbers import DEEPEST, WIDEST, Activation, Count
from designspace.values import Definition, later

Gate: TypeAlias = Literal["sigmoid", "h_sigmoid"]


class Inverted(Definition):
    """One block; if `residual`, the identity is added where stride and widths let it."""

    kernel: int = Field(3, ge=1, le=11, description="k, odd")
    inner: int = Field(ge=1, le=WIDEST, description="m, channels of the k x k")
    width: int = Field(ge=1, le=WIDEST, description="channels that come out")
    stride: int = Field(1, ge=1, le=4)
    squeeze: int = Field(0, ge=0, le=WIDEST, description="channels inside SE; 0: no SE")
    groups: int = Field(1, ge=1, le=8, description="of both 1x1, channels shuffled between")
    residual: bool = True
    op: Literal["inverted", "regular"] = later(
        "inverted", description="or one k x k over all channels, without the 1x1s"
    )
    skip: Literal["identity", "pool"] = later(
        "identity", description="what is added: the input, or the mean over 3x3 of it"
    )

    @field_validator("kernel")
    @classmethod
    def _odd(cls, kernel: int) -> int:
        if kernel % 2 == 0:
            raise ValueError(f"kernels are odd, not {kernel}")
        return kernel

    @model_validator(mode="after")
    def _no_more_than_it_uses(self) -> Self:
        # Else one architecture would have many descriptions, and as many hashes.
        if self.op == "regular" and (self.inner != self.width or self.groups != 1):
            raise ValueError(
                f"a regular convolution has inner {self.width}, its width, and groups 1, "
                f"not {self.inner} and {self.groups}"
            )
        if self.skip == "pool" and not self.residual:
            raise ValueError("skip must be identity where nothing is added, not pool")
        return self

    @property
    def separate(self) -> bool:
        """Whether each channel is convolved by itself, between 1x1s."""
        return self.op == "inverted"

    @property
    def words(self) -> str:
        """`3x3 48 → 16 /2 SE 8`: kernel, inner width, width, stride, squeeze."""
        stride = f" /{self.stride}" if self.stride > 1 else ""
        squeeze = f" SE {self.squeeze}" if self.squeeze else ""
        groups = f" g {self.groups}" if self.groups > 1 else ""
        kernel = f"{self.kernel}x{self.kernel}"
        inner = f"{self.inner} " if self.separate else "regular "
        pool = " + pool" if self.skip == "pool" else ""
        return f"{kernel} {inner}→ {self.width}{stride}{squeeze}{groups}{pool}"


class InvertedStage(Body):
    """Inverted blocks that follow each other, with one activation."""

    part: ClassVar[str] = "inverted block"

    body: Literal["inverted"]
    blocks: tuple[Inverted, ...] = Field(min_length=1, max_length=DEEPEST, strict=False)
    act: Activation = "relu6"
    squeeze_act: Activation = Field("relu", description="inside SE")
    gate: Gate = Field("sigmoid", description="that ends SE")
    expands: Literal["wider", "always"] = Field(
        "wider",
        description="first 1x1: only where inner is not the width that comes in, or always",
    )
    end: Activation = Field("none", description="after the last 1x1")

    def check_input(self, w_in: int) -> None:
        """Refuse groups that don't divide the channels of a block."""
        for block in self.blocks:
            for width in (w_in, block.inner, block.width):
                if width % block.groups:
                    raise ValueError(f"{block.groups} groups don't divide {width} channels")
            w_in = block.width

    @property
    def words(self) -> str:
        """Its blocks."""
        return ", ".join(block.words for block in self.blocks)

    @property
    def depth(self) -> int:
        """d_i, blocks."""
        return len(self.blocks)

    @property
    def width(self) -> int:
        """w_i, of what comes out of the stage."""
        return self.blocks[-1].width

    @property
    def block_widths(self) -> list[int]:
        """w_j of its blocks."""
        return [block.width for block in self.blocks]

    @property
    def widest(self) -> int:
        """Channels where there are most."""
        return max(max(block.inner, block.width) for block in self.blocks)


@dataclass(frozen=True)
class InvertedBatch:
    """One block of n networks: fields of `Inverted`, shape (n,); the stride is shared.

    So is what is given as one bool.
    """

    kernel: Ints
    inner: Ints
    width: Ints
    squeeze: Ints
    groups: Ints
    present: Bools  # where not, the block is left out: its input goes on as it is
    stride: int = 1
    residual: bool | Bools = True
    separate: bool | Bools = True
    pools: bool | Bools = False

    def take(self, rows: NDArray[Any]) -> InvertedBatch:
        """The blocks of the networks at `rows`."""
        columns = {k: v for k, v in vars(self).items() if isinstance(v, np.ndarray)}
        return replace(self, **{name: column[rows] for name, column in columns.items()})

    @property
    def settings(self) -> tuple[Any, ...]:
        """What tells blocks apart, shape (n,) each."""
        columns = (self.kernel, self.inner, self.width, self.squeeze, self.groups)
        options = (self.residual, self.separate, self.pools)
        return (*columns, *(one for one in options if isinstance(one, np.ndarray)))


@dataclass(frozen=True)
class InvertedStageBatch:
    """One stage of n networks: the most blocks that any of them has, and what they share."""

    blocks: tuple[InvertedBatch, ...]
    like: InvertedStage  # the activations and what else is shared; its blocks stand for none

    @property
    def depth(self) -> Ints:
        """d_i, blocks, shape (n,)."""
        depth: Ints = np.sum([block.present for block in self.blocks], axis=0)
        return depth

    @property
    def width(self) -> Ints:
        """w_i, of what comes out of the stage, shape (n,)."""
        width = self.blocks[0].width
        for block in self.blocks[1:]:
            width = np.where(block.present, block.width, width)
        return width

    def most_weights(self, w_in: Count) -> Floats:
        """No fewer than the weights of its blocks, shape (n,).

        A block has at most k^2 m in the middle, k^2 c^2 of a regular convolution, and 4 c^2 in
        the 1x1s and the SE, c its widest.
        """
        total: Floats = np.zeros(len(self))
        for block in self.blocks:
            widest = np.maximum(np.maximum(w_in, block.inner), block.width) * 1.0
            middle = np.where(block.separate, widest, widest**2)
            total += 4 * widest**2 + block.kernel**2 * middle
            w_in = block.width
        return total

    def __len__(self) -> int:
        return len(self.blocks[0].kernel)

    def __getitem__(self, i: int) -> InvertedStage | None:
        """The stage of network i; none, if all of its blocks are left out."""
        blocks = tuple(_block(block, i) for block in self.blocks if block.present[i])
        return self.like.model_copy(update={"blocks": blocks}) if blocks else None

    def take(self, rows: NDArray[Any]) -> InvertedStageBatch:
        """The stages of the networks at `rows`."""
        return replace(self, blocks=tuple(block.take(rows) for block in self.blocks))

    @property
    def key(self) -> list[Ints]:
        """Whole numbers that tell stages apart, shape (n,) each; not where blocks lack."""
        present = np.array([block.present for block in self.blocks])
        settings = np.array([block.settings for block in self.blocks])
        first = np.argsort(~present, axis=0, kind="stable")  # those that are there come first
        settings = settings * present[:, np.newaxis]
        settings = np.take_along_axis(settings, first[:, np.newaxis], axis=0)
        return list(settings.reshape(-1, settings.shape[-1]))


def _block(batch: InvertedBatch, i: int) -> Inverted:
    return Inverted(
        kernel=int(batch.kernel[i]),
        inner=int(batch.inner[i]),
        width=int(batch.width[i]),
        stride=batch.stride,
        squeeze=int(batch.squeeze[i]),
        groups=int(batch.groups[i]),
        residual=_flag(batch.residual, i),
        op="inverted" if _flag(batch.separate, i) else "regular",
        skip="pool" if _flag(batch.pools, i) else "identity",
    )


def _flag(flag: bool | Bools, i: int) -> bool:
    """Of network i, or of all."""
    return bool(flag[i]) if isinstance(flag, np.ndarray) else flag
