"""Populations: sampled from a space, stored with one job a network, paused and resumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from db.insert import insert_new
from db.models import (
    DesignSpaceRow,
    DrawRow,
    JobRow,
    NetworkRow,
    PopulationRow,
    RegimeRow,
)
from db.session import Database
from designspace import constraints, sampling
from designspace.constraints import ConstraintError
from designspace.sampling import Draw, Sample, TooFewNetworks
from jobs.messages import Kind
from services import progress, regimes, spaces, versions
from services.errors import Conflict, NotFound, Refused
from services.progress import Progress

LARGEST = 100_000
"""Networks in a population."""


@dataclass(frozen=True)
class Spec:
    """What a population is to be."""

    name: str
    space_id: int
    regime_id: int
    n: int
    windows: Mapping[str, str]  # constraints on flops, params, activations, as text
    seed: int = 0  # of the draws
    training_seed: int = 0  # of the jobs: populations of one training seed share results


@dataclass(frozen=True)
class PopulationRecord:
    """A stored population and how far it is."""

    id: int
    name: str
    space_id: int
    space_name: str
    regime_id: int
    regime_name: str
    n: int
    windows: dict[str, str]
    seed: int
    training_seed: int
    paused: bool
    tried: int
    refused: dict[str, int]
    version: int
    created_at: int  # ms since 1970
    progress: Progress


def create(database: Database, spec: Spec) -> int:
    """Sample a population and queue its jobs: all of it is stored, or nothing.

    Raises:
        NotFound: no such space or regime.
        Refused: a window that is no constraint on complexity, or too few networks inside it.
        Conflict: the name is taken.
    """
    with database.read() as session:
        _require_free(session, spec.name)
        space = spaces.get(session, spec.space_id).space
        regime = regimes.get(session, spec.regime_id).regime
    try:
        windows = constraints.parse_all(spec.windows, sampling.WINDOWS)
        # Outside of any transaction: sampling may take seconds.
        sample = sampling.sample(
            space,
            spec.n,
            np.random.default_rng(spec.seed),
            windows,
            resolution=regime.resolution,
            channels=regime.channels,
            classes=regime.classes,
        )
    except ConstraintError as error:
        allowed = f"{error.reason}; {error.allowed}"
        raise Refused(f"windows.{error.column}", error.text, allowed) from error
    except TooFewNetworks as error:
        raise Refused("n", spec.n, str(error)) from error
    with database.durable() as session:
        _require_free(session, spec.name)
        return store(session, spec, sample)


def store(session: Session, spec: Spec, sample: Sample) -> int:
    """Store a sampled population: networks not known yet, draws, and jobs not known yet."""
    population = PopulationRow(
        name=spec.name,
        space_id=spec.space_id,
        regime_id=spec.regime_id,
        n=len(sample.draws),
        windows=dict(spec.windows),
        seed=spec.seed,
        training_seed=spec.training_seed,
        tried=sample.tried,
        refused=sample.refused,
    )
    session.add(population)
    session.flush()
    networks = _store_networks(session, sample.draws)
    draws = [
        _draw_row(population.id, ordinal, networks[draw.network.hash], draw)
        for ordinal, draw in enumerate(sample.draws)
    ]
    session.execute(insert(DrawRow), draws)
    _queue_jobs(session, population, [draw["network_id"] for draw in draws])
    return population.id


def _require_free(session: Session, name: str) -> None:
    if session.scalar(select(PopulationRow.id).where(PopulationRow.name == name)) is not None:
        raise Conflict(f"population {name!r} exists")


def _store_networks(session: Session, draws: list[Draw]) -> dict[str, int]:
    """The row id of each architecture by its hash."""
    rows = [
        {
            "hash": draw.network.hash,
            "architecture": draw.network.model_dump(mode="json"),
        }
        for draw in draws
    ]
    insert_new(session, NetworkRow, rows)
    ids: dict[str, int] = {}
    hashes = [row["hash"] for row in rows]
    for start in range(0, len(hashes), 500):
        known = select(NetworkRow.hash, NetworkRow.id).where(
            NetworkRow.hash.in_(hashes[start : start + 500])
        )
        ids |= dict(session.execute(known).all())
    return ids


def _draw_row(population_id: int, ordinal: int, network_id: int, draw: Draw) -> dict[str, Any]:
    return {
        "population_id": population_id,
        "ordinal": ordinal,
        "network_id": network_id,
        "parameters": draw.parameters,
        "multiplicity": draw.multiplicity,
        "flops": draw.complexity.flops,
        "params": draw.complexity.params,
        "activations": draw.complexity.activations,
        "fit_w0": draw.fit.line.w0,
        "fit_wa": draw.fit.line.wa,
        "fit_wm": draw.fit.line.wm,
        "e_fit": draw.fit.e_fit,
    }


def queue_benchmarks(session: Session, population_id: int) -> int:
    """Queue a benchmark of each network unless there is one; how many are new.

    Raises:
        NotFound: no such population.
    """
    population = session.get(PopulationRow, population_id, with_for_update=True)
    if population is None:
        raise NotFound("population", population_id)
    drawn = select(DrawRow.network_id).where(DrawRow.population_id == population_id)
    network_ids = list(session.scalars(drawn.order_by(DrawRow.ordinal)))
    of_benchmarks = _jobs_of(population) & (JobRow.kind == "benchmark")
    counted = select(func.count()).where(of_benchmarks)
    before = session.scalars(counted).one()
    state = "paused" if population.paused else "queued"
    _queue(session, population, network_ids, "benchmark", state)
    return session.scalars(counted).one() - before


def _queue_jobs(session: Session, population: PopulationRow, network_ids: list[int]) -> None:
    """One training job a network, unless there is one; a paused one goes on."""
    _queue(session, population, network_ids, "train", "queued")
    _move(session, _jobs_of(population), "paused", "queued")


def _queue(
    session: Session,
    population: PopulationRow,
    network_ids: list[int],
    kind: Kind,
    state: str,
) -> None:
    """Jobs of a kind that are not there yet.

    Turns start where the queue stands now, so populations that wait together take turns.
    """
    now = select(func.min(JobRow.turn)).where(JobRow.state == "queued", JobRow.kind == kind)
    turn = session.scalar(now) or 0
    insert_new(
        session,
        JobRow,
        [
            {
                "network_id": network_id,
                "regime_id": population.regime_id,
                "seed": population.training_seed,
                "kind": kind,
                "state": state,
                "turn": turn + ordinal,
            }
            for ordinal, network_id in enumerate(network_ids)
        ],
    )


def set_paused(session: Session, id: int, paused: bool) -> None:
    """Stop or go on taking this population's queued jobs; running ones end as they would.

    A job that another population waits for, too, is not held up.

    Raises:
        NotFound: no population `id`.
    """
    population = session.get(PopulationRow, id, with_for_update=True)
    if population is None:
        raise NotFound("population", id)
    if population.paused == paused:
        return
    population.paused = paused
    session.flush()
    jobs = _jobs_of(population)
    if paused:
        waiting = (
            select(DrawRow.network_id)
            .join(PopulationRow, PopulationRow.id == DrawRow.population_id)
            .where(
                PopulationRow.paused.is_(False),
                PopulationRow.regime_id == population.regime_id,
                PopulationRow.training_seed == population.training_seed,
            )
        )
        _move(session, jobs & JobRow.network_id.not_in(waiting), "queued", "paused")
    else:
        _move(session, jobs, "paused", "queued")
    versions.raise_for(session, id)


def _jobs_of(population: PopulationRow) -> Any:
    """The condition that a job is one of the population's."""
    drawn = select(DrawRow.network_id).where(DrawRow.population_id == population.id)
    return (
        JobRow.network_id.in_(drawn)
        & (JobRow.regime_id == population.regime_id)
        & (JobRow.seed == population.training_seed)
    )


def _move(session: Session, jobs: Any, old: str, new: str) -> None:
    session.execute(
        update(JobRow)
        .where(jobs, JobRow.state == old)
        .values(state=new)
        .execution_options(synchronize_session=False)
    )


def get(session: Session, id: int) -> PopulationRecord:
    """The population `id`, or NotFound."""
    records = _records(session, PopulationRow.id == id)
    if not records:
        raise NotFound("population", id)
    return records[0]


def every(session: Session) -> list[PopulationRecord]:
    """All populations, oldest first."""
    return _records(session, PopulationRow.id > 0)


def _records(session: Session, which: Any) -> list[PopulationRecord]:
    rows = session.execute(
        select(PopulationRow, DesignSpaceRow.name, RegimeRow.name)
        .join(DesignSpaceRow, DesignSpaceRow.id == PopulationRow.space_id)
        .join(RegimeRow, RegimeRow.id == PopulationRow.regime_id)
        .where(which)
        .order_by(PopulationRow.id)
    ).all()
    counts = progress.by_population(session, which)
    return [
        PopulationRecord(
            id=row.id,
            name=row.name,
            space_id=row.space_id,
            space_name=space_name,
            regime_id=row.regime_id,
            regime_name=regime_name,
            n=row.n,
            windows=row.windows,
            seed=row.seed,
            training_seed=row.training_seed,
            paused=row.paused,
            tried=row.tried,
            refused=row.refused,
            version=row.version,
            created_at=row.created_at,
            progress=counts[row.id],
        )
        for row, space_name, regime_name in rows
    ]
