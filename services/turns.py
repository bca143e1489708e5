"""Turns: what takes seconds, or much memory, happens a few at a time, and beside others.

Who asks while others are at work waits in the event loop, which holds no thread that somebody
needs for a quick answer, and not without an end.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from services.errors import Busy

Result = TypeVar("Result")

WAIT_SECONDS = 60.0
"""How long one waits for its turn."""
TICK_SECONDS = 0.5
"""How often somebody who waits is asked whether he still does."""
NEVER = 10**9
"""Collections of the middle generation, after which the whole would be looked through."""


async def _stays() -> bool:
    return False


class Turns:
    """Something that is done a few times at once.

    Args:
        noun: what others do meanwhile, as they are told.
        at_once: how many are at work together.
        most: who may be at work, wait, or still send what it is about.
    """

    def __init__(self, noun: str, at_once: int = 1, most: int = 4) -> None:
        self._noun, self._most = noun, most
        self._turn, self._thread = asyncio.Semaphore(at_once), CapacityLimiter(at_once)
        self._inside = 0

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[None]:
        """A place among the few that ask.

        Raises:
            Busy: there is none.
        """
        if self._inside >= self._most:
            raise Busy(f"{self._noun} for {self._inside} others; ask again soon")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def turn(
        self, has_gone: Callable[[], Awaitable[bool]] = _stays
    ) -> AsyncIterator[None]:
        """A turn at the work, first come, first served.

        Args:
            has_gone: whether nobody waits for the answer any more; asked while it waits.

        Raises:
            Busy: the others take too long, or the asker has gone.
        """
        coming = asyncio.ensure_future(self._turn.acquire())
        end = asyncio.get_running_loop().time() + WAIT_SECONDS
        try:
            while not (await asyncio.wait({coming}, timeout=TICK_SECONDS))[0]:
                if await has_gone():
                    raise Busy("nobody waits for the answer any more")
                if asyncio.get_running_loop().time() > end:
                    raise Busy(f"{self._noun} for others; ask again soon")
            yield
        finally:
            if not coming.cancel():  # it has come, so it ends
                self._turn.release()

    async def take(self, work: Callable[[], Result]) -> Result:
        """Do some work in its turn, in a thread apart.

        Raises:
            Busy: the others take too long.
        """
        async with self.turn():
            return await to_thread.run_sync(lambda: _unsearched(work), limiter=self._thread)


def _unsearched(work: Callable[[], Result]) -> Result:
    """Do some work without full collections of garbage.

    They would look again and again through the millions of objects that it makes, and that have
    no cycles: a second each time, in which nobody is answered.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)
    try:
        return work()
    finally:
        gc.set_threshold(young, middle, old)
