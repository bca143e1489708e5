"""Design spaces: defined once under a name, never changed; refining one defines another."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.insert import insert_named
from db.models import DesignSpaceRow
from designspace.spaces.base import Family
from services import definitions, rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb, Visibility, visible
from services.errors import Conflict


@dataclass(frozen=True)
class SpaceRecord:
    """A stored design space."""

    id: int
    name: str
    space: Family
    refined_from: int | None
    created_at: int  # ms since 1970
    owner_id: int | None
    visibility: str


def define(
    session: Session,
    name: str,
    space: Family,
    refined_from: int | None = None,
    visibility: str = Visibility.LAB,
) -> int:
    """Store a design space; the same name with the same definition is the one already there.

    Raises:
        Conflict: the name stands for another definition.
        NotFound: no space `refined_from`.
        Forbidden: whoever asks may define nothing.
    """
    actor = who(session)
    permission.require(actor, Verb.DEFINE)
    if refined_from is not None:
        get(session, refined_from)
    given = {
        "definition": space.model_dump(mode="json"),
        "refined_from": refined_from,
        "visibility": visibility,
    }
    id = insert_named(session, DesignSpaceRow, name=name, owner_id=actor.id, **given)
    if id is not None:
        audit.record(session, "defined", "design space", id, name=name)
        return id
    row = session.scalars(select(DesignSpaceRow).where(DesignSpaceRow.name == name)).one()
    same = definitions.is_same(definitions.space, row, space) and rows.is_there(session, row)
    if row.refined_from != refined_from or not same:
        raise Conflict(f"design space {name!r} exists with another definition")
    return row.id


def get(session: Session, id: int) -> SpaceRecord:
    """The design space `id`.

    Raises:
        NotFound: there is none.
        Unreadable: it can't be read.
    """
    return _record(rows.get(session, DesignSpaceRow, id))


def every(session: Session) -> list[SpaceRecord]:
    """All design spaces that can be read, oldest first."""
    mine = select(DesignSpaceRow).where(visible(session, DesignSpaceRow))
    found = session.scalars(mine.order_by(DesignSpaceRow.id))
    return definitions.readable(_record, found)


def _record(row: DesignSpaceRow) -> SpaceRecord:
    return SpaceRecord(
        row.id,
        row.name,
        definitions.space(row),
        row.refined_from,
        row.created_at,
        row.owner_id,
        row.visibility,
    )
