"""Live events: what changed, pushed to every listener by one hub a process.

The hub learns of changes by the workers' wake-ups, within milliseconds, and by a poll of the
versions, which is the truth when a wake-up is lost or the broker is away. An event says only
what has a new version; data is fetched, and cached, by that version.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any, TypeVar

from redis import RedisError
from redis.asyncio import Redis

from db.outages import DATABASE_AWAY, briefly
from jobs import wakeups
from jobs.wakeups import CHANNEL, PEOPLE, PROGRESS
from services.errors import Busy
from services.work.progress import Activity

log = logging.getLogger(__name__)

Read = TypeVar("Read")

POLL_SECONDS = 0.5
RECONNECT_SECONDS = 1.0
PING_SECONDS = 10.0
"""The longest that a stream says nothing: whoever hears nothing knows that we stopped."""
MOST = 600
"""Streams of a process; a browser has one for all its tabs."""
PAUSE_SECONDS = 0.1
"""The least time between two looks: many jobs end close together."""


class Hub:
    """What happens in every population, and a way to wait for the next change.

    Args:
        broker_url: where wake-ups are published.
        read_versions: the version of every population; called in a thread, often.
        read_activities: what happens in some populations, and in those that want one of some
            jobs; called in a thread, when it changed.
        let_out: called when somebody is no longer who he was.
    """

    def __init__(
        self,
        broker_url: str,
        read_versions: Callable[[], dict[int, int]],
        read_activities: Callable[[Collection[int], Collection[int]], dict[int, Activity]],
        let_out: Callable[[], None] = lambda: None,
    ) -> None:
        self._broker_url = broker_url
        self._read_versions = read_versions
        self._read_activities = read_activities
        self._let_out = let_out
        self.activities: dict[int, Activity] = {}
        self._streams = 0
        self._changed = asyncio.Event()
        self._look = asyncio.Event()
        self._told: set[int | None] = set()  # jobs with new epochs since the last look
        self._tasks: list[asyncio.Task[None]] = []
        self._reading: asyncio.Future[Any] | None = None

    async def start(self) -> None:
        """Begin to follow."""
        await self._refresh()
        for work in (self._follow(), self._listen()):
            self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        """End all following, and every stream of `changes` with it.

        When it returns nothing is read any more: the database may be closed.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    async def changes(self) -> AsyncIterator[list[Activity]]:
        """All activities at once, then those that changed; none of them after PING_SECONDS.

        Slow listeners skip states.
        """
        known: dict[int, Activity] = {}
        self._streams += 1
        try:
            while True:
                changed, now = self._changed, self.activities
                yield [activity for id, activity in now.items() if known.get(id) != activity]
                known = now
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), PING_SECONDS)
        finally:
            self._streams -= 1

    def admit(self) -> None:
        """Raises Busy where MOST listen already."""
        if self._streams >= MOST:
            raise Busy(f"{MOST} event streams are open")

    async def _refresh(self) -> None:
        versions = await self._in_thread(self._read_versions)
        told, self._told = self._told, set()
        old = self.activities
        stale = [
            id
            for id, version in versions.items()
            if id not in old
            or old[id].version != version
            or None in told  # of nobody knows which
            or (told and old[id].progress.networks_per_minute)  # it slows down by itself
        ]
        if stale or told:
            read = await self._in_thread(self._read_activities, stale, told - {None})
            self.activities = {
                id: read.get(id) or old[id] for id in versions if id in read or id in old
            }
            self._changed.set()
            self._changed = asyncio.Event()

    async def _in_thread(self, read: Callable[..., Read], *arguments: Any) -> Read:
        # A cancelled task leaves its thread at work: `stop` waits for it.
        self._reading = asyncio.ensure_future(asyncio.to_thread(read, *arguments))
        return await asyncio.shield(self._reading)

    async def _follow(self) -> None:
        """Look whenever a wake-up came, and every POLL_SECONDS without one."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), POLL_SECONDS)
            self._look.clear()
            try:
                await self._refresh()
            except DATABASE_AWAY as error:
                # The database may be restarting: the next look tells.
                log.warning("no versions: %s", briefly(error))
                await asyncio.sleep(RECONNECT_SECONDS)
            except Exception:
                log.exception("versions could not be read")
                await asyncio.sleep(RECONNECT_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _listen(self) -> None:
        """Turn wake-ups into looks; a broker that is away is asked again every second."""
        while True:
            try:
                async with (
                    Redis.from_url(self._broker_url) as redis,
                    redis.pubsub() as channel,
                ):
                    await channel.subscribe(CHANNEL)
                    self._look.set()  # what was published before this is not heard
                    self._let_out()
                    async for message in channel.listen():
                        self._hear(message)
            except (RedisError, OSError) as error:
                log.info("no wake-ups, polling: %s", error)
            await asyncio.sleep(RECONNECT_SECONDS)

    def _hear(self, message: dict[str, object]) -> None:
        if message["type"] != "message":
            return
        data = message["data"]
        topic, job_id = wakeups.read(data) if isinstance(data, bytes) else ("", None)
        if topic == PEOPLE:
            self._let_out()
            return
        if topic == PROGRESS:
            self._told.add(job_id)
        self._look.set()
