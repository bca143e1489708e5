"""What the pages read and write."""

from __future__ import annotations

from dataclasses import dataclass

from db.session import Database
from jobs.queue import Queue
from services.samplers import Samplers
from services.snapshots import Snapshots


@dataclass(frozen=True)
class Sources:
    """The same database, snapshots, queue and samplers that REST uses."""

    database: Database
    snapshots: Snapshots
    queue: Queue
    samplers: Samplers
