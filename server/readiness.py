"""Readiness: what a web process needs to answer, looked at when somebody asks.

Each check has a thread of its own, which nothing else waits for, and is asked by one at a time:
a database that hangs holds up this question and no other, and however often it is asked.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import DBAPIError

from db import probe as database
from jobs import probe as broker

SECONDS = 2.5
"""The longest that anybody waits for a check."""
REMEMBERED_SECONDS = 1.0
FINE, SILENT = "ok", "no answer"


@dataclass(frozen=True)
class Found:
    """What the checks say, a word each, and whether requests can be answered."""

    ready: bool
    words: dict[str, str]


class Check:
    """One thing that is looked at.

    Args:
        look: in a thread; FINE, or what is wrong in a word.
        vital: requests can't be answered without it.
    """

    def __init__(self, name: str, look: Callable[[], str], vital: bool = True) -> None:
        self.name, self.vital = name, vital
        self._look, self._thread = look, CapacityLimiter(1)
        self._latest: asyncio.Task[str] | None = None
        self._at = 0.0

    async def word(self) -> str:
        """What it says now, or said a moment ago."""
        latest = self._latest
        if latest is None or self._is_old(latest):
            self._at = time.monotonic()
            looking = to_thread.run_sync(self._look, limiter=self._thread)
            latest = self._latest = asyncio.ensure_future(looking)
        try:
            return await asyncio.wait_for(asyncio.shield(latest), SECONDS)
        except TimeoutError:
            return SILENT

    def _is_old(self, latest: asyncio.Task[str]) -> bool:
        if latest.get_loop() is not asyncio.get_running_loop():
            return True
        return latest.done() and time.monotonic() - self._at > REMEMBERED_SECONDS


class Readiness:
    """All checks of a process."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks

    async def look(self) -> Found:
        """What they say, within SECONDS."""
        words = await asyncio.gather(*(check.word() for check in self._checks))
        both = [*zip(self._checks, words, strict=True)]
        return Found(
            all(word == FINE for check, word in both if check.vital),
            {check.name: word for check, word in both},
        )


def of(database_url: str, data_dir: Path, broker_url: str) -> Readiness:
    """The checks of a web process. Without a broker workers look for jobs by themselves."""

    def look_at_database() -> str:
        try:
            return FINE if database.is_newest(database_url) else "not migrated"
        except DBAPIError:
            return "away"

    def look_at_data_folder() -> str:
        try:
            with tempfile.TemporaryFile(dir=data_dir) as file:
                file.write(b"netspace")
                file.flush()
        except OSError:
            return "can't be written"
        return FINE

    def look_at_broker() -> str:
        return FINE if broker.answers(broker_url) else "away"

    return Readiness(
        [
            Check("database", look_at_database),
            Check("data_folder", look_at_data_folder),
            Check("broker", look_at_broker, vital=False),
        ]
    )
