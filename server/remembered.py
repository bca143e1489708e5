"""Remembered: answers that are given again while what they were read from stands as it did.

An answer that is named by its populations before it is computed (`server.etags`) depends on
them and on what was asked, and on nothing else. So it is kept, whole and as it leaves, and
given again to whoever may see all of those populations now, as long as each of them is as it
was: that is read from the database each time, once for all who ask at the same moment.

Nothing is kept of what is streamed or large; what was not asked for the longest goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.outages import DATABASE_AWAY
from server import etags
from server.gate.doors import verbs
from server.metrics.measured import AGAIN
from services.acting import permission
from services.acting.actor import Actor, asking
from services.acting.permission import Verb
from services.errors import Forbidden
from services.reading.snapshots import Snapshot
from services.reading.standings import Standing

MOST_BYTES = 16 * 2**20
"""Of all that are kept."""
LARGEST = 2**20
"""Bytes of one."""
APART = b"\0"


@dataclass(frozen=True)
class Kept:
    """An answer, and when it holds."""

    start: Message
    body: bytes
    etag: str
    beside: Mapping[str, str]  # headers that a 304 has, too
    states: Sequence[tuple[str, int, int, int]]  # of its populations: `Standing.state`
    verbs: frozenset[Verb]  # that its route asks for
    route: Any

    @property
    def ids(self) -> list[int]:
        return [id for _, id, *_ in self.states]

    def is_for(self, actor: Actor) -> bool:
        """Whether who asks may do what its route does."""
        try:
            for verb in self.verbs:
                permission.require(actor, verb)
        except Forbidden:
            return False
        return True

    def holds(self, found: Mapping[int, Standing], actor: Actor) -> bool:
        """Whether all of its populations are as they were, and there for who asks."""
        standing = [found.get(id) for id in self.ids]
        return all(
            now is not None and now.state == state and now.is_seen_by(actor)
            for now, state in zip(standing, self.states, strict=True)
        )


class Remembered:
    """Gives what is kept, and keeps what may be given again.

    Args:
        prefix: of the addresses that it is about.
        held: is told how many answers are kept, and of how many bytes.
    """

    def __init__(
        self,
        app: ASGIApp,
        prefix: str,
        held: Callable[[int, int], None] = lambda answers, size: None,
    ) -> None:
        self.app, self._prefix, self._held = app, prefix, held
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "GET"
            or not scope["path"].startswith(self._prefix)
        ):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = _key(scope, headers)
        kept = self._kept.get(key)
        if kept is not None and await _holds(kept, scope):
            self._kept.move_to_end(key)
            scope["route"], scope["state"][AGAIN] = kept.route, True
            await _give(kept, headers, send)
            return
        told = _Told(send)
        await self.app(scope, receive, told.send)
        self._keep(key, scope, told)

    def _keep(self, key: bytes, scope: Scope, told: _Told) -> None:
        """Keep an answer, if it may be given again."""
        state = scope["state"]
        snapshots: Sequence[Snapshot] = state.get(etags.NAMED_BY, ())
        start, body = told.start, told.body
        if not snapshots or start is None or body is None or start["status"] != 200:
            return
        self._forget(key)
        self._kept[key] = Kept(
            start,
            body,
            state["etag"],
            state.get("beside", {}),
            [snapshot.state for snapshot in snapshots],
            frozenset(verbs(scope["route"])),
            scope["route"],
        )
        self._bytes += len(body)
        while self._bytes > MOST_BYTES:
            self._forget(next(iter(self._kept)))
        self._held(len(self._kept), self._bytes)

    def _forget(self, key: bytes) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.body)


async def _holds(kept: Kept, scope: Scope) -> bool:
    """Whether it is what the route would say now to who asks."""
    actor, parts = asking.get(), scope["app"].state.parts
    if not kept.is_for(actor):
        return False
    try:
        return kept.holds(await parts.standings.of(kept.ids), actor)
    except DATABASE_AWAY:
        return False  # as the route says


class _Told:
    """What an answer was; without a `body` where that came in pieces, or was large."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.start: Message | None = None
        self.body: bytes | None = None
        self._pieces = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            # What stands outside puts its own headers on what leaves.
            self.start = {**message, "headers": [*message["headers"]]}
        else:
            self._pieces += 1
            body = message.get("body", b"")
            whole = self._pieces == 1 and not message.get("more_body", False)
            self.body = body if whole and len(body) <= LARGEST else None
        await self._send(message)


def _key(scope: Scope, headers: Headers) -> bytes:
    """What was asked: the address, and the forms that are taken."""
    taken = ",".join(headers.getlist("accept")), ",".join(headers.getlist("accept-encoding"))
    return APART.join([scope["path"].encode(), scope["query_string"], *map(str.encode, taken)])


async def _give(kept: Kept, headers: Headers, send: Send) -> None:
    if etags.is_kept(headers, kept.etag):
        await etags.not_modified(kept.etag, kept.beside)({"type": "http"}, _nothing, send)
        return
    await send({**kept.start, "headers": [*kept.start["headers"]]})
    await send({"type": "http.response.body", "body": kept.body})


async def _nothing() -> Message:
    raise AssertionError("no body is read")
