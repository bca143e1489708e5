"""Users: people with an account and a role in the lab."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.insert import insert_named
from db.people import UserRow
from db.session import Database
from services.acting import audit
from services.acting.actor import LOCAL, NOBODY, SYSTEM, Role, who
from services.errors import Conflict, NotFound, Refused, Unknown
from services.people import attempts, links, passwords, sessions

LONGEST = 250
"""Characters of a name that is tried; accounts have 64."""
NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


def given(name: str) -> str:
    """A name as accounts are called: small letters, so none looks like another.

    Raises:
        ValueError: other characters, or too many.
    """
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise ValueError("should be 1 to 64 of a-z, 0-9, . _ @ + -, a letter or digit first")
    return name


NOBODYS = ("guest", LOCAL.name, NOBODY.name, SYSTEM.name)
"""Names of who has no account."""

UserName = Annotated[str, Field(max_length=200), AfterValidator(given)]
"""The type of an account's name in a request."""


@dataclass(frozen=True)
class UserRecord:
    """An account."""

    id: int
    name: str
    role: str
    enters_by: str  # password, or the address of a provider of OpenID Connect
    created_at: int  # ms since 1970
    disabled: bool


def create(session: Session, name: str, role: Role, password: str) -> int:
    """A new account that enters by a password.

    Raises:
        Conflict: the name is taken.
        Refused: it is no name, or the password is no good one.
    """
    try:
        name = given(name)
    except ValueError as error:
        raise Refused("name", name, str(error)) from None
    if name in NOBODYS:
        raise Refused("name", name, f"another name: the audit calls by {', '.join(NOBODYS)}")
    passwords.require_good(password, name)
    id = insert_named(
        session, UserRow, name=name, role=role.word, password=passwords.hashed(password)
    )
    if id is None:
        raise Conflict(f"an account {name!r} exists")
    audit.record(session, "account created", "user", id, name=name, role=role.word)
    return id


def authenticated(database: Database, name: str, password: str, address: str) -> int:
    """The id of the account whose password this is.

    A wrong one is counted. Whether the name, the password or neither is right can be told
    neither from the refusal nor from its time. No transaction is open while it is checked.

    Raises:
        Unknown: it is nobody's.
        TooOften: too many were wrong.
    """
    name = name[:LONGEST]  # a longer one is nobody's, and is kept as long as it counts
    with database.read() as session:
        attempts.require_few(session, name, address)
        row = session.scalar(select(UserRow).where(UserRow.name == name))
    stored = row.password if row is not None and row.disabled_at is None else None
    right = passwords.matches(password, stored)
    with database.durable() as session:
        if right:
            attempts.forget(session, name, address)
        else:
            attempts.count(session, name, address)
            if row is not None:  # another name may be a password in the wrong field
                audit.record(session, "wrong password", "user", row.id, name=row.name)
    if row is None or not right:
        raise Unknown("no account has this name and this password")
    return row.id


def set_password(session: Session, id: int, password: str) -> None:
    """Choose another password; whoever was logged in by the old one is no more, and a link
    to choose one works no more.

    Raises:
        NotFound: no such account.
        Refused: no good one.
    """
    row = _row(session, id)
    passwords.require_good(password, row.name)
    row.password = passwords.hashed(password)
    sessions.end_all(session, id)
    links.end_password(session, id)
    audit.record(session, "password changed", "user", id)


def set_role(session: Session, id: int, role: Role, lead: bool = True) -> None:
    """Make somebody more or less; he logs in again, and links that he made work no more.

    Args:
        lead: somebody has to be left who looks after the lab.

    Raises:
        NotFound: no such account.
        Conflict: nobody would look after the lab.
    """
    _lock_admins(session)
    row = _row(session, id)
    if row.role == role.word:
        return
    before, row.role = row.role, role.word
    if lead:
        _require_admin_left(session)
    sessions.end_all(session, id)
    links.end_made_by(session, id)
    audit.record(session, "role changed", "user", id, before=before, role=role.word)


def set_disabled(session: Session, id: int, disabled: bool) -> None:
    """Shut somebody out, or let him in again; what he made stays, but for links.

    Raises:
        NotFound: no such account.
        Conflict: nobody would look after the lab.
    """
    _lock_admins(session)
    row = _row(session, id)
    if (row.disabled_at is not None) == disabled:
        return
    row.disabled_at = session.scalar(select(now_ms())) if disabled else None
    _require_admin_left(session)
    sessions.end_all(session, id)
    links.end_made_by(session, id)
    audit.record(session, "account disabled" if disabled else "account enabled", "user", id)


def get(session: Session, id: int) -> UserRecord:
    """The account `id`, or NotFound."""
    row = session.get(UserRow, id)
    if row is None:
        raise NotFound("account", id)
    return _record(row)


def named(session: Session, name: str) -> UserRecord:
    """The account of a name, or NotFound."""
    row = session.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        raise NotFound("account", name)
    return _record(row)


def every(session: Session) -> list[UserRecord]:
    """All accounts, by name."""
    return [_record(row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def names(session: Session) -> dict[int, str]:
    """The name of every account by its id."""
    return dict(session.execute(select(UserRow.id, UserRow.name)).all())


def mine(session: Session) -> int:
    """The account of the transaction's actor.

    Raises:
        NotFound: he has none, since the server has no accounts.
    """
    id = who(session).id
    if id is None:
        raise NotFound("account of", who(session).name)
    return id


def _row(session: Session, id: int) -> UserRow:
    row = session.get(UserRow, id, with_for_update=True)
    if row is None:
        raise NotFound("account", id)
    return row


def _lock_admins(session: Session) -> None:
    """Let nobody else make one of them less meanwhile: of two, each would leave the other."""
    admins = select(UserRow.id).where(UserRow.role == "admin").order_by(UserRow.id)
    session.scalars(admins.with_for_update()).all()


def _require_admin_left(session: Session) -> None:
    session.flush()
    if not links.any_admin(session):
        raise Conflict("somebody has to be an administrator")


def _record(row: UserRow) -> UserRecord:
    return UserRecord(
        row.id,
        row.name,
        row.role,
        row.issuer or "password",
        row.created_at,
        row.disabled_at is not None,
    )
