"""Server-sent events: what happens while populations train."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from server import events as live
from server.dependencies import Parts, PartsDep, still_in
from server.gate.doors import SEE
from server.heard import HEADER, Heard
from server.problems import MISSING
from server.schemas.events import Gone
from services.acting import permission
from services.acting.actor import Actor, asking
from services.defining.names import Id
from services.reading import identity, standings
from services.sampling import records

router = APIRouter(tags=["events"], dependencies=[SEE])

RETRY_MS = 1_000
TOGETHER = 8
"""Events that leave in one piece."""
NOT_KEPT = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
"""A stream is of the moment, and nginx is to pass it on as it comes."""
ITEM = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("data", "event", "id")},
        "retry": {"type": "integer", "minimum": 0},
    },
}
"""An event, as OpenAPI 3.2 says what a stream is made of."""


@dataclass(frozen=True)
class Followed:
    """One population or all, by whom, and what was heard of them before."""

    population: int | None
    actor: Actor
    heard: Heard
    gone: Collection[int]  # that were heard of, and are there no more


def followed(
    parts: PartsDep,
    population: Annotated[Id | None, Query(description="only this one")] = None,
    last: Annotated[
        str | None, Header(alias=HEADER, description="of the last event that was heard")
    ] = None,
) -> Followed:
    """What is asked for: it is there, and so is a place to listen."""
    parts.hub.admit()
    with parts.database.read() as session:
        if population is not None:
            records.get(session, population)
        actor, heard = asking.get(), Heard.read(last, identity.current(session))
        now = standings.current(session, heard.there)
    gone = [id for id in heard.there if id not in now or not now[id].is_seen_by(actor)]
    # This process may not have looked since: what it knows is older than that.
    heard.before |= {id: now[id].version for id in gone if id in now}
    return Followed(population, actor, heard, gone)


class Stream(StreamingResponse):
    """Events as they are written here. FastAPI's own way, a generator of `ServerSentEvent`,
    writes each anew for everybody, and passes it on through three tasks."""

    media_type = "text/event-stream"


@router.get(
    "/events",
    response_class=Stream,
    responses={200: {"content": {Stream.media_type: {"itemSchema": ITEM}}}, **MISSING},
)
async def follow(
    request: Request, parts: PartsDep, wanted: Annotated[Followed, Depends(followed)]
) -> Stream:
    """Events named `activity`: all populations' at once, then each that changed. One named
    `gone` of a population that was told and is deleted, or may no longer be seen. One named
    `ping` where nothing else was said for ten seconds. Each says its `database`: where that is
    another than before, a backup was restored, and all is to be read anew.

    An event carries the whole state, and a new version says that /edf, /columns and the others
    have something new, or that the population has another name, study, owner or tags. The id
    says which versions were told: who comes back with it, as `Last-Event-ID`, is told those
    populations that have another version, those that are gone, and what is at work.
    """
    return Stream(_told(request, parts, wanted), headers=NOT_KEPT)


async def _told(request: Request, parts: Parts, wanted: Followed) -> AsyncIterator[bytes]:
    """What one listener hears, what is new at a moment in few pieces."""
    yield format_sse_event(retry=RETRY_MS, comment="netspace")
    if wanted.gone:
        yield b"".join(_gone(id, parts.hub.born, wanted.heard) for id in wanted.gone)
    said = time.monotonic()
    async with aclosing(parts.hub.changes()) as changes:
        async for every in changes:
            if not await still_in(request, parts):
                return
            before = said
            for piece in pieces(every, wanted):
                said = time.monotonic()
                yield piece
            if said > before:
                yield b""  # whoever passes a piece on holds it until the next one
            elif time.monotonic() - said >= live.PING_SECONDS * (1 - live.SPREAD):
                # Without data no browser tells of it.
                data = json.dumps({"database": parts.hub.born})
                said = time.monotonic()
                yield format_sse_event(event="ping", data_str=data)


def pieces(every: Iterable[live.News], wanted: Followed) -> Iterator[bytes]:
    """What one listener is told, TOGETHER events at a time: none of it stays here."""
    told: list[bytes] = []
    for news in every:
        if one := event(news, wanted):
            told.append(one)
        if len(told) == TOGETHER:
            yield b"".join(told)
            told.clear()
    if told:
        yield b"".join(told)


def event(news: live.News, wanted: Followed) -> bytes:
    """What one listener is told of it; nothing where it is no news, or none of his."""
    activity, heard = news.activity, wanted.heard
    id = activity.population
    if wanted.population not in (None, id):
        return b""
    seen = permission.sees(wanted.actor, activity.owner_id, activity.visibility)
    if news.gone or not seen:
        return _gone(id, news.born, heard) if id in heard.there else b""
    if not heard.is_news(activity):
        return b""
    return format_sse_event(event="activity", id=heard.told(activity), data_str=news.data)


def _gone(id: int, born: str, heard: Heard) -> bytes:
    data = Gone(population=id, database=born).model_dump_json()
    return format_sse_event(event="gone", id=heard.told_gone(id), data_str=data)
