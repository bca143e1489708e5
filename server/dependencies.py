"""What a route needs, by type: sessions and the snapshots, as the asker may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from db.outages import DATABASE_AWAY
from db.session import Database
from jobs.queue import Queue
from jobs.wakeups import PEOPLE, Wakeups
from server import etags
from server.events import Hub
from server.standings import Standings
from services.acting.actor import Actor, asking
from services.defining.names import Id
from services.people.credentials import Credentials
from services.processes import Processes
from services.reading.snapshots import Snapshot, Snapshots
from services.sampling.samplers import Samplers
from services.turns import Turns


@dataclass(frozen=True)
class Parts:
    """What the application is made of, as `netspace.web` wires it."""

    database: Database
    snapshots: Snapshots
    standings: Standings
    queue: Queue
    hub: Hub
    samplers: Samplers
    readers: Processes
    lookers: Processes
    uploads: Turns
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
    return _every(request).of(asking.get())


def _every(request: Request) -> Parts:
    every: Parts = request.app.state.parts
    return every


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
        try:
            actor = await run_in_threadpool(parts.credentials.look, secret)
        except DATABASE_AWAY:
            return False  # nobody would be
    return actor is not None and actor.role == asking.get().role


# Function scope: the commit comes before the answer. By default it would come after, and a
# commit that failed would have been answered with success.
ReadDep = Annotated[Session, Depends(reading, scope="function")]
WriteDep = Annotated[Session, Depends(writing, scope="function")]
ScheduleDep = Annotated[Session, Depends(scheduling, scope="function")]
PeopleDep = Annotated[Session, Depends(letting_out, scope="function")]


Of = Annotated[
    str,
    Query(
        description="the column that networks are judged by, less is better: by default the "
        "population's `criterion`, which is the error wherever there is one"
    ),
]


async def current(request: Request, population_id: Id) -> Snapshot:
    """The path's population as it is now.

    What is in memory needs no thread of its own: where it stands is read for many at once.
    """
    every, actor = _every(request), asking.get()
    standing = (await every.standings.of([population_id])).get(population_id)
    if standing is not None and standing.is_seen_by(actor):
        kept = every.snapshots.at(standing)
        if kept is not None:
            return kept
    return await run_in_threadpool(every.of(actor).snapshots.get, population_id)


CurrentDep = Annotated[Snapshot, Depends(current)]


async def snapshot(request: Request, current: CurrentDep, of: Of = "") -> Snapshot:
    """The same, judged by a column; a client that has what it says is told so."""
    found = judged(current, of)
    etags.require_changed(request, [found])
    return found


def judged(snapshot: Snapshot, of: str) -> Snapshot:
    """It, judged by the column `of`; empty: as it is.

    Raises:
        Refused: it has no such column.
    """
    return snapshot.judged_by(of) if of else snapshot


SnapshotDep = Annotated[Snapshot, Depends(snapshot)]


async def analysing(request: Request, parts: PartsDep) -> AsyncIterator[None]:
    """A turn at statistics that take seconds: forty at once would hold every thread."""
    async with parts.analyses.inside(), parts.analyses.turn(request.is_disconnected):
        yield


AnalysisDep = Depends(analysing, scope="function")
"""For a route's `dependencies`: its endpoint runs when it is its turn."""
