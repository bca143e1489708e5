"""What an event says."""

from __future__ import annotations

from pydantic import BaseModel, Field

from server.schemas.base import Read
from server.schemas.populations import ProgressRead
from server.schemas.queue import RunningJobRead


class LastFailureRead(Read):
    network_id: int
    failure: str
    detail: str | None
    at: int


class Activity(Read):
    """What an event says of a population: its version, how far it is, what is at work, and what
    the list of populations calls it by now."""

    population: int
    version: int
    paused: bool
    progress: ProgressRead
    running: list[RunningJobRead]
    last_failure: LastFailureRead | None
    name: str
    study: str | None
    archived_at: int | None
    owner: str | None = Field(description="name of the account; null: nobody's")
    visibility: str
    tags: list[str]
    database: str = Field("", description="what this one is called for as long as it lives")

    def of(self, database: str) -> Activity:
        """The same as a database says it."""
        return self.model_copy(update={"database": database})


class Gone(BaseModel):
    """What an event says of a population that is deleted, or not there for who listens."""

    population: int
    database: str
