"""Live events: what changed, pushed to every listener by one hub a process.

The hub learns of changes by the workers' wake-ups, within milliseconds, and by a poll of the
versions, which is the truth when a wake-up is lost or the broker is away. An event says only
what has a new version; data is fetched, and cached, by that version.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from redis import RedisError
from redis.asyncio import Redis

from db.outages import DATABASE_AWAY, briefly
from jobs import wakeups
from jobs.wakeups import CHANNEL, PEOPLE, PROGRESS
from server.schemas import events as schemas
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
SPREAD = 0.3
"""The share of PING_SECONDS over which the pings of those who were told together lie."""
PAUSE_SECONDS = 0.1
"""The least time between two looks: many jobs end close together."""
PAUSE_EACH = 0.001
"""And for each listener more: whoever asks has most of the process, however many listen."""
AT_ONCE = 20
"""Listeners that are told before others who ask have their turn."""
SLOWING_SECONDS = 5.0
"""Between events whose only news is a rate: it falls all the time, and by itself."""
MOST_GONE = 100
"""Deleted populations that are remembered, for those who listen slowly."""


@dataclass(frozen=True)
class News:
    """What happens in a population, or that it is gone, since a look at all of them."""

    activity: Activity
    look: int
    born: str  # of which database
    at: float  # seconds, monotonic
    gone: bool = False  # deleted: the activity is the last one

    def is_slowing(self, now: float) -> bool:
        """Whether its rate has fallen for long enough to be told again."""
        rate = self.activity.progress.networks_per_minute
        return rate > 0 and now >= self.at + SLOWING_SECONDS

    @cached_property
    def data(self) -> str:
        """The activity as an event says it, written once for all who hear it."""
        said = schemas.Activity.model_validate(self.activity).of(self.born)
        return said.model_dump_json()


class Hub:
    """What happens in every population, and a way to wait for the next change.

    Args:
        broker_url: where wake-ups are published.
        read_versions: the version of every population; called in a thread, often.
        read_activities: what happens in some populations, and in those that want one of some
            jobs; called in a thread, when it changed.
        let_out: called when somebody is no longer who he was.
        read_born: which database it is; called in a thread, often.
    """

    def __init__(
        self,
        broker_url: str,
        read_versions: Callable[[], dict[int, int]],
        read_activities: Callable[[Collection[int], Collection[int]], dict[int, Activity]],
        let_out: Callable[[], None] = lambda: None,
        read_born: Callable[[], str] = lambda: "",
    ) -> None:
        self._broker_url = broker_url
        self._read_versions = read_versions
        self._read_activities = read_activities
        self._let_out, self._read_born = let_out, read_born
        self.born = ""
        self._news: dict[int, News] = {}
        self._looks = 0
        self._since: dict[int, Sequence[News]] = {}  # after which look, while there is no other
        self._streams, self._dismissed = 0, False
        self._waiting: set[asyncio.Future[None]] = set()
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

    async def changes(self) -> AsyncGenerator[Sequence[News]]:
        """All news at once, then those that changed; none of them after PING_SECONDS or less.

        Slow listeners skip states. It ends where another database answers: who comes back
        begins with that.
        """
        heard, born = 0, self.born
        self._streams += 1
        try:
            while born == self.born and not self._dismissed:
                before, heard = heard, self._looks
                yield self._after(before)
                if heard == self._looks and not self._dismissed:
                    await self._change()
        finally:
            self._streams -= 1

    def _after(self, look: int) -> Sequence[News]:
        """What changed since a look; most who listen have heard the one before the last."""
        if look not in self._since:
            self._since[look] = [news for news in self._news.values() if news.look > look]
        return self._since[look]

    async def _change(self) -> None:
        """Wait for a look that finds something, for as long as a stream may be silent."""
        # Those who were told together would all be due in one moment again.
        patience = PING_SECONDS * random.uniform(1 - SPREAD, 1)  # nosec B311
        change: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(change)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await change
        finally:
            self._waiting.discard(change)

    async def _tell(self) -> None:
        """Wake those who listen, some at a time: others ask meanwhile."""
        for number, change in enumerate(list(self._waiting), 1):
            _wake(change)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    @property
    def streams(self) -> int:
        """How many listen."""
        return self._streams

    def dismiss(self) -> None:
        """End all streams: whoever listens comes back, to another process."""
        self._dismissed = True
        for change in self._waiting:
            _wake(change)

    def admit(self) -> None:
        """Raises Busy where MOST listen already."""
        if self._streams >= MOST:
            raise Busy(f"{MOST} event streams are open")

    async def _refresh(self) -> None:
        born, versions = await self._in_thread(
            lambda: (self._read_born(), self._read_versions())
        )
        if born != self.born:  # restored, say
            self.born, self._news = born, {}
            self._let_out()
        told, self._told = self._told, set()
        old = {id: news.activity for id, news in self._news.items() if not news.gone}
        now = time.monotonic()
        stale = [
            id
            for id, version in versions.items()
            if id not in old
            or old[id].version != version
            or None in told  # of nobody knows which
            or self._news[id].is_slowing(now)
        ]
        gone = old.keys() - versions.keys()  # deleted
        if stale or told or gone:
            read = await self._in_thread(self._read_activities, stale, told - {None})
            self._looks += 1
            new = {id: read.get(id) or old[id] for id in versions if id in read or id in old}
            self._news = self._lost(gone, versions) | {
                id: self._news[id]
                if old.get(id) == activity
                else News(activity, self._looks, born, now)
                for id, activity in new.items()
            }
            self._since = {}
            await self._tell()

    def _lost(self, gone: Collection[int], there: Collection[int]) -> dict[int, News]:
        """What is told of those that are deleted: now, and before."""
        before = {id: one for id, one in self._news.items() if one.gone and id not in there}
        now = {id: replace(self._news[id], look=self._looks, gone=True) for id in gone}
        return dict([*(before | now).items()][-MOST_GONE:])

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
            await asyncio.sleep(PAUSE_SECONDS + PAUSE_EACH * self._streams)

    async def _listen(self) -> None:
        """Turn wake-ups into looks; a broker that is away is asked again every second, and
        logged once."""
        away = False
        while True:
            try:
                async with (
                    Redis.from_url(self._broker_url) as redis,
                    redis.pubsub() as channel,
                ):
                    await channel.subscribe(CHANNEL)
                    self._look.set()  # what was published before this is not heard
                    self._let_out()
                    away = False
                    async for message in channel.listen():
                        self._hear(message)
            except (RedisError, OSError) as error:
                log.log(
                    logging.DEBUG if away else logging.INFO, "no wake-ups, polling: %s", error
                )
                away = True
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


def _wake(change: asyncio.Future[None]) -> None:
    if not change.done():
        change.set_result(None)
