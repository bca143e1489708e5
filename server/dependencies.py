"""What a route needs, by type: sessions and the snapshots, as the asker may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from db.session import Database
from jobs.queue import Queue
from jobs.wakeups import PEOPLE, Wakeups
from server import etags
from server.events import Hub
from services.acting.actor import Actor, asking
from services.defining.names import Id
from services.people.credentials import Credentials
from services.reading.snapshots import Snapshot, Snapshots
from services.sampling.samplers import Samplers
from services.turns import Turns


@dataclass(frozen=True)
class Parts:
    """What the application is made of, as `netspace.web` wires it."""

    database: Database
    snapshots: Snapshots
    queue: Queue
    hub: Hub
    samplers: Samplers
    archives: Turns
    analyses: Turns
    passwords: Turns
    credentials: Credentials
    wakeups: Wakeups

    def of(self, actor: Actor) -> Parts:
        """The same, with what the database holds as somebody may see it."""
        database = self.database.of(actor)
        return replace(self, database=database, snapshots=self.snapshots.of(database))

    def let_out(self) -> None:
        """Somebody's session, token or role has ended: no process lets him in any more."""
        self.credentials.forget()
        self.wakeups.publish(PEOPLE)


async def parts(request: Request) -> Parts:
    """The application's parts, for whoever asks."""
    every: Parts = request.app.state.parts
    return every.of(asking.get())


PartsDep = Annotated[Parts, Depends(parts)]


def reading(parts: PartsDep) -> Iterator[Session]:
    """One transaction that only reads."""
    with parts.database.read() as session:
        yield session


def writing(parts: PartsDep) -> Iterator[Session]:
    """One transaction, on disk before the answer leaves."""
    with parts.database.durable() as session:
        yield session


def scheduling(parts: PartsDep) -> Iterator[Session]:
    """One transaction that may queue jobs: after its commit the workers are woken."""
    with parts.database.durable() as session:
        yield session
    parts.queue.wake()


def letting_out(parts: PartsDep) -> Iterator[Session]:
    """One transaction that may end what lets somebody in: after its commit it does no more."""
    with parts.database.durable() as session:
        yield session
    parts.let_out()


async def still_in(request: Request, parts: Parts) -> bool:
    """Whether who began to listen would be let in now, as who he was."""
    secret = getattr(request.state, "secret", None)
    if secret is None:
        return True
    actor = parts.credentials.remembered(secret)
    if actor is None:
        actor = await run_in_threadpool(parts.credentials.look, secret)
    return actor is not None and actor.role == asking.get().role


# Function scope: the commit comes before the answer. By default it would come after, and a
# commit that failed would have been answered with success.
ReadDep = Annotated[Session, Depends(reading, scope="function")]
WriteDep = Annotated[Session, Depends(writing, scope="function")]
ScheduleDep = Annotated[Session, Depends(scheduling, scope="function")]
PeopleDep = Annotated[Session, Depends(letting_out, scope="function")]


def snapshot(request: Request, parts: PartsDep, population_id: Id) -> Snapshot:
    """The path's population as it is now; a client that has what it says is told so."""
    found = parts.snapshots.get(population_id)
    etags.require_changed(request, [found])
    return found


SnapshotDep = Annotated[Snapshot, Depends(snapshot)]


async def analysing(request: Request, parts: PartsDep) -> AsyncIterator[None]:
    """A turn at statistics that take seconds: forty at once would hold every thread."""
    async with parts.analyses.inside(), parts.analyses.turn(request.is_disconnected):
        yield


AnalysisDep = Depends(analysing, scope="function")
"""For a route's `dependencies`: its endpoint runs when it is its turn."""
