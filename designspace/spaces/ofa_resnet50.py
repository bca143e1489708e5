"""The design space of Once-for-All's ResNet-50: depths, widths and inner widths of its stages.

Each of four stages has 2, 2, 4, 2 blocks and up to two more; its width is ResNet-50's times
0.65, 0.8 or 1; each block's inner width is a fifth, a quarter or 0.35 of that. The stem's two
widths are drawn by the same law as the stages', and its middle convolution, which has a
shortcut, is there or not. With 3, 4, 6, 3 blocks of a quarter and all widths times 1 it is
ResNet-50-D, whose published count it meets. Those of its authors' searched networks are printed
rounded, and their settings are not at hand.

Two of the three widths of the stem's first convolution are alike, and count as two settings.

Source: arXiv 1908.09791, and its authors' code (`ofa_resnets.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Bools, Floats, Ints
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.bottlenecks import BottleneckStage, BottleneckStageBatch
from designspace.networks.ends import DeepStem, DeepStemBatch
from designspace.networks.network import Network, NetworkBatch
from designspace.networks.numbers import eights
from designspace.spaces.base import Draws, Published
from designspace.spaces.partwise import Partwise

STEM = 64
WIDTHS, LEAST = (256, 512, 1024, 2048), (2, 2, 4, 2)
"""Of each stage: its width, and its fewest blocks."""

WIDTH = Choice(choices=(0.65, 0.8, 1))
EXPANSION = Choice(choices=(0.2, 0.25, 0.35))
BLOCKS = Choice(choices=(1, 2, 3))
CONVOLUTIONS = Choice(choices=(2, 3))
PER = 100


class OFAResNet50(Partwise):
    """Every stage and every block by the same laws."""

    kind: ClassVar[str] = "Stages of one block"

    family: Literal["ofa_resnet50"] = "ofa_resnet50"
    blocks: Annotated[Law, defaults_to(BLOCKS), within(1, 4, 1)] = Field(
        BLOCKS, description="1 to 3: as many as the fewest of a stage, one more, two more"
    )
    width: Annotated[Law, defaults_to(WIDTH), within(0.1, 4, PER)] = Field(
        WIDTH, description="times ResNet-50's, of each stage and of the stem's two"
    )
    expansion: Annotated[Law, defaults_to(EXPANSION), within(0.05, 2, PER)] = Field(
        EXPANSION, description="inner width over width, of each block"
    )
    convolutions: Annotated[Law, defaults_to(CONVOLUTIONS), within(2, 3, 1)] = Field(
        CONVOLUTIONS, description="of the stem"
    )
    multiplier: float = Field(1, ge=0.05, le=4, description="of all widths")
    strides: tuple[int, ...] = Field(
        (2, 1, 2, 2, 2), strict=False, description="of the stem's first, and of each stage"
    )

    @model_validator(mode="after")
    def _strides_that_there_are(self) -> Self:
        if len(self.strides) != 5 or not all(1 <= stride <= 4 for stride in self.strides):
            raise ValueError(
                f"strides must be 5 numbers of 1 to 4, the stem's first, got {self.strides}"
            )
        return self

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        convolutions = self.convolutions.draw(rng, n)
        half = eights(self._widths(rng, n, STEM) // 2)
        width = self._widths(rng, n, STEM)
        stem = DeepStemBatch(half, width, self.strides[0], convolutions == 3)
        parameters = {
            "convolutions": convolutions.astype(float),
            "half_width": half.astype(float),
            "stem_width": width.astype(float),
        }
        stages = []
        for i, (wide, least) in enumerate(zip(WIDTHS, LEAST, strict=True), start=1):
            stage = self._stage(rng, n, wide, least, self.strides[i], i, parameters)
            parameters[f"depth_{i}"] = stage.depth.astype(float)
            parameters[f"width_{i}"] = stage.width.astype(float)
            parameters[f"effective_width_{i}"] = stage.width.astype(float)
            stages.append(stage)
        parameters["depth"] = np.sum([stage.depth for stage in stages], axis=0, dtype=float)
        return Draws(n, np.arange(n), parameters, NetworkBatch(stem, tuple(stages)))

    def _widths(self, rng: Generator, n: int, width: int) -> Ints:
        return self._widened(width, self.width.draw(rng, n, per=PER) / PER)

    def _widened(self, width: int, factors: Any) -> Ints:
        widths: Ints = eights(width * self.multiplier * factors)
        return widths

    def _stage(
        self,
        rng: Generator,
        n: int,
        wide: int,
        least: int,
        stride: int,
        i: int,
        parameters: dict[str, Floats],
    ) -> BottleneckStageBatch:
        depth = least - 1 + self.blocks.draw(rng, n)
        width = self._widths(rng, n, wide)
        inner, present = [], []
        for j in range(self._most(least)):
            expansion = self.expansion.draw(rng, n, per=PER) / PER
            there = depth > j
            parameters[f"expansion_{i}_{j + 1}"] = np.where(there, expansion, np.nan)
            inner.append(inner_width(width, expansion))
            present.append(there)
        return BottleneckStageBatch(tuple(inner), tuple(present), width, stride)

    def _most(self, least: int) -> int:
        return least - 1 + int(self.blocks.values[-1])

    def count(self) -> int:
        """Settings of the stem, and of depth, width and each block of the stages."""
        widths, expansions = len(self.width.values), len(self.expansion.values)
        total = len(self.convolutions.values) * widths**2
        for least in LEAST:
            depths = [least - 1 + int(more) for more in self.blocks.values]
            total *= widths * sum(expansions**depth for depth in depths)
        return int(total)

    def places(self) -> dict[str, list[str]]:
        """An expansion for each block that a stage may have, and the stem's convolutions."""
        blocks = [
            f"expansion_{i}_{j}"
            for i, least in enumerate(LEAST, start=1)
            for j in range(1, self._most(least) + 1)
        ]
        return {"expansion": blocks, "convolutions": ["convolutions"]}

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have values of the laws in every stage, and no other depths."""
        stem = self._widened(STEM, self.width.values)
        inside = [
            super().contains(columns),
            np.isin(columns["half_width"], eights(stem // 2)),
            np.isin(columns["stem_width"], stem),
        ]
        for i, (wide, least) in enumerate(zip(WIDTHS, LEAST, strict=True), start=1):
            widths = self._widened(wide, self.width.values)
            inside.append(np.isin(columns[f"width_{i}"], widths))
            inside.append(np.isin(columns[f"depth_{i}"], least - 1 + self.blocks.values))
        passes: Bools = np.logical_and.reduce(inside)
        return passes

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """ResNet-50-D, of which the space is around."""
        return {"resnet50d": Published.one(resnet50d)}


def inner_width(width: Any, expansion: Any) -> Any:
    """Channels of a block's 3x3."""
    return eights(np.rint(np.multiply(width, expansion)))


def resnet50d() -> Network:
    """ResNet-50 with a deep stem and pooled shortcuts."""
    return Network(stem=DeepStem(kind="deep", half=32, width=STEM), stages=tuple(_stages()))


def _stages() -> Iterator[BottleneckStage]:
    for i, (width, depth) in enumerate(zip(WIDTHS, (3, 4, 6, 3), strict=True)):
        yield BottleneckStage(
            body="bottlenecks",
            inner=(width // 4,) * depth,
            width=width,
            stride=2 if i else 1,
        )
