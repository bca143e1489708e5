"""Who may use a device: many trainings, or one benchmark alone.

Two locked files in the data folder, one of them a gate that everybody passes: a benchmark that
waits for the trainings at work holds it, so no further training overtakes. Locks are always
taken in that order, and the kernel releases those of a process that died.

Nobody waits inside the kernel, where a worker that stops could not wake him.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

from workers.disk import locks

FOLDER = "devices"

PAUSE_SECONDS = 0.02
"""Between two tries at a lock."""


class Device:
    """A device of this machine, as all workers of a data folder share it."""

    def __init__(self, data_dir: Path, name: str) -> None:
        folder = data_dir / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        safe = re.sub(r"[^\w-]", "_", name)
        self._gate, self._device = folder / f"{safe}.gate", folder / f"{safe}.lock"

    @contextlib.contextmanager
    def shared(self, stop: threading.Event) -> Iterator[bool]:
        """Use it beside others who share it; False where `stop` was set meanwhile."""
        with _opened(self._device) as device:
            with _opened(self._gate) as gate:
                taken = _take(gate, locks.ALONE, stop) and _take(device, locks.SHARED, stop)
            yield taken

    @contextlib.contextmanager
    def alone(self, stop: threading.Event) -> Iterator[bool]:
        """Use it alone; False where `stop` was set meanwhile."""
        with _opened(self._gate) as gate, _opened(self._device) as device:
            yield _take(gate, locks.ALONE, stop) and _take(device, locks.ALONE, stop)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[int]:
    """The open file, whose lock goes when it is closed: each thread opens its own."""
    opened = os.open(file, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        yield opened
    finally:
        os.close(opened)


def _take(file: int, lock: int, stop: threading.Event) -> bool:
    """Lock the open file; False where `stop` is set first."""
    while not stop.is_set():
        if locks.take(file, lock):
            return True
        stop.wait(PAUSE_SECONDS)
    return False
