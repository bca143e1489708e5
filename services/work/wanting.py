"""Wanting: a job belongs to no population, but populations want it.

A population wants the jobs of the networks it drew, under its regime and its training seed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, case, exists, or_, select, true
from sqlalchemy.orm import Session

from db.models import DrawRow, JobRow, SampledRow
from jobs.states import PAUSED, QUEUED
from services import rows
from services.acting.permission import visible

IN_ORDER: Final = (JobRow.priority, JobRow.turn, JobRow.id)
"""Which of the queued jobs of a kind is taken first; the index `ix_jobs_queue` holds it."""


def wants() -> tuple[ColumnElement[bool], ...]:
    """The conditions that join populations, by their draws, to the jobs they want."""
    return (
        DrawRow.population_id == SampledRow.id,
        JobRow.network_id == DrawRow.network_id,
        JobRow.regime_id == SampledRow.regime_id,
        JobRow.seed == SampledRow.training_seed,
    )


def wanted_by(population: SampledRow) -> ColumnElement[bool]:
    """The condition that this population wants the job."""
    return JobRow.network_id.in_(drawn(population)) & measured_for(population)


def joins(population: SampledRow) -> ColumnElement[bool]:
    """The condition that joins the draws of this population to the jobs it wants."""
    return (
        (DrawRow.population_id == population.id)
        & (JobRow.network_id == DrawRow.network_id)
        & measured_for(population)
    )


def measured_for(population: SampledRow) -> ColumnElement[bool]:
    """The condition that the job is of this population's regime and training seed."""
    return (JobRow.regime_id == population.regime_id) & (
        JobRow.seed == population.training_seed
    )


def drawn(population: SampledRow) -> Any:
    """The networks of a population."""
    return select(DrawRow.network_id).where(DrawRow.population_id == population.id)


def is_awaited() -> ColumnElement[bool]:
    """The condition that the statement's job may run: the one rule of queued or paused.

    A population that goes on wants it, or none does at all.
    """
    wanted = exists().where(*wants()).correlate(JobRow)
    return or_(wanted.where(*goes_on()), ~wanted)


def goes_on() -> tuple[ColumnElement[bool], ...]:
    """The conditions that a population's jobs may run: not paused, archived or deleted."""
    put_away = (SampledRow.archived_at, SampledRow.deleted_at)
    return SampledRow.paused.is_(False), *(when.is_(None) for when in put_away)


def is_awaited_beside(population: SampledRow) -> ColumnElement[bool]:
    """The same of a job that this population wants, which needs no look at who wants it.

    Without `or` a database joins the two once, where it would else look for each job; where
    the population goes on, there is nothing to look for.
    """
    if population.goes_on:
        return true()
    return (
        exists()
        .where(
            DrawRow.population_id == SampledRow.id,
            DrawRow.network_id == JobRow.network_id,
            SampledRow.regime_id == population.regime_id,
            SampledRow.training_seed == population.training_seed,
            *goes_on(),
        )
        .correlate(JobRow)
    )


def waiting_state() -> Any:
    """The state of the statement's job where it waits."""
    return case((is_awaited(), QUEUED), else_=PAUSED)


def is_shown(session: Session) -> ColumnElement[bool]:
    """The condition that the transaction's actor sees the job: he sees a population that wants
    it."""
    hidden = select(SampledRow.id).where(~visible(session, SampledRow)).limit(1)
    if session.scalar(hidden) is None:  # he sees all there are
        return true()
    return exists().where(*wants(), visible(session, SampledRow)).correlate(JobRow)


def of_jobs(session: Session, job_ids: Iterable[int]) -> set[int]:
    """The populations that want any of these jobs."""
    found: set[int] = set()
    for some in rows.chunks(job_ids):
        found |= of_those(session, JobRow.id.in_(some))
    return found


def of_those(session: Session, which: ColumnElement[bool]) -> set[int]:
    """The populations that want any of the jobs that `which` selects."""
    return set(session.scalars(select(SampledRow.id).where(which, *wants()).distinct()))


def of_job(column: Any) -> Any:
    """A column, or a function of it, over the populations that want the statement's job."""
    return select(column).where(*wants()).correlate(JobRow)
