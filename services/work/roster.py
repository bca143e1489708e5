"""Roster: the workers, what each says of itself every few seconds, does, and has done.

A worker that leaves takes its row with it; one that dies leaves it behind, and people see for
how long it has been silent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.insert import insert_for
from db.models import JobRow, WorkerRow
from jobs.states import RUNNING
from services.acting import permission
from services.work import progress
from services.work.progress import RATE_SECONDS, RunningJob, ended_lately

SILENT_MS = 20_000
"""A worker speaks every five seconds; one that has not for this long is taken for dead."""

FORGOTTEN_MS = 3_600_000
"""After this long its row is removed."""


@dataclass(frozen=True)
class Disk:
    """The disk of a worker's data folder, in bytes."""

    size: int
    free: int
    used: dict[str, int]  # by part of the data folder


@dataclass(frozen=True)
class Alive:
    """Which workers there are to take jobs."""

    any: bool
    gpu: bool
    data_sets: frozenset[str]  # that at least one of them has
    refuse: str | None = None  # why, where all of them take none

    def lacks(self, data: str) -> bool:
        """Whether there are workers, and none of them has the data set."""
        return self.any and data not in self.data_sets


@dataclass(frozen=True)
class WorkerRecord:
    """A worker, what it is at, and how it has done."""

    name: str
    device: str  # in words
    gpu: bool
    slots: int
    data_sets: list[str]  # that its trainings would find
    disk: Disk | None  # None: it has not said
    refuses: str | None  # why it takes no job
    started_at: int  # ms since 1970
    silent_ms: int  # since it last said something
    alive: bool
    jobs: list[RunningJob]
    others: int  # at work for populations that are not shown
    jobs_per_minute: float  # that ended in the last RATE_SECONDS


def report(
    session: Session,
    name: str,
    device: str,
    gpu: bool,
    slots: int,
    data_sets: Sequence[str],
    disk: Disk | None = None,
    refuses: str | None = None,
) -> None:
    """A worker is there, and what it is. It also buries those that were silent for an hour."""
    said = {
        "device": device,
        "gpu": gpu,
        "slots": slots,
        "data_sets": list(data_sets),
        "disk": None if disk is None else asdict(disk),
        "refuses": refuses,
        "seen_at": now_ms(),
    }
    insert = insert_for(session, WorkerRow).values(name=name, started_at=now_ms(), **said)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=said))
    session.execute(delete(WorkerRow).where(WorkerRow.seen_at < now_ms() - FORGOTTEN_MS))


def leave(session: Session, name: str) -> None:
    """The worker has ended, as it was told to."""
    session.execute(delete(WorkerRow).where(WorkerRow.name == name))


def alive(session: Session) -> Alive:
    """Whether any worker is there, any with a GPU, and which data sets they have."""
    seen = WorkerRow.seen_at > now_ms() - SILENT_MS
    columns = (WorkerRow.gpu, WorkerRow.data_sets, WorkerRow.refuses)
    workers = session.execute(select(*columns).where(seen)).all()
    refuse = [why for *_, why in workers if why is not None]
    return Alive(
        any=bool(workers),
        gpu=any(gpu for gpu, *_ in workers),
        data_sets=frozenset(name for _, names, _ in workers for name in names),
        refuse=refuse[0] if workers and len(refuse) == len(workers) else None,
    )


def every(session: Session) -> list[WorkerRecord]:
    """All workers, by name; those that died within the hour are among them. A guest sees none:
    machines and their names are the lab's."""
    if not permission.sees_machines(session):
        return []
    now = session.scalars(select(now_ms())).one()
    jobs: defaultdict[str | None, list[RunningJob]] = defaultdict(list)
    for job in progress.running(session):
        jobs[job.worker].append(job)
    at_work, ended = _at_work(session), _ended(session)
    return [
        WorkerRecord(
            name=row.name,
            device=row.device,
            gpu=row.gpu,
            slots=row.slots,
            data_sets=row.data_sets,
            disk=None if row.disk is None else Disk(**row.disk),
            refuses=row.refuses,
            started_at=row.started_at,
            silent_ms=max(0, now - row.seen_at),
            alive=now - row.seen_at < SILENT_MS,
            jobs=jobs[row.name],
            others=at_work.get(row.name, 0) - len(jobs[row.name]),
            jobs_per_minute=ended.get(row.name, 0) / _minutes(now - row.started_at),
        )
        for row in session.scalars(select(WorkerRow).order_by(WorkerRow.name))
    ]


def _at_work(session: Session) -> dict[str | None, int]:
    """How many jobs each worker is at, whoever sees them."""
    running = select(JobRow.worker, func.count()).where(JobRow.state == RUNNING)
    return dict(session.execute(running.group_by(JobRow.worker)).all())


def _ended(session: Session) -> dict[str | None, int]:
    """How many jobs each worker has ended lately."""
    rows = session.execute(
        select(JobRow.worker, func.count()).where(ended_lately()).group_by(JobRow.worker)
    )
    return dict(rows.all())


def _minutes(age_ms: int) -> float:
    """Over which ended jobs are counted: a new worker has not had RATE_SECONDS yet."""
    return max(1.0, min(age_ms / 1000, RATE_SECONDS)) / 60
