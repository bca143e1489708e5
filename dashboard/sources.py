"""What the pages read and write."""

from __future__ import annotations

from dataclasses import dataclass

from db.session import Database
from jobs.queue import Queue
from services.snapshots import Snapshots


@dataclass(frozen=True)
class Sources:
    """The same database, snapshots and queue that REST uses."""

    database: Database
    snapshots: Snapshots
    queue: Queue
