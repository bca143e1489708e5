"""People: one's own account, those of others, who did what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from server.dependencies import Parts, PartsDep, PeopleDep, ReadDep, WriteDep
from server.etags import Tagged
from server.gate.doors import ACCOUNT, AUDIT, PEOPLE, SEE
from server.lists import (
    BY_NAME,
    CURSOR,
    NEWEST_FIRST,
    After,
    Fields,
    ListDep,
    link,
    said_in_part,
)
from server.once import NEVER
from server.problems import CHANGING, MISSING, TAKEN, responses
from server.schemas.base import Items, PageOf
from server.schemas.people import (
    DeedRead,
    DeedsRead,
    InvitationCreate,
    LinkRead,
    MeRead,
    NewTokenRead,
    PasswordChange,
    SessionRead,
    TokenCreate,
    TokenRead,
    UserPatch,
    UserRead,
)
from services import numbers
from services.acting import audit, permission
from services.acting.actor import Role, Scope, asking
from services.acting.audit import Search
from services.defining.names import Id
from services.errors import Refused, Unknown
from services.numbers import Whole
from services.people import links, sessions, tokens, users

router = APIRouter(route_class=Tagged, tags=["people"])

OFTEN = responses(429)
Text = Annotated[str | None, Query(max_length=100)]


@router.get("/me", dependencies=[SEE])
def read_me(request: Request, session: ReadDep) -> MeRead:
    """Who asks, and what he may do."""
    actor = asking.get()
    account = None if actor.id is None else users.get(session, actor.id)
    return MeRead(
        name=actor.name,
        role=actor.role.word,
        id=actor.id,
        scopes=sorted(actor.scopes),
        gives=sorted(tokens.OF_ROLE[actor.role] & actor.scopes),
        enters_by=account.enters_by if account else None,
        mode=request.app.state.doorman.mode,
        session=actor.session,
        verbs=permission.open_to(actor),
    )


@router.post(
    "/me/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING | OFTEN,
    dependencies=[ACCOUNT],
)
async def change_password(body: PasswordChange, parts: PartsDep) -> None:
    """Choose another password; all sessions of the account end."""

    def change() -> None:
        with parts.database.read() as session:
            id = users.mine(session)
            name = users.get(session, id).name
        try:
            users.authenticated(parts.database, name, body.present, asking.get().address or "")
        except Unknown:  # who asks is known all the same
            raise Refused("present", None, "the account's present password") from None
        with parts.database.durable() as session:
            users.set_password(session, id, body.new)

    async with parts.passwords.inside():
        await parts.passwords.take(change)
    await run_in_threadpool(parts.let_out)


@router.get("/me/sessions", dependencies=[ACCOUNT])
def list_my_sessions(session: ReadDep) -> Items[SessionRead]:
    """Where one is logged in, the last used first."""
    every = sessions.of(session, asking.get().id)
    return Items(items=[SessionRead.model_validate(one) for one in every])


@router.delete(
    "/me/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING,
    dependencies=[ACCOUNT],
)
def end_my_session(session_id: Id, session: PeopleDep) -> None:
    """Log out there."""
    sessions.end(session, session_id, of=asking.get())


@router.get("/me/tokens", response_model=PageOf[TokenRead], dependencies=[ACCOUNT])
def list_my_tokens(session: ReadDep, asked: ListDep) -> Any:
    """One's API tokens, the newest first; never their secrets."""
    return asked.answer(TokenRead, tokens.of(session, asking.get().id), NEWEST_FIRST)


@router.post(
    "/me/tokens",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING,
    dependencies=[ACCOUNT, NEVER],
)
def create_my_token(body: TokenCreate, session: WriteDep) -> NewTokenRead:
    """A token for scripts. Its secret is told this once."""
    made = tokens.create(session, body.name, {*map(Scope, body.scopes)}, body.days)
    return NewTokenRead.model_validate(made)


@router.delete(
    "/me/tokens/{token_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING,
    dependencies=[ACCOUNT],
)
def revoke_my_token(token_id: Id, session: PeopleDep) -> None:
    """Let it let nobody in any more."""
    tokens.revoke(session, token_id, of=asking.get())


@router.get("/people", response_model=PageOf[UserRead], dependencies=[PEOPLE])
def list_people(session: ReadDep, asked: ListDep) -> Any:
    """All accounts, by name."""
    return asked.answer(UserRead, sorted(users.every(session), key=BY_NAME.of), BY_NAME)


@router.patch("/people/{user_id}", responses=CHANGING | MISSING | TAKEN, dependencies=[PEOPLE])
def change_person(user_id: Id, body: UserPatch, session: PeopleDep) -> UserRead:
    """Another role, shut out, or let in again; the account's sessions end."""
    if body.role is not None:
        users.set_role(session, user_id, Role.of(body.role))
    if body.disabled is not None:
        users.set_disabled(session, user_id, body.disabled)
    return UserRead.model_validate(users.get(session, user_id))


@router.post(
    "/invitations",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING,
    dependencies=[PEOPLE, NEVER],
)
def invite(body: InvitationCreate, session: WriteDep) -> LinkRead:
    """A link by which somebody makes an account with a role."""
    secret = links.create(session, "invitation", Role.of(body.role))
    return LinkRead(path=f"/auth/link/{secret}", hours=links.HOURS["invitation"])


@router.post(
    "/people/{user_id}/password-link",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | MISSING,
    dependencies=[PEOPLE, NEVER],
)
def make_password_link(user_id: Id, session: WriteDep) -> LinkRead:
    """A link by which somebody who forgot his password chooses another."""
    users.get(session, user_id)
    secret = links.create(session, "password", user_id=user_id)
    return LinkRead(path=f"/auth/link/{secret}", hours=links.HOURS["password"])


@router.get("/sessions", dependencies=[PEOPLE])
def list_sessions(session: ReadDep) -> Items[SessionRead]:
    """Everybody's sessions, the last used first."""
    return Items(items=[SessionRead.model_validate(one) for one in sessions.every(session)])


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING,
    dependencies=[PEOPLE],
)
def end_session(session_id: Id, session: PeopleDep) -> None:
    """Log somebody out."""
    sessions.end(session, session_id)


@router.get("/tokens", response_model=PageOf[TokenRead], dependencies=[PEOPLE])
def list_tokens(session: ReadDep, asked: ListDep) -> Any:
    """Everybody's tokens, the newest first."""
    return asked.answer(TokenRead, tokens.every(session), NEWEST_FIRST)


@router.delete(
    "/tokens/{token_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING,
    dependencies=[PEOPLE],
)
def revoke_token(token_id: Id, session: PeopleDep) -> None:
    """Let a token let nobody in any more."""
    tokens.revoke(session, token_id)


def search(
    actor: Text = None,
    what: Annotated[
        str | None, Query(max_length=100, description="how it begins: account, cancelled")
    ] = None,
    kind: Text = None,
    object_id: Annotated[Id | None, Query()] = None,
    since: Annotated[Id | None, Query(description="ms since 1970, included")] = None,
    until: Annotated[Id | None, Query(description="excluded")] = None,
) -> Search:
    """What lines of the audit are looked for."""
    return Search(actor, what, kind, object_id, since, until)


SearchDep = Annotated[Search, Depends(search)]


@router.get("/audit", response_model=DeedsRead, dependencies=[AUDIT])
def read_audit(
    request: Request,
    session: ReadDep,
    search: SearchDep,
    limit: Annotated[Whole, Query(ge=1, le=1_000)] = 100,
    after: After = None,
    before: Annotated[Id | None, Query(description="now `after`", deprecated=True)] = None,
    fields: Fields = "",
) -> Any:
    """Who did what, the latest first."""
    if after is not None and before is not None:
        raise Refused("before", before, "not beside `after`, which is its name now")
    last = before if after is None else numbers.whole(after)
    if last is None and after is not None:
        raise Refused("after", after, CURSOR)
    found = audit.found(session, search, limit + 1, last)
    more = found[limit - 1].id if len(found) > limit else None
    link(request, more)
    items = [DeedRead.model_validate(one) for one in found[:limit]]
    return said_in_part(DeedsRead(items=items, next=more), DeedRead, fields)


@router.get(
    "/audit.jsonl",
    dependencies=[AUDIT],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {}}}},
)
def export_audit(parts: PartsDep, search: SearchDep) -> StreamingResponse:
    """All lines that a search finds, oldest first, an object a line."""
    return StreamingResponse(
        _lines(parts, search),
        media_type="application/jsonl",
        headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'},
    )


def _lines(parts: Parts, search: Search) -> Iterator[str]:
    with parts.database.read() as session:
        for deed in audit.every(session, search):
            yield json.dumps(asdict(deed)) + "\n"
