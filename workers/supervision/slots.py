"""A slot: a thread that takes a job, watches over its process, stores what comes of it, again.

Whatever happens to a job, to the database or to the broker, the slot goes on. Nothing that was
measured is thrown away because the database was busy: it lies in the spool, and the slot has
nothing better to do than to try again.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from sqlalchemy.orm import Session

from db.outages import DATABASE_AWAY, briefly
from db.session import Database
from jobs.messages import Claim, Epoch, Failed, Finished, Kind
from jobs.wakeups import PROGRESS, RESULTS, Wakeups
from services.acting import trace
from services.work import leases, results
from workers.disk.checkpoints import Checkpoint
from workers.disk.devices import PAUSE_SECONDS, Device
from workers.disk.spool import Spool
from workers.packing import store
from workers.supervision.bell import Bell
from workers.supervision.config import Computer, WorkerConfig
from workers.supervision.lease import Hold, Lease
from workers.supervision.processes import Child, ColdForkServer

log = logging.getLogger(__name__)

STOP_SECONDS = 0.2
"""How long a slot may be deaf to a worker that stops."""

RETRY_SECONDS = 1.0
"""Between two tries at a database that is away."""

START_PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between tries to start a process; after the last the worker ends."""

ALONE_SECONDS = 600.0
"""Trainings wait for benchmarks for this long, and a last one's end, at a stretch."""

TRAININGS_FIRST_SECONDS = 5 * PAUSE_SECONDS
"""After that: long enough for each slot that waits for the device to get it."""


class Interrupted(Enum):
    """Why a job's process was ended although nothing is wrong with the job."""

    NOT_STARTED = "its process could not be started"
    STOPPED = "the worker stops"
    LEASE_LOST = "the lease is lost"


End: TypeAlias = Finished | Failed | Interrupted


@dataclass(frozen=True)
class Shared:
    """What all slots of a worker have in common."""

    config: WorkerConfig
    database: Database
    wakeups: Wakeups
    spool: Spool
    device: Device
    computer: Computer
    bell: Bell
    stop: threading.Event
    may_take: Callable[[], bool]  # jobs, now


class Slot:
    """One training at a time, one after the other, until `stop` is set."""

    def __init__(self, shared: Shared) -> None:
        self._shared, self._config, self._database = shared, shared.config, shared.database
        self._wakeups, self._bell, self._stop = shared.wakeups, shared.bell, shared.stop
        self._unstarted = 0  # processes in a row

    def run(self) -> None:
        """Work until the worker stops."""
        while not self._stop.is_set():
            try:
                self._take_a_turn()
            except DATABASE_AWAY as error:
                log.warning("database away, trying again: %s", briefly(error))
                self._stop.wait(RETRY_SECONDS)
            except ColdForkServer as reason:
                self._pause_or_end(reason)
            except Exception:  # of one job; those after it are not to suffer
                log.exception("a slot goes on after this")
                self._stop.wait(RETRY_SECONDS)

    def _pause_or_end(self, reason: ColdForkServer) -> None:
        """Try again later; a worker that starts nothing ends, so that it is not waited for."""
        if self._unstarted < len(START_PAUSES):
            log.error("%s: trying again", reason)
            self._stop.wait(START_PAUSES[self._unstarted])
            self._unstarted += 1
        else:
            log.critical("%s: the worker ends", reason)
            self._stop.set()
            os.kill(os.getpid(), signal.SIGTERM)

    def _take_a_turn(self) -> None:
        """Do the next training, or wait for one."""
        seen = self._bell.rings
        found = False
        if self._shared.may_take():
            # The device comes before the job: a lease is not held while it is waited for.
            with self._shared.device.shared(self._stop) as free:
                found = free and self._do_next("train")
        if not found:
            self._bell.wait(seen, self._config.poll_seconds)

    def _do_next(self, kind: Kind) -> bool:
        """Do the next job of a kind; whether there was one."""
        began = time.monotonic()
        # A benchmark's images are random.
        data_sets = store.present(self._config.data_dir) if kind == "train" else None
        with self._database.write() as session:
            claim = leases.claim(
                session,
                kind,
                self._config.name,
                self._config.lease_seconds,
                self._shared.computer.gpu,
                data_sets,
            )
        if claim is None:
            return False
        with trace.about(job=claim.job_id, attempt=claim.attempt):
            log.debug("job %d begins", claim.job_id)
            self.supervise(claim, Lease(self._database, claim, self._config, began))
        return True

    def supervise(self, claim: Claim, lease: Lease) -> None:
        """Run a job's process to its end, and store how it ended."""
        try:
            child = Child(claim, self._config.data_dir)
        except ColdForkServer:  # no fault of the job's
            self._store(claim, Interrupted.NOT_STARTED)
            raise
        self._unstarted = 0
        try:
            end = self._follow(child, claim, lease)
            if not isinstance(end, Finished):
                child.stop()  # before anybody else may have the job
            self._store(claim, end)
        except BaseException:
            child.close()
            raise
        if isinstance(end, Finished):
            # It has said all: the slot doesn't wait until its memory is torn down.
            threading.Thread(target=child.close, name="closing", daemon=True).start()
        else:
            child.close()

    def _follow(self, child: Child, claim: Claim, lease: Lease) -> End:
        """Pass on what the child says, and keep the lease, until one of them ends."""
        silence = self._config.job_timeout_seconds
        deadline = time.monotonic() + silence
        while True:
            # Waits for the child, but never past the next heartbeat or the look at a stop.
            match child.receive(min(lease.seconds_to_beat, STOP_SECONDS)):
                case Epoch() as epoch:
                    self._tell(claim, epoch)
                    deadline = time.monotonic() + silence
                case Finished() | Failed() as end:
                    return end
            if lease.seconds_to_beat <= 0:
                match lease.beat():
                    case Hold.LOST:
                        return Interrupted.LEASE_LOST
                    case Hold.CANCELLED:
                        return Failed(failure="cancelled", detail="cancelled while it ran")
            if time.monotonic() > deadline:
                return Failed(failure="timeout", detail=f"silent for {silence:g} s")
            if self._stop.is_set():
                return Interrupted.STOPPED

    def _tell(self, claim: Claim, epoch: Epoch) -> None:
        """Store an epoch for whoever watches; a busy database doesn't get it a second time."""
        try:
            with self._database.write() as session:
                results.record_epoch(session, claim, epoch)
        except DATABASE_AWAY as error:
            log.warning(
                "job %d: epoch %d not stored: %s", claim.job_id, epoch.epoch, briefly(error)
            )
        else:
            self._wakeups.publish(PROGRESS, claim.job_id)

    def _store(self, claim: Claim, end: End) -> None:
        """The job's end as the database has it from now on."""
        log.info("job %d: %s", claim.job_id, in_words(end))
        match end:
            case Finished() | Failed():
                self._record(claim, end)
                self._wakeups.publish(RESULTS)
            case Interrupted.STOPPED | Interrupted.NOT_STARTED:
                with self._database.write() as session:
                    leases.release(session, claim)
            case Interrupted.LEASE_LOST:
                pass  # the job is in the queue again, or somebody else's

    def _record(self, claim: Claim, end: Finished | Failed) -> None:
        """Store an end; with a final one, what was kept for a next attempt goes."""
        most = self._config.max_attempts

        def record(session: Session) -> None:
            results.record_end(session, claim, end, most)

        if results.is_final(claim, end, most):
            with self._shared.spool.keep(claim, end):
                self._insist(record)
                # Spooled until then: who replays it after a kill removes the checkpoint, too.
                Checkpoint(claim, self._config.data_dir).remove()
        else:
            self._insist(record)

    def _insist(self, write: Callable[[Session], object]) -> None:
        """Write durably, however long the database is away; a worker that stops tries once."""
        while True:
            last = self._stop.is_set()
            try:
                with self._database.durable() as session:
                    write(session)
                return
            except DATABASE_AWAY as error:
                if last:
                    raise
                log.warning("database away, trying again: %s", briefly(error))
                self._stop.wait(RETRY_SECONDS)


class BenchmarkSlot(Slot):
    """One benchmark at a time, alone on the device with all trainings waiting."""

    def _take_a_turn(self) -> None:
        """Do what benchmarks there are, or wait for one."""
        seen = self._bell.rings
        found = False
        if self._shared.may_take():
            with self._database.read() as session:
                wanted = leases.waiting(session, "benchmark", self._shared.computer.gpu)
            found = wanted and self._do_several()
        if not found:
            self._bell.wait(seen, self._config.poll_seconds)

    def _do_several(self) -> bool:
        """Do benchmarks, alone; whether there was one.

        The trainings had to end for the first, so others follow before new trainings begin.
        """
        found = False
        with self._shared.device.alone(self._stop) as free:
            latest = time.monotonic() + ALONE_SECONDS
            while free and self._goes_on() and self._do_next("benchmark"):
                found = True
                if time.monotonic() > latest:
                    break
        if found:
            self._stop.wait(TRAININGS_FIRST_SECONDS)
        return found

    def _goes_on(self) -> bool:
        return not self._stop.is_set() and self._shared.may_take()


def in_words(end: End) -> str:
    """A line for the log."""
    match end:
        case Finished(quantities=found):
            if "latency" in found:
                return f"latency {1000 * found['latency']:.3g} ms"
            error = f"error {found['error']:.2f} %" if "error" in found else "diverged"
            return f"{error}, {found['training_seconds']:.1f} s"
        case Failed(failure=failure, detail=detail):
            return f"{failure}: {detail}"
        case Interrupted():
            return end.value
