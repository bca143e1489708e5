"""A job's lease as its worker keeps it: renewed by heartbeats, and given up in time.

The database's clock decides when a lease ends (`services.work.leases`). A worker that can't
reach the database counts by itself, from before its last successful renewal, and gives up when
the job may be somebody else's.
"""

from __future__ import annotations

import logging
import time
from enum import Enum

from db.outages import DATABASE_AWAY, briefly
from db.session import Database
from jobs.messages import Claim
from services.work import leases
from workers.supervision.config import WorkerConfig

log = logging.getLogger(__name__)


class Hold(Enum):
    """How a job is held after a heartbeat."""

    HELD = "held"
    CANCELLED = "cancelled"  # somebody asked to end it
    LOST = "lost"


class Lease:
    """The lease of one claim."""

    def __init__(self, database: Database, claim: Claim, config: WorkerConfig, began: float):
        """`began`: monotonic seconds, before the claim."""
        self._database, self._claim, self._config = database, claim, config
        self._renewed = began
        self._next_beat = began + config.heartbeat_seconds

    @property
    def seconds_to_beat(self) -> float:
        """Until the next heartbeat is due; negative where it is late."""
        return self._next_beat - time.monotonic()

    def beat(self) -> Hold:
        """Renew the lease."""
        now = time.monotonic()
        self._next_beat = now + self._config.heartbeat_seconds
        try:
            with self._database.write() as session:
                pulse = leases.heartbeat(session, self._claim, self._config.lease_seconds)
        except DATABASE_AWAY as error:
            log.warning("job %d: no heartbeat: %s", self._claim.job_id, briefly(error))
            expired = now - self._renewed >= self._config.lease_seconds
            return Hold.LOST if expired else Hold.HELD
        if pulse is None:
            return Hold.LOST
        self._renewed = now
        return Hold.CANCELLED if pulse.cancel else Hold.HELD
