"""Stems and heads: what stands before the stages and after them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Tag

from columns.arrays import Bools, Ints
from designspace.networks.numbers import Activation
from designspace.values import Definition


def _kind(part: Any) -> Any:
    """Of a part; none, where it doesn't say: then it is the first that there was."""
    return part.get("kind") if isinstance(part, dict) else getattr(part, "kind", None)


class Stem(Definition):
    """The layers before the body.

    `simple`: one 3x3 convolution; `resnet`: 7x7 convolution, then a 3x3 max pool of stride 2.
    """

    kind: Literal["simple", "resnet"] = "simple"
    width: int = Field(
        32, ge=1, le=8192, description="output channels; never the w0 of a RegNet"
    )
    stride: int = Field(2, ge=1, le=4, description="stride of the convolution")


class ActiveStem(Definition):
    """One 3x3 convolution, batch norm, and an activation of its own, or none."""

    kind: Literal["active"]
    width: int = Field(ge=1, le=8192, description="output channels")
    stride: int = Field(2, ge=1, le=4)
    act: Activation = "none"


class DoubleStem(Definition):
    """3x3 to half the width, batch norm, ReLU, 3x3 of stride 2, batch norm.

    Source: arXiv 1904.01569, table 2, the small regime.
    """

    kind: Literal["double"]
    width: int = Field(ge=2, le=8192, description="output channels")
    stride: int = Field(2, ge=1, le=4, description="of the first convolution")


class DeepStem(Definition):
    """3x3 to `half`, perhaps a 3x3 under a shortcut, 3x3 to the width, a 3x3 max pool.

    Batch norm and ReLU follow each. Source: arXiv 1908.09791, its authors' code.
    """

    kind: Literal["deep"]
    half: int = Field(ge=1, le=8192, description="channels of the first convolution")
    width: int = Field(ge=1, le=8192, description="output channels")
    stride: int = Field(2, ge=1, le=4, description="of the first convolution")
    middle: bool = Field(True, description="whether the second of three convolutions is there")


@dataclass(frozen=True)
class DeepStemBatch:
    """Stems of n networks that differ in all but the stride, shape (n,) each."""

    half: Ints
    width: Ints
    stride: int
    middle: Bools

    def __getitem__(self, i: int) -> DeepStem:
        return DeepStem(
            kind="deep",
            half=int(self.half[i]),
            width=int(self.width[i]),
            stride=self.stride,
            middle=bool(self.middle[i]),
        )

    def take(self, rows: NDArray[Any]) -> DeepStemBatch:
        """The stems of the networks at `rows`."""
        return replace(
            self, half=self.half[rows], width=self.width[rows], middle=self.middle[rows]
        )

    @property
    def key(self) -> list[Ints]:
        """What tells stems apart beside the stages, shape (n,) each."""
        return [self.half, self.width, self.middle.astype(np.int64)]


class PatchStem(Definition):
    """A convolution over patches that don't overlap, then layer norm. Source: 2201.03545."""

    kind: Literal["patch"]
    width: int = Field(ge=1, le=8192, description="output channels")
    stride: int = Field(4, ge=1, le=16, description="side of a patch")


@dataclass(frozen=True)
class PatchStemBatch:
    """Stems of n networks that differ in their width, shape (n,)."""

    width: Ints
    stride: int

    def __getitem__(self, i: int) -> PatchStem:
        return PatchStem(kind="patch", width=int(self.width[i]), stride=self.stride)

    def take(self, rows: NDArray[Any]) -> PatchStemBatch:
        """The stems of the networks at `rows`."""
        return replace(self, width=self.width[rows])

    @property
    def key(self) -> list[Ints]:
        """What tells stems apart beside the stages, shape (n,) each."""
        return [self.width]


@dataclass(frozen=True)
class ActiveStemBatch:
    """Stems of n networks that differ in their width, shape (n,)."""

    width: Ints
    stride: int
    act: Activation

    def __getitem__(self, i: int) -> ActiveStem:
        return ActiveStem(
            kind="active", width=int(self.width[i]), stride=self.stride, act=self.act
        )

    def take(self, rows: NDArray[Any]) -> ActiveStemBatch:
        """The stems of the networks at `rows`."""
        return replace(self, width=self.width[rows])

    @property
    def key(self) -> list[Ints]:
        """What tells stems apart beside the stages, shape (n,) each."""
        return [self.width]


AnyStem: TypeAlias = Annotated[
    Annotated[Stem, Tag("simple")]
    | Annotated[ActiveStem, Tag("active")]
    | Annotated[DoubleStem, Tag("double")]
    | Annotated[DeepStem, Tag("deep")]
    | Annotated[PatchStem, Tag("patch")],
    Discriminator(
        lambda stem: (
            kind if (kind := _kind(stem)) in ("active", "double", "deep", "patch") else "simple"
        )
    ),
]
StemBatch: TypeAlias = ActiveStemBatch | DeepStemBatch | PatchStemBatch


class PoolHead(Definition):
    """Global average pool and classifier."""

    kind: Literal["pool"] = "pool"


class ConvHead(Definition):
    """Perhaps a 1x1 convolution, then the pool, perhaps a linear layer, the classifier."""

    kind: Literal["conv"]
    width: int = Field(0, ge=0, le=8192, description="of the 1x1 before the pool; 0: none")
    hidden: int = Field(0, ge=0, le=8192, description="of the layer after the pool; 0: none")
    hidden_bias: bool = True
    before: Activation = Field("none", description="before the 1x1")
    act: Activation = "relu"


class NormedHead(Definition):
    """Layer norm between the pool and the classifier."""

    kind: Literal["layer_norm"]


class NormHead(Definition):
    """Batch norm and ReLU before the pool, and the classifier."""

    kind: Literal["norm"]


AnyHead: TypeAlias = Annotated[
    Annotated[PoolHead, Tag("pool")]
    | Annotated[ConvHead, Tag("conv")]
    | Annotated[NormHead, Tag("norm")]
    | Annotated[NormedHead, Tag("layer_norm")],
    Discriminator(lambda head: _kind(head) or "pool"),
]
