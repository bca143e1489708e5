"""The design spaces of ResNet and ResNeXt, each stage with its own depth, width, ratio, groups.

Stages are drawn independently, uniformly over a grid. Groups are a number, not a width: 32 of
them are 32 in every stage. Two published networks more than this draws are the ImageNet ones,
with four stages and a stem of 7x7.

Source: On Network Design Spaces for Visual Recognition (arXiv 1905.13214), table 1; Deep
Residual Learning (1512.03385), table 1; Aggregated Residual Transformations (1611.05431).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.random import Generator

from columns.arrays import Bools, Floats
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import NO_BOTTLENECK, ONE_GROUP, Block, Stage, StageBatch
from designspace.spaces.base import PER_RATIO, RATIOS, Draws, Published
from designspace.spaces.partwise import Partwise
from designspace.spaces.staged import Staged

DEPTH = Choice(choices=(1, 2, 4, 8, 16))
WIDTH = Choice(choices=(16, 32, 64, 128, 256))
BOTTLENECK_RATIO = Choice(choices=(1, 2, 4))
GROUPS = Choice(choices=(1, 2, 4))

PARAMETERS = ("depth", "width", "bottleneck_ratio", "groups")


class ResNeXt(Partwise, Staged):
    """ResNeXt-A by default; `block` B are ResNets, V without a shortcut.

    A block V is one convolution: a *Vanilla* network of the paper has two of them a block, so
    its depths are even here.
    """

    kind: ClassVar[str] = "Stages of one block"

    family: Literal["resnext"] = "resnext"
    stem: Stem = Stem(width=16, stride=1)
    strides: tuple[int, ...] = (1, 2, 2)
    depth: Annotated[Law, defaults_to(DEPTH), within(1, 256, 1)] = DEPTH
    width: Annotated[Law, defaults_to(WIDTH), within(1, 8192, 1)] = WIDTH
    bottleneck_ratio: Annotated[Law, defaults_to(BOTTLENECK_RATIO), RATIOS] = BOTTLENECK_RATIO
    groups: Annotated[Law, defaults_to(GROUPS), within(1, 1024, 1)] = GROUPS

    @property
    def _drawn(self) -> tuple[str, ...]:
        """What a block of this kind has."""
        if self.block in NO_BOTTLENECK:
            return PARAMETERS[:2]
        return PARAMETERS[:3] if self.block in ONE_GROUP else PARAMETERS

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates; those whose groups don't divide the inner width are left out."""
        parameters: dict[str, Floats] = {}
        built = []
        fits: Bools = np.ones(n, dtype=bool)
        for i in range(1, len(self.strides) + 1):
            d, w = self.depth.draw(rng, n), self.width.draw(rng, n)
            b = self.bottleneck_ratio.draw(rng, n, per=PER_RATIO) / PER_RATIO
            groups = self.groups.draw(rng, n)
            inner = w / b
            group = np.floor(inner / groups).astype(np.int64)
            values = {"depth": d, "width": w, "bottleneck_ratio": b, "groups": groups}
            parameters |= {f"{name}_{i}": values[name].astype(float) for name in self._drawn}
            if self.block in NO_BOTTLENECK:
                b, group = np.ones(n), w
            elif self.block in ONE_GROUP:
                group = inner.astype(np.int64)
                fits &= group == inner
            else:
                fits &= (group * groups == inner) & (group > 0)
            built.append((d, w, b, group))
        parameters["depth"] = np.sum([d for d, *_ in built], axis=0, dtype=float)
        rows = np.flatnonzero(fits)
        stages = [
            StageBatch(d[rows], w[rows], stride, b[rows], g[rows])
            for (d, w, b, g), stride in zip(built, self.strides, strict=True)
        ]
        chosen = {name: values[rows] for name, values in parameters.items()}
        return Draws(n, rows, chosen, self.batch(stages))

    def count(self) -> int:
        """Settings of the parameters: k^m of m stages, whether or not their groups divide."""
        per_stage = 1
        for name in self._drawn:
            per_stage *= len(self.law(name).values)
        return int(per_stage ** len(self.strides))

    def places(self) -> dict[str, list[str]]:
        """What a block of this kind has, of each stage."""
        stages = range(1, len(self.strides) + 1)
        return {name: [f"{name}_{i}" for i in stages] for name in self._drawn}

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """The ImageNet networks of torchvision and timm, and ResNet-20 to 1202 for CIFAR-10."""
        return PUBLISHED


def imagenet(
    depths: tuple[int, ...], groups: int = 1, width_per_group: int = 64, block: Block = "X"
) -> Network:
    """A ResNe(X)t `groups` x `width_per_group`d, four stages of 64, 128, 256, 512 inside.

    Inner width of stage i is groups * width_per_group * 2^(i-1), so that group widths double.
    Source: 1512.03385, table 1; 1611.05431, table 1; strides in the 3x3 as torchvision has it.
    """
    stages = []
    for i, depth in enumerate(depths):
        width = (64 if block == "B" else 256) * 2**i
        inner = width if block == "B" else groups * width_per_group * 2**i
        stages.append(
            Stage(
                depth=depth,
                width=width,
                stride=1 if i == 0 else 2,
                bottleneck_ratio=width / inner,
                group_width=inner // groups,
            )
        )
    return Network(stem=Stem(kind="resnet", width=64), stages=tuple(stages), block=block)


def cifar(depth: int, block: Block = "B") -> Network:
    """A network of 6 n + 2 layers for images of 32 pixels: n blocks in each of three stages.

    Source: 1512.03385, section 4.2; projections where widths change, as pycls has them.
    """
    n = (depth - 2) // 6 * (2 if block == "V" else 1)
    stages = tuple(
        Stage(depth=n, width=width, stride=stride, group_width=width)
        for width, stride in ((16, 1), (32, 2), (64, 2))
    )
    return Network(stem=Stem(width=16, stride=1), stages=stages, block=block)


DEPTHS = {
    18: (2, 2, 2, 2),
    26: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}

PUBLISHED = {
    **{
        f"resnet{depth}": Published.one(
            imagenet, depths, block="B" if depth in (18, 34) else "X"
        )
        for depth, depths in DEPTHS.items()
    },
    **{
        f"resnext{depth}_{groups}x{width}d": Published.one(
            imagenet, DEPTHS[depth], groups, width
        )
        for depth in (26, 50, 101, 152)
        for groups, width in ((32, 4), (32, 8), (64, 4), (32, 16), (32, 32), (32, 48), (1, 64))
    },
    **{
        f"wide_resnet{depth}_2": Published.one(imagenet, DEPTHS[depth], 1, 128)
        for depth in (50, 101)
    },
    **{
        f"{kind}{depth}_cifar10": Published.one(cifar, depth, block, resolution=32, classes=10)
        for kind, block in (("resnet", "B"), ("vanilla", "V"))
        for depth in (20, 32, 44, 56, 110, 1202)
    },
}
"""By torchvision's and timm's names; those for CIFAR-10 as pytorchcv calls them."""
