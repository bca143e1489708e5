"""What the pages read and write."""

from __future__ import annotations

from dataclasses import dataclass

from db.session import Database
from jobs.queue import Queue
from services.reading.snapshots import Snapshots
from services.sampling.samplers import Samplers


@dataclass(frozen=True)
class Sources:
    """The same database, snapshots, queue and samplers that REST uses."""

    database: Database
    snapshots: Snapshots
    queue: Queue
    samplers: Samplers
