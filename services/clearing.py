"""Clearing: rows that nothing goes by any more, counted or removed; never what was measured.

What is deleted softly stays: an administrator purges that by name. A network stays while a
population has drawn it, a table has it, or a job is of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Text, cast, delete, exists, func, literal, select, text
from sqlalchemy.orm import Session

from db.accounting import AnswerRow
from db.among import among
from db.clock import now_ms
from db.models import BlockRow, DrawRow, JobRow, NetworkRow, PopulationRow, TableRow
from db.people import AttemptRow, LinkRow, SessionRow
from services import rows
from services.acting import audit, once, permission
from services.acting.actor import who
from services.acting.permission import Verb
from services.reading import blocks

KEPT_MS = 7 * once.DAY_MS
"""Sessions and links are listed for so long after their end."""
LOCK = "LOCK TABLE networks IN SHARE ROW EXCLUSIVE MODE"


@dataclass(frozen=True)
class Found:
    """Rows of a table that can go."""

    what: str
    rows: int
    bytes: int  # of their texts and blocks, about
    why: str


@dataclass(frozen=True)
class _Kind:
    what: str
    why: str
    table: type[Any]
    gone: Callable[[], ColumnElement[bool]]
    column: Any | None = None  # that takes most of a row


def _of_none(table: Any) -> ColumnElement[bool]:
    return ~exists().where(PopulationRow.id == table.population_id)


def _past(table: Any) -> ColumnElement[bool]:
    """Ended, used or expired, a while ago."""
    ended = getattr(table, "ended_at", None) or getattr(table, "used_at", None)
    assert ended is not None
    past: ColumnElement[bool] = func.coalesce(ended, table.expires_at) < now_ms() - KEPT_MS
    return past


KINDS = (
    _Kind(
        "answers",
        "answers to idempotency keys, kept for a day",
        AnswerRow,
        lambda: AnswerRow.at < now_ms() - once.DAY_MS,
        AnswerRow.answer,
    ),
    _Kind("sessions", "ended or expired a week ago", SessionRow, lambda: _past(SessionRow)),
    _Kind("links", "used or expired a week ago", LinkRow, lambda: _past(LinkRow)),
    _Kind(
        "attempts",
        "wrong passwords, a week old",
        AttemptRow,
        lambda: AttemptRow.at < now_ms() - KEPT_MS,
    ),
    _Kind(
        "blocks",
        "of tables that are no more",
        BlockRow,
        lambda: _of_none(BlockRow),
        BlockRow.data,
    ),
    _Kind(
        "draws",
        "of populations that are no more",
        DrawRow,
        lambda: _of_none(DrawRow),
        cast(DrawRow.parameters, Text),
    ),
)


def found(session: Session) -> list[Found]:
    """What can go.

    Raises:
        Forbidden: only an administrator may ask.
    """
    permission.require(who(session), Verb.PURGE)
    every = [_counted(session, kind) for kind in KINDS]
    ids = _unused(session)
    every.append(Found("networks", len(ids), _bytes_of(session, ids), "that nothing has"))
    return [one for one in every if one.rows]


def clear(session: Session) -> list[Found]:
    """Remove it, in the session's transaction; what was removed.

    Raises:
        Forbidden: only an administrator may.
    """
    permission.require(who(session), Verb.PURGE)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(LOCK))  # who draws meanwhile inserts there first, and waits
    cleared = found(session)
    for kind in KINDS:
        session.execute(delete(kind.table).where(kind.gone()))
    for some in rows.chunks(_unused(session)):
        session.execute(delete(NetworkRow).where(among(NetworkRow.id, some)))
    if cleared:
        audit.record(session, "cleared", rows={one.what: one.rows for one in cleared})
    return cleared


def _counted(session: Session, kind: _Kind) -> Found:
    size = literal(0) if kind.column is None else _size(kind.column)
    count = select(func.count(), size).select_from(kind.table).where(kind.gone())
    number, total = session.execute(count).one()
    return Found(kind.what, number, int(total), kind.why)


def _size(column: Any) -> ColumnElement[int]:
    """Of all rows."""
    return func.coalesce(func.sum(func.length(column)), 0)


def _unused(session: Session) -> list[int]:
    """Networks that no population has drawn, no job is of, and no row of a table is."""
    unused = (
        select(NetworkRow.id)
        .where(
            ~exists().where(DrawRow.network_id == NetworkRow.id),
            ~exists().where(JobRow.network_id == NetworkRow.id),
        )
        .order_by(NetworkRow.id)
    )
    ids = np.array(session.scalars(unused).all(), int)
    column = f"{blocks.MARK}network"
    for table in session.scalars(select(TableRow.id)) if ids.size else ():
        there = select(BlockRow.number).where(
            BlockRow.population_id == table, BlockRow.column == column
        )
        if session.scalar(there.limit(1)) is not None:
            ids = np.setdiff1d(ids, blocks.read(session, table, column).to_numpy())
    return [int(id) for id in ids]


def _bytes_of(session: Session, ids: list[int]) -> int:
    size = _size(cast(NetworkRow.architecture, Text))
    return sum(
        int(session.execute(select(size).where(among(NetworkRow.id, some))).scalar_one())
        for some in rows.chunks(ids)
    )
