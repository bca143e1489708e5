"""A source: columns by name, a piece of rows at a time, and the rows that could not be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from columns.arrays import Ints
from services.errors import Refused, TooLarge
from services.exchange.tables.limits import LARGEST_FILE, MOST_COLUMNS, MOST_ROWS
from services.exchange.tables.names import LONGEST_TEXT, cleared

TOLD = 100
"""Refused rows that are told one by one."""
REASONS = 50
"""Different reasons that are counted each."""
SHOWN = 80
"""Characters of a value that are told."""

Data: TypeAlias = Path | bytes
"""A file, or the beginning of one."""


@dataclass
class Refusals:
    """Rows that were not taken: the first of them, and all of them by reason."""

    first: list[tuple[int, str, str, str]] = field(default_factory=list)
    by_reason: Counter[str] = field(default_factory=Counter)

    def add(self, row: int, column: str, value: str, reason: str) -> None:
        """Refuse a row, from 0; `reason` is one of few, without the value."""
        if reason not in self.by_reason and len(self.by_reason) >= REASONS:
            reason = "another reason"
        self.by_reason[reason] += 1
        if len(self.first) < TOLD:
            self.first.append((row, column[:SHOWN], value[:SHOWN], reason))

    def many(self, reason: str, times: int) -> None:
        """Count rows that are not told one by one."""
        if times:
            self.by_reason[reason] += times


@dataclass(frozen=True)
class Block:
    """Some rows of a file: each column is of float64, of string, or a dictionary of string."""

    columns: dict[str, pa.Array]  # by name, shape (n,); one that is not there lacks all
    rows: Ints  # of the file, from 0, shape (n,); refused ones count

    def __len__(self) -> int:
        return len(self.rows)


class Source(ABC):
    """The rows of a file.

    `names` are its columns in its order; `rows` is how many of its rows were seen so far, the
    refused ones included; `notes` say what of the file is left out.
    """

    names: tuple[str, ...]

    def __init__(self) -> None:
        self.rows = 0
        self.refused = Refusals()
        self.notes: list[str] = []

    @abstractmethod
    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """The rows with those columns that are wanted, once.

        Raises:
            Refused: the file is none of its format; what was read before counts for nothing.
            TooLarge: it has more rows than are taken.
        """

    def lines(self, rows: Ints) -> Ints:
        """The line, from 1, of each of these rows; the row, where a file has no lines."""
        return rows + 1

    @property
    def expected(self) -> int | None:
        """How many rows the file has, at most; None where nobody knows before reading."""
        return None

    @property
    def records(self) -> int | None:
        """How many rows the file seems to have; None where nobody knows before reading."""
        return self.expected

    def count(self, further: int) -> None:
        """Raise TooLarge where there are too many rows."""
        self.rows += further
        refuse_too_many(self.rows)


def refuse_too_many(rows: int) -> None:
    """Raises TooLarge."""
    if rows > MOST_ROWS:
        raise TooLarge("rows", f"{rows:,}", f"at most {MOST_ROWS:,} rows")


def refuse_large(data: Data) -> int:
    """Bytes of a file; raises TooLarge or Refused."""
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    if size > LARGEST_FILE:
        allowed = f"at most {LARGEST_FILE:,} bytes"
        raise TooLarge("file", f"{size:,} bytes", allowed)
    if not size:
        raise Refused("file", "0 bytes", "a table with at least one row")
    return size


def named(found: Collection[str], notes: list[str]) -> tuple[str, ...]:
    """Names of columns as a file has them, each once: `acc`, `acc (2)`; `column 3` for none.

    What was changed is added to `notes`.

    Raises:
        Refused: there is none, or one can't be shown.
        TooLarge: there are too many.
    """
    if len(found) > MOST_COLUMNS:
        raise TooLarge("columns", f"{len(found):,}", f"at most {MOST_COLUMNS} columns")
    if not found:
        raise Refused("file", "no columns", "a table with at least one column")
    names: dict[str, None] = {}
    for i, raw in enumerate(found, start=1):
        name = _name(raw, i)
        names[_unique(name, names)] = None
        if list(names)[-1] != name:
            notes.append(
                f"there are several columns {name!r}: one is called {list(names)[-1]!r}"
            )
    return tuple(names)


def _name(raw: str, place: int) -> str:
    text = " ".join(raw.split())
    try:
        cleared(text)
    except ValueError:
        raise Refused(
            f"column {place}", text[:SHOWN], "a name without control characters"
        ) from None
    return text[: LONGEST_TEXT - 10] or f"column {place}"


def _unique(name: str, taken: Collection[str]) -> str:
    found, times = name, 1
    while found in taken:
        times += 1
        found = f"{name} ({times})"
    return found


def whole(numbers: range | Ints) -> Ints:
    return np.asarray(numbers, dtype=np.int64)
