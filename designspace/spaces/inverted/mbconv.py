"""The design space of inverted residual blocks around a published table.

Kernel, expansion, depth and width of the table's stages are drawn: of whole stages, as MnasNet
and EfficientNet have them, or of each block, as ProxylessNAS and Once-for-All do. The table
gives the rest: stem, widths, strides, SE, activations, tail.

Source: MobileNetV1 (arXiv 1704.04861), V2 (1801.04381), V3 (1905.02244), MnasNet (1807.11626),
EfficientNet (1905.11946), ProxylessNAS (1812.00332), Once-for-All (1908.09791).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Bools, Floats, Ints
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.inverted import InvertedBatch, InvertedStageBatch
from designspace.networks.network import NetworkBatch
from designspace.networks.numbers import eights
from designspace.spaces.base import Draws, Published
from designspace.spaces.inverted import tables
from designspace.spaces.inverted.stages import changed, check_strides, fixed, like, stem
from designspace.spaces.inverted.tables import Row, Table
from designspace.spaces.partwise import Partwise

KERNEL = Choice(choices=(3, 5, 7))
EXPANSION = Choice(choices=(3, 4, 6))
DEPTH = Choice(choices=(2, 3, 4))
WIDTH = Choice(choices=(1,))

MOST_BLOCKS = 16
"""Of a stage."""

PER = 100
"""Expansions and factors of widths are whole numbers of 1 / PER."""

Name = Literal[
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3",
    "mnasnet",
    "efficientnet",
    "proxyless",
    "ofa_mobilenet_v3",
    "ofa_proxyless",
]
TABLES: dict[Name, tuple[Table, int, int]] = {
    "mobilenet_v1": (tables.MOBILENET_V1, 0, 0),
    "mobilenet_v2": (tables.MOBILENET_V2, 1, 0),
    "mobilenet_v3": (tables.OFA_MOBILENET_V3, 1, 0),
    "mnasnet": (tables.MNASNET_B1, 1, 0),
    "efficientnet": (tables.EFFICIENTNET_B0, 0, 0),
    "proxyless": (tables.PROXYLESS, 1, 1),
    "ofa_mobilenet_v3": (tables.OFA_MOBILENET_V3, 1, 0),
    "ofa_proxyless": (tables.OFA_PROXYLESS, 1, 1),
}
"""Each with how many of its first stages are as they are, and how many of its last have one
block whatever the law of depths says."""


class MBConv(Partwise):
    """Once-for-All's MobileNetV3 space by default: kernel 3, 5, 7 and expansion 3, 4, 6 of each
    block, 2 to 4 blocks a stage.
    """

    kind: ClassVar[str] = "Inverted blocks"

    family: Literal["mbconv"] = "mbconv"
    table: Name = Field("ofa_mobilenet_v3", description="what stages are drawn around")
    multiplier: float = Field(1, ge=0.1, le=4, description="of all widths of the table")
    strides: tuple[int, ...] | None = Field(
        None, strict=False, description="of the stem and of each stage; none: the table's"
    )
    tail: int | None = Field(
        None,
        ge=1,
        le=8192,
        description="channels of the 1x1 before the pool; none: the table's",
    )
    hidden: int | None = Field(
        None, ge=0, le=8192, description="channels after the pool, 0: none; none: the table's"
    )
    drawn_by: Literal["block", "stage"] = Field(
        "block", description="whether blocks of a stage have kernel and expansion alike"
    )
    leaves_out: bool = Field(
        False, description="whether blocks that could be an identity may be left out"
    )
    kernel: Annotated[Law, defaults_to(KERNEL), within(1, 11, 1)] = KERNEL
    expansion: Annotated[Law, defaults_to(EXPANSION), within(1, 12, PER)] = EXPANSION
    depth: Annotated[Law, defaults_to(DEPTH), within(1, MOST_BLOCKS, 1)] = DEPTH
    width: Annotated[Law, defaults_to(WIDTH), within(0.1, 8, PER)] = WIDTH

    @model_validator(mode="after")
    def _strides_and_kernels_that_there_are(self) -> Self:
        check_strides(self.strides, len(TABLES[self.table][0].rows))
        if even := [k for k in self.kernel.values.tolist() if k % 2 == 0]:
            raise ValueError(f"kernels must be odd, got {even[0]:g}")
        return self

    @property
    def _table(self) -> Table:
        table = TABLES[self.table][0].scaled(self.multiplier)
        return changed(table, self.strides, self.tail, self.hidden)

    @property
    def _searched(self) -> list[tuple[int, Row, bool]]:
        """(number, row, whether it has one block) of each stage that is drawn."""
        rows, (_, first, last) = self._table.rows, TABLES[self.table]
        return [
            (i, row, last > 0 and i > len(rows) - last)
            for i, row in list(enumerate(rows, start=1))[first:]
        ]

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        table, parameters = self._table, dict[str, Floats]()
        stages: list[InvertedStageBatch] = []
        first = TABLES[self.table][1]
        w_in: Any = np.full(n, table.stem, dtype=np.int64)
        for i, row in enumerate(table.rows[:first], start=1):
            stages.append(fixed(table, row, int(w_in[0]), i == 1, n))
            w_in = np.full(n, row.width, dtype=np.int64)
            parameters[f"depth_{i}"] = np.full(n, float(row.depth))
        for i, row, single in self._searched:
            drawn = self._stage(rng, n, single)
            width = self._widths(rng, n, row)
            blocks = list(self._blocks(table, row, drawn, width, w_in, not stages))
            stages.append(InvertedStageBatch(tuple(blocks), like(table, row)))
            parameters |= named(i, drawn, self.drawn_by == "stage")
            if len(self.width.values) > 1:
                parameters[f"width_{i}"] = width.astype(float)
            w_in = width
        depth = np.sum([stage.depth for stage in stages], axis=0, dtype=float)
        parameters = {"depth": depth, **parameters}
        for i, stage in enumerate(stages, start=1):
            parameters[f"effective_width_{i}"] = stage.width.astype(float)
        networks = NetworkBatch(stem(table, self.strides), tuple(stages), head=table.head)
        return Draws(n, np.arange(n), parameters, networks)

    def _widths(self, rng: Generator, n: int, row: Row) -> Ints:
        factors = self.width.draw(rng, n, per=PER) / PER
        widths: Ints = eights(row.width * factors)
        return np.where(factors == 1, row.width, widths)

    def _stage(self, rng: Generator, n: int, single: bool) -> list[Any]:
        """(kernel, expansion, present) of each block that a stage may have, (n,) each."""
        depth = np.ones(n) if single else self.depth.draw(rng, n)
        most = 1 if single else self._most
        share = 1 / (1 + len(self.kernel.values) * len(self.expansion.values))
        drawn = []
        for j in range(most):
            if j == 0 or self.drawn_by == "block":
                kernel = self.kernel.draw(rng, n)
                expansion = self.expansion.draw(rng, n, per=PER) / PER
            present = depth > j
            if self.leaves_out and j > 0:
                present &= rng.random(n) >= share
            drawn.append((kernel, expansion, present))
        return drawn

    def _blocks(
        self, table: Table, row: Row, drawn: list[Any], width: Ints, w_in: Ints, first: bool
    ) -> Iterator[InvertedBatch]:
        for j, (kernel, expansion, present) in enumerate(drawn):
            inner = table.inner_width(w_in, expansion)
            squeeze = table.squeezed(w_in, inner) if row.squeeze else np.zeros_like(inner)
            yield InvertedBatch(
                kernel,
                inner,
                width,
                np.broadcast_to(squeeze, inner.shape),
                np.ones_like(inner),
                present,
                row.stride if j == 0 else 1,
                table.adds(first and j == 0),
            )
            w_in = width

    def count(self) -> int:
        """Settings of the parameters; a block that may be left out is one setting more."""
        settings = len(self.kernel.values) * len(self.expansion.values)
        total = 1
        for _, _, single in self._searched:
            depths = [1.0] if single else self.depth.values.tolist()
            total *= len(self.width.values) * sum(
                self._of_stage(settings, int(depth)) for depth in depths
            )
        return total

    def _of_stage(self, settings: int, depth: int) -> int:
        if self.drawn_by == "stage":
            return int(settings * 2 ** (depth - 1) if self.leaves_out else settings)
        others = settings + 1 if self.leaves_out else settings
        return int(settings * others ** (depth - 1))

    def places(self) -> dict[str, list[str]]:
        """Depths of stages; kernel and expansion of stages, or of each of their blocks."""
        searched = [(i, 1 if single else self._most) for i, _, single in self._searched]
        parts = (
            [f"{i}" for i, _ in searched]
            if self.drawn_by == "stage"
            else [f"{i}_{j}" for i, most in searched for j in range(1, most + 1)]
        )
        depths = [f"depth_{i}" for i, _, single in self._searched if not single]
        found = {name: [f"{name}_{part}" for part in parts] for name in ("kernel", "expansion")}
        return found if self.leaves_out else {"depth": depths, **found}

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have values of the laws in every stage, and no more blocks."""
        inside = [super().contains(columns)]
        for i, row, single in self._searched:
            most = 1 if single else self._most
            inside.append(columns[f"depth_{i}"] <= most)
            others = (f"kernel_{i}_{j}" for j in range(most + 1, MOST_BLOCKS + 1))
            inside += [np.isnan(columns[block]) for block in others if block in columns]
            if len(self.width.values) > 1:
                widths = eights(row.width * self.width.values)
                inside.append(np.isin(columns[f"width_{i}"], widths))
        passes: Bools = np.logical_and.reduce(inside)
        return passes

    @property
    def _most(self) -> int:
        """Blocks of a stage of several."""
        return int(self.depth.values[-1])

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """The networks of torchvision and timm that are such a table."""
        return PUBLISHED


def named(i: int, drawn: list[Any], by_stage: bool) -> dict[str, Floats]:
    """The columns of stage i; NaN where a block is left out."""
    found = {f"depth_{i}": np.sum([present for *_, present in drawn], axis=0, dtype=float)}
    for j, (kernel, expansion, present) in enumerate(drawn[:1] if by_stage else drawn, start=1):
        place = f"{i}" if by_stage else f"{i}_{j}"
        found[f"kernel_{place}"] = np.where(present, kernel, np.nan)
        found[f"expansion_{place}"] = np.where(present, expansion, np.nan)
    return found


def _table(table: Table, resolution: int = 224) -> Published:
    return Published(lambda times: table.scaled(times).network(), resolution, scales=True)


def _at(table: Table, multiplier: float) -> Published:
    return Published(lambda _: table.scaled(multiplier).network())


PUBLISHED: dict[str, Published] = {
    "mobilenet_v1": _table(tables.MOBILENET_V1),
    "mobilenetv1_100": _table(tables.MOBILENET_V1),
    "mobilenet_v2": _table(tables.MOBILENET_V2),
    "mobilenet_v3_large": _table(tables.MOBILENET_V3_LARGE),
    "mobilenet_v3_small": _table(tables.MOBILENET_V3_SMALL),
    "mnasnet": _table(tables.MNASNET_B1),
    "mnasnet_a1": _table(tables.MNASNET_A1),
    **{
        f"mnasnet{name}": _at(tables.MNASNET_B1, times)
        for name, times in (("0_5", 0.5), ("0_75", 0.75), ("1_0", 1), ("1_3", 1.3))
    },
    **{
        f"{name}_{round(100 * times):03d}": _at(table, times)
        for name, table in {
            "mobilenetv2": tables.MOBILENET_V2,
            "mobilenetv3_large": tables.TIMM_V3_LARGE,
            "mobilenetv3_small": tables.TIMM_V3_SMALL,
            "mnasnet": tables.MNASNET_B1,
            "semnasnet": tables.MNASNET_A1,
        }.items()
        for times in (0.35, 0.5, 0.75, 1, 1.3, 1.4)
    },
    **{
        f"efficientnet_{name}": Published(tables.efficientnet(name), side, scales=True)
        for name, (_, _, side) in tables.EFFICIENTNETS.items()
    },
    **{
        name: Published.one(tables.proxyless, *given)
        for name, given in tables.PUBLISHED_PROXYLESS.items()
    },
}
"""By torchvision's and timm's names, and pytorchcv's for ProxylessNAS."""
