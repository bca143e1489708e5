"""Text with a separator: CSV, TSV and their kin, streamed by pyarrow.

Every cell is read as text, so that one that is no number refuses its row and not the file.
Rows of another number of cells are refused with their line.

Source: RFC 4180; pyarrow.csv.open_csv.
"""

from __future__ import annotations

import codecs
import csv
import io
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from columns.arrays import Bools, Ints
from services.errors import Refused, TooLarge
from services.exchange.tables.limits import LARGEST_RECORD, MOST_COLUMNS, MOST_ROWS
from services.exchange.tables.sources.source import (
    SHOWN,
    TOLD,
    Block,
    Data,
    Source,
    named,
    refuse_large,
)

PIECE = 16 * 2**20
"""Bytes that lines are counted in at a time."""
FIRST = 2**20
"""Bytes that the header is looked for in."""
FEW = 50
"""Records that the columns are known by."""
ANOTHER_WIDTH = "another number of cells than the header"


@dataclass(frozen=True)
class Dialect:
    """How text is written."""

    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    header: bool = True
    skip: int = 0

    @property
    def wide(self) -> bool:
        """Whether a character is two bytes, at least."""
        return self.encoding.startswith("utf-16")


class Delimited(Source):
    """A file of text with a separator, or its beginning."""

    def __init__(self, data: Data, dialect: Dialect) -> None:
        super().__init__()
        self.size = refuse_large(data)
        self.data, self.dialect = data, dialect
        self._blank = 0  # lines between those that are skipped and the header
        self._seen = 0  # records so far, from the first behind the skipped lines
        self._bad = array("q")  # places of those that are refused and not yet passed, rising
        self._texts: dict[int, str] = {}  # of the first of them
        self._first_records = records = list(self._records(FEW))
        if not records:
            raise Refused("file", "no rows", "a table with at least one row")
        width = self._width(records)
        if width > MOST_COLUMNS:
            raise TooLarge("columns", f"{width:,}", f"at most {MOST_COLUMNS} columns")
        header = records[0] if dialect.header else []
        if dialect.header and len(header) == width - 1:
            header = ["", *header]  # as R writes the names of its rows
        self.names = named([*header, *[""] * width][:width], self.notes)

    def first_columns(self) -> list[list[str]]:
        """Cells of the first rows, by column."""
        found: list[list[str]] = [[] for _ in self.names]
        for record in self._first_records[1 if self.dialect.header else 0 :]:
            if len(record) == len(found):
                for cells, cell in zip(found, record, strict=True):
                    cells.append(cell)
        return found

    @staticmethod
    def _width(records: list[list[str]]) -> int:
        """Cells of a row: as many as the header has, if any row has; else the most usual."""
        further = [len(record) for record in records[1:]]
        if not further or len(records[0]) in further:
            return len(records[0])
        return max(set(further), key=further.count)

    def _records(self, most: int) -> Iterator[list[str]]:
        """The first records behind the lines that are skipped, the header among them."""
        lines = io.StringIO(self._first(), newline="")
        for _ in range(self.dialect.skip):
            lines.readline()
        options: Any = {"quoting": csv.QUOTE_NONE, "quotechar": None}
        if self.dialect.quote:
            options = {"quotechar": self.dialect.quote}
        found = 0
        try:
            for record in csv.reader(lines, delimiter=self.dialect.separator, **options):
                if record:
                    yield record
                    found += 1
                elif not found:
                    self._blank += 1
                if found == most:
                    return
        except csv.Error as error:
            if not found:
                raise Refused("file", str(error)[:SHOWN], "a table of text") from None

    def _first(self) -> str:
        if isinstance(self.data, bytes):
            raw = self.data[:FIRST]
        else:
            with self.data.open("rb") as file:
                raw = file.read(FIRST)
        return raw.decode(self.dialect.encoding, errors="replace").removeprefix("\ufeff")

    @property
    def expected(self) -> int | None:
        """Line ends, which are as many as rows or more."""
        return None if self.dialect.wide else self._line_ends

    @cached_property
    def _line_ends(self) -> int:
        ends = sum(piece.count(b"\n") for piece in self._pieces())
        return ends or sum(piece.count(b"\r") for piece in self._pieces())

    @property
    def records(self) -> int | None:
        if self.dialect.wide:
            return None
        starts, last = self._starts, b""
        for piece in self._pieces():
            last = piece[-1:]
        open_end = last not in (b"\n", b"\r")
        if starts is None:
            found = self._line_ends + open_end - self.dialect.skip
        else:
            found = len(starts) - (not open_end)
        return max(0, found - self._before)

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self.data, bytes):
            yield self.data
            return
        with self.data.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    @property
    def _before(self) -> int:
        """Records before the first row."""
        return self._blank + (1 if self.dialect.header else 0)

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        ends = self.expected
        if ends is not None and ends > MOST_ROWS + self.dialect.skip + 1:
            raise TooLarge("rows", f"{ends:,} lines", f"at most {MOST_ROWS:,} rows")
        self._refuse_other_encoding()
        try:
            for batch in self._batches(wanted):
                yield from self._block(batch)
        except Refused:
            raise
        except (pa.ArrowException, UnicodeError, OSError, ValueError) as error:
            raise self._refused(error) from None
        self._refuse(len(self._bad))

    def _refuse_other_encoding(self) -> None:
        """Ask before pyarrow does, which can't tell of a row that is not UTF-8."""
        if self.dialect.encoding != "utf-8":
            return
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for piece in self._pieces():
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise self._refused(error) from None

    def _batches(self, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
        """Batches of those that are wanted, each named by its place in the table."""
        places = [str(i) for i, name in enumerate(self.names) if name in wanted]
        return iter(
            pa.csv.open_csv(
                self._stream(),
                read_options=pa.csv.ReadOptions(
                    use_threads=False,
                    block_size=LARGEST_RECORD,
                    column_names=[str(i) for i in range(len(self.names))],
                    encoding=self.dialect.encoding,
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter=self.dialect.separator,
                    quote_char=self.dialect.quote or False,
                    newlines_in_values=True,
                    ignore_empty_lines=False,  # so that lines are counted as they are
                    invalid_row_handler=self._invalid,
                ),
                convert_options=pa.csv.ConvertOptions(
                    include_columns=places,
                    column_types={place: pa.string() for place in places},
                    strings_can_be_null=False,
                ),
            )
        )

    def _invalid(self, row: Any) -> str:
        """Remember a record of another width; pyarrow is a block ahead of its batches here."""
        self._bad.append(row.number - 1)
        if len(self._texts) < TOLD:
            self._texts[row.number - 1] = row.text[:SHOWN]
        return "skip"

    def _stream(self) -> Any:
        """The file behind the lines that are skipped."""
        if isinstance(self.data, bytes):
            file: Any = pa.BufferReader(self.data)
        else:
            file = pa.OSFile(str(self.data))
        file.seek(self._offset())
        return file

    def _offset(self) -> int:
        """Bytes of the lines that are skipped."""
        if not self.dialect.skip:
            return 0
        raw = next(self._pieces())[: 4 * FIRST]
        text = raw.decode(self.dialect.encoding, errors="surrogateescape")
        skipped = "".join(text.splitlines(keepends=True)[: self.dialect.skip])
        return len(skipped.encode(self.dialect.encoding, errors="surrogateescape"))

    def _block(self, batch: pa.RecordBatch) -> Iterator[Block]:
        """A piece without the header and empty lines."""
        places = self._places(len(batch))
        keep = ~_empty(batch) & (places >= self._before)
        if not keep.any():
            return
        if not keep.all():
            batch, places = batch.filter(pa.array(keep)), places[keep]
        columns = {
            self.names[int(place)]: column
            for place, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        self.count(len(places))
        yield Block(columns, places - self._before)

    def _places(self, n: int) -> Ints:
        """Places of the next n records that were not refused."""
        bad = np.array(self._bad, dtype=np.int64)
        places = np.arange(self._seen, self._seen + n + len(bad))
        if len(bad):
            places = np.setdiff1d(places, bad, assume_unique=True)[:n]
        if n:
            self._seen = int(places[-1]) + 1
        self._refuse(int(np.searchsorted(bad, self._seen)))
        return places

    def _refuse(self, n: int) -> None:
        """Refuse the next n of those that wait."""
        rows = np.array(self._bad[:n], dtype=np.int64) - self._before
        del self._bad[:n]
        rows = rows[rows >= 0]
        self.count(len(rows))
        told = [row for row in rows[:TOLD].tolist() if row + self._before in self._texts]
        for row in told:
            text = self._texts[row + self._before]
            self.refused.add(row, "", text, ANOTHER_WIDTH)
        self.refused.many(ANOTHER_WIDTH, len(rows) - len(told))

    def _refused(self, error: Exception) -> Refused:
        said = str(error).splitlines()[0][:200]
        if isinstance(error, UnicodeError) or "UTF8" in said or "UTF-8" in said:
            return Refused(
                "encoding", self.dialect.encoding, f"the encoding of the file: {said}"
            )
        if "straddling" in said:
            allowed = f"rows of at most {LARGEST_RECORD:,} bytes; is each quote closed?"
            return Refused("quote", self.dialect.quote, allowed)
        return Refused("file", said, "text with a separator")

    def lines(self, rows: Ints) -> Ints:
        """Lines of rows; a value with line ends in it makes rows of several."""
        places = rows + self._before
        starts = self._starts
        if starts is None or (len(places) and places.max() >= len(starts)):
            return places + 1 + self.dialect.skip
        found: Ints = starts[places]
        return found

    @cached_property
    def _starts(self) -> Ints | None:
        """The line that each row begins in; None where each has one line."""
        quote = self.dialect.quote.encode()
        if self.dialect.wide or not quote:
            return None
        if not any(quote in piece for piece in self._pieces()):
            return None
        quotes, line, starts = 0, 1, [np.array([1], dtype=np.int64)]
        for piece in self._pieces():
            raw = np.frombuffer(piece, dtype=np.uint8)
            ends = np.flatnonzero(raw == 10)
            before = quotes + np.searchsorted(np.flatnonzero(raw == quote[0]), ends)
            lines = line + 1 + np.arange(len(ends))
            starts.append(lines[before % 2 == 0])
            quotes += int(np.count_nonzero(raw == quote[0]))
            line += len(ends)
        found = np.concatenate(starts)
        return None if len(found) == line else found[found > self.dialect.skip]


def _empty(batch: pa.RecordBatch) -> Bools:
    """Rows that have nothing in any column, shape (n,)."""
    empty = np.ones(len(batch), dtype=bool)
    for column in batch.columns:
        empty &= _lengths(column) == 0
        if not empty.any():
            break
    return empty


def _lengths(column: pa.Array) -> Ints:
    """Bytes of each text."""
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int32)
    return np.diff(offsets[column.offset : column.offset + len(column) + 1])
