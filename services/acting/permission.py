"""Permission: who may do what. This table is the whole of it.

What somebody may not see is not there for him (404), in lists and counts, too; what he sees
and may not do is refused (403). Each route and each callback names its verb; one that names
none is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import Session

from db.people import Owned, Restorable
from services.acting.actor import Actor, Role, Scope, who
from services.errors import Forbidden


class Verb(StrEnum):
    """What people do."""

    SEE = "see"  # read whatever is visible, ask what is computed from it, export it
    DEFINE = "define"  # a design space, a regime
    CREATE = "create"  # a population, by sampling or from an archive; a view of a page
    STEER = "steer"  # make it larger, benchmark, pause, put first, cancel, ask again, watch,
    # rename, archive, delete and restore it, write notes and tags of it
    PURGE = "purge"  # what is deleted, for good
    SHARE = "share"  # say who sees it
    ACCOUNT = "account"  # one's own sessions, tokens, password
    PEOPLE = "people"  # others' accounts, invitations, sessions
    AUDIT = "audit"  # read who did what
    METRICS = "metrics"  # watch over the server: its numbers, of everybody together


@dataclass(frozen=True)
class Rule:
    """Who may do something."""

    role: Role  # at least
    scope: Scope  # that a token needs
    own: bool = False  # what is one's own; of others only an administrator


RULES: dict[Verb, Rule] = {
    Verb.SEE: Rule(Role.NOBODY, Scope.READ),  # who is nobody sees what is public, if let in
    Verb.DEFINE: Rule(Role.MEMBER, Scope.SUBMIT),
    Verb.CREATE: Rule(Role.MEMBER, Scope.SUBMIT),
    Verb.STEER: Rule(Role.MEMBER, Scope.SUBMIT, own=True),
    Verb.PURGE: Rule(Role.ADMIN, Scope.ADMIN),
    Verb.SHARE: Rule(Role.MEMBER, Scope.SUBMIT, own=True),
    Verb.ACCOUNT: Rule(Role.VIEWER, Scope.ADMIN),
    Verb.PEOPLE: Rule(Role.ADMIN, Scope.ADMIN),
    Verb.AUDIT: Rule(Role.ADMIN, Scope.ADMIN),
    Verb.METRICS: Rule(Role.ADMIN, Scope.METRICS),
}


class Visibility(StrEnum):
    """Who sees what somebody has made, beside himself and administrators."""

    PRIVATE = "private"  # nobody
    LAB = "lab"  # everybody who has logged in
    PUBLIC = "public"  # also who has not, where NETSPACE_PUBLIC lets him in


def require(actor: Actor, verb: Verb) -> None:
    """Refuse what an actor may do to nothing at all.

    Raises:
        Forbidden: his role or his token's scopes are too small.
    """
    rule = RULES[verb]
    if actor.role < rule.role:
        raise Forbidden(verb, f"{rule.role.word}s may, and {actor.name} is a {actor.role.word}")
    if rule.scope not in actor.scopes:
        raise Forbidden(verb, f"a token needs the scope {rule.scope}")


def require_of(session: Session, verb: Verb, row: Owned) -> None:
    """Refuse what the transaction's actor may not do to a row that he sees.

    Raises:
        Forbidden: as `require`, or it is somebody else's.
    """
    actor = who(session)
    require(actor, verb)
    if RULES[verb].own and not may_change(actor, row.owner_id):
        raise Forbidden(verb, "its owner and administrators may")


def may_change(actor: Actor, owner_id: int | None) -> bool:
    """Whether what belongs to somebody is in an actor's hands."""
    return actor.is_admin or (actor.id is not None and owner_id == actor.id)


def sees(actor: Actor, owner_id: int | None, visibility: str) -> bool:
    """Whether something is there for an actor; `visible` says the same in SQL."""
    if may_change(actor, owner_id) or visibility == Visibility.PUBLIC:
        return True
    return visibility == Visibility.LAB and actor.role >= Role.VIEWER


def visible(session: Session, table: Any) -> ColumnElement[bool]:
    """The condition that a row of a table of owned things is there for the actor."""
    return and_(shown(session, table), is_kept(table))


def deleted(session: Session, table: Any) -> ColumnElement[bool]:
    """The condition that a row is deleted, and the actor may restore it."""
    actor = who(session)
    mine = true() if actor.is_admin else table.owner_id == (actor.id or -1)
    return and_(mine, table.deleted_at.is_not(None))


def is_kept(table: Any) -> ColumnElement[bool]:
    """The condition that a row is not deleted."""
    if not issubclass(table, Restorable):
        return true()
    kept: ColumnElement[bool] = table.deleted_at.is_(None)
    return kept


def shown(session: Session, table: Any) -> ColumnElement[bool]:
    """The condition that the actor sees a row, or would if it were not deleted."""
    actor = who(session)
    if actor.is_admin:
        return true()
    wide = [Visibility.PUBLIC]
    if actor.role >= Role.VIEWER:
        wide.append(Visibility.LAB)
    return or_(table.visibility.in_(wide), table.owner_id == (actor.id or -1))


def sees_machines(session: Session) -> bool:
    """Whether machines and their names, which are the lab's, are there for the actor."""
    return who(session).role is not Role.NOBODY


def open_to(actor: Actor) -> list[str]:
    """The verbs of an actor: what he may do at least to what is his own."""
    return [
        verb
        for verb, rule in RULES.items()
        if actor.role >= rule.role and rule.scope in actor.scopes
    ]
