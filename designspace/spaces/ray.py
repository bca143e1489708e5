"""A ray: one network, and what compound scaling makes of it by each of several factors.

Source: EfficientNet (arXiv 1905.11946), section 3.2, equation 3; Fast and Accurate Model
Scaling (2103.06877), section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Bools, Floats
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.network import Network, NetworkList
from designspace.spaces.base import Draws, Family, Member
from designspace.spaces.scaling import Scaling, scaled

PER = 100
"""Scales are whole numbers of 1 / PER."""
SCALE = Choice(choices=(1, 2, 4, 8))


class Ray(Family):
    """The paper's fast scaling by 1, 2, 4 and 8 by default: mostly by width.

    Where a scaling changes the side of images, each network but the first resizes them.
    """

    kind: ClassVar[str] = "Resized and scaled"
    chunk: ClassVar[int] = 64  # each is a model of its own

    family: Literal["ray"] = "ray"
    network: Network = Field(description="at scale 1, of repeated or inverted blocks")
    resolution: int = Field(224, ge=4, le=1024, description="side of its images, pixels")
    by: str = Field(
        "dWr",
        max_length=40,
        description="dWr, dwr, or such as d1_w8_g8_r1: shares of depth, width, groups, side",
    )
    scale: Annotated[Law, defaults_to(SCALE), within(0.01, 1_000, PER)] = Field(
        SCALE, description="s, by which flops grow"
    )

    @model_validator(mode="after")
    def _ends_are_networks(self) -> Self:
        for scale in (self.scale.values[0], self.scale.values[-1]):
            self.at(float(scale))
        return self

    def at(self, scale: float) -> Network:
        """The network at a scale; at 1 that which is given, without any rounding."""
        if scale == 1:
            return self.network
        scaling = Scaling.of(self.by, scale)
        larger = scaled(Member(self.network, self.resolution), scaling)
        if not scaling.resizes:
            return larger.network
        resized = larger.network.model_dump() | {"resolution": larger.resolution}
        return Network.model_validate(resized)

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n scales: every one of them makes a network."""
        return self._draws((self.scale.draw(rng, n, per=PER) / PER).tolist())

    def enumerated(self) -> Draws:
        """The network at every scale, from the smallest."""
        return self._draws(self.scale.values.tolist())

    def _draws(self, scales: Sequence[float]) -> Draws:
        made = {scale: self.at(scale) for scale in set(scales)}
        networks = tuple(made[scale] for scale in scales)
        parameters = {
            "scale": np.array(scales, dtype=float),
            "depth": np.array([network.depth for network in networks], dtype=float),
        }
        for i in range(len(self.network.stages)):
            depths = [network.stages[i].depth for network in networks]
            parameters[f"depth_{i + 1}"] = np.array(depths, dtype=float)
        if Scaling.of(self.by, 2).resizes:
            sides = [network.resolution or self.resolution for network in networks]
            parameters["resolution"] = np.array(sides, dtype=float)
        return Draws(len(scales), np.arange(len(scales)), parameters, NetworkList(networks))

    def count(self) -> int:
        """Scales."""
        return len(self.scale.values)

    @property
    def refinable(self) -> tuple[str, ...]:
        """The scale."""
        return ("scale",)

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks are at a scale of the law."""
        passes: Bools = np.isin(columns["scale"], self.scale.values)
        return passes
