"""Standings as requests ask for them: read once for all who ask at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from anyio import CapacityLimiter, to_thread

from db.session import Database
from services.reading import standings
from services.reading.standings import Standing


class Standings:
    """Where populations stand; whoever asks while they are read waits for the next reading."""

    def __init__(self, database: Database) -> None:
        self._database, self._thread = database, CapacityLimiter(1)
        self._ids: set[int] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.Task[dict[int, Standing]] | None = None
        self._reading: asyncio.Task[dict[int, Standing]] | None = None

    async def of(self, ids: Iterable[int]) -> dict[int, Standing]:
        """Where they stand in a transaction that has not begun yet."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # what another one was at is nobody's any more
            self._loop, self._next, self._reading = loop, None, None
        self._ids |= {*ids}
        if self._next is None:
            self._next = asyncio.create_task(self._round(self._reading))
        return await asyncio.shield(self._next)

    async def _round(self, before: asyncio.Task[Any] | None) -> dict[int, Standing]:
        if before is not None and not before.done():
            await asyncio.wait([before])
        ids, self._ids = self._ids, set()
        self._reading, self._next = self._next, None
        return await to_thread.run_sync(self._read, ids, limiter=self._thread)

    def _read(self, ids: Iterable[int]) -> dict[int, Standing]:
        with self._database.read() as session:
            return standings.current(session, ids)
