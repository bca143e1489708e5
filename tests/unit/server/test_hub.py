"""The hub: many hear what one process has found, and others are answered meanwhile."""

import asyncio
from contextlib import aclosing

from loops import run

from server import events
from server.events import Hub
from services.work.progress import Activity, Progress

NOBODY = "redis://127.0.0.1:1/0"
LISTENERS = 5 * events.AT_ONCE


def activity(version):
    progress = Progress(4, version, 0, 0, 0, 4 - version, 0, 0.0, None)
    return Activity(1, version, False, progress, [], None)


class Database:
    """One population, whose version tests raise."""

    version = 0

    def versions(self):
        return {1: self.version}

    def activities(self, ids, jobs):
        return dict.fromkeys(ids, activity(self.version))


async def heard(hub, versions):
    """The news of these versions, as a listener hears them."""
    found = []
    async with aclosing(hub.changes()) as changes:
        async for every in changes:
            found += [news for news in every if news.activity.version in versions]
            if len(found) == len(versions):
                break
    return found


async def told(listen):
    """What a crowd hears that listens while the version goes from 0 to 1."""
    database = Database()
    hub = Hub(NOBODY, database.versions, database.activities)
    await hub.start()
    crowd = [asyncio.create_task(listen(hub)) for _ in range(LISTENERS)]
    while hub.streams < LISTENERS:
        await asyncio.sleep(0)
    database.version = 1
    found = await asyncio.gather(*crowd)
    await hub.stop()
    return found


def test_what_many_hear_is_written_once():
    first, *others = run(told(lambda hub: heard(hub, {0, 1})))
    assert [news.activity.version for news in first] == [0, 1]
    assert '"version":1' in first[1].data
    assert all(news[1].data is first[1].data for news in others)


def test_while_many_are_told_others_have_their_turn():
    turns = 0

    async def tick():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def listen(hub):
        await heard(hub, {0, 1})
        return turns

    async def listening():
        ticking = asyncio.create_task(tick())
        found = await told(listen)
        ticking.cancel()
        return found

    when = run(listening())
    assert max(when) - min(when) >= LISTENERS / events.AT_ONCE - 1
