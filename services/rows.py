"""Rows by id, and many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy.orm import Session

from db.models import DesignSpaceRow, PopulationRow, RegimeRow, SampledRow, WatchRow
from db.people import Owned, Restorable
from services.acting.actor import who
from services.acting.permission import sees
from services.errors import NotFound, Refused

Row = TypeVar("Row", DesignSpaceRow, RegimeRow, PopulationRow, SampledRow, WatchRow)
Item = TypeVar("Item")

AT_ONCE = 500
"""Values in one statement: both databases bound the number of its parameters."""


def get(session: Session, table: type[Row], id: int) -> Row:
    """The row `id`.

    Raises:
        NotFound: there is none for the transaction's actor.
        Refused: a population that was sampled is asked for, and this one is a table.
    """
    row = session.get(table, id)
    if row is None and table is SampledRow:
        _refuse_table(session, id)
    if row is None or not is_there(session, row):
        raise NotFound(NAMES[table], id)
    return row


def _refuse_table(session: Session, id: int) -> None:
    other = session.get(PopulationRow, id)
    if other is not None and is_there(session, other):
        allowed = f"one that was sampled from a design space ({other.name} is a table)"
        raise Refused("population", id, allowed)


def is_there(session: Session, row: object) -> bool:
    """Whether a row is there for the transaction's actor."""
    if isinstance(row, Restorable) and row.deleted_at is not None:
        return False
    return not isinstance(row, Owned) or sees(who(session), row.owner_id, row.visibility)


NAMES: dict[type, str] = {
    DesignSpaceRow: "design space",
    RegimeRow: "regime",
    PopulationRow: "population",
    SampledRow: "population",
    WatchRow: "watch",
}
"""What people call them."""


def chunks(items: Iterable[Item], size: int = AT_ONCE) -> Iterator[list[Item]]:
    """All of them in their order, some at a time."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some
