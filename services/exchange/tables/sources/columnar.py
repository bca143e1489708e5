"""Parquet and Arrow: columns with types, read a group of rows at a time.

A file is believed in nothing: what it says of its size is asked first, strings stay
dictionaries (a small file can name one long text millions of times), and what pyarrow refuses
is refused.

Source: pyarrow.parquet.ParquetFile, pyarrow.ipc; Feather is an Arrow file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet

from services.errors import Refused, TooLarge
from services.exchange.tables.limits import (
    LARGEST_GROUP,
    LARGEST_UNPACKED,
    LONGEST_CELL,
    MOST_COLUMNS,
    ROWS_AT_ONCE,
)
from services.exchange.tables.sources.source import (
    SHOWN,
    Block,
    Source,
    named,
    refuse_large,
    refuse_too_many,
    whole,
)

THRIFT = 16 * 2**20
"""Bytes of the texts of a Parquet file's description."""
BUFFER = 2**20
"""Bytes of a column that are in memory at a time."""
PARQUET, ARROW, FEATHER_1 = b"PAR1", b"ARROW1", b"FEA1"
DICTIONARY = pa.dictionary(pa.int32(), pa.string())


@contextmanager
def refusing(format: str) -> Iterator[None]:
    """What pyarrow says of a file that is none, as a refusal."""
    try:
        yield
    except Refused:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, IndexError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0][:SHOWN]
        raise Refused("file", said, f"a file of {format} that is whole") from None


class Columnar(Source):
    """What both formats have in common: typed columns, some of which are not read."""

    format = "Arrow"

    def __init__(self, schema: pa.Schema) -> None:
        super().__init__()
        if len(schema) > MOST_COLUMNS:
            raise TooLarge("columns", f"{len(schema):,}", f"at most {MOST_COLUMNS} columns")
        paths = [path for one in schema for path in _paths((one.name,), one.type)]
        self.paths = dict(
            zip(named([".".join(p) for p, _ in paths], self.notes), paths, strict=True)
        )
        self.names = tuple(self.paths)
        if unread := [name for name, (_, kind) in self.paths.items() if not readable(kind)]:
            listed = ", ".join(f"{name} ({self.paths[name][1]})"[:SHOWN] for name in unread[:5])
            self.notes.append(f"columns that are neither numbers nor text are empty: {listed}")

    def _block(self, batch: pa.RecordBatch, wanted: Collection[str]) -> Block:
        start = self.rows
        self.count(len(batch))
        columns = {}
        for name in self.names:
            path, kind = self.paths[name]
            if name in wanted and path[0] in batch.schema.names and readable(kind):
                columns[name] = short(plain(_inner(batch, path)))
        return Block(columns, whole(range(start, start + len(batch))))


class Parquet(Columnar):
    """A Parquet file."""

    format = "Parquet"

    def __init__(self, path: Path) -> None:
        refuse_large(path)
        with refusing(self.format):
            options: dict[str, Any] = {
                "thrift_string_size_limit": THRIFT,
                "thrift_container_size_limit": THRIFT,
                "pre_buffer": False,  # else a group's columns are all in memory at once
                "buffer_size": BUFFER,
            }
            first = pa.parquet.ParquetFile(path, **options)
            refuse_too_many(first.metadata.num_rows)
            self._refuse_large(first.metadata)
            texts = [
                one.name
                for one in first.schema_arrow
                if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)
            ]
            self.file = pa.parquet.ParquetFile(path, read_dictionary=texts, **options)
            super().__init__(self.file.schema_arrow)

    @staticmethod
    def _refuse_large(metadata: Any) -> None:
        sizes = [metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)]
        if any(size < 0 for size in sizes) or sum(sizes) > LARGEST_UNPACKED:
            allowed = f"at most {LARGEST_UNPACKED:,} bytes when it is unpacked"
            raise TooLarge("file", f"{sum(sizes):,} bytes", allowed)
        if max(sizes, default=0) > LARGEST_GROUP:
            allowed = f"groups of rows of at most {LARGEST_GROUP:,} bytes"
            raise TooLarge("file", f"{max(sizes):,} bytes", allowed)

    @property
    def expected(self) -> int | None:
        return int(self.file.metadata.num_rows)

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        tops = dict.fromkeys(
            path[0]
            for name, (path, kind) in self.paths.items()
            if name in wanted and readable(kind)
        )
        with refusing(self.format):
            for batch in self.file.iter_batches(
                batch_size=ROWS_AT_ONCE, columns=list(tops), use_threads=False
            ):
                yield self._block(batch, wanted)


class Arrow(Columnar):
    """An Arrow file or stream."""

    def __init__(self, path: Path) -> None:
        refuse_large(path)
        with path.open("rb") as file:
            begins = file.read(8)
        if begins.startswith(FEATHER_1):
            raise Refused("file", "Feather, version 1", "version 2, which is an Arrow file")
        with refusing(self.format):
            self.map = pa.memory_map(str(path))
            file_of_batches = begins.startswith(ARROW)
            self.reader = (pa.ipc.open_file if file_of_batches else pa.ipc.open_stream)(
                self.map
            )
            self.many = self.reader.num_record_batches if file_of_batches else None
            super().__init__(self.reader.schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        if self.many is None:
            yield from self.reader
        else:
            yield from (self.reader.get_batch(i) for i in range(self.many))

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        unpacked = 0
        with refusing(self.format):
            for batch in self._batches():
                refuse_too_many(self.rows + len(batch))
                batch.validate(full=True)
                unpacked += batch.nbytes
                if batch.nbytes > LARGEST_GROUP or unpacked > LARGEST_UNPACKED:
                    allowed = f"at most {LARGEST_UNPACKED:,} bytes when it is unpacked"
                    raise TooLarge("file", f"{unpacked:,} bytes", allowed)
                for start in range(0, len(batch), ROWS_AT_ONCE):
                    yield self._block(batch.slice(start, ROWS_AT_ONCE), wanted)


def _paths(
    before: tuple[str, ...], kind: pa.DataType, level: int = 1
) -> Iterator[tuple[tuple[str, ...], pa.DataType]]:
    """Names down to each column that has no others in it, and its type."""
    if pa.types.is_struct(kind) and level < 6:
        for i in range(kind.num_fields):
            one = kind.field(i)
            yield from _paths((*before, one.name), one.type, level + 1)
    else:
        yield before, kind


def _inner(batch: pa.RecordBatch, path: tuple[str, ...]) -> pa.Array:
    found = batch.column(path[0])
    for name in path[1:]:
        found = pc.struct_field(found, [name])
    return found


def readable(kind: pa.DataType) -> bool:
    """Whether a type is numbers, times or text."""
    types = pa.types
    if types.is_dictionary(kind):
        return readable(kind.value_type) and not types.is_dictionary(kind.value_type)
    return any(
        is_one(kind)
        for is_one in (
            types.is_integer,
            types.is_floating,
            types.is_boolean,
            types.is_decimal,
            types.is_temporal,
            types.is_string,
            types.is_large_string,
            types.is_null,
        )
    )


def short(column: pa.Array) -> pa.Array:
    """A column whose texts are text, those that are too long cut, to be refused later."""
    column.validate(full=True)
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, short(column.dictionary))
    if not pa.types.is_string(column.type) or not len(column):
        return column
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    return (
        column
        if longest <= LONGEST_CELL
        else pc.utf8_slice_codeunits(column, 0, LONGEST_CELL + 1)
    )


def plain(column: pa.Array) -> pa.Array:
    """As a block has it: float64, string, or a dictionary of string; seconds of a duration."""
    kind, types = column.type, pa.types
    if types.is_null(kind):
        return pa.nulls(len(column), pa.float64())
    if types.is_dictionary(kind):
        values = plain(column.dictionary)
        if types.is_floating(values.type):
            return values.take(column.indices)
        return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), values)
    if types.is_large_string(kind):
        return column.cast(pa.string())
    if types.is_string(kind):
        return column
    if types.is_duration(kind):
        return pc.divide(
            column.cast(pa.duration("us")).cast(pa.int64()).cast(pa.float64()), 1e6
        )
    if types.is_temporal(kind):
        return column.cast(pa.string())
    if types.is_boolean(kind):
        return column.cast(pa.int8()).cast(pa.float64())
    if types.is_float16(kind):
        return pa.array(column.to_numpy(zero_copy_only=False).astype(np.float64))
    return column.cast(pa.float64(), safe=False)
