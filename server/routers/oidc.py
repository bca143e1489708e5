"""The way in by a provider of OpenID Connect: there, and back.

/auth/oidc   /auth/oidc/callback
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from server.dependencies import PartsDep
from server.oidc import Attempt, Away, Provider, Untrusted
from server.routers.auth import doorman, entered, gone_to, page, root, way_by_provider
from services.acting.actor import Role, asking
from services.errors import Unknown
from services.people import providers

router = APIRouter(prefix="/auth/oidc", include_in_schema=False)

log = logging.getLogger(__name__)

SECONDS = 600
"""That somebody may take at the provider."""


@router.get("")
async def leave(request: Request, next: str = "/") -> Response:
    """To the provider; who is in already goes on."""
    if asking.get().role > Role.NOBODY:
        return gone_to(request, next)
    attempt = Attempt.begin(next)
    try:
        async with _turn(request):
            address = await _provider(request).address(attempt, _back(request))
    except Away as error:
        return _away(request, error)
    answer = RedirectResponse(address, 303)
    answer.headers["Cache-Control"] = "no-store"
    answer.set_cookie(
        _cookie(request),
        attempt.cookie,
        max_age=SECONDS,
        path="/",
        secure=doorman(request).secure,
        httponly=True,
        samesite="lax",  # it comes back from another site
    )
    return answer


@router.get("/callback")
async def come_back(
    request: Request,
    parts: PartsDep,
    state: str = "",
    code: str = "",
    error: str = "",
    iss: str | None = None,
) -> Response:
    """Find out who comes back, and let him in if the lab does."""
    attempt = Attempt.of(request.cookies.get(_cookie(request), ""))
    if attempt is None or not attempt.began(state):
        return _untrusted(request, "it was begun in another browser, is over, or took too long")
    answer = await _answer(request, parts, attempt, code, error, iss)
    answer.delete_cookie(
        _cookie(request),
        path="/",
        secure=doorman(request).secure,
        httponly=True,
        samesite="lax",
    )
    return answer


async def _answer(
    request: Request, parts: PartsDep, attempt: Attempt, code: str, error: str, iss: str | None
) -> Response:
    provider = _provider(request)
    if error:
        why = f"{provider.registration.name} says {error[:60]}"
        return _refused(request, why)
    try:
        async with _turn(request):
            claims = await provider.claims(attempt, _back(request), code, iss)
        id = await run_in_threadpool(providers.enter, parts.database, claims, provider.terms)
    except Away as away:
        return _away(request, away)
    except Untrusted as untrusted:
        log.warning(
            "a login by %s is not believed: %.200r",
            provider.registration.issuer,
            str(untrusted),
        )
        return _untrusted(request, f"{provider.registration.name} does not vouch for it")
    except Unknown as unknown:
        return _refused(request, str(unknown))
    await run_in_threadpool(parts.let_out)  # his role may be another one
    return await entered(request, parts, id, attempt.next)


@asynccontextmanager
async def _turn(request: Request) -> AsyncIterator[None]:
    """A turn at asking the provider, which need not be quick."""
    turns = _provider(request).turns
    async with turns.inside(), turns.turn(request.is_disconnected):
        yield


def _provider(request: Request) -> Provider:
    found: Provider = request.app.state.provider
    return found


def _back(request: Request) -> str:
    """Where the provider leads browsers: an address that it was told of before."""
    return f"{doorman(request).origin}{root(request)}/auth/oidc/callback"


def _cookie(request: Request) -> str:
    """Its name: as the session's, so `__Host-` by TLS, where no subdomain can plant one."""
    return f"{doorman(request).cookie}-oidc"


def _away(request: Request, error: Away) -> Response:
    name = _provider(request).registration.name
    log.warning("%s is away: %.200r", _provider(request).registration.issuer, str(error))
    return _again(
        request, f"No answer from {name}", "It says who you are: try again soon.", 503
    )


def _untrusted(request: Request, why: str) -> Response:
    return _again(request, "This login can't be believed", f"Perhaps {why}.", 400)


def _refused(request: Request, why: str) -> Response:
    return _again(request, "You are not let in", f"{why}.", 403)


def _again(request: Request, title: str, problem: str, code: int) -> Response:
    return page(request, title, problem=problem, links=way_by_provider(request, "/"), code=code)
