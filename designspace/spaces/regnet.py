"""The RegNet design space: block widths follow a quantised line.

Block widths come from a line u_j = w0 + wa * j, rounded to powers of a width multiplier wm and
then to multiples of eight (`designspace.lines.line`); blocks of equal width form a stage, and a
draw counts where it makes as many stages as the space has strides, no level skipped.

Source: arXiv 2003.13678, section 3.3, equations 2 to 4. Default ranges and laws are those of
its authors' code; the paper gives d < 64, w0, wa < 256, 1.5 <= wm <= 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from columns.arrays import Bools, Floats
from designspace.laws.laws import (
    Choice,
    Law,
    LogUniform,
    PowerOfTwoOrLogUniform,
    Uniform,
    defaults_to,
    within,
)
from designspace.lines import line
from designspace.networks.compatibility import compatible, fitting
from designspace.networks.ends import ConvHead, PoolHead, Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage, StageBatch
from designspace.spaces.base import PER_RATIO, RATIOS, Draws, Published
from designspace.spaces.staged import Staged

DEPTH = Uniform(lo=12, hi=28, step=1)
W0 = LogUniform(lo=8, hi=256, step=8)
WA = LogUniform(lo=8, hi=256, step=0.1)
WM = LogUniform(lo=2, hi=3, step=0.001)
BOTTLENECK_RATIO = Choice(choices=(1,))
GROUP_WIDTH = PowerOfTwoOrLogUniform(lo=8, hi=128, step=8)


class RegNet(Staged):
    """RegNetX, or RegNetY where `se_ratio` is above 0 (the paper's 0.25)."""

    kind: ClassVar[str] = "Stages of one block"

    family: Literal["regnet"] = "regnet"
    depth: Annotated[Law, defaults_to(DEPTH), within(1, 512, 1)] = DEPTH
    # Beyond these bounds, w0 * wm^4 in thousandths would leave 64 bits.
    w0: Annotated[Law, defaults_to(W0), within(1, 4096, 1)] = W0
    wa: Annotated[Law | Literal["w0"], defaults_to(WA), within(0.01, 4096, line.PER_WA)] = (
        Field(WA, description='a law, or "w0": the tie w_a = w_0 of section 3.3')
    )
    wm: Annotated[Law, defaults_to(WM), within(1.001, 4, line.PER_WM)] = WM
    bottleneck_ratio: Annotated[Law, defaults_to(BOTTLENECK_RATIO), RATIOS] = BOTTLENECK_RATIO
    group_width: Annotated[Law, defaults_to(GROUP_WIDTH), within(1, 8192, 1)] = GROUP_WIDTH

    @classmethod
    def network(
        cls,
        *,
        depth: int,
        w0: float,
        wa: float,
        wm: float,
        group_width: int,
        bottleneck_ratio: float = 1,
        se_ratio: float = 0,
        stem: Stem | None = None,
        strides: tuple[int, ...] = (2, 2, 2, 2),
        **around: Any,
    ) -> Network:
        """The network of one parameter setting, without drawing.

        Args:
            around: `block`, `act` and `head` of the network.

        Raises:
            ValueError: the line does not make one stage for each stride.
        """
        drawn = line.Line(w0, wa, wm)
        stages, levels = drawn.stages(depth), max(drawn.levels(depth)) + 1
        if not len(stages) == levels == len(strides):
            raise ValueError(
                f"depth {depth}, w0 {w0:g}, wa {wa:g}, wm {wm:g} make {len(stages)} stages of "
                f"widths {[width for width, _ in stages]} on {levels} levels, "
                f"not {len(strides)} of each"
            )
        repaired = [compatible(width, bottleneck_ratio, group_width) for width, _ in stages]
        return Network(
            stem=stem or Stem(),
            stages=tuple(
                Stage(
                    depth=depth,
                    width=int(width),
                    stride=stride,
                    bottleneck_ratio=bottleneck_ratio,
                    group_width=int(group),
                )
                for (_, depth), (width, group), stride in zip(
                    stages, repaired, strides, strict=True
                )
            ),
            se_ratio=se_ratio,
            **around,
        )

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates; those whose line makes another number of stages are left out."""
        d = self.depth.draw(rng, n)
        w0 = self.w0.draw(rng, n)
        wa = w0 * line.PER_WA if self.wa == "w0" else self.wa.draw(rng, n, per=line.PER_WA)
        wm = self.wm.draw(rng, n, per=line.PER_WM)
        depths, widths = line.stages(d, w0, wa, wm, count=len(self.strides))
        # Each stage has blocks, none is left for a further one, and widths rise.
        one_each = (depths[:-1] > 0).all(axis=0) & (depths[-1] == 0)
        rows = np.flatnonzero(one_each & (np.diff(widths, axis=0) > 0).all(axis=0))
        # b and g decide no stages, so they are drawn of the candidates that are left.
        b = self.bottleneck_ratio.draw(rng, len(rows), per=PER_RATIO) / PER_RATIO
        g = self.group_width.draw(rng, len(rows))
        parameters = {
            "depth": d[rows].astype(float),
            "w0": w0[rows].astype(float),
            "wa": wa[rows] / line.PER_WA,
            "wm": wm[rows] / line.PER_WM,
            "bottleneck_ratio": b,
            "group_width": g.astype(float),
        }
        stages = []
        for i, stride in enumerate(self.strides):
            depth, width = depths[i, rows], widths[i, rows]
            parameters[f"depth_{i + 1}"] = depth.astype(float)
            parameters[f"width_{i + 1}"] = width.astype(float)
            built, ratio, group = fitting(self.block, width, b, g)
            stages.append(StageBatch(depth, built, stride, ratio, group))
        networks = self.batch(stages)
        return Draws(n, rows, parameters, networks)

    def count(self) -> int:
        """Settings of the parameters, whether or not their line makes enough stages."""
        laws = (self.depth, self.w0, self.wa, self.wm, self.bottleneck_ratio, self.group_width)
        return math.prod(len(law.values) for law in laws if law != "w0")

    def law(self, parameter: str) -> Any:
        """The law of a parameter by its name; that of w0 for a slope tied to it."""
        tied = parameter == "wa" and self.wa == "w0"
        return super().law("w0" if tied else parameter)

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """RegNetX and RegNetY of the paper's tables, by torchvision's and timm's names."""
        return PUBLISHED

    @property
    def refinable(self) -> tuple[str, ...]:
        """All parameters of the line, and b and g; a tied slope goes with w0."""
        return tuple(self.law_fields)

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have values of the laws, and keep the tie of the slope."""
        inside = [
            np.isin(columns[name], getattr(self, name).values) for name in self.law_fields
        ]
        if self.wa == "w0":
            inside.append(columns["wa"] == columns["w0"])
        passes: Bools = np.logical_and.reduce(inside)
        return passes


X: dict[str, tuple[int, int, float, float, int]] = {
    "200mf": (13, 24, 36.44, 2.49, 8),
    "400mf": (22, 24, 24.48, 2.54, 16),
    "600mf": (16, 48, 36.97, 2.24, 24),
    "800mf": (16, 56, 35.73, 2.28, 16),
    "1_6gf": (18, 80, 34.01, 2.25, 24),
    "3_2gf": (25, 88, 26.31, 2.25, 48),
    "4_0gf": (23, 96, 38.65, 2.43, 40),
    "6_4gf": (17, 184, 60.83, 2.07, 56),
    "8gf": (23, 80, 49.56, 2.88, 120),
    "12gf": (19, 168, 73.36, 2.37, 112),
    "16gf": (22, 216, 55.59, 2.1, 128),
    "32gf": (23, 320, 69.86, 2.0, 168),
}
Y: dict[str, tuple[int, int, float, float, int]] = {
    "200mf": (13, 24, 36.44, 2.49, 8),
    "400mf": (16, 48, 27.89, 2.09, 8),
    "600mf": (15, 48, 32.54, 2.32, 16),
    "800mf": (14, 56, 38.84, 2.4, 16),
    "1_6gf": (27, 48, 20.71, 2.65, 24),
    "3_2gf": (21, 80, 42.63, 2.66, 24),
    "4_0gf": (22, 96, 31.41, 2.24, 64),
    "6_4gf": (25, 112, 33.22, 2.27, 72),
    "8gf": (17, 192, 76.82, 2.19, 56),
    "12gf": (19, 168, 73.36, 2.37, 112),
    "16gf": (18, 200, 106.23, 2.48, 112),
    "32gf": (20, 232, 115.89, 2.53, 232),
    "64gf": (20, 352, 147.48, 2.4, 328),
    "128gf": (27, 456, 160.83, 2.52, 264),
}
"""Depth, w0, wa, wm, group width. Source: the authors' model zoo; 64 GF is timm's, 128 GF
torchvision's."""


def _named(
    table: Mapping[str, tuple[int, int, float, float, int]], kind: str, se: float
) -> Any:
    """By torchvision's name and by timm's: `regnet_x_1_6gf`, `regnetx_016`."""
    for size, (depth, w0, wa, wm, g) in table.items():
        setting: dict[str, Any] = {
            "depth": depth,
            "w0": w0,
            "wa": wa,
            "wm": wm,
            "group_width": g,
        }
        one = Published.one(RegNet.network, se_ratio=se, **setting)
        hundreds = float(size[:-2].replace("_", ".")) * (1 if size.endswith("mf") else 1000)
        yield f"regnet_{kind}_{size}", one
        yield f"regnet{kind}_{round(hundreds / 100):03d}", one


Z: dict[str, tuple[int, int, float, float, int, int, int]] = {
    "regnetz_500mf": (21, 16, 10.7, 2.51, 4, 1024, 224),
    "regnetz_005": (21, 16, 10.7, 2.51, 4, 1024, 224),
    "regnetz_4gf": (28, 48, 14.5, 2.226, 8, 0, 256),
    "regnetz_040": (28, 48, 14.5, 2.226, 8, 0, 256),
    "regnetz_040_h": (28, 48, 14.5, 2.226, 8, 1536, 256),
}
"""Depth, w0, wa, wm, group width, head, side. Source: arXiv 2103.06877; heads are timm's."""


def _z(depth: int, w0: int, wa: float, wm: float, g: int, head: int) -> Network:
    """A RegNetZ: inverted bottlenecks (b = 1/4) with a linear end, SE and SiLU."""
    return RegNet.network(
        depth=depth,
        w0=w0,
        wa=wa,
        wm=wm,
        group_width=g,
        bottleneck_ratio=0.25,
        se_ratio=0.25,
        block="Z",
        act="silu",
        head=ConvHead(kind="conv", width=head, act="silu") if head else PoolHead(),
    )


PUBLISHED: dict[str, Published] = dict(
    [
        *_named(X, "x", 0),
        *_named(Y, "y", 0.25),
        *(
            (name, Published.one(_z, *setting, resolution=side))
            for name, (*setting, side) in Z.items()
        ),
    ]
)
