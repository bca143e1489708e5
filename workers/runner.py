"""The runner: a worker's slots, and the reaper that gives back what dead workers held.

Slots pull: a wake-up only makes them look sooner than they would by themselves, so a broker
that is stopped, flushed or silent costs seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from db.session import Database
from jobs.wakeups import RESULTS, Wakeups
from services import leases
from workers.bell import Bell
from workers.config import WorkerConfig
from workers.outages import DATABASE_AWAY, briefly
from workers.slots import Slot

log = logging.getLogger(__name__)


class Runner:
    """Threads that do jobs from `start` to `stop`."""

    def __init__(self, config: WorkerConfig, database: Database, wakeups: Wakeups) -> None:
        self._config, self._database, self._wakeups = config, database, wakeups
        self._bell, self._stop = Bell(), threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the slots and the reaper."""
        for number in range(self._config.slots):
            slot = Slot(self._config, self._database, self._wakeups, self._bell, self._stop)
            self._start(slot.run, f"slot {number}")
        self._start(self._reap_now_and_then, "reaper")

    def wake(self) -> None:
        """There may be jobs: idle slots look at once."""
        self._bell.ring()

    def stop(self) -> None:
        """End the jobs at work and give them back; returns at once."""
        self._stop.set()
        self._bell.ring()

    def join(self, seconds: float) -> None:
        """Wait until all has ended, `seconds` at most."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _start(self, run: Callable[[], None], name: str) -> None:
        # Daemons: a database that hangs must not keep the worker from ending.
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _reap_now_and_then(self) -> None:
        """Look for expired leases, now and every few seconds."""
        while True:
            try:
                self._reap()
            except DATABASE_AWAY as error:
                log.warning("database away, nothing reaped: %s", briefly(error))
            except Exception:
                log.exception("the reaper goes on after this")
            if self._stop.wait(self._config.reap_seconds):
                return

    def _reap(self) -> None:
        with self._database.write() as session:
            expired = leases.reap(session, self._config.max_attempts)
        if expired:
            log.warning("leases expired without a result: jobs %s", expired)
            self._bell.ring()
            self._wakeups.publish(RESULTS)
