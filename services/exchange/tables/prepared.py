"""Preparing: a file becomes the blocks of a table, in a process apart.

Nothing of it is in the database yet; the blocks lie in a folder until they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from columns.arrays import Floats, Ints
from population.population import NO_CAUSE, Status
from services.errors import Refused
from services.exchange.tables import preview, reading, sniffing
from services.exchange.tables.plan import Plan, Role
from services.exchange.tables.preview import Again, Preview
from services.exchange.tables.table import Report, Table
from services.reading import blocks
from services.reading.blocks import MARK, TEXT
from services.reading.layout import Described, Layout

SECONDS = 180.0
"""That reading of a file may take."""

CRITERIA: tuple[Role, ...] = ("error", "time", "result", "complexity", "parameter")
"""What rows are judged by: the first column of the first of these that there is."""


@dataclass(frozen=True)
class Look:
    """A look at a file: the first rows as a plan reads them."""

    path: Path
    name: str
    plan: Plan | None
    partial: bool
    again: Again | None = None
    seconds: float = SECONDS

    def run(self) -> Preview:
        return preview.preview(self.path, self.name, self.plan, self.partial, self.again)


@dataclass(frozen=True)
class Prepared:
    """A table that waits in a folder to be stored."""

    plan: Plan
    layout: Layout
    n: int
    report: Report
    blocks: Sequence[tuple[str, Sequence[Path]]]  # by their column in the database
    networks: Mapping[str, dict[str, Any]]  # as they are stored, by hash
    hashes: Mapping[int, str]  # of the rows that are networks


@dataclass(frozen=True)
class Preparation:
    """The reading of a file into a folder."""

    path: Path
    name: str
    plan: Plan | None  # None: as it is sniffed
    folder: Path
    seconds: float = SECONDS

    def run(self) -> Prepared:
        plan = self.plan or sniffing.sniffed(self.path, self.name)
        return prepared(reading.read(self.path, plan), plan, self.folder)


def prepared(table: Table, plan: Plan, folder: Path) -> Prepared:
    """A table as blocks in a folder.

    Raises:
        Refused: it has no numbers that its rows could be judged by.
    """
    criterion = _criterion(table)
    status, cause = _ended(table.numbers[criterion], criterion)
    lacks = f"no {criterion}" if (status == Status.FAILED).any() else None
    layout = Layout(
        numbers=tuple(
            Described.of(quantity, _is_complete(table, name))
            for name, quantity in table.quantities.items()
        ),
        texts=tuple(table.texts),
        labels={one.quantity: one.label for one in plan.of_role("name") if one.label},
        causes=(lacks,) if lacks else (),
        criterion=criterion,
        images=(plan.resolution, plan.channels, plan.classes) if table.networks else None,
    )
    marks = {
        "line": table.lines,
        "status": status,
        "cause": cause,
        "multiplicity": np.ones(len(table)),
    }
    columns = (
        {name: pa.array(values) for name, values in table.numbers.items()}
        | {TEXT + name: texts for name, texts in table.texts.items()}
        | {MARK + name: pa.array(values) for name, values in marks.items()}
    )
    networks = {network.hash: network for network in table.networks.values()}
    return Prepared(
        plan,
        layout,
        len(table),
        table.report,
        [_written(folder, i, name, column) for i, (name, column) in enumerate(columns.items())],
        {hash: network.model_dump(mode="json") for hash, network in networks.items()},
        {row: network.hash for row, network in table.networks.items()},
    )


def _criterion(table: Table) -> str:
    of = {role: name for name, role in reversed(table.roles.items()) if name in table.numbers}
    for role in CRITERIA:
        if role in of:
            return of[role]
    raise Refused("plan.columns", None, "at least one column of numbers")


def _ended(judged: Floats, criterion: str) -> tuple[np.ndarray, np.ndarray]:
    """Status and cause of each row: none is pending, since nothing of a table is to come."""
    status = np.select(
        [np.isfinite(judged), np.isposinf(judged)],
        [np.int8(Status.MEASURED), np.int8(Status.DIVERGED)],
        np.int8(Status.FAILED),
    )
    cause = np.where(status == Status.FAILED, 0, NO_CAUSE).astype(np.int32)
    return status, cause


def _is_complete(table: Table, name: str) -> bool:
    return not np.isnan(table.numbers[name]).any()


def _written(
    folder: Path, i: int, name: str, column: pa.Array | pa.ChunkedArray
) -> tuple[str, Sequence[Path]]:
    """A column as files of the folder, a block each."""
    files = []
    for number, data in enumerate(blocks.packed(column)):
        files.append(folder / f"{i}-{number}")
        files[-1].write_bytes(data)
    return name, files


def network_column(n: int, hashes: Mapping[int, str], ids: Mapping[str, int]) -> Ints:
    """The network that each row is, shape (n,); 0: none."""
    column = np.zeros(n, dtype=np.int64)
    for row, hash in hashes.items():
        column[row] = ids[hash]
    return column
