"""A table as CSV: columns to lines of RFC 4180, numbers to their last digit.

A number is the shortest text that reads back as the same float; a cell without a value is
empty. Text that a spreadsheet would take for a formula gets a ' in front. Columns are written,
not rows: as many calls as there are columns for thousands of rows at a time.

Sources: RFC 4180; OWASP, CSV Injection (what begins a formula).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np

from columns.table import Coded, Column, Table

AT_ONCE = 4_096
"""Rows of a piece: about a megabyte of twenty columns."""

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
NEEDS_QUOTES = frozenset(',"\r\n')


def pieces(table: Table, notes: bool = False) -> Iterator[str]:
    """The table as text, a header first, AT_ONCE rows a piece.

    Args:
        notes: say them before the header, each as a line `# name: JSON`.
    """
    columns = table.columns.values()
    lines = [f"# {name}: {json.dumps(note)}" for name, note in table.notes.items()]
    head = [*(lines if notes else ()), _line([cell(name) for name in table.columns])]
    yield "".join(f"{line}\r\n" for line in head)
    for start in range(0, max(map(len, columns), default=0), AT_ONCE):
        written = [cells(column[start : start + AT_ONCE]) for column in columns]
        yield "".join(f"{_line(row)}\r\n" for row in zip(*written, strict=True))


def _line(cells: Sequence[str]) -> str:
    return ",".join(cells) or '""'  # an empty line is no row


def cells(column: Column) -> list[str]:
    """A column as it stands between commas."""
    if isinstance(column, Coded):
        known = [*map(cell, column.texts), ""]  # the last one for what has none
        return [known[max(code, -1)] for code in column.codes.tolist()]
    if isinstance(column, np.ndarray) and column.dtype.kind in "iuf":
        written = list(map(repr, column.tolist()))
        for i in np.flatnonzero(np.isnan(column)).tolist():
            written[i] = ""
        return written
    return [cell(value) for value in column]


def cell(value: str | float | None) -> str:
    """One value as it stands between commas: inf is a number, nan none."""
    if value is None or value != value:
        return ""
    if not isinstance(value, str):
        return str(value)
    text = f"'{value}" if value.startswith(BEGINS_A_FORMULA) else value
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES & {*text} else text
