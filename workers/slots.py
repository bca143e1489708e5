"""A slot: a thread that takes a job, watches over its process, stores what comes of it, again.

Whatever happens to a job, to the database or to the broker, the slot goes on. Nothing that was
measured is thrown away because the database was busy: the slot has nothing better to do than
to try again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import TypeAlias

from sqlalchemy.orm import Session

from db.session import Database
from jobs.messages import Claim, Epoch, Failed, Finished
from jobs.wakeups import PROGRESS, RESULTS, Wakeups
from services import leases, results
from workers.bell import Bell
from workers.config import WorkerConfig
from workers.lease import Hold, Lease
from workers.outages import DATABASE_AWAY, briefly
from workers.processes import Child

log = logging.getLogger(__name__)

STOP_SECONDS = 0.2
"""How long a slot may be deaf to a worker that stops."""

RETRY_SECONDS = 1.0
"""Between two tries at a database that is away."""


class Interrupted(Enum):
    """Why a job's process was ended although nothing is wrong with the job."""

    STOPPED = "the worker stops"
    LEASE_LOST = "the lease is lost"


End: TypeAlias = Finished | Failed | Interrupted


class Slot:
    """One job at a time, one after the other, until `stop` is set."""

    def __init__(
        self,
        config: WorkerConfig,
        database: Database,
        wakeups: Wakeups,
        bell: Bell,
        stop: threading.Event,
    ) -> None:
        self._config, self._database, self._wakeups = config, database, wakeups
        self._bell, self._stop = bell, stop

    def run(self) -> None:
        """Work until the worker stops."""
        while not self._stop.is_set():
            try:
                self._take_a_turn()
            except DATABASE_AWAY as error:
                log.warning("database away, trying again: %s", briefly(error))
                self._stop.wait(RETRY_SECONDS)
            except Exception:  # of one job; those after it are not to suffer
                log.exception("a slot goes on after this")
                self._stop.wait(RETRY_SECONDS)

    def _take_a_turn(self) -> None:
        """Do the next job, or wait for one."""
        seen, began = self._bell.rings, time.monotonic()
        with self._database.write() as session:
            claim = leases.claim(
                session, "train", self._config.name, self._config.lease_seconds
            )
        if claim is None:
            self._bell.wait(seen, self._config.poll_seconds)
        else:
            self.supervise(claim, Lease(self._database, claim, self._config, began))

    def supervise(self, claim: Claim, lease: Lease) -> None:
        """Run a job's process to its end, and store how it ended."""
        child = Child(claim, self._config.data_dir)
        try:
            end = self._follow(child, claim, lease)
            if not isinstance(end, Finished):
                child.stop()  # before anybody else may have the job
            self._store(claim, end)
        finally:
            child.close()

    def _follow(self, child: Child, claim: Claim, lease: Lease) -> End:
        """Pass on what the child says, and keep the lease, until one of them ends."""
        deadline = time.monotonic() + self._config.job_timeout_seconds
        while True:
            match child.receive(min(lease.seconds_to_beat, STOP_SECONDS)):
                case Epoch() as epoch:
                    self._tell(claim, epoch)
                case Finished() | Failed() as end:
                    return end
            if lease.seconds_to_beat <= 0:
                match lease.beat():
                    case Hold.LOST:
                        return Interrupted.LEASE_LOST
                    case Hold.CANCELLED:
                        return Failed(failure="cancelled", detail="cancelled while it ran")
            if time.monotonic() > deadline:
                limit = f"{self._config.job_timeout_seconds:g} s"
                return Failed(failure="timeout", detail=f"still running after {limit}")
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
            self._wakeups.publish(PROGRESS)

    def _store(self, claim: Claim, end: End) -> None:
        """The job's end as the database has it from now on."""
        log.info("job %d: %s", claim.job_id, in_words(end))
        match end:
            case Finished():
                self._insist(lambda session: results.record(session, claim, end))
                self._wakeups.publish(RESULTS)
            case Failed():
                # A process that died may have been unlucky; all other failures come again.
                retry, most = end.failure == "crashed", self._config.max_attempts
                self._insist(
                    lambda session: results.record_failure(session, claim, end, retry, most)
                )
                self._wakeups.publish(RESULTS)
            case Interrupted.STOPPED:
                with self._database.write() as session:
                    leases.release(session, claim)
            case Interrupted.LEASE_LOST:
                pass  # the job is in the queue again, or somebody else's

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


def in_words(end: End) -> str:
    """A line for the log."""
    match end:
        case Finished(quantities=found):
            error = f"error {found['error']:.2f} %" if "error" in found else "diverged"
            return f"{error}, {found['training_seconds']:.1f} s"
        case Failed(failure=failure, detail=detail):
            return f"{failure}: {detail}"
        case Interrupted():
            return end.value
