"""A table that was read: numbers, texts and networks by row, and what happened on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from columns.arrays import Floats, Ints
from columns.quantities import Quantity
from designspace.networks.network import Network
from services.exchange.tables.plan import Role


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken: where, what was found there and what is allowed."""

    line: int  # of the file, from 1; of formats without lines: the row, from 1
    column: str  # as the file calls it; "" where it is the row
    value: str  # its text, cut to 80 characters
    reason: str


@dataclass(frozen=True)
class Difference:
    """By what the file's figures differ from ours: file's / ours, grouped."""

    quantity: str  # flops, params, activations
    factor: float  # 1: agrees within 1 %; 2: flops against multiply-adds
    networks: int
    example: str  # a name or a row of one
    reason: str = ""  # what is usually behind such a factor


@dataclass(frozen=True)
class Report:
    """What became of the rows of a file."""

    rows: int = 0  # of the file
    taken: int = 0  # rows of the table
    merged: int = 0  # rows of the file that went into the row of another
    refused: list[RefusedRow] = field(default_factory=list)  # the first 100
    refused_by_reason: dict[str, int] = field(default_factory=dict)
    networks: int = 0  # rows of the table that are networks
    not_networks: dict[str, int] = field(default_factory=dict)  # why rows are none
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Table:
    """n rows of a file, each a network's.

    Numbers are finite or nan, where there is none; `error` is 0 to 100, percent, or inf of a
    network that diverged. rows = taken + merged + refused.
    """

    numbers: dict[str, Floats]  # by quantity, shape (n,)
    texts: dict[str, pa.Array]  # by quantity of role "name": string, or dictionary of string
    quantities: dict[str, Quantity]  # of every column of numbers, ours or its own
    roles: dict[str, Role]  # of every column of numbers and of texts
    lines: Ints  # of the file, from 1, of the first row that gave each
    repeats: Ints  # how many rows of the file gave each
    networks: dict[int, Network]  # by row of the table
    report: Report

    def __len__(self) -> int:
        return len(self.lines)
