"""Jobs and workers, as REST says them."""

from __future__ import annotations

from pydantic import Field

from server.schemas.base import Read
from services.work.jobs import Group


class RunningJobRead(Read):
    job_id: int
    network_id: int
    worker: str | None
    epoch: int
    epochs: int = Field(description="0: a benchmark")
    error: float | None


class JobLineRead(Read):
    id: int
    network_id: int
    population_id: int | None = Field(description="the first population that wants it")
    kind: str
    state: str
    attempt: int
    priority: int
    needs_gpu: bool
    worker: str | None
    since: int | None = Field(description="when it was claimed, or has ended")
    epoch: int = Field(description="the last one finished; 0: none yet")
    epochs: int
    error: float | None = Field(description="after that epoch")
    cancelling: bool
    failure: str | None
    detail: str | None = Field(description="the last lines of what was said")
    waits: str | None = Field(description="why it does not run yet")


class JobListRead(Read):
    items: list[JobLineRead]
    counts: dict[Group, int]
    now: int
    next: str | None = Field(description="`after` of the next page; null after the last")


class DiskRead(Read):
    size: int = Field(description="bytes of the disk that its data folder is on")
    free: int = Field(description="bytes")
    used: dict[str, int] = Field(description="bytes of the data folder, by part")


class WorkerRead(Read):
    name: str
    device: str
    gpu: bool
    slots: int
    data_sets: list[str] = Field(description="that its trainings would find")
    disk: DiskRead | None
    refuses: str | None = Field(description="why it takes no job")
    started_at: int
    silent_ms: int = Field(description="since it last said something")
    alive: bool
    jobs: list[RunningJobRead]
    others: int = Field(description="jobs at work that are not shown to you")
    jobs_per_minute: float
