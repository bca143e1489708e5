"""What an event says."""

from __future__ import annotations

from pydantic import Field

from server.schemas.base import Read
from server.schemas.populations import ProgressRead
from server.schemas.queue import RunningJobRead


class LastFailureRead(Read):
    network_id: int
    failure: str
    detail: str | None
    at: int


class Activity(Read):
    """What an event says of a population: its version, how far it is, what is at work."""

    population: int
    version: int
    paused: bool
    progress: ProgressRead
    running: list[RunningJobRead]
    last_failure: LastFailureRead | None
    database: str = Field("", description="what this one is called for as long as it lives")

    def of(self, database: str) -> Activity:
        """The same as a database says it."""
        return self.model_copy(update={"database": database})
