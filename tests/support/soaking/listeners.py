"""Listeners: event streams that come back with what they heard, as a browser's do."""

import asyncio
import json
import time
from dataclasses import dataclass, field

from soaking.asked import opened

NEVER = 86_400.0
AGAIN = 1.0
"""Seconds until a stream that ended is asked for again; the server says so, too."""


@dataclass(frozen=True)
class Heard:
    """One event, as it came."""

    at: float  # seconds since 1970
    population: int
    version: int
    done: int


@dataclass
class Listener:
    """One stream of all populations.

    Args:
        failed: is told each time that the stream ended, or was refused.
    """

    port: int
    headers: dict[str, str]
    failed: object
    versions: dict[int, int] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)  # jobs of each population
    heard: list[Heard] = field(default_factory=list)
    listens: bool = False
    _last: str = ""
    _rest: bytes = b""

    async def follow(self):
        """Listen until the task is cancelled."""
        while True:
            self._rest, status = b"", 0
            own = {"last-event-id": self._last} if self._last else {}
            try:
                async with opened(self.port, self._hear) as connection:
                    answer = await connection.ask(
                        "GET", "/api/v1/events", {**self.headers, **own}, patience=NEVER
                    )
                status, error = answer.status, ConnectionResetError("the stream ended")
            except OSError as gone:
                error = gone
            finally:
                self.listens = False
            self.failed("/events", status if status != 200 else 0, error)
            await asyncio.sleep(AGAIN)

    def _hear(self, piece):
        self.listens = True
        *events, self._rest = (self._rest + piece).split(b"\n\n")
        for event in events:
            self._take(dict(line.split(b": ", 1) for line in event.split(b"\n") if line))

    def _take(self, fields):
        if fields.get(b"event") != b"activity":
            return
        said, self._last = json.loads(fields[b"data"]), fields[b"id"].decode()
        population, progress = said["population"], said["progress"]
        self.versions[population] = said["version"]
        self.waiting[population] = progress["queued"] + progress["running"]
        self.heard.append(Heard(time.time(), population, said["version"], progress["done"]))
