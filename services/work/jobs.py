"""Jobs as people see them: what runs, what waits and why, how the others ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.json import text_at
from db.models import EventRow, JobRow, RegimeRow, SampledRow
from jobs.states import DONE, PAUSED, QUEUED, RESULTLESS, RUNNING, WAITING, State
from services import numbers, rows
from services.acting import permission
from services.acting.permission import visible
from services.errors import NotFound, Refused
from services.work import leases, progress, roster
from services.work.roster import Alive
from services.work.wanting import IN_ORDER, is_shown, of_job, wanted_by

Group = Literal["running", "waiting", "failed", "done"]

STATES: dict[Group, tuple[State, ...]] = {
    "running": (RUNNING,),
    "waiting": WAITING,
    "failed": RESULTLESS,
    "done": (DONE,),
}
"""The states of each group of jobs that a person looks at; `failed`: without a result."""

ORDERS: dict[Group, tuple[tuple[Any, bool], ...]] = {
    "running": ((JobRow.id, False),),
    "waiting": ((JobRow.state, True), *((column, False) for column in IN_ORDER)),
    "failed": ((JobRow.ended_at, True), (JobRow.id, True)),
    "done": ((JobRow.ended_at, True), (JobRow.id, True)),
}
"""By what each group is sorted, and whether it falls."""
SEPARATOR = "~"
"""Of the parts of a cursor."""


@dataclass(frozen=True)
class JobLine:
    """A job in a list."""

    id: int
    network_id: int
    population_id: int | None  # the first that wants it
    kind: str
    state: str
    attempt: int
    priority: int
    needs_gpu: bool
    worker: str | None
    since: int | None  # ms since 1970: when it was claimed, or has ended
    epoch: int  # the last one finished; 0: none yet
    epochs: int  # 0: a benchmark
    error: float | None  # percent, after that epoch
    cancelling: bool
    failure: str | None
    detail: str | None  # the last lines of what was said
    waits: str | None  # why it does not run yet


@dataclass(frozen=True)
class JobList:
    """Some jobs of a group, in its order, and how many jobs each group has."""

    items: list[JobLine]
    counts: dict[Group, int]
    now: int  # ms since 1970, of the clock of all other times
    next: str | None  # cursor of the next page


def listed(
    session: Session,
    group: Group,
    population_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
    after: str | None = None,
) -> JobList:
    """Jobs of a group: running ones oldest first, waiting ones in the order of service, paused
    ones behind them, ended ones latest first.

    Args:
        after: `next` of the page before: the place of its last job in the order. Jobs that
            leave the group meanwhile move nothing, as they do by an offset.

    Raises:
        NotFound: no such population.
        Refused: `after` was not given out for this group.
    """
    wanted = [is_shown(session)]
    if population_id is not None:
        wanted.append(wanted_by(rows.get(session, SampledRow, population_id)))
    order = ORDERS[group]
    page = (
        select(JobRow.id, *(column for column, _ in order))
        .where(JobRow.state.in_(STATES[group]), *wanted, _behind(group, after))
        .order_by(*(column.desc() if falls else column for column, falls in order))
        .limit(limit + 1)
        .offset(offset)
    )
    found = session.execute(page).all()
    ids = [id for id, *_ in found[:limit]]
    more = SEPARATOR.join(map(str, found[limit - 1][1:])) if len(found) > limit else None
    now = session.scalars(select(now_ms())).one()
    return JobList(_lines(session, ids), _counts(session, wanted), now, more)


def get(session: Session, id: int) -> JobLine:
    """The job `id`, or NotFound."""
    shown = select(JobRow.id).where(JobRow.id == id, is_shown(session))
    if session.scalar(shown) is None:
        raise NotFound("job", id)
    return _lines(session, [id])[0]


def _behind(group: Group, cursor: str | None) -> ColumnElement[bool]:
    """Which jobs come behind a place in the order of the group."""
    if cursor is None:
        return true()
    place = _read(group, cursor)
    behind: list[ColumnElement[bool]] = []
    before: list[ColumnElement[bool]] = []
    for (column, falls), value in zip(ORDERS[group], place, strict=True):
        behind.append(and_(*before, column < value if falls else column > value))
        before.append(column == value)
    return or_(*behind)


def _read(group: Group, cursor: str) -> list[str | int]:
    """The place that a cursor says."""
    parts = cursor.split(SEPARATOR)
    refused = Refused("after", cursor, "the `next` of the page before, of the same group")
    if len(parts) != len(ORDERS[group]):
        raise refused
    place: list[str | int] = []
    for (column, _), text in zip(ORDERS[group], parts, strict=True):
        if column is JobRow.state:
            value: str | int | None = text if text in STATES[group] else None
        else:
            sign = -1 if text.startswith("-") else 1
            most = 2**63 - 1 if isinstance(column.type, BigInteger) else numbers.LARGEST
            whole = numbers.whole(text.removeprefix("-"), most=most)
            value = None if whole is None else sign * whole
        if value is None:
            raise refused
        place.append(value)
    return place


def _counts(session: Session, wanted: Sequence[ColumnElement[bool]]) -> dict[Group, int]:
    rows = session.execute(
        select(JobRow.state, func.count()).where(*wanted).group_by(JobRow.state)
    )
    numbers = dict(rows.all())
    return {
        group: sum(numbers.get(state, 0) for state in states)
        for group, states in STATES.items()
    }


def _lines(session: Session, ids: Sequence[int]) -> list[JobLine]:
    """The jobs of these ids, in their order."""
    first = of_job(func.min(SampledRow.id)).where(visible(session, SampledRow))
    rows = session.execute(
        select(
            JobRow,
            RegimeRow.definition,
            text_at(RegimeRow.definition, "data"),
            first.scalar_subquery(),
            _claimed_at(),
        )
        .join(RegimeRow, RegimeRow.id == JobRow.regime_id)
        .where(JobRow.id.in_(ids))
    ).all()
    alive, now = roster.alive(session), session.scalars(select(now_ms())).one()
    ahead = _ahead(session, [job.id for job, *_ in rows if job.state == QUEUED], alive)
    epochs = progress.last_epochs(session, ids)
    machines = permission.sees_machines(session)
    lines = {}
    for job, definition, data, population_id, claimed_at in rows:
        epoch, error = epochs.get(job.id, (0, None))
        lines[job.id] = JobLine(
            id=job.id,
            network_id=job.network_id,
            population_id=population_id,
            kind=job.kind,
            state=job.state,
            attempt=job.attempt,
            priority=job.priority,
            needs_gpu=job.needs_gpu,
            worker=job.worker if machines else None,
            since=claimed_at if job.state == RUNNING else job.ended_at,
            epoch=epoch,
            epochs=progress.epochs_of(job.kind, definition),
            error=error,
            cancelling=job.cancel_requested and job.state == RUNNING,
            failure=job.failure,
            detail=job.detail,
            waits=_waits(job, data, ahead.get(job.id, 0), now, alive),
        )
    return [lines[id] for id in ids if id in lines]


def _claimed_at() -> Any:
    return (
        select(func.max(EventRow.at))
        .where(EventRow.job_id == JobRow.id, EventRow.what == "claimed")
        .correlate(JobRow)
        .scalar_subquery()
    )


def _ahead(session: Session, ids: Sequence[int], alive: Alive) -> dict[int, int]:
    """How many jobs are taken before each, by workers that could take it."""
    if not ids:
        return {}
    data = text_at(RegimeRow.definition, "data")
    with_images = select(RegimeRow.id).where(data.in_(alive.data_sets))
    before = func.row_number().over(
        partition_by=(JobRow.kind, JobRow.needs_gpu),
        order_by=IN_ORDER,
    )
    ranked = select(JobRow.id, (before - 1).label("ahead")).where(
        JobRow.state == leases.QUEUED,
        (JobRow.kind != "train") | JobRow.regime_id.in_(with_images),
    )
    rank = ranked.subquery()
    return dict(
        session.execute(select(rank.c.id, rank.c.ahead).where(rank.c.id.in_(ids))).all()
    )


def _waits(job: JobRow, data: str | None, ahead: int, now: int, alive: Alive) -> str | None:
    """Why a job does not run yet, in words."""
    if job.state == PAUSED:
        return "paused"
    if job.state != QUEUED:
        return None
    if not alive.any:
        return "no worker"
    if alive.refuse is not None:
        return "workers take no jobs: Workers says why"
    if job.needs_gpu and not alive.gpu:
        return "no worker with a GPU"
    if job.kind == "train" and data is not None and alive.lacks(data):
        return f"no worker with the data set {data}"
    if job.not_before > now:
        return f"tried again in {(job.not_before - now + 999) // 1000} s"
    if ahead:
        return f"behind {ahead:,} job{'s' if ahead > 1 else ''}"
    return "next, once its device is free" if job.kind == "benchmark" else "next"
