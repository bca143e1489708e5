"""Pollers: who asks for what the pages ask for, one thing after the other."""

import asyncio
import itertools
import json
import random
from dataclasses import dataclass, field

from soaking.asked import Connection

BETWEEN = 0.25
"""Seconds from an answer to the next question."""

OF_ALL = (
    "/api/v1/populations",
    "/api/v1/jobs?group=running",
    "/api/v1/jobs?group=done&limit=50",
    "/api/v1/workers",
    "/api/v1/me",
    "/app/",
)
OF_ONE = ("", "/edf", "/columns", "/networks?limit=100", "/ranges", "/quantities")


@dataclass
class Poller:
    """A browser of somebody's: it keeps its connection, and what has a tag.

    Args:
        populations: those there are, the latest last.
        answered: is told each answer that is one.
        failed: is told each that is none.
        again: is told of each question that is asked anew, as browsers do (RFC 9110, 9.2.2),
            because a connection that was kept had ended.
    """

    port: int
    headers: dict[str, str]
    populations: object
    answered: object
    failed: object
    again: object
    seed: int = 0
    _tags: dict[str, str] = field(default_factory=dict)
    _kept: Connection | None = None

    async def ask(self):
        """Ask until the task is cancelled."""
        try:
            for path in self._paths():
                await self._ask(path)
                await asyncio.sleep(BETWEEN)
        finally:
            self._hang_up()

    async def _ask(self, path):
        tag, status = self._tags.get(path), 0
        own = {"accept-encoding": "gzip"} | ({"if-none-match": tag} if tag else {})
        try:
            answer = await self._answer("GET", path, {**self.headers, **own})
            status = answer.status
            self._read(path, answer)
            self.answered(answer)
        except (OSError, ValueError) as error:
            self.failed(path, status, error)

    async def _answer(self, *asked):
        if self._kept is not None and self._kept.is_open:
            try:
                return await self._kept.ask(*asked)
            except ConnectionError:
                self.again()
        self._hang_up()
        self._kept = await Connection.open(self.port)
        return await self._kept.ask(*asked)

    def _hang_up(self):
        if self._kept is not None:
            self._kept.close()

    def _read(self, path, answer):
        if answer.status not in (200, 304):
            raise ValueError(answer.body[:200].decode(errors="replace"))
        if b"json" in answer.headers.get(b"content-type", b""):
            json.loads(answer.body)
        if b"etag" in answer.headers:
            self._tags[path] = answer.headers[b"etag"].decode()

    def _paths(self):
        rng = random.Random(self.seed)
        for step in itertools.count(self.seed):
            yield OF_ALL[step % len(OF_ALL)]
            there = self.populations()
            if there:
                # The one at work is looked at most.
                one = there[-1] if rng.random() < 0.7 else rng.choice(there)
                for path in rng.sample(OF_ONE, 3):
                    yield f"/api/v1/populations/{one}{path}"
