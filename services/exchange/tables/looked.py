"""Columns as they are looked at before a plan is made: what is in the first rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from columns.arrays import Bools, Floats
from services.exchange.tables.numerals import Numerals, numbers

MOSTLY = 0.8
"""Share of a column's cells that make it one of numbers, or of dates."""
DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d.*)?)?|\d\d?/\d\d?/\d{4}.*", re.ASCII)
SEVERAL = 200
"""Texts that are judged."""


@dataclass(frozen=True)
class Looked:
    """The first rows of a column."""

    source: str
    cells: pa.Array  # float64 or string
    numerals: Numerals
    whole: bool  # whether these are all rows of the file

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def _read(self) -> tuple[Floats, Bools]:
        return numbers(self.cells, self.numerals)

    @property
    def values(self) -> Floats:
        """Numbers, nan where there is none."""
        return self._read[0]

    @property
    def bad(self) -> Bools:
        """Cells that are no numbers."""
        return self._read[1]

    @cached_property
    def finite(self) -> Floats:
        """The numbers alone."""
        return self.values[np.isfinite(self.values)]

    @cached_property
    def texts(self) -> list[str]:
        """Cells as text, without those that are empty."""
        found = self.shown
        return [text for text in found if text.strip()]

    @cached_property
    def shown(self) -> list[str]:
        """Cells as the file has them."""
        if pa.types.is_floating(self.cells.type):
            return [written(value) for value in self.cells.to_pylist()]
        return list(texts(self.cells))

    @cached_property
    def empty(self) -> int:
        """Cells with nothing in them, `nan` included."""
        return int(np.count_nonzero(np.isnan(self.values) & ~self.bad))

    @cached_property
    def share(self) -> float:
        """Of the cells with something in them those that are numbers."""
        there = len(self) - self.empty
        return 1 - np.count_nonzero(self.bad) / there if there else 0.0

    @property
    def numeric(self) -> bool:
        """Whether what is there is numbers, mostly."""
        return self.share >= MOSTLY

    @cached_property
    def constant(self) -> bool:
        """Whether all rows are here and say the same."""
        if not self.whole or len(self) < 2:
            return False
        if self.numeric:
            return not self.empty and len(np.unique(self.values)) == 1 and not self.bad.any()
        return len(self.texts) == len(self) and len(set(self.texts)) == 1

    @cached_property
    def counts_rows(self) -> bool:
        """Whether it is 0, 1, 2, .. or 1, 2, 3, .."""
        values = self.values
        return bool(len(values) > 1 and values[0] in (0, 1) and (np.diff(values) == 1).all())

    @cached_property
    def dates(self) -> bool:
        """Whether its texts are dates, mostly."""
        some = self.texts[:SEVERAL]
        return bool(some) and sum(bool(DATE.fullmatch(text)) for text in some) >= MOSTLY * len(
            some
        )

    @cached_property
    def structured(self) -> bool:
        """Whether its texts are lists or objects."""
        some = self.texts[:SEVERAL]
        return bool(some) and sum(text.lstrip()[0] in "[{(" for text in some) >= MOSTLY * len(
            some
        )

    @cached_property
    def spread(self) -> float:
        """Largest / smallest of positive numbers; 0 where not all are."""
        values = self.finite
        return float(values.max() / values.min()) if len(values) and values.min() > 0 else 0.0

    @cached_property
    def median(self) -> float:
        return float(np.median(np.abs(self.finite))) if len(self.finite) else 0.0

    @cached_property
    def distinct(self) -> int:
        """Different numbers."""
        return len(np.unique(self.finite))

    @cached_property
    def of_whole_numbers(self) -> bool:
        return bool(len(self.finite)) and bool((self.finite == np.rint(self.finite)).all())


def written(value: float | None) -> str:
    """A number of a file without text, as text."""
    if value is None or value != value:
        return ""
    return str(int(value)) if value == int_of(value) else repr(value)


def int_of(value: float) -> float:
    """A number without its fraction, where it has few digits."""
    return float(int(value)) if abs(value) < 1e15 else np.nan


def looked_at(
    names: tuple[str, ...], blocks: list[dict[str, pa.Array]], numerals: Numerals, whole: bool
) -> list[Looked]:
    """Each column of some blocks."""
    return [
        Looked(
            name, joined([block[name] for block in blocks if name in block]), numerals, whole
        )
        for name in names
    ]


def joined(parts: list[pa.Array]) -> pa.Array:
    """Parts of a column, of numbers where all of them are."""
    if not parts:
        return pa.array([], pa.string())
    if all(pa.types.is_floating(part.type) for part in parts):
        return pa.concat_arrays(parts)
    if all(pa.types.is_dictionary(part.type) for part in parts):
        return pa.chunked_array(parts).unify_dictionaries().combine_chunks()
    return pa.concat_arrays([as_text(part) for part in parts])


def texts(cells: pa.Array) -> Iterator[str]:
    """Texts of a column, "" for none; one that many rows have is there once."""
    if not pa.types.is_dictionary(cells.type):
        yield from as_text(cells).to_pylist()
        return
    known = [text or "" for text in cells.dictionary.to_pylist()]
    for place in cells.indices.to_pylist():
        yield "" if place is None else known[place]


def as_text(part: pa.Array) -> pa.Array:
    """A part of a column as string, without nulls."""
    if pa.types.is_floating(part.type):
        return pa.array([written(value) for value in part.to_pylist()], pa.string())
    if pa.types.is_dictionary(part.type):
        part = part.cast(pa.string())
    return pc.fill_null(part, "") if part.null_count else part
