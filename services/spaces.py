"""Design spaces: defined once under a name, never changed; refining one defines another."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.insert import insert_named
from db.models import DesignSpaceRow
from designspace.spaces import DESIGN_SPACE
from designspace.spaces.base import Family
from services.errors import Conflict, NotFound


@dataclass(frozen=True)
class SpaceRecord:
    """A stored design space."""

    id: int
    name: str
    space: Family
    refined_from: int | None
    created_at: int  # ms since 1970


def define(session: Session, name: str, space: Family, refined_from: int | None = None) -> int:
    """Store a design space; the same name with the same definition is the one already there.

    Raises:
        Conflict: the name stands for another definition.
        NotFound: no space `refined_from`.
    """
    if refined_from is not None:
        get(session, refined_from)
    given = {"definition": space.model_dump(mode="json"), "refined_from": refined_from}
    id = insert_named(session, DesignSpaceRow, name=name, **given)
    if id is not None:
        return id
    row = session.scalars(select(DesignSpaceRow).where(DesignSpaceRow.name == name)).one()
    if row.refined_from != refined_from or _record(row).space != space:
        raise Conflict(f"design space {name!r} exists with another definition")
    return row.id


def get(session: Session, id: int) -> SpaceRecord:
    """The design space `id`, or NotFound."""
    row = session.get(DesignSpaceRow, id)
    if row is None:
        raise NotFound("design space", id)
    return _record(row)


def every(session: Session) -> list[SpaceRecord]:
    """All design spaces, oldest first."""
    rows = session.scalars(select(DesignSpaceRow).order_by(DesignSpaceRow.id))
    return [_record(row) for row in rows]


def _record(row: DesignSpaceRow) -> SpaceRecord:
    space = DESIGN_SPACE.validate_python(row.definition)
    return SpaceRecord(row.id, row.name, space, row.refined_from, row.created_at)
