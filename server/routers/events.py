"""Server-sent events: what happens while populations train."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from server import events as live
from server.dependencies import PartsDep, still_in
from server.gate.doors import SEE
from server.problems import ALWAYS_OF_A_STREAM
from server.schemas.events import Activity
from services.acting import permission
from services.acting.actor import asking
from services.defining.names import Id
from services.sampling import records

router = APIRouter(tags=["events"], dependencies=[SEE])

RETRY_MS = 1_000


def followed(
    parts: PartsDep,
    population: Annotated[Id | None, Query(description="only this one")] = None,
) -> int | None:
    """The population that is asked for, if one is: it is there, and so is a place to listen."""
    parts.hub.admit()
    if population is not None:
        with parts.database.read() as session:
            records.get(session, population)
    return population


@router.get("/events", response_class=EventSourceResponse, responses=ALWAYS_OF_A_STREAM)
async def follow(
    request: Request, parts: PartsDep, population: Annotated[int | None, Depends(followed)]
) -> AsyncIterator[ServerSentEvent]:
    """Events named `activity`: all populations' at once, then each that changed. One named
    `ping` where nothing else was said for ten seconds.

    The id is POPULATION-VERSION. An event carries the whole state and a new version says that
    /edf, /columns and the others have something new, so nothing is lost by missing events.
    """
    yield ServerSentEvent(retry=RETRY_MS, comment="netspace")
    said = time.monotonic()
    actor = asking.get()
    async for activities in parts.hub.changes():
        if not await still_in(request, parts):
            return
        own = [
            one
            for one in activities
            if population in (None, one.population)
            and permission.sees(actor, one.owner_id, one.visibility)
        ]
        for activity in own:
            yield ServerSentEvent(
                event="activity",
                id=f"{activity.population}-{activity.version}",
                data=Activity.model_validate(activity),
            )
        if not own and time.monotonic() - said < live.PING_SECONDS:
            continue
        said = time.monotonic()
        if not own:
            yield ServerSentEvent(event="ping", data={})  # without data no browser tells of it
