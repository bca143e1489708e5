"""Versions: one counter a population, raised in the transaction of every result.

Snapshots, ETags and events go by it. (Ids of results would not do: they are not handed out in
the order of the commits.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.models import DrawRow, JobRow, PopulationRow, SampledRow
from services.work.wanting import of_jobs


def raise_for_job(session: Session, job: JobRow) -> None:
    """A new version of every population that the job's network belongs to. Call it last."""
    drawn = select(DrawRow.population_id).where(DrawRow.network_id == job.network_id)
    session.execute(
        update(SampledRow)
        .where(
            SampledRow.id.in_(drawn),
            SampledRow.regime_id == job.regime_id,
            SampledRow.training_seed == job.seed,
        )
        .values(version=SampledRow.version + 1)
        .execution_options(synchronize_session=False)
    )


def raise_for_jobs(session: Session, job_ids: Sequence[int]) -> None:
    """A new version of every population that one of the jobs' networks belongs to."""
    raise_for_all(session, of_jobs(session, job_ids))


def raise_for_all(session: Session, population_ids: Iterable[int]) -> None:
    """A new version of each of some populations."""
    for population_id in sorted(population_ids):  # so no two transactions lock crosswise
        raise_for(session, population_id)


def raise_for(session: Session, population_id: int) -> None:
    """A new version of one population: its state changed."""
    session.execute(
        update(PopulationRow)
        .where(PopulationRow.id == population_id)
        .values(version=PopulationRow.version + 1)
        .execution_options(synchronize_session=False)
    )


def current(session: Session) -> dict[int, int]:
    """The version of every population that is not deleted, by its id."""
    every = select(PopulationRow.id, PopulationRow.version)
    return dict(session.execute(every.where(PopulationRow.deleted_at.is_(None))).all())
