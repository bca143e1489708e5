"""Compound scaling: a ray of larger networks from one.

A type such as `d1_w8_g8_r1` says how a factor s of the flops is shared: with A = a_d + a_w +
a_r, depth grows by s^(a_d / A), width by s^(a_w / 2 A), group width by s^(a_g / 2 A), and the
side of images by s^(a_r / 2 A), so that d w^2 r^2 grows by s.

Source: Fast and Accurate Model Scaling (arXiv 2103.06877), sections 3 and 4, and pycls/models/
scaler.py for the rounding: Python's, half to even.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from designspace.networks.compatibility import compatible
from designspace.networks.network import Network
from designspace.networks.repeats import ONE_GROUP, Stage
from designspace.spaces.base import Member
from designspace.spaces.inverted.tables import Table

TYPE = re.compile(r"d(\d+)_w(\d+)_g(\d+)_r(\d+)", re.ASCII)
NAMES = {"dwr": "d1_w1_g0_r1", "dWr": "d1_w8_g8_r1"}
"""Uniform scaling of three, and the paper's fast one, mostly by width."""


@dataclass(frozen=True)
class Scaling:
    """By what each of depth, width, group width and side is multiplied."""

    depth: float
    width: float
    group_width: float
    side: float

    @classmethod
    def of(cls, kind: str, factor: float) -> Self:
        """The scaling of a type by a factor of the flops.

        Raises:
            ValueError: no such type, or a factor that is not 0.01 to 1,000.
        """
        said = TYPE.fullmatch(NAMES.get(kind, kind))
        if not said or len(kind) > 40:
            raise ValueError(f"a scaling is dwr, dWr or such as d1_w8_g8_r1, not {kind[:40]!r}")
        d, w, g, r = (int(said[i]) for i in (1, 2, 3, 4))
        if not 0.01 <= factor <= 1_000 or not d + w + r:
            raise ValueError(f"a factor is 0.01 to 1,000, not {factor:g}")
        total = d + w + r
        return cls(
            factor ** (d / total),
            factor ** (w / total / 2),
            factor ** (g / total / 2),
            factor ** (r / total / 2),
        )

    def depth_of(self, depth: int) -> int:
        return max(1, round(depth * self.depth))

    def width_of(self, width: int) -> int:
        """In eights."""
        return max(1, round(width * self.width / 8)) * 8

    def group_width_of(self, group_width: int) -> int:
        """1, 2, 4, or in eights."""
        group = max(1, round(group_width * self.group_width))
        return group if group <= 2 else 4 if group <= 5 else round(group / 8) * 8

    def side_of(self, side: int) -> int:
        """In fours."""
        return max(4, round(side * self.side / 4) * 4)


def scaled(member: Member, scaling: Scaling) -> Member:
    """A network of repeated blocks, larger; its stem stays, as that of a RegNet does.

    Raises:
        ValueError: some stage repeats no one block.
    """
    network = member.network
    stages = [_stage(network, stage, scaling) for stage in network.stages]
    larger = Network.model_validate(network.model_copy(update={"stages": tuple(stages)}))
    return replace(member, network=larger, resolution=scaling.side_of(member.resolution))


def _stage(network: Network, stage: object, scaling: Scaling) -> Stage:
    if not isinstance(stage, Stage):
        raise ValueError("only stages that repeat one block are scaled")
    width = scaling.width_of(stage.width)
    group = scaling.group_width_of(stage.group_width)
    if network.block in ONE_GROUP:
        group = width
    width, group = (int(n) for n in compatible(width, stage.bottleneck_ratio, group))
    return stage.model_copy(
        update={
            "depth": scaling.depth_of(stage.depth),
            "width": width,
            "group_width": group,
            "bottleneck_ratio": stage.bottleneck_ratio,
        }
    )


def scaled_table(table: Table, scaling: Scaling) -> Table:
    """A table of inverted blocks, larger: stem and tail, too."""
    rows = tuple(
        replace(row, width=scaling.width_of(row.width), depth=scaling.depth_of(row.depth))
        for row in table.rows
    )
    return replace(
        table,
        stem=scaling.width_of(table.stem),
        rows=rows,
        tail=scaling.width_of(table.tail),
    )
