"""Usage: what somebody has used of the lab, and about how long a GPU a training needs.

What is asked for is a charge; what was used is measured of the attempts that have ended, and
estimated of the jobs that wait.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from db.accounting import ChargeRow
from db.clock import now_ms
from db.json import text_at
from db.models import EpochRow, EventRow, JobRow, RegimeRow, ResultRow
from designspace.regimes import Regime
from jobs.states import CANCELLED, DONE, OPEN, RUNNING

DAYS = 30
WINDOW_MS = DAYS * 86_400_000
HOUR_MS = 3_600_000
SIMILAR = 500
"""Trainings that an estimate looks at, the last ones."""
CPU = "cpu"
"""The device of a result that used no GPU: `workers.training.train.conditions`."""


class What(StrEnum):
    """What a quota is of."""

    GPU_HOURS = "gpu_hours"  # in the last DAYS days, and about what waits
    QUEUED_JOBS = "queued_jobs"  # that have not ended
    COMPUTE = "compute"  # epochs x multiply-adds x networks asked for in the last DAYS days


def used(session: Session, user_id: int, what: What) -> float:
    """What somebody has used of something."""
    count = {
        What.GPU_HOURS: _gpu_hours,
        What.QUEUED_JOBS: _open_jobs,
        What.COMPUTE: _compute,
    }
    return count[what](session, user_id)


def _open_jobs(session: Session, user_id: int) -> float:
    mine = select(ChargeRow.job_id).where(ChargeRow.user_id == user_id, ~_asked_again())
    found = select(func.count()).where(JobRow.id.in_(mine), JobRow.state.in_(OPEN))
    return float(session.scalars(found).one())


def _compute(session: Session, user_id: int) -> float:
    """Of what was asked for; a job that was cancelled before anybody took it cost nothing."""
    untouched = and_(JobRow.state == CANCELLED, JobRow.attempt == 0)
    found = (
        select(func.coalesce(func.sum(ChargeRow.compute), 0.0))
        .join(JobRow, JobRow.id == ChargeRow.job_id)
        .where(ChargeRow.user_id == user_id, ChargeRow.at > now_ms() - WINDOW_MS, ~untouched)
    )
    return float(session.scalars(found).one())


def _gpu_hours(session: Session, user_id: int) -> float:
    """Measured of attempts that have ended, estimated of jobs that have not."""
    spent = _spent(user_id)
    took = select(func.coalesce(func.sum(spent.c.ms), 0)).where(spent.c.gpu)
    waits = (
        select(func.coalesce(func.sum(ChargeRow.gpu_ms), 0.0))
        .join(JobRow, JobRow.id == ChargeRow.job_id)
        .where(ChargeRow.user_id == user_id, JobRow.state.in_(OPEN), ~_asked_again())
    )
    return sum(float(session.scalar(part) or 0) for part in (took, waits)) / HOUR_MS


def _asked_again() -> ColumnElement[bool]:
    """The condition that somebody asked later for the charge's job."""
    later = aliased(ChargeRow)
    same = (later.job_id == ChargeRow.job_id) & (later.id > ChargeRow.id)
    return select(later.id).where(same).correlate(ChargeRow).exists()


def _spent(user_id: int) -> Any:
    """(gpu, ms) of each attempt in the window that is at somebody's cost.

    An attempt takes from its claim to whatever came of it, or to now where it is at work and
    nobody knew how long it would take. It is the cost of who asked last before it. It used a
    GPU where the result says so; without one, where the regime needs one.
    """
    mine, attempts = _charged(user_id), _attempts(user_id)
    at_work = case((and_(JobRow.state == RUNNING, mine.c.gpu_ms.is_(None)), now_ms()))
    took = func.coalesce(attempts.c.ended, at_work) - attempts.c.begun
    device = text_at(ResultRow.conditions, "device")
    return (
        select(took.label("ms"), func.coalesce(device != CPU, JobRow.needs_gpu).label("gpu"))
        .select_from(mine)
        .join(attempts, attempts.c.job_id == mine.c.job_id)
        .join(JobRow, JobRow.id == mine.c.job_id)
        .outerjoin(ResultRow, ResultRow.job_id == JobRow.id)
        .where(
            mine.c.user_id == user_id,
            attempts.c.begun >= mine.c.at,
            or_(mine.c.until.is_(None), attempts.c.begun < mine.c.until),
            attempts.c.begun > now_ms() - WINDOW_MS,
        )
        .subquery()
    )


def _jobs_of(user_id: int) -> Any:
    return select(ChargeRow.job_id).where(ChargeRow.user_id == user_id)


def _charged(user_id: int) -> Any:
    """The charges of somebody's jobs, each until the next one."""
    later = func.lead(ChargeRow.at).over(partition_by=ChargeRow.job_id, order_by=ChargeRow.id)
    columns = (ChargeRow.job_id, ChargeRow.user_id, ChargeRow.at, ChargeRow.gpu_ms)
    return (
        select(*columns, later.label("until"))
        .where(ChargeRow.job_id.in_(_jobs_of(user_id)))
        .subquery()
    )


def _attempts(user_id: int) -> Any:
    """When each attempt at somebody's jobs was begun, and when something came of it."""
    ended = EventRow.what.not_in(("claimed", "asked for again", "imported"))
    return (
        select(
            EventRow.job_id,
            func.min(case((EventRow.what == "claimed", EventRow.at))).label("begun"),
            func.min(case((ended, EventRow.at))).label("ended"),
        )
        .where(EventRow.job_id.in_(_jobs_of(user_id)))
        .group_by(EventRow.job_id, EventRow.attempt)
        .subquery()
    )


def gpu_ms(session: Session, regime_id: int, regime: Regime) -> float | None:
    """About how long a training has a GPU, by the last epochs under its regime, or else under
    those of the same images; None where there are none.
    """
    per_epoch = _epoch_ms(session, JobRow.regime_id == regime_id)
    if per_epoch is None:
        images = select(RegimeRow.id).where(
            text_at(RegimeRow.definition, "data") == regime.data,
            cast(text_at(RegimeRow.definition, "resolution"), Integer) == regime.resolution,
        )
        per_epoch = _epoch_ms(session, JobRow.regime_id.in_(images))
    return None if per_epoch is None else per_epoch * regime.epochs


def _epoch_ms(session: Session, which: ColumnElement[bool]) -> float | None:
    """How long an epoch has a GPU, over the last trainings of some; on a CPU it has none."""
    last = (
        select(JobRow.id, (text_at(ResultRow.conditions, "device") != CPU).label("gpu"))
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .where(which, JobRow.kind == "train", JobRow.state == DONE)
        .order_by(JobRow.ended_at.desc())
        .limit(SIMILAR)
        .subquery()
    )
    took = case((last.c.gpu, EpochRow.seconds), else_=0.0)
    mean = select(func.avg(took)).join(last, last.c.id == EpochRow.job_id)
    seconds = session.scalar(mean)
    return None if seconds is None else 1000 * float(seconds)
