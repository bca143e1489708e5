"""Sessions: browsers that somebody is logged in with. A row each, so each can be ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.people import SessionRow, UserRow
from services.acting import audit
from services.acting.actor import LOCAL, Actor, Role
from services.errors import NotFound
from services.people import secrets

DAYS, IDLE_DAYS = 30, 7
"""That a session lasts, and lasts unused."""
MINUTE_MS, DAY_MS = 60_000, 86_400_000


@dataclass(frozen=True)
class SessionRecord:
    """A session as its owner sees it."""

    id: int
    user: str | None  # the account's name; None: by key
    agent: str
    address: str
    created_at: int  # ms since 1970
    seen_at: int
    expires_at: int


def begin(session: Session, user_id: int | None, agent: str, address: str) -> str:
    """A new session's secret, whatever the browser had before."""
    secret = secrets.link()
    row = SessionRow(
        hash=secrets.digest(secret),
        user_id=user_id,
        agent=agent[:200],
        address=address,
        expires_at=now_ms() + DAYS * DAY_MS,
    )
    session.add(row)
    session.flush()
    entered = actor(session, secret)
    assert entered is not None
    by = replace(entered, address=address)
    audit.record(session, "logged in", "session", row.id, by=by)
    return secret


def actor(session: Session, secret: str) -> Actor | None:
    """Whom a secret lets in now, if anybody."""
    found = session.execute(
        select(SessionRow, UserRow)
        .outerjoin(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.hash == secrets.digest(secret), _open())
    ).first()
    if found is None:
        return None
    row, user = found
    if user is None:
        return Actor(LOCAL.name, LOCAL.role, session=row.id)
    if user.disabled_at is not None:
        return None
    return Actor(user.name, Role.of(user.role), user.id, session=row.id)


def seen(session: Session, id: int) -> None:
    """Remember that a session is used, once a minute."""
    late = SessionRow.seen_at < now_ms() - MINUTE_MS
    session.execute(
        update(SessionRow).where(SessionRow.id == id, late).values(seen_at=now_ms())
    )


def of(session: Session, user_id: int | None) -> list[SessionRecord]:
    """The open sessions of an account, the last used first."""
    return _records(session, SessionRow.user_id.is_not_distinct_from(user_id))


def every(session: Session) -> list[SessionRecord]:
    """All open sessions, the last used first."""
    return _records(session, SessionRow.id > 0)


def end(session: Session, id: int, of: Actor | None = None) -> None:
    """End a session, perhaps only if it is this actor's.

    Raises:
        NotFound: there is none that is open.
    """
    which = SessionRow.id == id
    if of is not None:
        which &= SessionRow.user_id.is_not_distinct_from(of.id)
    ended = update(SessionRow).where(which, _open()).values(ended_at=now_ms())
    if session.scalar(ended.returning(SessionRow.id)) is None:
        raise NotFound("session", id)
    audit.record(session, "session ended", "session", id)


def end_all(session: Session, user_id: int | None, but: int | None = None) -> None:
    """End an account's sessions, perhaps but for one."""
    which = SessionRow.user_id.is_not_distinct_from(user_id) & SessionRow.ended_at.is_(None)
    if but is not None:
        which &= SessionRow.id != but
    session.execute(update(SessionRow).where(which).values(ended_at=now_ms()))


def _open() -> ColumnElement[bool]:
    return (
        SessionRow.ended_at.is_(None)
        & (SessionRow.expires_at > now_ms())
        & (SessionRow.seen_at > now_ms() - IDLE_DAYS * DAY_MS)
    )


def _records(session: Session, which: ColumnElement[bool]) -> list[SessionRecord]:
    found = session.execute(
        select(SessionRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == SessionRow.user_id)
        .where(which, _open())
        .order_by(SessionRow.seen_at.desc(), SessionRow.id.desc())
    )
    return [
        SessionRecord(
            row.id, name, row.agent, row.address, row.created_at, row.seen_at, row.expires_at
        )
        for row, name in found
    ]
