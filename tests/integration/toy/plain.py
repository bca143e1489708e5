"""Plain networks: one depth for all stages, widths that double. A family for a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from columns.arrays import Bools, Floats
from designspace.laws.laws import Law, Uniform, defaults_to, within
from designspace.networks.compatibility import fitting
from designspace.networks.network import NetworkBatch
from designspace.networks.repeats import StageBatch
from designspace.spaces.base import Draws, Rule
from designspace.spaces.staged import Staged

DEPTH = Uniform(lo=1, hi=8)
WIDTH = Uniform(lo=8, hi=64, step=8)


class Plain(Staged):
    """Stages of `depth` blocks each; stage i has 2^i times the width of the first."""

    family: Literal["plain"] = "plain"
    depth: Annotated[Law, defaults_to(DEPTH), within(1, 64, 1)] = DEPTH
    width: Annotated[Law, defaults_to(WIDTH), within(8, 512, 1)] = WIDTH
    even: tuple[Literal["depth"], ...] = Field((), strict=False)
    rules: ClassVar[tuple[Rule, ...]] = (Rule("even", "depth", "d even"),)

    def draw(self, rng: Generator, n: int) -> Draws:
        """Every candidate makes a network."""
        d, w = self.depth.draw(rng, n), self.width.draw(rng, n)
        if self.even:
            d = d + d % 2
        one = np.ones(n, dtype=np.int64)
        stages = [
            StageBatch(d, built, stride, ratio, group)
            for i, stride in enumerate(self.strides)
            for built, ratio, group in [fitting(self.block, w * 2**i, one, 8 * one)]
        ]
        parameters = {"depth": d * float(len(stages)), "width_1": w.astype(float)}
        networks = NetworkBatch(self.stem, tuple(stages), self.se_ratio, self.block)
        return Draws(n, np.arange(n), parameters, networks)

    def count(self) -> int:
        return len(self.depth.values) * len(self.width.values)

    @property
    def refinable(self) -> tuple[str, ...]:
        return ("width",)

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        inside: Bools = np.isin(columns["width_1"], self.width.values)
        return inside
