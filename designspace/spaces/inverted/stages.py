"""Stages of n networks around a table, and what a space changes of the table.

What its rows share comes from the table; a space draws the blocks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from columns.arrays import Ints
from designspace.networks.ends import ActiveStem
from designspace.networks.inverted import (
    Inverted,
    InvertedBatch,
    InvertedStage,
    InvertedStageBatch,
)
from designspace.spaces.inverted.tables import Row, Table


def check_strides(strides: tuple[int, ...] | None, stages: int) -> None:
    """Raise ValueError where they are not those of a stem and so many stages."""
    if strides is not None and (
        len(strides) != stages + 1 or not all(1 <= stride <= 4 for stride in strides)
    ):
        raise ValueError(
            f"strides must be {stages + 1} numbers of 1 to 4, the stem's first, got {strides}"
        )


def changed(
    table: Table, strides: tuple[int, ...] | None, tail: int | None, hidden: int | None = None
) -> Table:
    """The table with other strides, stem first, and another end, where these are given."""
    table = replace(
        table,
        tail=table.tail if tail is None else tail,
        hidden=table.hidden if hidden is None else hidden,
    )
    if strides is None:
        return table
    rows = zip(table.rows, strides[1:], strict=True)
    return replace(table, rows=tuple(replace(row, stride=stride) for row, stride in rows))


def stem(table: Table, strides: tuple[int, ...] | None) -> ActiveStem:
    """The table's stem, of another stride where they are given."""
    return table.stem_layer.model_copy(update={"stride": strides[0] if strides else 2})


def like(table: Table, row: Row) -> InvertedStage:
    """What the blocks of a row share; the block in it stands for none."""
    return InvertedStage(blocks=(Inverted(inner=1, width=1),), **table.shared(row))


def fixed(table: Table, row: Row, w_in: int, first: bool, n: int) -> InvertedStageBatch:
    """A stage of n networks that is as the table has it."""

    def column(value: int) -> Ints:
        return np.full(n, value, dtype=np.int64)

    blocks = tuple(
        InvertedBatch(
            column(block.kernel),
            column(block.inner),
            column(block.width),
            column(block.squeeze),
            column(block.groups),
            np.ones(n, dtype=bool),
            block.stride,
            block.residual,
        )
        for block in table.stage(row, w_in, first).blocks
    )
    return InvertedStageBatch(blocks, like(table, row))
