"""What an event says."""

from __future__ import annotations

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
