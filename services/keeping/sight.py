"""Sight: which views are there for somebody: those he sees, of populations that he all sees.

A population that is deleted hides no view: the view lacks it, and says so.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.keeping import ViewedRow, ViewRow
from db.models import PopulationRow
from services import rows
from services.acting import permission
from services.errors import NotFound


def is_seen(session: Session) -> ColumnElement[bool]:
    """The condition that a view is there for the transaction's actor."""
    return permission.visible(session, ViewRow) & shows_nothing_hidden(session)


def shows_nothing_hidden(session: Session) -> ColumnElement[bool]:
    """The condition that the actor sees all populations of a view, deleted or not."""
    hidden = (
        select(ViewedRow.view_id)
        .join(PopulationRow, PopulationRow.id == ViewedRow.population_id)
        .where(ViewedRow.view_id == ViewRow.id, ~permission.shown(session, PopulationRow))
        .correlate(ViewRow)
    )
    return ~hidden.exists()


def view(session: Session, id: int) -> ViewRow:
    """The view `id`, or NotFound."""
    row = session.get(ViewRow, id)
    seen = row is not None and rows.is_there(session, row)
    if row is None or not seen or not _shows_nothing_hidden(session, id):
        raise NotFound("view", id)
    return row


def _shows_nothing_hidden(session: Session, id: int) -> bool:
    found = select(ViewRow.id).where(ViewRow.id == id, shows_nothing_hidden(session))
    return session.scalar(found) is not None
