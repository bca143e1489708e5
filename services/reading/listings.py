"""Listings: the networks of a population under constraints, sorted, a page at a time.

A cursor holds the sort value and the ordinal of the last network shown, so a page stays right
while results arrive: none is shown twice, and what moved ahead of the cursor is not waited for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from columns.arrays import Floats, Ints
from columns.table import Coded, Table
from population.population import NO_CAUSE, Population, Status
from services import numbers
from services.errors import Refused
from services.reading import queries
from services.reading import tables as stored
from services.reading.snapshots import Snapshot

STATUSES = [status.name.lower() for status in Status]
"""As they are told, by number."""
ORDERS = 4
"""Of a population that are kept, at most: two numbers a network each."""


@dataclass(frozen=True)
class Listed:
    """A network in a list; columns are NaN where it lacks them."""

    id: int
    ordinal: int
    status: str
    failure: str | None
    multiplicity: int
    columns: dict[str, float]
    texts: dict[str, str | None] = field(default_factory=dict)  # of a table
    network: int | None = None  # that a table's row is


@dataclass(frozen=True)
class Page:
    """Some networks, how many pass, and where the next page starts."""

    items: list[Listed]
    passing: int
    next: str | None


def page(
    snapshot: Snapshot,
    texts: Mapping[str, str],
    sort: str,
    limit: int,
    cursor: str | None,
    columns: Sequence[str] = (),
) -> Page:
    """A page of the networks that pass, by the column `sort`; `-` in front: largest first;
    empty: best first by what they are judged by.

    Networks that lack the value come last; equal ones in sampling order.

    Raises:
        Refused: no such column, a text that is no constraint, or a cursor not given out here.
    """
    names = named(snapshot, columns)
    rows, key = _sorted(snapshot, texts, sort)
    start = 0
    if cursor is not None:
        value, ordinal = _read(cursor)
        start = int(np.count_nonzero((key < value) | ((key == value) & (rows <= ordinal))))
    shown = rows[start : start + limit]
    more = start + limit < len(rows)
    last = f"{float(key[start + limit - 1])!r}~{shown[-1]}" if more else None
    return Page(_listed(snapshot, shown, names), len(rows), last)


def table(
    snapshot: Snapshot, texts: Mapping[str, str], sort: str, columns: Sequence[str] = ()
) -> Table:
    """All networks that pass, with these columns or all.

    Raises:
        Refused: as `page`, or a name that is no column.
    """
    rows, _ = _sorted(snapshot, texts, sort)
    population = snapshot.population
    names = named(snapshot, columns)
    assert population.ids is not None
    return Table(
        {
            "id": population.ids[rows],
            "ordinal": rows,
            "status": Coded(population.status[rows], STATUSES),
            "failure": Coded(population.cause[rows], population.causes),
            "multiplicity": population.multiplicity[rows].astype(np.int64),
            **({} if snapshot.table is None else _beside(snapshot.table, rows)),
            **{name: population.columns[name][rows] for name in names},
        },
        {
            "population": snapshot.id,
            "name": snapshot.name,
            "version": snapshot.version,
            "regime": snapshot.regime,
            "networks": len(rows),
            "constraints": dict(texts),
            "sort": sort or population.criterion,
        },
        snapshot.quantities,
    )


def _beside(table: stored.Table, rows: Ints) -> dict[str, Any]:
    """What rows of a table have beside numbers: texts, and which networks they are."""
    return {"network": table.networks[rows], "line": table.lines[rows]} | {
        name: table.texts[name][rows].tolist() for name in table.texts
    }


def named(snapshot: Snapshot, names: Sequence[str]) -> list[str]:
    """The columns of these names; all of them where none is named.

    Raises:
        Refused: there is none of that name.
    """
    known = snapshot.population.columns
    if unknown := [name for name in names if name not in known]:
        allowed = f"the population's columns: {', '.join(known)}"
        raise Refused("columns", ", ".join(unknown), allowed)
    return list(names or known)


def _sorted(snapshot: Snapshot, texts: Mapping[str, str], sort: str) -> tuple[Ints, Floats]:
    """Rows of the networks that pass, in the order of `sort`, and the keys of that order."""
    population = snapshot.population
    sort = sort or population.criterion
    column = sort.removeprefix("-")
    if column not in population.columns and column != "ordinal":
        allowed = f"ordinal, {', '.join(population.columns)}; with - in front for descending"
        raise Refused("sort", sort, allowed)
    constraints = queries.parse(snapshot, texts)
    orders = snapshot.orders
    if (order := orders.get(sort)) is None:
        order = _order(population, column, sort.startswith("-"))
        if len(orders) >= ORDERS:
            orders.clear()
        orders[sort] = order
    rows, key = order
    if not constraints:
        return rows, key
    passes = population.passing(constraints)[rows]
    return rows[passes], key[passes]


def _order(population: Population, column: str, falls: bool) -> tuple[Ints, Floats]:
    """All rows in the order of a column, and the keys of that order."""
    rows = np.arange(len(population))
    key = rows.astype(float) if column == "ordinal" else population.columns[column]
    key = np.where(np.isnan(key), np.inf, -key if falls else key)
    order = np.lexsort((rows, key))
    return rows[order], key[order]


def _read(cursor: str) -> tuple[float, int]:
    value, _, ordinal = cursor.partition("~")
    key = float(value) if value in ("inf", "-inf") else numbers.decimal(value)
    place = numbers.whole(ordinal)
    if key is None or place is None:
        raise Refused("after", cursor, "the `next` of the page before")
    return key, place


def _listed(snapshot: Snapshot, rows: Ints, names: Sequence[str]) -> list[Listed]:
    """The networks of these rows, with these columns."""
    population = snapshot.population
    assert population.ids is not None
    columns = zip(*(population.columns[name][rows].tolist() for name in names), strict=True)
    listed = [
        Listed(
            id=id,
            ordinal=row,
            status=STATUSES[status],
            failure=None if cause == NO_CAUSE else population.causes[cause],
            multiplicity=int(multiplicity),
            columns=dict(zip(names, values, strict=True)),
        )
        for id, row, status, cause, multiplicity, values in zip(
            population.ids[rows].tolist(),
            rows.tolist(),
            population.status[rows].tolist(),
            population.cause[rows].tolist(),
            population.multiplicity[rows].tolist(),
            columns,
            strict=True,
        )
    ]
    return listed if snapshot.table is None else _named(listed, snapshot.table, rows)


def _named(listed: list[Listed], table: stored.Table, rows: Ints) -> list[Listed]:
    """Rows of a table with their texts and networks."""
    texts = {name: table.texts[name][rows].tolist() for name in table.texts}
    networks = table.networks[rows].tolist()
    return [
        replace(one, texts={name: texts[name][i] for name in texts}, network=network or None)
        for i, (one, network) in enumerate(zip(listed, networks, strict=True))
    ]
