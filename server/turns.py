"""Turns: what takes seconds and much memory happens one after the other, and beside others.

It has a thread of its own, so no request that is answered at once waits for one; who asks while
it is at work waits in the event loop, which holds nothing, and not without an end.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from services.errors import Busy

Result = TypeVar("Result")

MOST = 4
"""Who may wait, or still send what it is about, at once."""
WAIT_SECONDS = 60.0
"""How long one waits for its turn."""
NEVER = 10**9
"""Collections of the middle generation, after which the whole would be looked through."""


class Turns:
    """Something that is done one at a time.

    Args:
        noun: what others do meanwhile, as they are told.
    """

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._turn, self._thread = asyncio.Semaphore(1), CapacityLimiter(1)
        self._inside = 0

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[None]:
        """A place among the few that ask.

        Raises:
            Busy: there is none.
        """
        if self._inside >= MOST:
            raise Busy(f"{self._noun} for {self._inside} others; ask again soon")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def take(self, work: Callable[[], Result]) -> Result:
        """Do some work in its turn, in the thread apart.

        Raises:
            Busy: the others take too long.
        """
        try:
            await asyncio.wait_for(self._turn.acquire(), WAIT_SECONDS)
        except TimeoutError:
            raise Busy(f"{self._noun} for others; ask again soon") from None
        try:
            return await to_thread.run_sync(lambda: _unsearched(work), limiter=self._thread)
        finally:
            self._turn.release()


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
