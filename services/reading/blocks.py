"""Blocks: the columns of a table, in the database, some rows of one column each.

What is read is one column, and only when somebody asks for it: a table of thirty columns and a
million rows is 240 MB, of which a page shows three.

A block is an Arrow stream of one column, compressed (LZ4: numbers of full precision hardly
shrink, and others to a third).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from columns.arrays import Ints
from db.models import BlockRow
from db.session import Database
from population.population import frozen

ROWS = 65_536
"""Of a block."""
COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")
MARK, TEXT = "#", "$"
"""What the names of marks and of texts begin with, so that they are no columns' names."""


def packed(column: pa.Array) -> Iterator[bytes]:
    """A column of numbers or texts as blocks."""
    for first in range(0, len(column), ROWS):
        batch = pa.record_batch([column.slice(first, ROWS)], names=["values"])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=COMPRESSED) as stream:
            stream.write_batch(batch)
        yield sink.getvalue().to_pybytes()


def unpacked(blocks: Iterable[bytes]) -> pa.ChunkedArray:
    """The column that these blocks are, in their order."""
    tables = [pa.ipc.open_stream(block).read_all() for block in blocks]
    return pa.concat_tables(tables).column("values")


def store(session: Session, population_id: int, column: str, blocks: Iterable[bytes]) -> None:
    """Store a column, a block at a time."""
    for number, data in enumerate(blocks):
        row = {"population_id": population_id, "column": column, "number": number, "data": data}
        session.execute(insert(BlockRow), [row])


def remove(session: Session, population_id: int) -> None:
    """Remove all columns of a table."""
    session.execute(delete(BlockRow).where(BlockRow.population_id == population_id))


def read(session: Session, population_id: int, column: str) -> pa.ChunkedArray:
    """A column, whole."""
    blocks = session.scalars(
        select(BlockRow.data)
        .where(BlockRow.population_id == population_id, BlockRow.column == column)
        .order_by(BlockRow.number)
    )
    return unpacked(blocks.all())


def read_at(
    session: Session, population_id: int, columns: Sequence[str], place: int
) -> dict[str, Any]:
    """What some columns have at a row, by column: a block of each is read."""
    number, within = divmod(place, ROWS)
    found = session.execute(
        select(BlockRow.column, BlockRow.data).where(
            BlockRow.population_id == population_id,
            BlockRow.column.in_(columns),
            BlockRow.number == number,
        )
    )
    return {column: unpacked([data])[within].as_py() for column, data in found}


class Words:
    """A column of texts, shape (n,): as Arrow, since objects of Python take their time and room
    by the million. Some rows are objects: an array of strings, None where there is none.
    """

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._arrow = column.combine_chunks()

    def __len__(self) -> int:
        return len(self._arrow)

    def __getitem__(self, rows: Any) -> Any:
        if isinstance(rows, int | np.integer):
            return self._arrow[int(rows)].as_py()
        some = np.arange(len(self))[rows]
        return np.array(self._arrow.take(pa.array(some)).to_pylist(), dtype=object)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        whole: NDArray[Any] = self[:]
        return whole

    @property
    def codes(self) -> Ints:
        """A number for each text, equal for equal ones; -1 where there is none."""
        found = self._arrow.dictionary_encode().indices.fill_null(-1)
        numbers: Ints = found.to_numpy(zero_copy_only=False).astype(np.int64)
        return numbers

    @property
    def nbytes(self) -> int:
        size: int = self._arrow.nbytes
        return size


class Stored(Mapping[str, Any]):
    """Columns of a table, read when they are first asked for, and kept: numbers, shape (n,)
    each, or `Words`.

    Args:
        prefix: what the names in the database begin with.
    """

    def __init__(
        self, database: Database, population_id: int, names: Sequence[str], prefix: str = ""
    ) -> None:
        self._database, self._id = database, population_id
        self._names, self._prefix = dict.fromkeys(names), prefix
        self._read: dict[str, Any] = {}
        self._reading = threading.Lock()

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        with self._reading:
            if name not in self._read:
                self._read[name] = self._column(name)
            return self._read[name]

    def _column(self, name: str) -> Any:
        with self._database.read() as session:
            column = read(session, self._id, self._prefix + name)
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            return frozen(np.asarray(column.to_numpy()))
        return Words(column)

    @property
    def passing(self) -> Mapping[str, Any]:
        """The same, and what is read of them is not kept."""
        return Passing(self)

    def at(self, place: int) -> dict[str, Any]:
        """What all columns have at a row; none of them is read whole for it."""
        known = dict(self._read)
        left = [self._prefix + name for name in self._names if name not in known]
        with self._database.read() as session:
            found = read_at(session, self._id, left, place)
        return {
            name: known[name][place] if name in known else found[self._prefix + name]
            for name in self._names
        }

    def look(self, name: str) -> Any:
        """A column, which is not kept, unless it was."""
        if name not in self._names:
            raise KeyError(name)
        known = self._read.get(name)
        return self._column(name) if known is None else known

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    @property
    def nbytes(self) -> int:
        """Of what has been read."""
        return sum(column.nbytes for column in [*self._read.values()])


class Passing(Mapping[str, Any]):
    """Columns that are read each time they are asked for: who looks looks once."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def __getitem__(self, name: str) -> Any:
        return self._stored.look(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)
