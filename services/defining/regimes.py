"""Training regimes: defined once under a name, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.insert import insert_named
from db.models import RegimeRow
from designspace.regimes import Regime
from services import definitions, rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb, Visibility, visible
from services.errors import Conflict


@dataclass(frozen=True)
class RegimeRecord:
    """A stored regime."""

    id: int
    name: str
    regime: Regime
    created_at: int  # ms since 1970
    owner_id: int | None
    visibility: str


def define(
    session: Session, name: str, regime: Regime, visibility: str = Visibility.LAB
) -> int:
    """Store a regime; the same name with the same definition is the one already there.

    Raises:
        Conflict: the name stands for another definition.
        Forbidden: whoever asks may define nothing.
    """
    actor = who(session)
    permission.require(actor, Verb.DEFINE)
    given = {"definition": regime.model_dump(mode="json"), "visibility": visibility}
    id = insert_named(session, RegimeRow, name=name, owner_id=actor.id, **given)
    if id is not None:
        audit.record(session, "defined", "regime", id, name=name)
        return id
    row = session.scalars(select(RegimeRow).where(RegimeRow.name == name)).one()
    same = definitions.is_same(definitions.regime, row, regime)
    if not same or not rows.is_there(session, row):
        raise Conflict(f"regime {name!r} exists with another definition")
    return row.id


def offer(session: Session, ready_made: Mapping[str, Regime]) -> None:
    """Store those whose names are free; what a name stands for already is left alone."""
    taken = set(session.scalars(select(RegimeRow.name)))
    for name, regime in ready_made.items():
        if name not in taken:
            define(session, name, regime)


def get(session: Session, id: int) -> RegimeRecord:
    """The regime `id`.

    Raises:
        NotFound: there is none.
        Unreadable: it can't be read.
    """
    return _record(rows.get(session, RegimeRow, id))


def every(session: Session) -> list[RegimeRecord]:
    """All regimes that can be read, oldest first."""
    mine = select(RegimeRow).where(visible(session, RegimeRow))
    found = session.scalars(mine.order_by(RegimeRow.id))
    return definitions.readable(_record, found)


def _record(row: RegimeRow) -> RegimeRecord:
    return RegimeRecord(
        row.id,
        row.name,
        definitions.regime(row),
        row.created_at,
        row.owner_id,
        row.visibility,
    )
