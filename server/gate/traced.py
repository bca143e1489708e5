"""Traced: each request has an id, which its lines of the log carry and its answer tells.

A proxy, or a script, may give it: X-Request-ID. What is not well-formed is replaced.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.acting import trace

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
NAME = "request_id"
"""Of a request's state."""


class Traced:
    """Gives them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).getlist(HEADER)
        known = len(given) == 1 and WELL_FORMED.fullmatch(given[0])
        id = given[0] if known else secrets.token_hex(8)
        scope.setdefault("state", {})[NAME] = id
        trace.begin(request=id)  # to the end of its task: a fault is logged behind us

        async def traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = id
            await send(message)

        await self.app(scope, receive, traced)
