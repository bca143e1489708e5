"""Links that work once: the first administrator's, an invitation, a new password, a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.people import AuditRow, LinkRow, UserRow
from services.acting import audit
from services.acting.actor import Role
from services.errors import Gone
from services.people import secrets

Purpose = Literal["setup", "invitation", "password", "key"]

HOURS: dict[Purpose, int] = {"setup": 24, "invitation": 72, "password": 24, "key": 24}
"""That a link works."""


@dataclass(frozen=True)
class Link:
    """What a link is for."""

    purpose: Purpose
    role: Role | None  # of whom is invited
    user_id: int | None  # whose password


def any_admin(session: Session) -> bool:
    """Whether somebody looks after the lab, so that there is nothing to set up."""
    admins = select(UserRow.id).where(UserRow.role == "admin", UserRow.disabled_at.is_(None))
    return session.scalar(admins.limit(1)) is not None


def create(
    session: Session, purpose: Purpose, role: Role | None = None, user_id: int | None = None
) -> str:
    """A new link's secret. Those of its kind that were not used are none any more, but for
    invitations."""
    if purpose != "invitation":
        _end(session, purpose, user_id)
    secret, hours = secrets.link(), HOURS[purpose]
    row = LinkRow(
        hash=secrets.digest(secret),
        purpose=purpose,
        role=role.word if role else None,
        user_id=user_id,
        expires_at=now_ms() + hours * 3_600_000,
    )
    session.add(row)
    session.flush()
    word = role.word if role else None
    audit.record(session, f"{purpose} link made", "link", row.id, user=user_id, role=word)
    return secret


def look(session: Session, secret: str) -> Link:
    """What an unused link is for.

    Raises:
        Gone: it was used, is too old, was never given out, sets up what is set up, or is of
            an account that is disabled.
    """
    row = session.scalar(select(LinkRow).where(_works(secret)))
    if row is None or (row.purpose == "setup" and any_admin(session)):
        raise Gone("this link was used, or is too old: ask for a new one")
    if row.user_id is not None and session.get_one(UserRow, row.user_id).disabled_at:
        raise Gone("this account is disabled: ask an administrator")
    return _link(row)


def use(session: Session, secret: str) -> Link:
    """Use a link up: of two who do at once, one.

    Raises:
        Gone: as `look`.
    """
    look(session, secret)
    taken = update(LinkRow).where(_works(secret)).values(used_at=now_ms()).returning(LinkRow)
    row = session.scalar(taken)
    if row is None:
        raise Gone("this link was used: ask for a new one")
    return _link(row)


def end_password(session: Session, user_id: int) -> None:
    """Let no link choose an account's password any more."""
    _end(session, "password", user_id)


def end_made_by(session: Session, user_id: int) -> None:
    """Let nobody in by what somebody has given out, who may no more."""
    made = select(AuditRow.object_id).where(
        AuditRow.kind == "link", AuditRow.user_id == user_id, AuditRow.object_id.is_not(None)
    )
    unused = LinkRow.used_at.is_(None) & LinkRow.id.in_(made)
    session.execute(update(LinkRow).where(unused).values(used_at=now_ms()))


def _works(secret: str) -> ColumnElement[bool]:
    return (
        (LinkRow.hash == secrets.digest(secret))
        & LinkRow.used_at.is_(None)
        & (LinkRow.expires_at > now_ms())
    )


def _end(session: Session, purpose: Purpose, user_id: int | None) -> None:
    open_ones = update(LinkRow).where(LinkRow.purpose == purpose, LinkRow.used_at.is_(None))
    session.execute(
        open_ones.where(LinkRow.user_id.is_not_distinct_from(user_id)).values(used_at=now_ms())
    )


def _link(row: LinkRow) -> Link:
    role = Role.of(row.role) if row.role else None
    return Link(row.purpose, role, row.user_id)  # type: ignore[arg-type]  # as written
