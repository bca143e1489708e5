"""The design space that MnasNet was searched in: five blocks of layers that are alike.

Each block draws what its layers are: a regular convolution, a depthwise separable one or an
inverted residual of expansion 3 or 6; kernel 3 or 5; SE of a quarter or none; what is added to
each layer: its pooled input, its input, nothing; as many layers as MobileNetV2 has, one fewer
or one more; its width times 0.75, 1, 1.25. Its paper gives a block 432 settings, which are
these, 4 * 2 * 2 * 3 * 3 * 3, and "B = 5" of them: here MobileNetV2's second to sixth, while its
first and its last, of one layer, stay.

Not published, and the nearest reading here: the expansions (those of its networks, and they
make 432); what pools (the mean over 3x3, of the layer's stride); where something is added
(widths are equal, and for the identity the stride is 1); that a regular convolution is followed
by batch norm and SE, and by ReLU after the sum. Its own networks have widths beside the three
(112 is no 0.75, 1 or 1.25 of 96), so they are no members.

Source: MnasNet (arXiv 1807.11626), section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from columns.arrays import Bools, Floats, Ints
from columns.quantities import Name
from designspace.laws.laws import Choice, Law, defaults_to, within
from designspace.networks.inverted import InvertedBatch, InvertedStageBatch
from designspace.networks.network import NetworkBatch
from designspace.networks.numbers import eights
from designspace.spaces.base import Draws
from designspace.spaces.inverted import tables
from designspace.spaces.inverted.mbconv import PER
from designspace.spaces.inverted.stages import changed, check_strides, fixed, like, stem
from designspace.spaces.inverted.tables import Row, Table
from designspace.spaces.partwise import Partwise

TABLE = replace(tables.MNASNET_B1, rows=tables.MOBILENET_V2.rows)
"""MobileNetV2's stages, with MnasNet's activation."""

OPERATION = Choice(choices=(1, 2, 3, 4))
EXPANSIONS = np.array([0, 0, 1, 3, 6])
"""Of each operation; the first, from 1, is the regular convolution, the second separable."""
REGULAR = 1

KERNEL = Choice(choices=(3, 5))
SQUEEZE = Choice(choices=(1, 2))
SKIP = Choice(choices=(1, 2, 3))
POOL, IDENTITY, NONE = 1, 2, 3
LAYERS = Choice(choices=(1, 2, 3))
WIDTH = Choice(choices=(0.75, 1, 1.25))


class MnasNet(Partwise):
    """Blocks 2 to 6 of MobileNetV2, each drawn by itself."""

    kind: ClassVar[str] = "Inverted blocks"

    names: ClassVar[Mapping[str, Sequence[Name]]] = {
        "operation": (
            Name("regular", "conv"),
            Name("separable", "sep"),
            Name("inverted_3", "inv3"),
            Name("inverted_6", "inv6"),
        )
    }

    family: Literal["mnasnet"] = "mnasnet"
    operation: Annotated[Law, defaults_to(OPERATION), within(1, 4, 1)] = Field(
        OPERATION, description="1 to 4: regular, separable, inverted by 3, inverted by 6"
    )
    kernel: Annotated[Law, defaults_to(KERNEL), within(1, 11, 1)] = KERNEL
    squeeze: Annotated[Law, defaults_to(SQUEEZE), within(1, 2, 1)] = Field(
        SQUEEZE, description="1: no SE, 2: SE of a quarter of the width that comes in"
    )
    skip: Annotated[Law, defaults_to(SKIP), within(1, 3, 1)] = Field(
        SKIP, description="what is added, 1 to 3: the pooled input, the input, nothing"
    )
    layers: Annotated[Law, defaults_to(LAYERS), within(1, 3, 1)] = Field(
        LAYERS, description="1 to 3: one fewer than MobileNetV2, as many, one more"
    )
    width: Annotated[Law, defaults_to(WIDTH), within(0.1, 8, PER)] = Field(
        WIDTH, description="times MobileNetV2's"
    )
    multiplier: float = Field(1, ge=0.1, le=4, description="of all widths of the table")
    strides: tuple[int, ...] | None = Field(
        None, strict=False, description="of the stem and of each stage; none: MobileNetV2's"
    )
    tail: int | None = Field(
        None, ge=1, le=8192, description="channels of the 1x1 before the pool; none: 1280"
    )

    @model_validator(mode="after")
    def _strides_and_kernels_that_there_are(self) -> Self:
        check_strides(self.strides, len(TABLE.rows))
        if even := [k for k in self.kernel.values.tolist() if k % 2 == 0]:
            raise ValueError(f"kernels must be odd, got {even[0]:g}")
        return self

    @property
    def _table(self) -> Table:
        return changed(TABLE.scaled(self.multiplier), self.strides, self.tail)

    @property
    def _searched(self) -> list[tuple[int, Row]]:
        """(number, row) of each stage that is drawn."""
        return list(enumerate(self._table.rows, start=1))[1:-1]

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        table, parameters = self._table, dict[str, Floats]()
        first, *searched, last = table.rows
        stages = [fixed(table, first, table.stem, True, n)]
        w_in: Ints = np.full(n, first.width)
        for i, row in enumerate(searched, start=2):
            drawn = {name: self.law(name).draw(rng, n) for name in COLUMNS}
            layers = row.depth - 2 + self.layers.draw(rng, n)
            width = widened(row, self.width.draw(rng, n, per=PER) / PER)
            blocks = tuple(self._blocks(table, row, drawn, layers, width, w_in))
            stages.append(InvertedStageBatch(blocks, like(table, row)))
            drawn |= {"depth": layers, "width": width}
            parameters |= {f"{name}_{i}": one.astype(float) for name, one in drawn.items()}
            w_in = width
        stages.append(self._last(table, last, w_in))
        parameters["depth"] = np.sum([stage.depth for stage in stages], axis=0, dtype=float)
        for i, stage in enumerate(stages, start=1):
            parameters[f"effective_width_{i}"] = stage.width.astype(float)
        networks = NetworkBatch(stem(table, self.strides), tuple(stages), head=table.head)
        return Draws(n, np.arange(n), parameters, networks)

    def _blocks(
        self,
        table: Table,
        row: Row,
        drawn: Mapping[str, Ints],
        layers: Ints,
        width: Ints,
        w_in: Ints,
    ) -> Iterator[InvertedBatch]:
        """The layers that a stage may have, alike but for the stride."""
        separate = drawn["operation"] != REGULAR
        for j in range(int(self.layers.values[-1]) + row.depth - 2):
            stride = row.stride if j == 0 else 1
            fits = w_in == width
            expansion = EXPANSIONS[drawn["operation"]]
            inner = np.where(separate, table.inner_width(w_in, expansion), width)
            squeeze = np.where(drawn["squeeze"] == 1, 0, table.squeezed(w_in, inner))
            yield InvertedBatch(
                drawn["kernel"],
                inner,
                width,
                squeeze,
                np.ones_like(inner),
                layers > j,
                stride,
                # Where nothing could be added nothing is said: one network has one hash.
                residual=~(fits & (drawn["skip"] == NONE)) | (stride != 1),
                separate=separate,
                pools=fits & (drawn["skip"] == POOL),
            )
            w_in = width

    def _last(self, table: Table, row: Row, w_in: Ints) -> InvertedStageBatch:
        """As the table has it, but on what comes in."""
        stage = fixed(table, row, row.width, False, len(w_in))
        (block,) = stage.blocks
        inner = table.inner_width(w_in, row.expansion)
        return replace(stage, blocks=(replace(block, inner=inner),))

    def count(self) -> int:
        """Settings of five blocks: 432 each, where the laws are the published ones."""
        laws = (*COLUMNS, "layers", "width")
        settings = int(np.prod([len(self.law(name).values) for name in laws]))
        return int(settings ** len(self._searched))

    def places(self) -> dict[str, list[str]]:
        """Operation, kernel, SE and skip of each block."""
        return {name: [f"{name}_{i}" for i, _ in self._searched] for name in COLUMNS}

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have values of the laws in every block."""
        inside = [super().contains(columns)]
        for i, row in self._searched:
            inside.append(np.isin(columns[f"depth_{i}"], row.depth - 2 + self.layers.values))
            widths = widened(row, self.width.values)
            inside.append(np.isin(columns[f"width_{i}"], widths))
        passes: Bools = np.logical_and.reduce(inside)
        return passes


COLUMNS = ("operation", "kernel", "squeeze", "skip")
"""Laws whose values are columns as they are."""


def widened(row: Row, factors: Any) -> Ints:
    """Widths of a row times factors; at 1 that of the row."""
    widths: Ints = np.where(factors == 1, row.width, eights(row.width * factors))
    return widths
