"""A preview: the first rows as a plan reads them, and why it reads them so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from columns.arrays import Bools, Floats
from services.errors import Refused
from services.exchange.tables.gathering import (
    NO_ERROR,
    NO_NUMBER,
    NO_TEXT,
    cleaned,
    shown,
    stored,
)
from services.exchange.tables.looked import Looked, texts
from services.exchange.tables.opening import dialect_of, missing, numerals_of
from services.exchange.tables.plan import ColumnPlan, Plan
from services.exchange.tables.sniffing import (
    Look,
    Written,
    beginning,
    first_networks,
    look_at,
    sniff,
)
from services.exchange.tables.sources.source import Source

GIVEN = "as it was chosen"

Again: TypeAlias = Literal["columns", "numbers"]
"""What is sniffed again where a plan says how the file is written: its columns; or how numbers
are written, too, as another separator makes other cells."""


@dataclass(frozen=True)
class ColumnPreview:
    """A column of the file, also one that is ignored."""

    source: str
    texts: tuple[str, ...]  # as the file has them, a row of the preview each
    read: tuple[float | str | None, ...]  # as they would be stored; "inf" of a diverged one
    wrong: tuple[int, ...]  # the places, in these, of what would be refused
    empty: int  # of all rows that were looked at
    taken: int
    refused: int
    why: str  # a short sentence: "accuracy in percent: error = 100 - it"
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """The first rows of a file, as a plan reads them."""

    plan: Plan  # sniffed, or the given one
    columns: tuple[ColumnPreview, ...]  # in the file's order
    lines: tuple[int, ...]  # of the file, of the shown rows
    rows: int
    rows_known: bool  # else estimated by the bytes
    looked_at: int  # rows
    tried: int  # rows whose networks were made, if they are any
    networks: int  # of those that were tried
    not_networks: dict[str, int]  # of those that were tried: why they are none
    problems: tuple[str, ...]  # of the whole: what would be refused
    notes: tuple[str, ...]


def preview(
    path: Path,
    name: str,
    plan: Plan | None = None,
    partial: bool = False,
    again: Again | None = None,
    rows: int = 20,
) -> Preview:
    """The first rows as `plan`, or the one that is sniffed, reads them.

    Args:
        again: what of the plan is sniffed, and not taken from it.

    Raises:
        Refused: the file is no table, or none of the plan's format.
        TooLarge: it has more bytes or columns than are taken.
    """
    why = {}
    if plan is None or again:
        found = sniff(path, name, partial, _written(plan, again) if plan else None)
        plan, why = found.plan, found.why
        look = Look(found.source, found.columns, found.rows, found.whole)
    else:
        why = _reasons(path, name, partial, plan)
        look = _looked(path, plan, partial)
    planned = {column.source: column for column in plan.columns}
    columns = tuple(
        _column(column, planned.get(column.source), why.get(column.source, GIVEN), rows)
        for column in look.columns
    )
    networks, tried = first_networks(plan.networks, look.columns, plan.columns)
    known, estimated = _rows(path, look)
    return Preview(
        plan=plan,
        columns=columns,
        lines=tuple(look.source.lines(np.array(look.rows[:rows], dtype=np.int64)).tolist()),
        rows=estimated,
        rows_known=known,
        looked_at=len(look.rows),
        tried=tried,
        networks=len(networks.by_row),
        not_networks=dict(networks.reasons),
        problems=tuple(_problems(look.source, plan, columns)),
        notes=tuple(look.source.notes),
    )


def _written(plan: Plan, again: Again | None = None) -> Written:
    numerals = None if again == "numbers" else numerals_of(plan)
    return Written(plan.format, dialect_of(plan), numerals)


def _looked(path: Path, plan: Plan, partial: bool) -> Look:
    """The first rows as a plan says that the file is written."""
    head, whole = beginning(path, partial)
    look = look_at(path, plan.format, dialect_of(plan), head, whole, partial)
    numerals = numerals_of(plan)
    columns = [Looked(one.source, one.cells, numerals, one.whole) for one in look.columns]
    return Look(look.source, columns, look.rows, look.whole)


def _reasons(path: Path, name: str, partial: bool, plan: Plan) -> dict[str, str]:
    """Why columns are taken as they were sniffed, of those that still are."""
    try:
        found = sniff(path, name, partial, _written(plan))
    except Refused:
        return {}
    sniffed = {column.source: column for column in found.plan.columns}
    return {
        column.source: found.why[column.source]
        for column in plan.columns
        if column == sniffed.get(column.source)
    }


def _column(column: Looked, plan: ColumnPlan | None, why: str, rows: int) -> ColumnPreview:
    seen = tuple(shown(text) for text in column.shown[:rows])
    if plan is None or plan.role == "ignored":
        empty = column.empty
        return ColumnPreview(column.source, seen, (None,) * len(seen), (), empty, 0, 0, why, ())
    if plan.role == "name":
        bad, kept, cut = cleaned(column.cells)
        problems = [_said(bad, column, NO_TEXT)] if bad.any() else []
        problems += [f"{cut:,} texts are cut"] if cut else []
        read: tuple[float | str | None, ...] = tuple(texts(kept.slice(0, rows)))
        empty = len(column) - len(column.texts)
        refused = int(bad.sum())
    else:
        values, bad = _values(column, plan)
        problems = _of_numbers(column, plan, bad)
        read = tuple(_told(value) for value in np.where(bad, np.nan, values)[:rows].tolist())
        empty, refused = column.empty, int(bad.sum())
    taken = len(column) - empty - refused
    wrong = tuple(np.flatnonzero(bad[:rows]).tolist())
    return ColumnPreview(
        column.source, seen, read, wrong, empty, taken, refused, why, tuple(problems)
    )


def _values(column: Looked, plan: ColumnPlan) -> tuple[Floats, Bools]:
    """Numbers as they would be stored, and which cells would be refused."""
    values = stored(column.values, plan)
    if plan.role != "error":
        return np.where(np.isinf(values), np.nan, values), column.bad
    outside = (values < -1e-9) | ((values > 100 + 1e-9) & (values != np.inf))
    return values, column.bad | outside


def _of_numbers(column: Looked, plan: ColumnPlan, bad: Bools) -> list[str]:
    found = []
    if column.bad.any():
        found.append(_said(column.bad, column, NO_NUMBER))
    if (bad & ~column.bad).any():
        found.append(_said(bad & ~column.bad, column, NO_ERROR))
    return found


def _said(bad: Bools, column: Looked, reason: str) -> str:
    """`3 rows would be refused: 'abc' is not a number`."""
    times = int(bad.sum())
    rows = "row" if times == 1 else "rows"
    value = shown(column.shown[int(bad.argmax())])
    return f"{times:,} {rows} would be refused: {value!r} is {reason}"


def _told(value: float) -> float | str | None:
    if value != value:
        return None
    return "inf" if value in (np.inf, -np.inf) else value


def _rows(path: Path, look: Look) -> tuple[bool, int]:
    """Whether the rows are known, and how many there are, perhaps by the bytes."""
    if look.whole:
        return True, look.source.rows
    data = getattr(look.source, "data", path)
    if isinstance(data, Path):
        return look.source.records is not None, look.source.records or len(look.rows)
    seen = look.source.records or look.source.rows
    ratio = path.stat().st_size / max(1, len(data))
    return False, max(len(look.rows), round(ratio * seen))


def _problems(source: Source, plan: Plan, columns: tuple[ColumnPreview, ...]) -> Iterator[str]:
    for name in missing(plan, source):
        yield f"there is no column {shown(name)!r} in the file"
    for reason, times in source.refused.by_reason.items():
        yield f"refused of the first rows: {times:,}, {reason}"
