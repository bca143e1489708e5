"""Actors: who asks, as every transaction carries it.

A transaction of a face is opened for an actor (`database.of(actor).read()`); one that was
opened for nobody is the system's own, as a worker's, a command's or the hub's.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from sqlalchemy.orm import Session


class Role(IntEnum):
    """What a person is in the lab; who is more may do all that who is less may."""

    NOBODY = 0
    VIEWER = 1
    MEMBER = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        return cls[word.upper()]


class Scope(StrEnum):
    """What a token may be used for; a browser's session may be used for all."""

    READ = "read"
    SUBMIT = "submit"
    WORKER = "worker"
    METRICS = "metrics"
    ADMIN = "admin"


EVERY = frozenset(Scope)


@dataclass(frozen=True)
class Actor:
    """Somebody, by what he showed when he asked."""

    name: str
    role: Role
    id: int | None = None  # users.id; None: whoever this machine or its key let in
    scopes: frozenset[Scope] = EVERY
    session: int | None = None  # sessions.id
    token: str | None = None  # the prefix of a token
    address: str | None = None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


SYSTEM = Actor("netspace", Role.ADMIN)
"""A command, a worker, the hub."""
LOCAL = Actor("local", Role.ADMIN)
"""Whoever can reach a server without accounts."""
NOBODY = Actor("nobody", Role.NOBODY, scopes=frozenset())

asking: ContextVar[Actor] = ContextVar("asking")
"""Who sent the request that is being answered; faces open transactions for him. Unset
elsewhere: a face that forgot fails, and shows nothing."""


def who(session: Session) -> Actor:
    """Whom a transaction is for."""
    actor = session.info.get("actor", SYSTEM)
    assert isinstance(actor, Actor)
    return actor
