"""Inserts that meet rows already there, in the words of either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_for(session: Session, table: Any) -> Any:
    """An INSERT of the session's database, with `on_conflict_do_nothing` and `.._do_update`."""
    dialect = session.get_bind().dialect.name
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_named(session: Session, table: Any, **values: Any) -> int | None:
    """Insert a row under its name; its id, or None where the name is taken.

    The unique name decides, not a look before: two people may choose one at the same moment.
    Of what may be deleted and restored it is unique among what is not deleted.
    """
    insert = insert_for(session, table).values(**values)
    among = text("deleted_at IS NULL") if hasattr(table, "deleted_at") else None
    free = insert.on_conflict_do_nothing(index_elements=["name"], index_where=among)
    free = free.returning(table.id)
    id: int | None = session.scalar(free)
    return id


def insert_new(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows that break no uniqueness; leave the others as they are."""
    if rows:
        session.execute(insert_for(session, table).on_conflict_do_nothing(), list(rows))
