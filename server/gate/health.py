"""Health: two addresses for whoever starts, restarts and asks this process.

    GET /healthz    200: this process answers
    GET /readyz     200 or 503: it could answer requests, and what it needs, a word each

They stand before the login and are never counted as too often; the Host is asked for as of any
request. They tell nothing but these words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.problems import told

ALIVE, READY = "/healthz", "/readyz"
ADDRESSES = ALIVE, READY
UNKEPT = {"Cache-Control": "no-store"}


class Found(Protocol):
    """What was looked at: `server.readiness`."""

    @property
    def ready(self) -> bool: ...

    @property
    def words(self) -> dict[str, str]: ...


class Health:
    """Answers them.

    Args:
        look: at what this process needs; it takes a bounded time.
    """

    def __init__(self, app: ASGIApp, look: Callable[[], Awaitable[Found]]) -> None:
        self.app, self._look = app, look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path not in ADDRESSES:
            await self.app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            answer = told(scope, 405, [{"message": "Method Not Allowed"}])
            answer.headers["Allow"] = "GET, HEAD"
            await answer(scope, receive, send)
        else:
            answer = _alive() if path == ALIVE else _told(await self._look())
            await answer(scope, receive, send)


def _alive() -> Response:
    return JSONResponse({"alive": True}, headers=UNKEPT)


def _told(found: Found) -> Response:
    body = {"ready": found.ready, **found.words}
    return JSONResponse(body, 200 if found.ready else 503, headers=UNKEPT)
