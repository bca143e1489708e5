"""Compound scaling: a ray of larger networks from one.

A type such as `d1_w8_g8_r1` says how a factor s of the flops is shared: with A = a_d + a_w +
a_r, depth grows by s^(a_d / A), width by s^(a_w / 2 A), group width by s^(a_g / 2 A), and the
side of images by s^(a_r / 2 A), so that d w^2 r^2 grows by s.

Source: Fast and Accurate Model Scaling (arXiv 2103.06877), sections 3 and 4, and pycls/models/
scaler.py for the rounding: Python's, half to even.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from designspace.networks.compatibility import fitting
from designspace.networks.ends import ConvHead
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.numbers import WIDEST
from designspace.networks.repeats import Stage
from designspace.spaces.base import Member

TYPE = re.compile(r"d(\d{1,2})_w(\d{1,2})_g(\d{1,2})_r(\d{1,2})", re.ASCII)
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
            raise ValueError(
                "a scaling is dwr, dWr or such as d1_w8_g8_r1, numbers of at most two digits, "
                f"not {kind[:40]!r}"
            )
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

    @property
    def resizes(self) -> bool:
        """Whether the side of images changes."""
        return self.side != 1

    def depth_of(self, depth: int) -> int:
        return max(1, round(depth * self.depth))

    def width_of(self, width: int) -> int:
        """In eights."""
        return max(1, round(width * self.width / 8)) * 8

    def group_width_of(self, group_width: int) -> int:
        """1, 2, 4, or in eights."""
        group = max(1, round(min(group_width * self.group_width, WIDEST)))
        return group if group <= 2 else 4 if group <= 5 else round(group / 8) * 8

    def side_of(self, side: int) -> int:
        """In fours."""
        return max(4, round(side * self.side / 4) * 4)


def can_scale(network: Network) -> bool:
    """Whether all stages are of repeated blocks, or all of inverted ones."""
    bodies = {type(stage) for stage in network.stages}
    return bodies in ({Stage}, {InvertedStage})


def scaled(member: Member, scaling: Scaling) -> Member:
    """A network larger. Of one of repeated blocks the stem stays, as that of a RegNet does; of
    one of inverted blocks stem and tail grow with the others, as those of an EfficientNet do.

    Raises:
        ValueError: some stage is of other bodies, or what comes out is no network.
    """
    network = member.network
    if not can_scale(network):
        raise ValueError("only stages that repeat a block, or inverted ones, are scaled")
    repeated = [stage for stage in network.stages if isinstance(stage, Stage)]
    if repeated:
        stages = [_stage(network, stage, scaling) for stage in repeated]
        larger = network.model_copy(update={"stages": tuple(stages)})
    else:
        larger = _inverted(network, scaling)
    return replace(
        member,
        network=Network.model_validate(larger.model_dump()),
        resolution=scaling.side_of(member.resolution),
    )


def _stage(network: Network, stage: Stage, scaling: Scaling) -> Stage:
    width, ratio, group = fitting(
        network.block,
        scaling.width_of(stage.width),
        stage.bottleneck_ratio,
        scaling.group_width_of(stage.group_width),
    )
    return stage.model_copy(
        update={
            "depth": scaling.depth_of(stage.depth),
            "width": int(width),
            "group_width": int(group),
            "bottleneck_ratio": float(ratio),
        }
    )


def _inverted(network: Network, scaling: Scaling) -> Network:
    """Stem, stages and tail; a block keeps its expansion and the share that SE squeezes."""
    w_in, wide = network.stem.width, scaling.width_of(network.stem.width)
    stem = network.stem.model_copy(update={"width": wide})
    stages = []
    for stage in network.stages:
        assert isinstance(stage, InvertedStage)  # `can_scale`
        blocks: list[Inverted] = []
        for block, before in _repeated(stage, w_in, scaling.depth_of(stage.depth)):
            width = scaling.width_of(block.width)
            inner = round(block.inner * wide / before) if block.separate else width
            squeeze = block.squeeze and max(1, block.squeeze * wide // before)
            update = {"inner": inner, "width": width, "squeeze": squeeze}
            blocks.append(block.model_copy(update=update))
            wide = width
        stages.append(stage.model_copy(update={"blocks": tuple(blocks)}))
        w_in = stage.width
    head = network.head
    if isinstance(head, ConvHead) and head.width:
        head = head.model_copy(update={"width": scaling.width_of(head.width)})
    return network.model_copy(update={"stem": stem, "stages": tuple(stages), "head": head})


def _repeated(stage: InvertedStage, w_in: int, depth: int) -> Iterator[tuple[Inverted, int]]:
    """So many blocks, each with the width that came into it; the last is repeated."""
    befores = [w_in, *(block.width for block in stage.blocks[:-1])]
    yield from list(zip(stage.blocks, befores, strict=True))[:depth]
    again = stage.blocks[-1].model_copy(update={"stride": 1})
    for _ in range(depth - stage.depth):
        yield again, befores[-1]
