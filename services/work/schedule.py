"""Schedule: jobs queued, held up, moved forward, cancelled and asked for again.

Jobs belong to no population: others may draw the same network under the same regime and seed.
Such a job is not held up or cancelled for one of them, and it goes as early as any wants it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from db.among import among
from db.insert import insert_new
from db.models import DrawRow, JobRow, RegimeRow, SampledRow
from db.session import Database
from jobs.messages import Kind
from jobs.states import OPEN, QUEUED, RESULTLESS
from services import definitions, rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb, may_change
from services.errors import Conflict
from services.work import jobs, quotas, transitions, versions
from services.work.wanting import drawn, of_those, wanted_by, wants

STEP = 1_000
"""Jobs in one transaction, where a person asks for a whole population's."""

PAUSE_SECONDS = 0.05
"""Between two of these, where else nobody who waits to write would come in."""

PRIORITIES = range(-100, 101)
"""Of a population: lower goes first, as with `nice`."""


def queue_trainings(
    session: Session, population: SampledRow, network_ids: Sequence[int]
) -> None:
    """One training a network, unless there is one; one that others had paused may go on."""
    _queue(session, population, network_ids, "train")


def queue_benchmarks(session: Session, population_id: int) -> int:
    """Queue a benchmark of each network unless there is one; how many are new.

    Raises:
        NotFound: no such population.
        Refused: beyond its owner's quota.
    """
    quotas.lock(session, rows.get(session, SampledRow, population_id).owner_id)
    population = _steered(session, population_id)
    network_ids = list(session.scalars(drawn(population).order_by(DrawRow.ordinal)))
    counted = select(func.count()).where(wanted_by(population), JobRow.kind == "benchmark")
    before = session.scalars(counted).one()
    _queue(session, population, network_ids, "benchmark")
    queued = session.scalars(counted).one() - before
    audit.record(session, "benchmarks queued", "population", population_id, jobs=queued)
    return queued


def set_paused(session: Session, population_id: int, paused: bool) -> None:
    """Stop or go on taking this population's queued jobs; running ones end as they would.

    Raises:
        NotFound: no such population.
    """
    population = _steered(session, population_id)
    if population.paused != paused:
        audit.record(session, "paused" if paused else "resumed", "population", population_id)
        _set_paused(session, population, paused)


def stop(session: Session, population_id: int) -> None:
    """The same pause where a watch was decided: nobody's deed, so it stands in no audit."""
    population = locked(session, population_id)
    if not population.paused:
        _set_paused(session, population, True)


def put_away(session: Session, population: SampledRow, **when: Any) -> None:
    """Archive or delete a population, or bring it back: its jobs that wait are as those who
    still want them. The faces ask `sampling.managing`, which knows who may.

    Args:
        when: `archived_at` or `deleted_at`; None: brought back.
    """
    _lock(session, wanted_by(population) & JobRow.state.in_(OPEN))
    session.refresh(population, with_for_update=True)
    for name, value in when.items():
        setattr(population, name, value)
    session.flush()
    transitions.hold(session, population)


def cancel_own(session: Session, population: SampledRow) -> None:
    """End all jobs that no other population wants, in the transaction: it is purged."""
    mine = wanted_by(population) & ~_wanted_by_others(population)
    mine &= JobRow.state.in_(OPEN)
    _lock(session, mine)
    transitions.cancel(session, mine)


def _set_paused(session: Session, population: SampledRow, paused: bool) -> None:
    population.paused = paused
    session.flush()
    transitions.hold(session, population)
    versions.raise_for(session, population.id)


def set_priority(session: Session, population_id: int, priority: int) -> None:
    """Let this population's jobs go before or behind those of others.

    Raises:
        NotFound: no such population.
    """
    population = _steered(session, population_id)
    before, population.priority = population.priority, priority
    audit.record(
        session, "prioritised", "population", population_id, before=before, priority=priority
    )
    session.flush()
    _prioritise(session, population)
    versions.raise_for(session, population_id)


def cancel(database: Database, population_id: int) -> int:
    """End all jobs that no other population wants, in steps; how many.

    Those at work end with their worker's next heartbeat.

    Raises:
        NotFound: no such population.
    """
    with database.read() as session:
        population = rows.get(session, SampledRow, population_id)
        permission.require_of(session, Verb.STEER, population)
    mine = wanted_by(population) & ~_wanted_by_others(population)
    done = _in_steps(database, mine & JobRow.state.in_(OPEN), _cancel)
    with database.durable() as session:
        audit.record(session, "cancelled", "population", population_id, jobs=done)
    return done


def retry(database: Database, population_id: int, failures: Sequence[str] = ()) -> int:
    """Ask for all jobs again that ended without a result, in steps; how many.

    Args:
        failures: only those of these classes; of any by default.

    Raises:
        NotFound: no such population.
        Refused: beyond its owner's quota; steps before stay.
    """
    with database.read() as session:
        population = rows.get(session, SampledRow, population_id)
        permission.require_of(session, Verb.STEER, population)
    mine = wanted_by(population) & JobRow.state.in_(RESULTLESS)
    if failures:
        mine &= JobRow.failure.in_(failures)
    payer = population.owner_id
    done = _in_steps(database, mine, lambda session, ids: _retry(session, ids, payer))
    with database.durable() as session:
        audit.record(session, "asked again", "population", population_id, jobs=done)
    return done


def _in_steps(
    database: Database,
    which: ColumnElement[bool],
    act: Callable[[Session, Sequence[int]], int],
) -> int:
    """Do something to perhaps 100,000 jobs, some in each transaction; to how many it was done.

    Others wait for one step at most. What a fault leaves undone is done by asking again.
    """
    with database.read() as session:
        ids = list(session.scalars(select(JobRow.id).where(which).order_by(JobRow.id)))
    done = 0
    for step in rows.chunks(ids, STEP):
        if done and database.one_writer:
            time.sleep(PAUSE_SECONDS)
        with database.durable() as session:
            done += act(session, step)
    return done


def cancel_job(session: Session, id: int) -> None:
    """End a job; one at work ends with its worker's next heartbeat.

    Raises:
        NotFound: no such job.
        Forbidden: somebody else wants it, too.
        Conflict: it has ended.
    """
    state = jobs.get(session, id).state
    wanting = _wanting(session, id)
    for population in wanting:
        permission.require_of(session, Verb.STEER, population)
    if not _cancel(session, [id]):
        raise Conflict(f"job {id} is {state}: only a job that has not ended is cancelled")
    for population in wanting:
        audit.record(session, "job cancelled", "population", population.id, job=id)


def retry_job(session: Session, id: int) -> None:
    """Ask again for a job that ended without a result; it waits where all who want it do.

    Raises:
        NotFound: no such job.
        Forbidden: none of those who want it is the actor's.
        Conflict: it has not ended, or has a result.
    """
    state = jobs.get(session, id).state
    wanting, actor = _wanting(session, id), who(session)
    if not any(may_change(actor, one.owner_id) for one in wanting):
        permission.require_of(session, Verb.STEER, wanting[0])
    owners = [one.owner_id for one in wanting]
    if not _retry(session, [id], actor.id if actor.id in owners else owners[0]):
        raise Conflict(f"job {id} is {state}: only one without a result is asked for again")
    for population in wanting:
        audit.record(session, "job asked again", "population", population.id, job=id)


def _wanting(session: Session, job_id: int) -> list[SampledRow]:
    """All populations that want a job, whoever sees them."""
    found = of_those(session, JobRow.id == job_id)
    return [session.get_one(SampledRow, id) for id in sorted(found)]


def _steered(session: Session, id: int) -> SampledRow:
    """A population that the actor may hold up and let go, and nobody else changes meanwhile.

    Raises:
        NotFound: no such population.
        Forbidden: it is somebody else's.
    """
    permission.require_of(session, Verb.STEER, rows.get(session, SampledRow, id))
    return locked(session, id)


def _wanted_by_others(population: SampledRow) -> ColumnElement[bool]:
    """The condition that other populations want the statement's job, too."""
    return exists().where(*wants(), SampledRow.id != population.id).correlate(JobRow)


def locked(session: Session, id: int) -> SampledRow:
    """A population that nobody else changes meanwhile.

    Its jobs are locked first, as where a result is stored: else two would wait crosswise.

    Raises:
        NotFound: no such population.
    """
    population = rows.get(session, SampledRow, id)
    _lock(session, wanted_by(population) & JobRow.state.in_(OPEN))
    session.refresh(population, with_for_update=True)
    return population


def _queue(
    session: Session,
    population: SampledRow,
    network_ids: Sequence[int],
    kind: Kind,
) -> None:
    """Jobs of a kind that are not there yet.

    Turns start where the queue stands now, so populations that wait together take turns.
    """
    now = select(func.min(JobRow.turn)).where(JobRow.state == QUEUED, JobRow.kind == kind)
    turn = session.scalar(now) or 0
    regime = definitions.regime(session.get_one(RegimeRow, population.regime_id))
    insert_new(
        session,
        JobRow,
        [
            {
                "network_id": network_id,
                "regime_id": population.regime_id,
                "seed": population.training_seed,
                "kind": kind,
                "needs_gpu": regime.needs_gpu,
                "state": QUEUED,
                "priority": population.priority,
                "turn": turn + ordinal,
            }
            for ordinal, network_id in enumerate(network_ids)
        ],
    )
    # Locked: others may have queued some of them, and be pausing a population that wants them.
    mine = wanted_by(population) & JobRow.state.in_(OPEN)
    _lock(session, mine)
    transitions.hold(session, population)
    later = JobRow.priority > population.priority
    transitions.update_all(session, mine & later, priority=population.priority)
    quotas.charge(session, population, kind)


def _prioritise(session: Session, population: SampledRow) -> None:
    """Give its jobs the priority of whoever wants them first."""
    transitions.update_all(
        session, wanted_by(population) & JobRow.state.in_(OPEN), priority=transitions.earliest()
    )


def _cancel(session: Session, ids: Sequence[int]) -> int:
    """End those of some jobs that have not ended; how many."""
    mine = among(JobRow.id, ids) & JobRow.state.in_(OPEN)
    if number := _lock(session, mine):
        wanting = of_those(session, mine)
        transitions.cancel(session, mine)
        versions.raise_for_all(session, wanting)
    return number


def _retry(session: Session, ids: Sequence[int], payer: int | None) -> int:
    """Let those of some jobs that ended without a result wait again, at somebody's cost; how
    many.

    Raises:
        Refused: beyond his quota.
    """
    mine = among(JobRow.id, ids) & JobRow.state.in_(RESULTLESS)
    with quotas.paying(session, payer):
        if number := _lock(session, mine):
            quotas.charge_again(
                session, payer, list(session.scalars(select(JobRow.id).where(mine)))
            )
            # First: it waits for whoever pauses one of them.
            versions.raise_for_all(session, of_those(session, mine))
            transitions.wait_again(session, mine)
    return number


def _lock(session: Session, which: ColumnElement[bool]) -> int:
    """Let the jobs' state stay as it is from now on; how many they are."""
    locked = select(JobRow.id).where(which).order_by(JobRow.id).with_for_update().subquery()
    return session.scalars(select(func.count()).select_from(locked)).one()
