"""Server-sent events: what happens while populations train."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from server import events as live
from server.dependencies import PartsDep, still_in
from server.gate.doors import SEE
from server.heard import HEADER, Heard
from server.problems import ALWAYS_OF_A_STREAM
from server.schemas.events import Activity
from services.acting import permission
from services.acting.actor import asking
from services.defining.names import Id
from services.reading import identity
from services.sampling import records

router = APIRouter(tags=["events"], dependencies=[SEE])

RETRY_MS = 1_000


@dataclass(frozen=True)
class Followed:
    """One population or all, and what was heard of them before."""

    population: int | None
    heard: Heard


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
        return Followed(population, Heard.read(last, identity.current(session)))


@router.get("/events", response_class=EventSourceResponse, responses=ALWAYS_OF_A_STREAM)
async def follow(
    request: Request, parts: PartsDep, wanted: Annotated[Followed, Depends(followed)]
) -> AsyncIterator[ServerSentEvent]:
    """Events named `activity`: all populations' at once, then each that changed. One named
    `ping` where nothing else was said for ten seconds.

    An event carries the whole state, and a new version says that /edf, /columns and the others
    have something new. The id says which versions were told: who comes back with it, as
    `Last-Event-ID`, is told those populations that have another version, and what is at work.
    """
    yield ServerSentEvent(retry=RETRY_MS, comment="netspace")
    said = time.monotonic()
    actor, heard = asking.get(), wanted.heard
    async for activities in parts.hub.changes():
        if not await still_in(request, parts):
            return
        own = [
            one
            for one in activities
            if wanted.population in (None, one.population)
            and permission.sees(actor, one.owner_id, one.visibility)
            and heard.is_news(one)
        ]
        for activity in own:
            yield ServerSentEvent(
                event="activity",
                id=heard.told(activity),
                data=Activity.model_validate(activity),
            )
        if not own and time.monotonic() - said < live.PING_SECONDS:
            continue
        said = time.monotonic()
        if not own:
            yield ServerSentEvent(event="ping", data={})  # without data no browser tells of it
