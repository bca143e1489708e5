"""Progress: how far a population's jobs are, how fast they go, what runs and what failed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.keeping import NoteRow, TagRow
from db.models import EpochRow, JobRow, PopulationRow, RegimeRow, SampledRow, TableRow
from db.people import UserRow
from jobs.states import BROKEN, CANCELLED, DONE, PAUSED, QUEUED, RUNNING
from services.work.wanting import is_shown, of_jobs, wants

RATE_SECONDS = 120
"""Networks a minute are counted over this long."""


@dataclass(frozen=True)
class RunningJob:
    """A job at work."""

    job_id: int
    network_id: int
    worker: str | None
    epoch: int  # the last one finished; 0: none yet
    epochs: int  # 0: a benchmark
    error: float | None  # percent, after that epoch


@dataclass(frozen=True)
class LastFailure:
    """The job that failed last."""

    network_id: int
    failure: str
    detail: str | None
    at: int  # ms since 1970


@dataclass(frozen=True)
class Progress:
    """Where the jobs are: total = done + failed + cancelled + running + queued + paused."""

    total: int
    done: int  # with a result, diverged ones among them
    failed: int  # failed or dead
    cancelled: int  # by somebody
    running: int
    queued: int
    paused: int
    networks_per_minute: float
    seconds_left: float | None  # at that rate; None where nothing moves

    @property
    def ended(self) -> bool:
        """No job is left to be done."""
        return self.done + self.failed + self.cancelled == self.total

    @property
    def complete(self) -> bool:
        """Every job has ended by itself: none was cancelled."""
        return self.done + self.failed == self.total


@dataclass(frozen=True)
class Activity:
    """All that a person following a population wants to know of its jobs, and what it is called
    by now."""

    population: int
    version: int
    paused: bool
    progress: Progress
    running: list[RunningJob]
    last_failure: LastFailure | None
    owner_id: int | None = None
    visibility: str = "lab"
    name: str = ""
    study: str | None = None
    archived_at: int | None = None  # ms since 1970
    owner: str | None = None  # the account's name
    tags: Sequence[str] = ()


def activities(
    session: Session, population_ids: Collection[int], job_ids: Collection[int] = ()
) -> dict[int, Activity]:
    """The activity of some populations, and of those that want one of some jobs, by id."""
    chosen = PopulationRow.id.in_({*population_ids, *of_jobs(session, job_ids)})
    progress, tags = by_population(session, chosen), _tags(session, chosen)
    found = session.execute(
        select(PopulationRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == PopulationRow.owner_id)
        .where(chosen)
    )
    return {
        row.id: Activity(
            row.id,
            row.version,
            isinstance(row, SampledRow) and row.paused,
            progress[row.id],
            running(session, row.id),
            last_failure(session, row.id),
            row.owner_id,
            row.visibility,
            row.name,
            row.study,
            row.archived_at,
            owner,
            tags.get(row.id, ()),
        )
        for row, owner in found
    }


def _tags(session: Session, which: ColumnElement[bool]) -> dict[int, tuple[str, ...]]:
    """The tags of the populations that `which` selects, in the order of letters."""
    found: dict[int, tuple[str, ...]] = {}
    for id, tag in session.execute(
        select(PopulationRow.id, TagRow.tag)
        .join(NoteRow, NoteRow.population_id == PopulationRow.id)
        .join(TagRow, TagRow.note_id == NoteRow.id)
        .where(which, NoteRow.network_id == 0)
        .order_by(TagRow.tag)
    ):
        found[id] = (*found.get(id, ()), tag)
    return found


def ended_lately() -> ColumnElement[bool]:
    """The condition that a worker here ended the job in the last RATE_SECONDS.

    What is cancelled or imported ends all at once, and says nothing of how fast others train.
    """
    return (
        JobRow.worker.is_not(None)
        & JobRow.state.in_((DONE, *BROKEN))
        & (JobRow.ended_at > now_ms() - RATE_SECONDS * 1000)
    )


def by_population(session: Session, which: ColumnElement[bool]) -> dict[int, Progress]:
    """Progress of the populations that `which` selects, by id; all rows of a table are done."""

    def number(condition: ColumnElement[bool]) -> Any:
        return func.sum(case((condition, 1), else_=0))

    recent = ended_lately()
    rows = session.execute(
        select(
            SampledRow.id,
            func.count(),
            number(JobRow.state == DONE),
            number(JobRow.state.in_(BROKEN)),
            number(JobRow.state == CANCELLED),
            number(JobRow.state == RUNNING),
            number(JobRow.state == QUEUED),
            number(JobRow.state == PAUSED),
            number(recent),
            func.min(case((recent, JobRow.ended_at))),
            now_ms(),
        )
        .where(which, *wants(), JobRow.kind == "train")
        .group_by(SampledRow.id)
    )
    tables = session.execute(select(TableRow.id, TableRow.n).where(which))
    return {id: _progress([n, n, 0, 0, 0, 0, 0], 0, None, 0) for id, n in tables} | {
        id: _progress(numbers, ended, since, now) for id, *numbers, ended, since, now in rows
    }


def _progress(numbers: Sequence[int], ended: int, since: int | None, now: int) -> Progress:
    """Counts with a rate: jobs after the first recent one, over the time since it ended."""
    total, done, failed, cancelled, running, queued, paused = numbers
    minutes = (now - since) / 60_000 if since is not None else 0
    rate = (ended - 1) / minutes if ended > 1 and minutes > 0 else 0.0
    left = total - done - failed - cancelled
    return Progress(
        total=total,
        done=done,
        failed=failed,
        cancelled=cancelled,
        running=running,
        queued=queued,
        paused=paused,
        networks_per_minute=rate,
        seconds_left=left / rate * 60 if rate else None,
    )


def running(session: Session, population_id: int | None = None) -> list[RunningJob]:
    """The jobs at work, or those of one population, oldest first."""
    jobs = (
        select(JobRow.id, JobRow.network_id, JobRow.worker, JobRow.kind, RegimeRow.definition)
        .where(RegimeRow.id == JobRow.regime_id, JobRow.state == RUNNING, is_shown(session))
        .order_by(JobRow.id)
    )
    if population_id is not None:
        jobs = jobs.where(SampledRow.id == population_id, *wants(), JobRow.kind == "train")
    rows = session.execute(jobs).all()
    last = last_epochs(session, [row.id for row in rows])
    return [
        RunningJob(id, network, worker, epoch, epochs, error)
        for id, network, worker, kind, definition in rows
        for epochs in [epochs_of(kind, definition)]
        for epoch, error in [last.get(id, (0, None))]
    ]


def epochs_of(kind: str, regime: Any) -> int:
    """How many epochs a job has by its regime's definition; 0 where that can't be read."""
    epochs = regime.get("epochs") if isinstance(regime, dict) else None
    return epochs if kind == "train" and isinstance(epochs, int) else 0


def last_epochs(
    session: Session, job_ids: Sequence[int]
) -> dict[int, tuple[int, float | None]]:
    """(epoch, error) of the last epoch of each job that has one."""
    rows = session.execute(
        select(EpochRow.job_id, EpochRow.epoch, EpochRow.error)
        .where(EpochRow.job_id.in_(job_ids))
        .order_by(EpochRow.epoch)
    )
    return {job: (epoch, error) for job, epoch, error in rows}


def last_failure(session: Session, population_id: int) -> LastFailure | None:
    """The failure that a person looking at the population should know of."""
    row = session.execute(
        select(JobRow.network_id, JobRow.failure, JobRow.detail, JobRow.ended_at)
        .where(
            SampledRow.id == population_id,
            JobRow.failure.is_not(None),
            JobRow.ended_at.is_not(None),
            *wants(),
            JobRow.kind == "train",
        )
        .order_by(JobRow.ended_at.desc())
        .limit(1)
    ).first()
    if row is None or row.failure is None or row.ended_at is None:
        return None
    return LastFailure(row.network_id, row.failure, row.detail, row.ended_at)
