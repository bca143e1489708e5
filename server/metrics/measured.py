"""Measured: each request by its route, its method and how it was answered.

What has no route (no such address, refused before it was looked for) is one, `none`; so is each
folder of files. Their number is that of the routes, whatever people ask for.
"""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.gate.health import ADDRESSES
from server.metrics.meters import Meters

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER, NONE = "other", "none"
AGAIN = "given_again"
"""Of a request's state: its answer was kept, and is given again."""


class Measured:
    """Counts requests, and takes the time until their answers begin.

    Args:
        prefix: of REST, whose routes know themselves without it.
    """

    def __init__(self, app: ASGIApp, meters: Meters, prefix: str) -> None:
        self.app, self._meters, self._prefix = app, meters, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        path = scope["path"]  # before a mount changes what is below it

        async def measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = time.perf_counter() - began
                self._count(scope, path, message["status"], took)
            await send(message)

        await self.app(scope, receive, measured)

    def _count(self, scope: Scope, path: str, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = self._template(scope, path)
        self._meters.requests.labels(route, method, f"{status // 100}xx").inc()
        self._meters.first_byte.labels(route, method).observe(seconds)
        if scope.get("state", {}).get(AGAIN):
            self._meters.repeated.inc()

    def _template(self, scope: Scope, path: str) -> str:
        """The address as its route has it: /api/v1/populations/{population_id}."""
        if path in ADDRESSES:
            return path
        if "route" in scope:
            own: str = scope["route"].path
            return self._prefix + own if path.startswith(f"{self._prefix}/") else own
        mounted: str = scope["root_path"]  # below a mount
        return mounted or NONE
