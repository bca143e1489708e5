"""Login: who asks. Everything but the way in needs an answer to that.

A browser shows a session by cookie, a script a token by `Authorization: Bearer`; where both are
shown, the token counts. On a server of mode `none` whoever can reach it is let in, so what came
by way of a proxy, which anybody may be behind, is refused.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from db.outages import DATABASE_AWAY, briefly, for_people
from server.gate.rates import Rates
from server.problems import refused, said, unknown
from services.acting import actor as actors
from services.acting import trace
from services.acting.actor import LOCAL, NOBODY, Actor, asking
from services.people.credentials import Credentials

log = logging.getLogger(__name__)

Mode = Literal["none", "key", "accounts"]

WAY_IN = "/auth/"
"""Below it are the pages of who is not in yet."""
FORWARDED = re.compile(
    r"forwarded|via|x-forwarded-.*|x-original-forwarded-.*|x-real-ip|(x-)?client-ip"
    r"|(x-)?cluster-client-ip|true-client-ip|cf-connecting-ip"
)
"""Headers that proxies add."""
MARK_SECONDS = 60.0
MOST_MARKED = 10_000
GUEST = replace(NOBODY, name="guest", scopes=frozenset({actors.Scope.READ}))
"""Who has not logged in where what is public may be read."""


@dataclass(frozen=True)
class Doorman:
    """How people come in, by the settings.

    Args:
        secure: browsers reach the server by TLS.
        public: who has not logged in may read what is public.
        port: two servers on a machine need two cookies, which know no ports.
        provider: of OpenID Connect, as people call it; None: there is none.
        passwords: they let in, too.
        origin: of the address that browsers reach the server by.
    """

    mode: Mode
    secure: bool = False
    public: bool = False
    port: int = 8050
    provider: str | None = None
    passwords: bool = True
    origin: str = ""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; `__Host-`: of this host and by TLS only."""
        return "__Host-netspace" if self.secure else f"netspace-{self.port}"


class Login:
    """Finds out who asks, and refuses (401) or leads to the login who is nobody."""

    def __init__(
        self, app: ASGIApp, doorman: Doorman, credentials: Credentials, rates: Rates
    ) -> None:
        self.app, self._rates = app, rates
        self._doorman, self._credentials = doorman, credentials
        self._marked: OrderedDict[str, float] = OrderedDict()
        self._marking: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page of ours opens a websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            answer = await self._answer(scope)
        except DATABASE_AWAY as error:
            log.warning("the database is away: %s", briefly(error))
            answer = said(scope, 503, [{"message": for_people(error)}])
        if answer is None:
            answer = self._too_often(scope)
        if answer is not None:
            await answer(scope, receive, send)
            return
        actor: Actor = scope["state"]["actor"]
        if actor.id is not None:
            trace.add(person_id=actor.id)
        token = asking.set(actor)
        try:
            await self.app(scope, receive, send)
        finally:
            asking.reset(token)

    async def _answer(self, scope: Scope) -> Response | None:
        """What is said to who may not come in; else he is `scope["state"]["actor"]`."""
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        if self._doorman.mode == "none":
            if came := [*filter(FORWARDED.fullmatch, headers)]:
                allowed = "no proxy before a server without logins: see NETSPACE_AUTH"
                return refused(scope, 400, came[0], headers[came[0]], allowed)
            state["actor"] = LOCAL
            return None
        address = (scope.get("client") or ("", 0))[0]
        secret = _shown(headers, self._doorman.cookie)
        actor = None if secret is None else await self._found(secret)
        if actor is not None:
            state["actor"], state["secret"] = replace(actor, address=address), secret
            return None
        if scope["path"].startswith(WAY_IN):
            state["actor"] = replace(NOBODY, address=address)
            return None
        if self._doorman.public and "authorization" not in headers:
            state["actor"] = replace(GUEST, address=address)
            return None
        return _led(scope, headers)

    def _too_often(self, scope: Scope) -> Response | None:
        """What is said to who asks without a pause; on this machine's own server nobody is."""
        if self._doorman.mode == "none":
            return None
        seconds = self._rates.wait(scope["state"]["actor"])
        if not seconds:
            return None
        answer = said(scope, 429, [{"message": f"you ask too often; again in {seconds} s"}])
        answer.headers["Retry-After"] = str(seconds)
        return answer

    async def _found(self, secret: str) -> Actor | None:
        actor = self._credentials.remembered(secret)
        if actor is None:
            actor = await run_in_threadpool(self._credentials.look, secret)
        if actor is None or (actor.id is None and self._doorman.mode == "accounts"):
            return None  # what a key let in lets nobody in among accounts
        self._mark(secret, actor)
        return actor

    def _mark(self, secret: str, actor: Actor) -> None:
        """Note once a minute that it was used, beside the answer."""
        now = time.monotonic()
        if self._marked.get(secret, -MARK_SECONDS) > now - MARK_SECONDS:
            return
        self._marked[secret] = now
        self._marked.move_to_end(secret)
        while len(self._marked) > MOST_MARKED:
            self._marked.popitem(last=False)
        task = asyncio.create_task(self._write(secret, actor))
        self._marking.add(task)
        task.add_done_callback(self._marking.discard)

    async def _write(self, secret: str, actor: Actor) -> None:
        try:
            await asyncio.to_thread(self._credentials.mark, secret, actor)
        except DATABASE_AWAY as error:
            log.info("not noted that a session is used: %s", briefly(error))


def _shown(headers: Headers, cookie: str) -> str | None:
    """The secret that a request shows, if it does."""
    given = headers.get("authorization")
    if given is not None:
        scheme, _, token = given.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    # Cookies of other servers of this host come along, whatever they hold.
    return cookie_parser("; ".join(headers.getlist("cookie"))).get(cookie)


def _led(scope: Scope, headers: Headers) -> Response:
    """To the login, a person who follows a link; others are told."""
    page = scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", "")
    if not page or scope["path"].startswith("/api/v1"):
        return unknown(scope, "log in, or show a token: Authorization: Bearer ns_..")
    query = scope["query_string"].decode(errors="replace")  # intake has not read it yet
    wanted = scope["path"] + (f"?{query}" if query else "")
    root = scope.get("app_root_path", "")
    return RedirectResponse(f"{root}{WAY_IN}login?next={quote(wanted, safe='')}", 303)
