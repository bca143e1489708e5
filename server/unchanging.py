"""Unchanging: answers that are the same for everybody while this process lives, kept as they
left.

A page is made of more than a hundred files. To find, read and compress them anew takes half a
second of this process a visit, in which nobody else is answered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.metrics.measured import AGAIN

MOST_BYTES = 16 * 2**20
"""Of all that are kept; all files of the pages, compressed, are about a fifth of that."""
LARGEST = 4 * 2**20
"""Bytes of one."""
AROUND = 4 * 2**10
"""Bytes that an answer takes beside its body and its address, of which one file has many."""
OF_ITS_OWN = ("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "range")
"""Headers by which an answer is another."""


@dataclass(frozen=True)
class Kept:
    """An answer, whole, and where it was found."""

    start: Message
    body: bytes
    takes: int  # bytes
    found: dict[str, Any]  # of the request's scope


class Unchanging:
    """Gives again what was given once.

    Args:
        below: how addresses begin whose answers don't change, whatever the query says.
    """

    def __init__(self, app: ASGIApp, below: Sequence[str]) -> None:
        self.app, self._below = app, tuple(below)
        self._kept: OrderedDict[tuple[str, bool], Kept] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_asked(scope):
            await self.app(scope, receive, send)
            return
        key = scope["path"], "gzip" in Headers(scope=scope).get("accept-encoding", "")
        kept = self._kept.get(key)
        if kept is None:
            told = _Told(send)
            await self.app(scope, receive, told.send)
            self._keep(key, scope, told)
            return
        self._kept.move_to_end(key)
        scope.update(kept.found)
        scope["state"][AGAIN] = True
        await send({**kept.start, "headers": [*kept.start["headers"]]})
        await send({"type": "http.response.body", "body": kept.body})

    def _is_asked(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and scope["path"].startswith(self._below)
            and not any(name in Headers(scope=scope) for name in OF_ITS_OWN)
        )

    def _keep(self, key: tuple[str, bool], scope: Scope, told: _Told) -> None:
        """Keep an answer that came whole, in place of those not asked for the longest."""
        if told.start is None or told.start["status"] != 200 or not told.is_whole:
            return
        found = {name: scope[name] for name in ("root_path", "route") if name in scope}
        MutableHeaders(scope=told.start)["Content-Length"] = str(len(told.body))
        before = self._kept.pop(key, None)
        takes = len(told.body) + len(scope["path"]) + AROUND
        self._kept[key] = Kept(told.start, bytes(told.body), takes, found)
        self._bytes += takes - (before.takes if before else 0)
        while self._bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.takes


class _Told:
    """What an answer was, as far as it came."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.start: Message | None = None
        self.body = bytearray()
        self.is_whole = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            # What stands outside puts its own headers on what leaves.
            self.start = {**message, "headers": [*message["headers"]]}
        elif len(self.body) <= LARGEST:
            self.body += message.get("body", b"")
            self.is_whole = len(self.body) <= LARGEST and not message.get("more_body", False)
        await self._send(message)
