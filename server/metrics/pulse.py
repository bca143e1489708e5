"""The pulse: every few seconds a web process looks at what it holds, and how late it is."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from server.events import Hub
from server.metrics.meters import Meters
from services.reading.snapshots import Snapshots

SECONDS = 2.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Pulse:
    """Sets the meters of one process while it runs."""

    def __init__(self, meters: Meters, hub: Hub, snapshots: Snapshots) -> None:
        self._meters, self._hub, self._snapshots = meters, hub, snapshots
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._meters.processes.set(1)
        self._look()
        self._beating = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """The process ends: it holds nothing any more."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        self._meters.processes.set(0)

    async def _beat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + SECONDS
            await asyncio.sleep(SECONDS)
            self._meters.delay.set(max(0.0, clock() - due))
            self._look()

    def _look(self) -> None:
        number, size = self._snapshots.held()
        self._meters.snapshots.set(number)
        self._meters.snapshot_bytes.set(size)
        self._meters.streams.set(self._hub.streams)
        self._meters.memory.set(resident())


def resident(file: Path = Path("/proc/self/statm")) -> int:
    """Bytes of memory that this process has; 0 where the system doesn't say so."""
    with suppress(OSError):
        return PAGE_BYTES * int(file.read_text().split()[1])
    return 0
