"""Gathering: the rows of a file, judged and put together as columns.

A row with a cell that can't be used is refused with its line and the reason; the others are
kept as arrays, a piece at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from columns.arrays import Bools, Floats, Ints
from columns.text import CONTROL
from services.errors import TooLarge
from services.exchange.tables.limits import LONGEST_CELL, LONGEST_NAME, MOST_NUMBERS
from services.exchange.tables.looked import as_text
from services.exchange.tables.numerals import Numerals, numbers
from services.exchange.tables.plan import ColumnPlan
from services.exchange.tables.recognised import Networks, Recogniser
from services.exchange.tables.sources.source import Block, Refusals

NO_NUMBER = "not a number"
NO_ERROR = "not from 0 to 100 percent, nor inf"
NO_TEXT = "text with control characters, or of more than 20,000 bytes"
FIRST = 4_096
"""Rows that there is room for before any is read."""
ROUNDED = 1e-9
"""Percent that an error may be below 0 or above 100 by rounding."""


class Growing:
    """Numbers that come in pieces, in one array from the beginning: never twice in memory."""

    def __init__(self, room: int) -> None:
        self.values: Floats = np.empty(max(room, FIRST))
        self.n = 0

    def add(self, part: Floats) -> None:
        """Put a piece behind the others."""
        end = self.n + len(part)
        if end > len(self.values):
            self.values = np.concatenate((self.values[: self.n], np.empty(end)))
        self.values[self.n : end] = part
        self.n = end

    @property
    def taken(self) -> Floats:
        """All of them."""
        return self.values[: self.n]


class Gathered:
    """Columns of the rows that were taken so far."""

    def __init__(
        self,
        columns: Iterable[ColumnPlan],
        numerals: Numerals,
        recogniser: Recogniser | None,
        description: str | None,
        refused: Refusals,
        room: int = 0,
    ) -> None:
        """`room`: rows that are expected."""
        used = [column for column in columns if column.role != "ignored"]
        self.of_numbers = [column for column in used if column.role != "name"]
        self.of_texts = [column for column in used if column.role == "name"]
        self.numerals, self.recogniser = numerals, recogniser
        self.description, self.refused = description, refused
        self.refuse_large(room)
        self.numbers = {one.quantity: Growing(room) for one in self.of_numbers}
        self.texts: dict[str, list[pa.Array]] = {one.quantity: [] for one in self.of_texts}
        self.rows: list[Ints] = []
        self.networks = Networks()
        self.infinite, self.cut = Counter[str](), Counter[str]()
        self.n = 0

    @property
    def wanted(self) -> set[str]:
        """Columns of the file that are read."""
        found = {one.source for one in (*self.of_numbers, *self.of_texts)}
        return found | ({self.description} if self.description else set())

    def refuse_large(self, rows: int) -> None:
        """Raises TooLarge where so many rows have more numbers than are taken."""
        if rows * len(self.of_numbers) > MOST_NUMBERS:
            raise TooLarge(
                "rows",
                f"{rows:,} rows of {len(self.of_numbers)} numbers",
                f"at most {MOST_NUMBERS:,} numbers: ignore columns, or part the file",
            )

    def add(self, block: Block) -> None:
        """Take the good rows of a piece."""
        self.refuse_large(self.n + len(block))
        good = np.ones(len(block), dtype=bool)
        found: dict[str, Floats] = {}
        for column in self.of_numbers:
            found[column.quantity] = self._judged(block, column, good)
        texts = {
            column.quantity: self._text(block, column, good)
            for column in self.of_texts
            if column.source in block.columns
        }
        for column in self.of_texts:
            if column.quantity not in texts:
                texts[column.quantity] = pa.array([""] * len(block), pa.string())
        described = block.columns.get(self.description) if self.description else None
        rows = block.rows
        if not good.all():
            keep = pa.array(good)
            rows = rows[good]
            found = {name: values[good] for name, values in found.items()}
            texts = {name: part.filter(keep) for name, part in texts.items()}
            described = described.filter(keep) if described is not None else None
        if not len(rows):
            return
        if self.recogniser:
            self.recogniser.read(self.networks, self.n, described, found)
        for name, values in found.items():
            self.numbers[name].add(values)
        for name, part in texts.items():
            self.texts[name].append(part)
        self.rows.append(rows)
        self.n += len(rows)

    def _judged(self, block: Block, column: ColumnPlan, good: Bools) -> Floats:
        """A column's numbers as they are stored; `good` loses the rows that are refused."""
        cells = block.columns.get(column.source)
        if cells is None:
            return np.full(len(block), np.nan)
        read, bad = numbers(cells, self.numerals)
        self._refuse(block, column, good, bad, NO_NUMBER)
        values = stored(read, column)
        if column.role == "error":
            if column.complement:
                values = self._finite(values, column)
            values = np.where(
                np.abs(values - 50) - 50 < ROUNDED, np.clip(values, 0, 100), values
            )
            outside = (values < 0) | ((values > 100) & (values != np.inf))
            self._refuse(block, column, good, outside, NO_ERROR)
            return values
        return self._finite(values, column)

    def _finite(self, values: Floats, column: ColumnPlan) -> Floats:
        infinite = np.isinf(values)
        if infinite.any():
            self.infinite[column.source] += int(infinite.sum())
            return np.where(infinite, np.nan, values)
        return values

    def _text(self, block: Block, column: ColumnPlan, good: Bools) -> pa.Array:
        """A column's texts as they are kept."""
        bad, kept, cut = cleaned(block.columns[column.source])
        self.cut[column.source] += cut
        self._refuse(block, column, good, bad, NO_TEXT)
        return kept

    def _refuse(
        self, block: Block, column: ColumnPlan, good: Bools, bad: Bools, reason: str
    ) -> None:
        """Refuse the rows that were good until here."""
        new = np.flatnonzero(bad & good)
        if not len(new):
            return
        good[new] = False
        told = new[: max(0, 100 - len(self.refused.first))]
        cells = as_text(block.columns[column.source].take(pa.array(told))).to_pylist()
        for row, cell in zip(block.rows[told].tolist(), cells, strict=True):
            self.refused.add(row, column.source, shown(cell), reason)
        self.refused.many(reason, len(new) - len(told))


def stored(values: Floats, column: ColumnPlan) -> Floats:
    """Numbers of the file as they are stored."""
    scaled = times(values, column.factor)
    return 100 - scaled if column.complement else scaled


def times(values: Floats, factor: float) -> Floats:
    """factor * values; counts to the thousandth, for 4.1 * 1e9 is short of a whole number."""
    if factor == 1:
        return values
    with np.errstate(over="ignore"):
        found: Floats = values * factor
        return np.round(found, 3) if factor >= 1e3 else found


def cleaned(cells: pa.Array) -> tuple[Bools, pa.Array, int]:
    """Which texts can't be kept; they as they are kept, in one line; how many were cut."""
    if not pa.types.is_dictionary(cells.type):
        return _cleaned(as_text(cells))
    wrong, values, cut = _cleaned(as_text(cells.dictionary))
    places = cells.indices.fill_null(len(wrong)).to_numpy(zero_copy_only=False)
    kept = pa.DictionaryArray.from_arrays(cells.indices, values)
    return np.append(wrong, False)[places], kept, cut


def _cleaned(texts: pa.Array) -> tuple[Bools, pa.Array, int]:
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32) if len(texts) else np.zeros(1)
    lengths = np.diff(offsets[texts.offset : texts.offset + len(texts) + 1])
    bad = lengths > LONGEST_CELL
    raw = _bytes(texts)
    if (raw < 32).any() or (raw >= 0x7F).any():
        suspect = np.flatnonzero(_suspect(texts))
        for place, text in zip(
            suspect.tolist(), texts.take(pa.array(suspect)).to_pylist(), strict=True
        ):
            bad[place] |= bool(CONTROL.search(text[:LONGEST_CELL]))
        texts = pc.replace_substring_regex(texts, r"[\t\r\n]+", " ")
    trimmed = pc.utf8_trim_whitespace(texts)
    cut = 0
    if len(lengths) and lengths.max() > LONGEST_NAME:
        cut = int(pc.sum(pc.greater(pc.utf8_length(trimmed), LONGEST_NAME)).as_py() or 0)
        trimmed = pc.utf8_slice_codeunits(trimmed, 0, LONGEST_NAME)
    return bad, trimmed, cut


def _bytes(texts: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    values = texts.buffers()[2]
    if values is None:
        return np.zeros(0, dtype=np.uint8)
    start, end = (int(offset) for offset in _ends(texts))
    return np.frombuffer(values, dtype=np.uint8)[start:end]


def _ends(texts: pa.Array) -> tuple[int, int]:
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)
    return offsets[texts.offset], offsets[texts.offset + len(texts)]


def _suspect(texts: pa.Array) -> Bools:
    """Texts with a byte that a control character, or none, could be made of."""
    found = pc.match_substring_regex(
        texts, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\x{FDD0}|[^\x00-\x{FDCF}]"
    )
    suspect: Bools = found.to_numpy(zero_copy_only=False)
    return suspect


def shown(text: str) -> str:
    """A cell as a report has it: one line without control characters."""
    return CONTROL.sub("\ufffd", " ".join(text[:200].split()))[:80]
