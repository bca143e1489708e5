"""What the pages read and write."""

from __future__ import annotations

from dataclasses import dataclass

from db.session import Database
from jobs.queue import Queue
from services.acting.actor import asking
from services.processes import Processes
from services.reading.snapshots import Snapshots
from services.sampling.samplers import Samplers
from services.turns import Turns


@dataclass(frozen=True)
class Sources:
    """The same database, snapshots, queue, samplers and turns that REST uses; printers write
    PDFs."""

    every_database: Database
    every_snapshots: Snapshots
    queue: Queue
    samplers: Samplers
    analyses: Turns
    printers: Processes

    @property
    def database(self) -> Database:
        """The database for whoever asks: to be had while a request is answered."""
        return self.every_database.of(asking.get())

    @property
    def snapshots(self) -> Snapshots:
        """The snapshots for whoever asks."""
        return self.every_snapshots.of(self.database)
