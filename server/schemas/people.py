"""Accounts, sessions, tokens and the audit, as REST says them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from server.gate.login import Mode
from server.schemas.base import Body, Read
from services.acting.actor import Scope
from services.defining.names import Name
from services.people.tokens import MOST_DAYS

RoleWord = Literal["viewer", "member", "admin"]
ScopeWord = Literal["read", "submit", "worker", "metrics", "admin"]
Secret = Annotated[str, Field(max_length=10_000)]


class MeRead(Read):
    name: str
    role: str
    id: int | None = Field(description="of the account; none where the server has no accounts")
    scopes: list[Scope]
    gives: list[Scope] = Field(description="that a token of one's own can have")
    enters_by: str | None = Field(description="password, or a provider's address")
    mode: Mode = Field(description="how people come in: NETSPACE_AUTH")
    session: int | None = Field(description="id of the session that asks")
    verbs: list[str] = Field(description="what may be done, to what is one's own at least")


class PasswordChange(Body):
    present: Secret
    new: Secret


class SessionRead(Read):
    id: int
    user: str | None
    agent: str
    address: str
    created_at: int
    seen_at: int
    expires_at: int


class TokenCreate(Body):
    name: Name
    scopes: list[ScopeWord] = Field(max_length=len(Scope))
    days: int | None = Field(
        90, ge=1, le=MOST_DAYS, description="until it expires; null: never"
    )


class TokenRead(Read):
    id: int
    name: str
    prefix: str
    user: str | None
    scopes: list[str]
    created_at: int
    expires_at: int | None
    used_at: int | None
    revoked: bool


class NewTokenRead(Read):
    token: TokenRead
    secret: str = Field(description="told this once")


class UserRead(Read):
    id: int
    name: str
    role: str
    enters_by: str = Field(description="password, or a provider's address")
    created_at: int
    disabled: bool


class UserPatch(Body):
    role: RoleWord | None = None
    disabled: bool | None = None


class InvitationCreate(Body):
    role: RoleWord


class LinkRead(Read):
    path: str = Field(description="of the link, below this server's address; it works once")
    hours: int = Field(description="that it works")


class DeedRead(Read):
    id: int
    at: int
    actor: str
    token: str | None = Field(description="prefix of the token that did it")
    address: str | None
    what: str
    kind: str | None
    object_id: int | None
    detail: dict[str, Any]


class DeedsRead(Read):
    items: list[DeedRead]
    next: int | None = Field(description="`after` of the next page; null after the last")
