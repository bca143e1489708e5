"""The census: jobs, leases and workers in numbers, for whoever watches over the server.

It counts whatever there is, of everybody, and names nothing of anybody but machines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.json import text_at
from db.models import JobRow, PopulationRow, RegimeRow, SampledRow, WorkerRow
from db.size import on_disk
from jobs.messages import Kind
from jobs.states import DONE, FINAL, QUEUED, RUNNING, State
from services.acting import permission
from services.acting.actor import who
from services.acting.permission import Verb
from services.work.roster import SILENT_MS
from services.work.wanting import wants

KINDS: tuple[Kind, ...] = get_args(Kind)
STATES: tuple[State, ...] = get_args(State)
MOST_WORKERS = 500
"""That are named, the newest first."""


@dataclass(frozen=True)
class Counted:
    """A worker as it is counted."""

    name: str
    slots: int
    silent_ms: int  # since it last said something

    @property
    def alive(self) -> bool:
        return self.silent_ms < SILENT_MS


@dataclass(frozen=True)
class Census:
    """Numbers of one moment.

    Args:
        jobs: by kind and state, 0 where there is none.
        ended: by kind and how: `done`, or the class of the failure.
        oldest_ms: by kind, how long ago the oldest job that waits was asked for: when the first
            population was made that wants it, or when a person asked for it again.
        leases: of jobs at work, and those of them that have expired.
        populations: by kind.
        database_bytes: on disk.
    """

    jobs: Mapping[tuple[str, str], int]
    ended: Mapping[tuple[str, str], int]
    oldest_ms: Mapping[str, int]
    leases: int
    expired: int
    workers: Sequence[Counted]
    populations: Mapping[str, int]
    database_bytes: int


def take(session: Session) -> Census:
    """All of them, in this transaction.

    Raises:
        Forbidden: its actor may not watch over the server.
    """
    permission.require(who(session), Verb.METRICS)
    jobs: Counter[tuple[str, str]] = Counter()
    ended: Counter[tuple[str, str]] = Counter()
    groups = select(JobRow.kind, JobRow.state, JobRow.failure, func.count())
    for kind, state, failure, number in session.execute(
        groups.group_by(JobRow.kind, JobRow.state, JobRow.failure)
    ):
        jobs[kind, state] += number
        if state in FINAL:
            ended[kind, DONE if state == DONE else failure or state] += number
    expired = JobRow.lease_expires_at < now_ms()
    kinds = select(PopulationRow.kind, func.count()).group_by(PopulationRow.kind)
    return Census(
        {(kind, state): jobs[kind, state] for kind in KINDS for state in STATES},
        dict(ended),
        _oldest(session),
        sum(jobs[kind, RUNNING] for kind in KINDS),
        session.scalar(select(func.count()).where(JobRow.state == RUNNING, expired)) or 0,
        _workers(session),
        dict(session.execute(kinds).all()),
        on_disk(session),
    )


def awaited_data(session: Session) -> dict[str, int]:
    """How many queued trainings want each data set."""
    permission.require(who(session), Verb.METRICS)
    name = text_at(RegimeRow.definition, "data")
    rows = session.execute(
        select(name, func.count())
        .join(JobRow, JobRow.regime_id == RegimeRow.id)
        .where(JobRow.state == QUEUED, JobRow.kind == "train")
        .group_by(name)
    )
    return dict(rows.all())


def clock(session: Session) -> int:
    """The database's time, ms since 1970."""
    return session.scalars(select(now_ms())).one()


def _oldest(session: Session) -> dict[str, int]:
    """How long ago, in ms, the oldest queued job of each kind was asked for."""
    never = case((JobRow.retried_at.is_(None), JobRow.id))  # ids are given out in order
    found = select(JobRow.kind, func.min(never), func.min(JobRow.retried_at), now_ms())
    ages = {}
    for kind, first, again, now in session.execute(
        found.where(JobRow.state == QUEUED).group_by(JobRow.kind)
    ):
        made = select(func.min(SampledRow.created_at)).where(JobRow.id == first, *wants())
        since = [at for at in (again, session.scalar(made)) if at is not None]
        if since:
            ages[kind] = max(0, now - min(since))
    return ages


def _workers(session: Session) -> list[Counted]:
    newest = select(WorkerRow.name, WorkerRow.slots, now_ms() - WorkerRow.seen_at)
    rows = session.execute(newest.order_by(WorkerRow.seen_at.desc()).limit(MOST_WORKERS))
    return [Counted(name, slots, max(0, silent)) for name, slots, silent in rows]
