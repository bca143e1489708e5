"""The AnyNet design space: every stage has its own depth, width, bottleneck ratio, group width.

Source: arXiv 2003.13678, section 3.2: AnyNetX_A, 16 free parameters in four stages, each drawn
log-uniformly, "d_i <= 16, w_i <= 1024 divisible by 8, b_i in {1, 2, 4}, g_i in {1, 2, .. 32}".
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from designspace.compatibility import compatible
from designspace.laws import Choice, Law, LogUniform, defaults_to
from designspace.network import NetworkBatch, StageBatch
from designspace.spaces.base import Draws, Family

DEPTH = LogUniform(lo=1, hi=16, step=1)
WIDTH = LogUniform(lo=8, hi=1024, step=8)
BOTTLENECK_RATIO = Choice(choices=(1, 2, 4))
GROUP_WIDTH = Choice(choices=(1, 2, 4, 8, 16, 32))


class AnyNet(Family):
    """AnyNetX_A: stages drawn independently, all by the same laws."""

    family: Literal["anynet"] = "anynet"
    depth: Annotated[Law, defaults_to(DEPTH)] = DEPTH
    width: Annotated[Law, defaults_to(WIDTH)] = WIDTH
    bottleneck_ratio: Annotated[Law, defaults_to(BOTTLENECK_RATIO)] = BOTTLENECK_RATIO
    group_width: Annotated[Law, defaults_to(GROUP_WIDTH)] = GROUP_WIDTH

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        parameters: dict[str, NDArray[np.float64]] = {}
        stages = []
        for i, stride in enumerate(self.strides, start=1):
            d = self.depth.draw(rng, n)
            w = self.width.draw(rng, n)
            b = self.bottleneck_ratio.draw(rng, n, per=100) / 100
            g = self.group_width.draw(rng, n)
            drawn = {"depth": d, "width": w, "bottleneck_ratio": b, "group_width": g}
            parameters |= {
                f"{name}_{i}": values.astype(float) for name, values in drawn.items()
            }
            width, group = compatible(w, b, g)
            stages.append(StageBatch(d, width, stride, b, group))
        parameters["depth"] = np.sum([stage.depth for stage in stages], axis=0, dtype=float)
        for name in ("bottleneck_ratio", "group_width"):
            each = np.stack([parameters[f"{name}_{i + 1}"] for i in range(len(stages))])
            parameters[name] = np.where((each == each[0]).all(axis=0), each[0], np.nan)
        networks = NetworkBatch(self.stem, tuple(stages), self.se_ratio)
        return Draws(n, np.arange(n), parameters, networks)
