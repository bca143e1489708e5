"""API tokens: what scripts show. Scopes are cut with the owner's role at each use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.people import TokenRow, UserRow
from services.acting import audit
from services.acting.actor import LOCAL, Actor, Role, Scope, who
from services.errors import Forbidden, NotFound, Refused
from services.people import secrets

MOST_DAYS = 366
MINUTE_MS, DAY_MS = 60_000, 86_400_000

OF_ROLE: dict[Role, frozenset[Scope]] = {
    Role.NOBODY: frozenset(),
    Role.VIEWER: frozenset({Scope.READ}),
    Role.MEMBER: frozenset({Scope.READ, Scope.SUBMIT}),
    Role.ADMIN: frozenset(Scope),
}
"""The scopes that a token of somebody's can have."""


@dataclass(frozen=True)
class TokenRecord:
    """A token as its owner sees it: never the secret."""

    id: int
    name: str
    prefix: str
    user: str | None
    scopes: list[str]
    created_at: int  # ms since 1970
    expires_at: int | None
    used_at: int | None
    revoked: bool


@dataclass(frozen=True)
class NewToken:
    """A token that was just made, with its secret: told this once."""

    token: TokenRecord
    secret: str


def create(
    session: Session,
    name: str,
    scopes: Collection[Scope],
    days: int | None,
    user_id: int | None = None,
    role: Role | None = None,
) -> NewToken:
    """A token of the transaction's actor, or of another account.

    Args:
        days: until it expires; None: never.
        role: of that other account.

    Raises:
        Forbidden: a scope beyond the role.
        Refused: no scope, or days out of range.
    """
    actor = who(session)
    if role is None:
        user_id, role = actor.id, actor.role
    if not scopes:
        raise Refused("scopes", [], f"at least one of {', '.join(Scope)}")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Refused("days", days, f"1 to {MOST_DAYS}, or none: it never expires")
    if beyond := set(scopes) - OF_ROLE[role] | set(scopes) - actor.scopes:
        raise Forbidden("give", f"the scope {min(beyond)} is beyond the role of {role.word}")
    secret = secrets.token()
    row = TokenRow(
        hash=secrets.digest(secret),
        prefix=secret[: secrets.SHOWN],
        name=name,
        user_id=user_id,
        scopes=sorted(scopes),
        expires_at=None if days is None else now_ms() + days * DAY_MS,
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    audit.record(session, "token made", "token", row.id, name=name, scopes=sorted(scopes))
    return NewToken(_records(session, TokenRow.id == row.id)[0], secret)


def actor(session: Session, secret: str) -> Actor | None:
    """Whom a secret lets in now, if anybody."""
    if not secrets.is_token(secret):
        return None
    found = session.execute(
        select(TokenRow, UserRow)
        .outerjoin(UserRow, UserRow.id == TokenRow.user_id)
        .where(TokenRow.hash == secrets.digest(secret), _works())
    ).first()
    if found is None:
        return None
    row, user = found
    if user is None and row.user_id is None:
        name, role, id = LOCAL.name, LOCAL.role, None
    elif user is None or user.disabled_at is not None:
        return None
    else:
        name, role, id = user.name, Role.of(user.role), user.id
    scopes = frozenset(map(Scope, row.scopes)) & OF_ROLE[role]
    return Actor(name, role, id, scopes, token=row.prefix)


def used(session: Session, secret: str) -> None:
    """Remember that a token is used, once a minute."""
    late = TokenRow.used_at.is_(None) | (TokenRow.used_at < now_ms() - MINUTE_MS)
    mine = TokenRow.hash == secrets.digest(secret)
    session.execute(update(TokenRow).where(mine, late).values(used_at=now_ms()))


def of(session: Session, user_id: int | None) -> list[TokenRecord]:
    """The tokens of an account, the newest first, revoked ones too."""
    return _records(session, TokenRow.user_id.is_not_distinct_from(user_id))


def every(session: Session) -> list[TokenRecord]:
    """All tokens, the newest first."""
    return _records(session, TokenRow.id > 0)


def revoke(session: Session, id: int, of: Actor | None = None) -> None:
    """Let a token let nobody in any more, perhaps only if it is this actor's.

    Raises:
        NotFound: there is none that works.
    """
    which = (TokenRow.id == id) & TokenRow.revoked_at.is_(None)
    if of is not None:
        which &= TokenRow.user_id.is_not_distinct_from(of.id)
    revoked = update(TokenRow).where(which).values(revoked_at=now_ms())
    if session.scalar(revoked.returning(TokenRow.id)) is None:
        raise NotFound("token", id)
    audit.record(session, "token revoked", "token", id)


def _works() -> ColumnElement[bool]:
    lasts = TokenRow.expires_at.is_(None) | (TokenRow.expires_at > now_ms())
    return TokenRow.revoked_at.is_(None) & lasts


def _records(session: Session, which: ColumnElement[bool]) -> list[TokenRecord]:
    found = session.execute(
        select(TokenRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == TokenRow.user_id)
        .where(which)
        .order_by(TokenRow.id.desc())
    )
    return [
        TokenRecord(
            row.id,
            row.name,
            row.prefix,
            name,
            row.scopes,
            row.created_at,
            row.expires_at,
            row.used_at,
            row.revoked_at is not None,
        )
        for row, name in found
    ]
