"""A ray: one network, and what compound scaling makes of it by each of several factors.

Source: EfficientNet (arXiv 1905.11946), section 3.2, equation 3; Fast and Accurate Model
Scaling (2103.06877), section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
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
MOST_SCALES, MOST_BLOCKS = 100, 20_000
"""Of a ray; blocks of all its networks together."""


class Ray(Family):
    """The paper's fast scaling by 1, 2, 4 and 8 by default: mostly by width.

    Where a scaling changes the side of images, each network resizes them.
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
    def _every_scale_is_a_network(self) -> Self:
        if self.network.resolution not in (None, self.resolution):
            raise ValueError(
                f"resolution must be the network's own, {self.network.resolution}, "
                f"got {self.resolution}"
            )
        scales = self.scale.values.tolist()
        if len(scales) > MOST_SCALES:
            raise ValueError(f"at most {MOST_SCALES} scales, this ray has {len(scales):,}")
        scalings = [Scaling.of(self.by, scale) for scale in scales]
        stages = self.network.stages
        blocks = sum(scaling.depth_of(s.depth) for scaling in scalings for s in stages)
        if blocks > MOST_BLOCKS:
            raise ValueError(
                f"networks of a ray have at most {MOST_BLOCKS:,} blocks together, "
                f"these have {blocks:,}"
            )
        for scale in scales:
            self.at(scale)
        return self

    def at(self, scale: float) -> Network:
        """The network at a scale; at 1 that which is given, without any rounding.

        Where other scales resize images, it does so, too, whatever a regime's images are.
        """
        scaling = Scaling.of(self.by, scale)
        resizes = Scaling.of(self.by, 2).resizes
        if scale == 1:
            larger, side = self.network, self.resolution
        else:
            found = scaled(Member(self.network, self.resolution), scaling)
            larger, side = found.network, found.resolution
        if not resizes:
            return larger
        return Network.model_validate(larger.model_dump() | {"resolution": side})

    @cached_property
    def distinct(self) -> dict[float, Network]:
        """The networks by their scales; of scales that round alike the smallest."""
        found: dict[str, tuple[float, Network]] = {}
        for scale in self.scale.values.tolist():
            network = self.at(scale)
            found.setdefault(network.hash, (scale, network))
        return dict(found.values())

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n scales: every one of them makes a network."""
        return self._draws((self.scale.draw(rng, n, per=PER) / PER).tolist())

    def enumerated(self) -> Draws:
        """Its distinct networks, from the smallest."""
        return self._draws(list(self.distinct))

    def _draws(self, scales: Sequence[float]) -> Draws:
        made = {scale: self.at(scale) for scale in set(scales) - self.distinct.keys()}
        made |= self.distinct
        networks = tuple(made[scale] for scale in scales)
        parameters = {
            "scale": np.array(scales, dtype=float),
            "depth": np.array([network.depth for network in networks], dtype=float),
        }
        for i in range(len(self.network.stages)):
            depths = [network.stages[i].depth for network in networks]
            parameters[f"depth_{i + 1}"] = np.array(depths, dtype=float)
        if sides := [network.resolution for network in networks if network.resolution]:
            parameters["resolution"] = np.array(sides, dtype=float)
        return Draws(len(scales), np.arange(len(scales)), parameters, NetworkList(networks))

    def count(self) -> int:
        """Distinct networks."""
        return len(self.distinct)

    @property
    def refinable(self) -> tuple[str, ...]:
        """The scale."""
        return ("scale",)

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks are at a scale of the law."""
        passes: Bools = np.isin(columns["scale"], self.scale.values)
        return passes
