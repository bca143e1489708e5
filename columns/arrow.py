"""A table as Parquet, and as a file of Arrow: typed columns, which are read one by one.

Numbers keep their bits; a cell without a value is null, `inf` stays. Text by number is a
dictionary. A column says its label and base unit in its metadata; the table's notes are JSON in
the schema's, under `netspace`. Rows are written some at a time: a table leaves before it ends.

Sources: Apache Parquet; the Arrow columnar format, "IPC File Format".
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from pyarrow import parquet as pq

from columns.quantities import Quantity
from columns.table import Coded, Column, Table

AT_ONCE = 32_768
"""Rows of a piece and of a group of Parquet: eight megabytes of thirty columns."""
NOTES = b"netspace"
"""The key of the notes in a schema's metadata."""

Opened: TypeAlias = Callable[["_Leaving", pa.Schema], Any]
"""Makes a writer of batches."""


def parquet(table: Table, notes: bool = False) -> Iterator[bytes]:
    """The table as a file of Parquet, a group of rows a piece.

    Args:
        notes: say them in the schema's metadata.
    """
    return _pieces(table, notes, _parquet)


def feather(table: Table, notes: bool = False) -> Iterator[bytes]:
    """The table as a file of Arrow (its IPC format, or Feather 2), not compressed."""
    return _pieces(table, notes, pa.ipc.new_file)


class _Leaving(io.RawIOBase):
    """A file that is read while it is written, and not kept."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._waiting.append(bytes(piece))
        self._written += len(self._waiting[-1])
        return len(self._waiting[-1])

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """What was written since the last time."""
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


def _pieces(table: Table, notes: bool, opened: Opened) -> Iterator[bytes]:
    schema, file = _schema(table, notes), _Leaving()
    columns = [*table.columns.values()]
    with opened(file, schema) as writer:
        for start in range(0, max(map(len, columns), default=0), AT_ONCE):
            cells = [_cells(column[start : start + AT_ONCE]) for column in columns]
            writer.write_batch(pa.record_batch(cells, schema=schema))
            yield file.taken()
    yield file.taken()


def _parquet(file: _Leaving, schema: pa.Schema) -> pq.ParquetWriter:
    coded = [one.name for one in schema if pa.types.is_dictionary(one.type)]
    # A dictionary of floats that are all different is made and thrown away: twice the time.
    return pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=coded or False)


def _schema(table: Table, notes: bool) -> pa.Schema:
    fields = [
        pa.field(name, _cells(column[:0]).type, metadata=_said(table.quantities.get(name)))
        for name, column in table.columns.items()
    ]
    said = {NOTES: json.dumps(dict(table.notes)).encode()} if notes else None
    return pa.schema(fields, metadata=said)


def _said(quantity: Quantity | None) -> dict[str, str]:
    """What a column's numbers are, where it is a quantity."""
    return {} if quantity is None else {"label": quantity.label, "unit": quantity.unit}


def _cells(column: Column) -> pa.Array:
    if isinstance(column, Coded):
        codes = pa.array(np.asarray(column.codes, np.int32), mask=np.asarray(column.codes) < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(column.texts, pa.string()))
    if not isinstance(column, np.ndarray):
        return pa.array(column, pa.string())
    return pa.array(
        column, pa.float64() if column.dtype.kind == "f" else pa.int64(), from_pandas=True
    )
