"""The runner: a worker's slots, and the reaper that gives back what dead workers held.

Beside the slots for trainings there is one for benchmarks, which have the device to themselves.

Slots pull: a wake-up only makes them look sooner than they would by themselves, so a broker
that is stopped, flushed or silent costs seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from db.outages import DATABASE_AWAY, briefly
from db.session import Database
from jobs.messages import Claim, Failed, Finished
from jobs.wakeups import RESULTS, Wakeups
from services.comparing.watches import Watcher
from services.work import leases, results, roster
from workers.disk import checkpoints, room
from workers.disk.devices import Device
from workers.disk.ground import Ground
from workers.disk.spool import Spool
from workers.packing import store
from workers.supervision import clearing
from workers.supervision.bell import Bell
from workers.supervision.config import Computer, WorkerConfig
from workers.supervision.slots import BenchmarkSlot, Shared, Slot

log = logging.getLogger(__name__)

SHRINK_SECONDS = 60.0
"""Between two times that the database's log is put into its file."""
TIDY_SECONDS = 60.0
"""Between two times that the data folder is cleared of what nobody comes back for."""
MEASURE_SECONDS = 60.0
"""Between two counts of what is in the data folder."""


class Runner:
    """Threads that do jobs from `start` to `stop`."""

    def __init__(self, config: WorkerConfig, database: Database, wakeups: Wakeups) -> None:
        self._config, self._database, self._wakeups = config, database, wakeups
        self._bell, self._stop = Bell(), threading.Event()
        self._spool = Spool(config.data_dir)
        self._watcher = Watcher(database)
        self._threads: list[threading.Thread] = []
        self._shrunk_at = self._tidied_at = -SHRINK_SECONDS
        self._ground = Ground(config.data_dir, config.least_free)
        self._refuses: str | None = None
        self._saying = threading.Lock()
        self._measured: tuple[float, dict[str, int]] | None = None  # when, and what is used

    def start(self, computer: Computer) -> None:
        """Start the slots, the reaper, and the signs of life."""
        shared = Shared(
            self._config,
            self._database,
            self._wakeups,
            self._spool,
            Device(self._config.data_dir, self._config.device),
            computer,
            self._bell,
            self._stop,
            self._may_take,
        )
        self._start(lambda: self._tell_of_itself(computer), "signs of life")
        self._start(self._reap_now_and_then, "reaper")
        for number in range(self._config.slots):
            self._start(Slot(shared).run, f"slot {number}")
        self._start(BenchmarkSlot(shared).run, "benchmarks")

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

    def _tell_of_itself(self, computer: Computer) -> None:
        """Say what the worker is, every few seconds until it leaves."""
        config = self._config

        def report(session: Session) -> None:
            roster.report(
                session,
                config.name,
                computer.name,
                computer.gpu,
                config.slots,
                store.present(config.data_dir),
                self._disk(),
                self._refuses,
            )

        while not self._stop.is_set():
            self._may_take()
            self._try(report)
            self._stop.wait(config.reap_seconds)
        self._try(lambda session: roster.leave(session, config.name))

    def _may_take(self) -> bool:
        """Whether jobs may be taken now; it is said when that changes."""
        refuses = self._ground.refuses() or self._database.lost()
        with self._saying:
            # Numbers in it may change with every look: what is told once is that it does.
            if refuses is not None and self._refuses is None:
                log.warning("no new job is taken: %s", refuses)
            if refuses is None and self._refuses is not None:
                log.info("jobs are taken again")
            self._refuses = refuses
        return refuses is None

    def _disk(self) -> roster.Disk | None:
        """The data folder's disk; what is in the folder is counted once in a while."""
        folder, now = self._config.data_dir, time.monotonic()
        try:
            found = room.room(folder)
        except OSError:
            return None
        if self._measured is None or now >= self._measured[0] + MEASURE_SECONDS:
            self._measured = now, room.used(folder)
        return roster.Disk(found.size, found.free, self._measured[1])

    def _try(self, write: Callable[[Session], None]) -> None:
        """Write what may be lost."""
        try:
            with self._database.write() as session:
                write(session)
        except DATABASE_AWAY:
            pass  # as the slots and the reaper log
        except Exception:
            log.exception("the worker goes on without a sign of life")

    def _reap_now_and_then(self) -> None:
        """Look for what the dead left, now and every few seconds."""
        while True:
            for duty in (self._replay, self._reap, self._watch, self._shrink_log, self._tidy):
                self._do(duty)
            if self._stop.wait(self._config.reap_seconds):
                return

    def _do(self, duty: Callable[[], None]) -> None:
        """One of the reaper's duties: whatever becomes of it, the others are done."""
        try:
            duty()
        except DATABASE_AWAY as error:
            log.warning("database away, nothing reaped: %s", briefly(error))
        except Exception:
            log.exception("the reaper goes on after this")

    def _replay(self) -> None:
        """Store what a worker measured and was killed, or stopped, before it was stored."""
        stored = self._spool.replay(self._record, DATABASE_AWAY)
        if stored:
            log.info("%d results stored that were spooled", stored)
            self._wakeups.publish(RESULTS)

    def _record(self, claim: Claim, end: Finished | Failed) -> None:
        with self._database.durable() as session:
            results.record_end(session, claim, end, self._config.max_attempts)
        checkpoints.Checkpoint(claim, self._config.data_dir).remove()

    def _reap(self) -> None:
        with self._database.write() as session:
            expired = leases.reap(session, self._config.max_attempts)
        if expired:
            log.warning("leases expired without a result: jobs %s", expired)
            self._bell.ring()
            self._wakeups.publish(RESULTS)
            self._forget_ended(expired)

    def _watch(self) -> None:
        """Stop the populations that a comparison has decided."""
        for watch in self._watcher.look():
            log.info("decided (%s): %s and %s are paused", watch.id, watch.a, watch.b)
            self._wakeups.publish(RESULTS)

    def _forget_ended(self, expired: list[int]) -> None:
        """Remove the checkpoints, in this data folder, of jobs that are not tried again."""
        with self._database.read() as session:
            ended = leases.ended(session, expired)
        for claim in ended:
            checkpoints.Checkpoint(claim, self._config.data_dir).remove()

    def _tidy(self) -> None:
        """Remove what nobody comes back for, not in a folder that is another one now."""
        if time.monotonic() < self._tidied_at + TIDY_SECONDS or self._ground.is_gone:
            return
        self._tidied_at = time.monotonic()
        found = [*clearing.all_of(self._config.data_dir, self._known())]
        if found:
            log.info("%d files cleared away, %d bytes", len(found), clearing.clear(found))

    def _known(self) -> clearing.Known:
        """What is asked of the database about checkpoints."""

        def ended(ids: Sequence[int]) -> Sequence[Claim]:
            with self._database.read() as session:
                return leases.ended(session, ids)

        def unknown(ids: Sequence[int]) -> set[int]:
            with self._database.read() as session:
                return leases.unknown(session, ids)

        return clearing.Known(ended, unknown)

    def _shrink_log(self) -> None:
        if time.monotonic() >= self._shrunk_at + SHRINK_SECONDS:
            self._shrunk_at = time.monotonic()
            self._database.shrink_log()
