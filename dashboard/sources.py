"""What the pages read and write."""

from __future__ import annotations

from dataclasses import dataclass

from db.session import Database
from jobs.queue import Queue
from services.reading.snapshots import Snapshots
from services.sampling.samplers import Samplers
from services.turns import Turns


@dataclass(frozen=True)
class Sources:
    """The same database, snapshots, queue, samplers and turns that REST uses."""

    database: Database
    snapshots: Snapshots
    queue: Queue
    samplers: Samplers
    analyses: Turns
