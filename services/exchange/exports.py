"""Exports: populations out of the database into an archive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    DesignSpaceRow,
    DrawRow,
    EpochRow,
    JobRow,
    NetworkRow,
    PopulationRow,
    RegimeRow,
    ResultRow,
)
from jobs.states import FINAL
from services import definitions, rows
from services.errors import TooLarge
from services.exchange import archives, provenance
from services.exchange.archives import (
    PENDING,
    Archive,
    ArchivedDraw,
    ArchivedEpoch,
    ArchivedJob,
    ArchivedNetwork,
    ArchivedPopulation,
    ArchivedRegime,
    ArchivedResult,
    ArchivedSpace,
    Provenance,
)
from services.work.wanting import wants

MOST_NETWORKS = 20_000
"""In a file; what is larger than an import takes is refused once it is written, too."""

SHORTEST_EPOCH = len('{"epoch":1,"loss":1.0,"error":1.0,"seconds":1.0}')
"""Bytes of an epoch's JSON, at least."""

DRAWN = tuple(ArchivedDraw.model_fields)[1:]
"""What an archive says of a draw besides its network: columns of the table."""


def archive(
    session: Session, population_ids: Sequence[int], commit: str | None = None
) -> Archive:
    """Populations as they are now, with their spaces and regimes and all measurements.

    Args:
        population_ids: in any order.
        commit: that measured them, where this program can't tell its own.

    Raises:
        NotFound: no such population.
        TooLarge: more networks than a file holds.
    """
    populations = [rows.get(session, PopulationRow, id) for id in sorted(set(population_ids))]
    if (n := sum(row.n for row in populations)) > MOST_NETWORKS:
        raise TooLarge("population", f"{n:,} networks", f"at most {MOST_NETWORKS:,} in a file")
    spaces = _spaces(session, [row.space_id for row in populations])
    regimes = {row.regime_id: session.get_one(RegimeRow, row.regime_id) for row in populations}
    draws = {row.id: _draws(session, row.id) for row in populations}
    networks = {row.id: row for drawn in draws.values() for _, row in drawn}
    wanted = {row.id: _jobs(session, row.id) for row in populations}
    archived = {job.id: job for jobs in wanted.values() for job in jobs}  # once each
    _require_few(session, archived)
    results = _by_job(session, ResultRow, archived)
    epochs = _by_job(session, EpochRow, archived)
    names = {row.id: row.name for row in populations}
    return Archive(
        spaces=[_space(spaces, row) for row in spaces.values()],
        regimes=[_regime(row) for row in regimes.values()],
        networks=[_network(row) for row in networks.values()],
        populations=[
            ArchivedPopulation(
                name=row.name,
                space=spaces[row.space_id].name,
                regime=regimes[row.regime_id].name,
                windows=row.windows,
                seed=row.seed,
                training_seed=row.training_seed,
                inherits=names.get(row.inherits) if row.inherits is not None else None,
                inherited=row.inherited,
                tried=row.tried,
                refused=row.refused,
                provenance=_provenance(row, wanted[row.id], results, commit),
                draws=[_draw(draw, network.hash) for draw, network in draws[row.id]],
                whole=row.whole,
            )
            for row in populations
        ],
        jobs=[
            _job(
                job,
                networks[job.network_id].hash,
                regimes[job.regime_id].name,
                results[id],
                epochs[id],
            )
            for id, job in archived.items()
        ],
    )


def _spaces(session: Session, ids: Iterable[int]) -> dict[int, DesignSpaceRow]:
    """Spaces with all that they refine and the actor sees, which come first."""
    found: dict[int, DesignSpaceRow] = {}
    for id in ids:
        line: list[DesignSpaceRow] = []
        next_id: int | None = id
        while next_id is not None and next_id not in found:
            row = session.get_one(DesignSpaceRow, next_id)
            if not rows.is_there(session, row):
                break
            line.append(row)
            next_id = line[-1].refined_from
        found |= {row.id: row for row in reversed(line)}
    return found


def _draws(session: Session, population_id: int) -> list[tuple[DrawRow, NetworkRow]]:
    rows = session.execute(
        select(DrawRow, NetworkRow)
        .join(NetworkRow, NetworkRow.id == DrawRow.network_id)
        .where(DrawRow.population_id == population_id)
        .order_by(DrawRow.ordinal)
    )
    return [(draw, network) for draw, network in rows]


def _jobs(session: Session, population_id: int) -> list[JobRow]:
    """All that a population wants measured, trainings first, in the order of its draws."""
    return list(
        session.scalars(
            select(JobRow)
            .where(PopulationRow.id == population_id, *wants())
            .order_by(JobRow.kind.desc(), DrawRow.ordinal)
        )
    )


def _by_job(session: Session, table: Any, job_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Rows of results or epochs by their job, in the order of their keys."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for ids in rows.chunks(job_ids):
        some = select(table).where(table.job_id.in_(ids))
        for row in session.scalars(some.order_by(*table.__table__.primary_key)):
            found[row.job_id].append(row)
    return found


def _require_few(session: Session, job_ids: Iterable[int]) -> None:
    """Refuse learning curves that make a file too large, before they fill the memory."""
    epochs = 0
    for ids in rows.chunks(job_ids):
        some = EpochRow.job_id.in_(ids)
        epochs += session.scalars(select(func.count()).where(some)).one()
    most = archives.LARGEST_TEXT // SHORTEST_EPOCH
    if epochs > most:
        raise TooLarge("population", f"{epochs:,} epochs", f"at most {most:,} in a file")


def _provenance(
    population: PopulationRow,
    jobs: list[JobRow],
    results: dict[int, list[ResultRow]],
    commit: str | None,
) -> Provenance:
    """That of the archive it came from; of this machine, where it was measured here."""
    if population.provenance is not None:
        return Provenance.model_validate(population.provenance)
    found = [row.quantities for job in jobs for row in results[job.id]]
    seconds = sum(quantities.get("training_seconds", 0.0) for quantities in found)
    here = provenance.here()
    return Provenance(**here | {"commit": commit or here["commit"]}, seconds=seconds)


def _space(spaces: dict[int, DesignSpaceRow], row: DesignSpaceRow) -> ArchivedSpace:
    parent = spaces[row.refined_from].name if row.refined_from in spaces else None
    return ArchivedSpace.model_validate(
        {"name": row.name, "space": definitions.space(row), "refined_from": parent}
    )


def _regime(row: RegimeRow) -> ArchivedRegime:
    return ArchivedRegime(name=row.name, regime=definitions.regime(row))


def _network(row: NetworkRow) -> ArchivedNetwork:
    return ArchivedNetwork(hash=row.hash, network=definitions.network(row))


def _draw(row: DrawRow, hash: str) -> ArchivedDraw:
    return ArchivedDraw(network=hash, **{name: getattr(row, name) for name in DRAWN})


def _job(
    job: JobRow, hash: str, regime: str, results: list[ResultRow], epochs: list[EpochRow]
) -> ArchivedJob:
    ended = job.state in FINAL
    return ArchivedJob.model_validate(
        {
            "network": hash,
            "regime": regime,
            "seed": job.seed,
            "kind": job.kind,
            "state": job.state if ended else PENDING,
            "attempt": job.attempt if ended else 0,
            "failure": job.failure if ended else None,
            "detail": job.detail if ended else None,
            "ended_at": job.ended_at if ended else None,
            "result": next((_result(row) for row in results), None),
            "epochs": [_epoch(row) for row in epochs] if ended else [],
        }
    )


def _result(row: ResultRow) -> ArchivedResult:
    return ArchivedResult(
        attempt=row.attempt, quantities=row.quantities, conditions=row.conditions
    )


def _epoch(row: EpochRow) -> ArchivedEpoch:
    return ArchivedEpoch(epoch=row.epoch, loss=row.loss, error=row.error, seconds=row.seconds)
