"""Tables as populations: nothing is read of a table before somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from columns.arrays import Ints
from db.models import TableRow
from db.session import Database
from population.population import ORDINAL, Population, frozen
from services.reading import layout
from services.reading.blocks import MARK, TEXT, Stored
from services.reading.layout import MARKS, Layout


@dataclass(frozen=True, eq=False)
class Table:
    """A table at one version; its columns are read when they are asked for.

    What names a row is its place, from 1: rows need be no networks, and two may be the same.
    """

    layout: Layout
    columns: Stored
    texts: Stored  # of strings, None where a row has none
    marks: Stored
    population: Population

    @property
    def networks(self) -> Ints:
        """The network that each row is, shape (n,); 0: none."""
        found: Ints = self.marks["network"]
        return found

    @property
    def lines(self) -> Ints:
        """Of the file, shape (n,)."""
        found: Ints = self.marks["line"]
        return found

    @property
    def nbytes(self) -> int:
        """Of what has been read."""
        return self.columns.nbytes + self.texts.nbytes + self.marks.nbytes


def table(database: Database, row: TableRow) -> Table:
    """The table of a row."""
    said = layout.layout_of(row.layout)
    columns = Stored(database, row.id, [one.name for one in said.numbers])
    texts = Stored(database, row.id, said.texts, TEXT)
    marks = Stored(database, row.id, MARKS, MARK)
    return Table(said, columns, texts, marks, _population(row.n, said, columns, marks))


def _population(n: int, said: Layout, columns: Stored, marks: Stored) -> Population:
    places: NDArray[np.float64] = np.arange(n, dtype=float)
    return Population(
        columns,
        {
            "status": marks["status"],
            "cause": marks["cause"],
            "multiplicity": marks["multiplicity"],
            ORDINAL: frozen(places),
            "ids": frozen(np.arange(1, n + 1)),
        },
        said.causes,
        frozenset(one.name for one in said.numbers if one.complete),
        said.criterion,
    )
