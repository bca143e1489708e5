"""Tables of people: who they are, what lets them in, what they did.

Of a session, a token and a link only the SHA-256 is stored: whoever reads the table enters
nowhere. A worker's role can read none of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from db.base import Base, Milliseconds
from db.clock import now_ms


class Owned:
    """What somebody has made, and who may see it: `services.acting.permission`."""

    @declared_attr
    def owner_id(cls) -> Mapped[int | None]:
        """None: it was made by a command, or before there were people."""
        return mapped_column(ForeignKey("users.id"), index=True)

    visibility: Mapped[str] = mapped_column(server_default="lab")  # private, lab, public


class Restorable:
    """What may be deleted and restored: while it is deleted it is there for nobody."""

    deleted_at: Mapped[int | None] = mapped_column(Milliseconds)


class UserRow(Base):
    """A person with an account; never deleted, since what they did names them."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]  # viewer, member, admin
    password: Mapped[str | None]  # argon2id; None: enters by another door
    issuer: Mapped[str | None]  # of OpenID Connect, and who one is there
    subject: Mapped[str | None]
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    disabled_at: Mapped[int | None] = mapped_column(Milliseconds)


class LinkRow(Base):
    """A link that works once: to set up, to join, to choose a new password, to enter by key."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]  # setup, invitation, password, key
    role: Mapped[str | None]  # of whom is invited
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # whose password
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    expires_at: Mapped[int] = mapped_column(Milliseconds)
    used_at: Mapped[int | None] = mapped_column(Milliseconds)


class SessionRow(Base):
    """A browser that somebody has logged in with, until it is ended or too old."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # None: key
    agent: Mapped[str]  # the browser, as it calls itself
    address: Mapped[str]
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    seen_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    expires_at: Mapped[int] = mapped_column(Milliseconds)
    ended_at: Mapped[int | None] = mapped_column(Milliseconds)


class TokenRow(Base):
    """An API token: what a script shows instead of a person."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str]  # its first letters, to tell it by
    name: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())
    expires_at: Mapped[int | None] = mapped_column(Milliseconds)
    used_at: Mapped[int | None] = mapped_column(Milliseconds)  # once a minute
    revoked_at: Mapped[int | None] = mapped_column(Milliseconds)


class AttemptRow(Base):
    """A password that was wrong: counted by account and by address."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]  # `account NAME` or `address ADDRESS`
    at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms())


class AuditRow(Base):
    """Something that somebody did. Triggers refuse every change of a row that is there."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_kind_object_id", "kind", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(Milliseconds, insert_default=now_ms(), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    actor: Mapped[str]  # the name then
    token: Mapped[str | None]  # the prefix, where a token did it
    address: Mapped[str | None]
    what: Mapped[str]  # the verb: services.acting.permission
    kind: Mapped[str | None]  # of what it was done to, and which
    object_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
