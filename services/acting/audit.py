"""The audit: who did what when, written in the transaction of the deed.

Rows are only ever added: triggers and grants refuse the rest. No secret is in one. Once the
transaction has ended well, the log has a line of the deed, too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, event, func, select
from sqlalchemy.orm import Session

from db.people import AuditRow
from services.acting import trace
from services.acting.actor import Actor, who

log = logging.getLogger(__name__)

AT_ONCE = 1_000
"""Rows that are read together where all are."""


@dataclass(frozen=True)
class Deed:
    """A line of the audit."""

    id: int
    at: int  # ms since 1970
    actor: str
    token: str | None  # the prefix of a token that did it
    address: str | None
    what: str
    kind: str | None
    object_id: int | None
    detail: dict[str, Any]


@dataclass(frozen=True)
class Search:
    """What lines are looked for; None: any."""

    actor: str | None = None
    what: str | None = None  # how it begins
    kind: str | None = None
    object_id: int | None = None
    since: int | None = None  # ms since 1970, included
    until: int | None = None  # excluded


def record(
    session: Session,
    what: str,
    kind: str | None = None,
    id: int | None = None,
    by: Actor | None = None,
    **detail: Any,
) -> None:
    """Write what the transaction's actor does, or somebody who has just become known."""
    actor = by or who(session)
    event.listen(session, "after_commit", lambda _: _log(actor, what, kind, id), once=True)
    session.add(
        AuditRow(
            user_id=actor.id,
            actor=actor.name,
            token=actor.token,
            address=actor.address,
            what=what,
            kind=kind,
            object_id=id,
            detail=detail,
        )
    )


def _log(actor: Actor, what: str, kind: str | None, id: int | None) -> None:
    about: dict[str, str | int] = {} if actor.id is None else {"person_id": actor.id}
    if kind == "population" and id is not None:
        about["population"] = id
    with trace.about(**about):
        log.info("%s%s", what, "" if kind is None or id is None else f": {kind} {id}")


def found(
    session: Session, search: Search, limit: int = 100, before: int | None = None
) -> list[Deed]:
    """Lines that a search finds, the latest first, from below the id `before` on."""
    query = _query(search).order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.id < before)
    return [_deed(row) for row in session.scalars(query)]


def by_others(session: Session, kind: str, owners: Mapping[int, int]) -> dict[int, Deed]:
    """The last thing that somebody else did to each of some things, where anybody did.

    Args:
        owners: whose they are, by their id.
    """
    mine = AuditRow.object_id.in_(owners)
    last = (
        select(func.max(AuditRow.id), AuditRow.object_id, AuditRow.user_id)
        .where(AuditRow.kind == kind, mine)
        .group_by(AuditRow.object_id, AuditRow.user_id)
    )
    ids: dict[int, int] = {}
    for id, thing, user in session.execute(last):
        if thing is not None and user != owners[thing]:
            ids[thing] = max(id, ids.get(thing, 0))
    rows = session.scalars(select(AuditRow).where(AuditRow.id.in_(ids.values())))
    return {row.object_id: _deed(row) for row in rows if row.object_id is not None}


def every(session: Session, search: Search) -> Iterator[Deed]:
    """All lines that a search finds, oldest first."""
    rows: Iterable[AuditRow] = session.scalars(
        _query(search).order_by(AuditRow.id).execution_options(yield_per=AT_ONCE)
    )
    return map(_deed, rows)


def _query(search: Search) -> Select[AuditRow]:
    given = asdict(search)
    since, until, what = given.pop("since"), given.pop("until"), given.pop("what")
    same = (
        getattr(AuditRow, name) == value for name, value in given.items() if value is not None
    )
    query = select(AuditRow).where(*same)
    if what is not None:
        query = query.where(AuditRow.what.startswith(what, autoescape=True))
    if since is not None:
        query = query.where(AuditRow.at >= since)
    return query if until is None else query.where(AuditRow.at < until)


def _deed(row: AuditRow) -> Deed:
    return Deed(
        row.id,
        row.at,
        row.actor,
        row.token,
        row.address,
        row.what,
        row.kind,
        row.object_id,
        row.detail,
    )
