"""Providers: servers of OpenID Connect that say who somebody is, and what that makes him here.

A person is the pair (issuer, subject), which a provider gives to nobody else. An e-mail address
or a name is none: people change theirs, and get those of others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.insert import insert_for
from db.people import UserRow
from db.session import Database
from services.acting import audit
from services.acting.actor import Role
from services.errors import Unknown
from services.people import users

LONGEST = 50
"""Characters of a name that is made here."""


@dataclass(frozen=True)
class Claims:
    """What a provider says of somebody who has just logged in there."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""  # empty unless the provider has verified it
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Terms:
    """Whom a provider's word lets in, and as what.

    Args:
        allowed: `@DOMAIN` of an e-mail address or `group:NAME`, one of which has to be met;
            empty: whoever the provider lets in.
        admins, members: groups with that role; empty, both: people are told their roles here.
        otherwise: the role of everybody else, and of who is new where people are told theirs.
    """

    allowed: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    otherwise: Role = Role.VIEWER

    def admit(self, claims: Claims) -> bool:
        """Whether somebody is let in."""
        _, at, domain = claims.email.lower().partition("@")
        shown = {at + domain, *(f"group:{name}" for name in claims.groups)}
        return not self.allowed or bool(self.allowed & shown)

    def role(self, claims: Claims) -> Role | None:
        """What his groups make somebody; None where groups make nobody anything."""
        if self.admins & claims.groups:
            return Role.ADMIN
        if self.members & claims.groups:
            return Role.MEMBER
        return self.otherwise if self.admins or self.members else None


def enter(database: Database, claims: Claims, terms: Terms) -> int:
    """The id of somebody's account, made at the first time, with the role that he has now.

    Raises:
        Unknown: he is not let in, or not any more; the audit says so, too.
    """
    with database.durable() as session:
        account = _account(session, claims)
        problem = _problem(account, claims, terms)
        if problem is None:
            return _entered(session, account, claims, terms)
        audit.record(
            session,
            "login refused",
            "user",
            None if account is None else account.id,
            issuer=claims.issuer,
            subject=claims.subject,
            why=problem,
        )
    raise Unknown(problem)


def _account(session: Session, claims: Claims) -> UserRow | None:
    his = (UserRow.issuer == claims.issuer) & (UserRow.subject == claims.subject)
    return session.scalar(select(UserRow).where(his))


def _problem(account: UserRow | None, claims: Claims, terms: Terms) -> str | None:
    """Why somebody is not let in; None: he is."""
    if not terms.admit(claims):
        return "the lab lets in other e-mail addresses or groups than yours"
    if account is not None and account.disabled_at is not None:
        return "your account here is disabled: ask an administrator of the lab"
    return None


def _entered(session: Session, account: UserRow | None, claims: Claims, terms: Terms) -> int:
    role = terms.role(claims)
    if account is None:
        return _join(session, claims, role or terms.otherwise)
    if role is not None:
        users.set_role(session, account.id, role, lead=False)
    return account.id


def _join(session: Session, claims: Claims, role: Role) -> int:
    """A new account under the first name that is free; of two who come at once, one."""
    given = {"role": role.word, "issuer": claims.issuer, "subject": claims.subject}
    for name in names(claims):
        insert = insert_for(session, UserRow).values(name=name, **given)
        id: int | None = session.scalar(insert.on_conflict_do_nothing().returning(UserRow.id))
        if id is not None:
            audit.record(session, "account created", "user", id, None, name=name, **given)
            return id
        if (account := _account(session, claims)) is not None:
            return account.id
    raise AssertionError("there is always a next name")


def names(claims: Claims) -> Iterator[str]:
    """What somebody may be called here, as he is called there: ann, ann-2, ann-3 .."""
    wished = claims.name or claims.email.partition("@")[0]
    plain = unicodedata.normalize("NFKD", wished).encode("ascii", "ignore").decode().lower()
    fit = re.sub(r"[^a-z0-9._@+-]+", "-", plain)[:LONGEST].strip("._@+-") or "person"
    if fit not in users.NOBODYS:
        yield fit
    yield from (f"{fit}-{number}" for number in count(2))
