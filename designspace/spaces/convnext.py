"""The design space of ConvNeXt: depth and width of each stage, everything else as its block.

Its paper prints single networks, not ranges: the ranges here are ours, around them.

Source: A ConvNet for the 2020s (arXiv 2201.03545), section 3.5; the smaller ones are timm's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from designspace.laws.laws import Law, LogUniform, defaults_to, within
from designspace.networks.convnext import NextStage, NextStageBatch
from designspace.networks.ends import NormedHead, PatchStem, PatchStemBatch
from designspace.networks.network import Network, NetworkBatch
from designspace.spaces.base import Draws, Published
from designspace.spaces.partwise import Partwise

DEPTH = LogUniform(lo=1, hi=27, step=1)
WIDTH = LogUniform(lo=32, hi=1024, step=8)


class ConvNeXt(Partwise):
    """Stages drawn independently, all by the same laws; each but the first halves the side."""

    kind: ClassVar[str] = "Stages of one block"

    family: Literal["convnext"] = "convnext"
    stages: int = Field(4, ge=1, le=5)
    patch: int = Field(4, ge=1, le=16, description="side of the stem's patches")
    depth: Annotated[Law, defaults_to(DEPTH), within(1, 256, 1)] = DEPTH
    width: Annotated[Law, defaults_to(WIDTH), within(1, 8192, 1)] = WIDTH

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        depths = [self.depth.draw(rng, n) for _ in range(self.stages)]
        widths = [self.width.draw(rng, n) for _ in range(self.stages)]
        parameters = {"depth": np.sum(depths, axis=0, dtype=float)}
        for i, (depth, width) in enumerate(zip(depths, widths, strict=True), start=1):
            parameters |= {f"depth_{i}": depth.astype(float), f"width_{i}": width.astype(float)}
            parameters[f"effective_width_{i}"] = width.astype(float)
        stages = tuple(
            NextStageBatch(depth, width, i > 0)
            for i, (depth, width) in enumerate(zip(depths, widths, strict=True))
        )
        stem = PatchStemBatch(widths[0], self.patch)
        networks = NetworkBatch(stem, stages, head=NormedHead(kind="layer_norm"))
        return Draws(n, np.arange(n), parameters, networks)

    def count(self) -> int:
        """Settings of the parameters, k^m of m stages."""
        k = len(self.depth.values) * len(self.width.values)
        return int(k**self.stages)

    def places(self) -> dict[str, list[str]]:
        """Depth and width of each stage."""
        stages = range(1, self.stages + 1)
        return {name: [f"{name}_{i}" for i in stages] for name in ("depth", "width")}

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """ConvNeXt-T to XL of the paper, atto to nano of timm."""
        return PUBLISHED


def network(depths: tuple[int, ...], width: int) -> Network:
    """Stages of width, 2 width, 4 width, .."""
    stages = tuple(
        NextStage(body="next", depth=depth, width=width * 2**i, downsamples=i > 0)
        for i, depth in enumerate(depths)
    )
    stem = PatchStem(kind="patch", width=width)
    return Network(stem=stem, stages=stages, head=NormedHead(kind="layer_norm"))


SIZES = {
    "atto": ((2, 2, 6, 2), 40),
    "femto": ((2, 2, 6, 2), 48),
    "pico": ((2, 2, 6, 2), 64),
    "nano": ((2, 2, 8, 2), 80),
    "tiny": ((3, 3, 9, 3), 96),
    "small": ((3, 3, 27, 3), 96),
    "base": ((3, 3, 27, 3), 128),
    "large": ((3, 3, 27, 3), 192),
    "xlarge": ((3, 3, 27, 3), 256),
}
PUBLISHED = {f"convnext_{name}": Published.one(network, *size) for name, size in SIZES.items()}
"""By torchvision's and timm's names."""
