"""Exports: populations out of the database into an archive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.orm import Session

from db.models import (
    DesignSpaceRow,
    DrawRow,
    EpochRow,
    JobRow,
    NetworkRow,
    RegimeRow,
    ResultRow,
    SampledRow,
)
from jobs.states import FINAL
from services import definitions, rows
from services.errors import TooLarge, Unreadable
from services.exchange import archives, provenance
from services.exchange.archives import (
    FORMAT,
    PENDING,
    VERSION,
    ArchivedDraw,
    ArchivedEpoch,
    ArchivedRegime,
    ArchivedSpace,
    Number,
    Provenance,
)
from services.work.wanting import wants

Value = TypeVar("Value")

MOST_NETWORKS = 20_000
"""In a file; what is larger than an import takes is refused once it is written, too."""

SHORTEST_EPOCH = len('{"epoch":1,"loss":1.0,"error":1.0,"seconds":1.0}')
"""Bytes of an epoch's JSON, at least."""

DRAWN = tuple(ArchivedDraw.model_fields)[1:]
"""What an archive says of a draw besides its network: columns of the table."""
OF_EPOCHS = tuple(ArchivedEpoch.model_fields)
OF_JOBS = [
    *("id", "network_id", "regime_id", "seed", "kind", "state", "attempt", "failure"),
    *("detail", "ended_at"),
]
"""Columns of the table."""
NUMBERS = TypeAdapter(list[dict[str, Number]], config=ConfigDict(strict=True))
OBJECTS = TypeAdapter(list[dict[str, Any]])
TEXTS = TypeAdapter(list[dict[str, str]], config=ConfigDict(strict=True))


def archive(
    session: Session, population_ids: Sequence[int], commit: str | None = None
) -> dict[str, Any]:
    """Populations as they are now, with their spaces and regimes and all measurements.

    Plain values, as the model `Archive` would write them: a model of each of a hundred thousand
    things takes seconds to be made and to be written.

    Args:
        population_ids: in any order.
        commit: that measured them, where this program can't tell its own.

    Raises:
        NotFound: no such population.
        TooLarge: more networks than a file holds.
        Unreadable: what is stored of them is of another version, or spoilt.
    """
    populations = [rows.get(session, SampledRow, id) for id in sorted(set(population_ids))]
    if (n := sum(row.n for row in populations)) > MOST_NETWORKS:
        raise TooLarge("population", f"{n:,} networks", f"at most {MOST_NETWORKS:,} in a file")
    spaces = _spaces(session, [row.space_id for row in populations])
    regimes = {row.regime_id: session.get_one(RegimeRow, row.regime_id) for row in populations}
    draws = {row.id: _draws(session, row.id) for row in populations}
    hashes = {id: draw["network"] for drawn in draws.values() for id, draw in drawn}
    wanted = {row.id: _jobs(session, row.id) for row in populations}
    archived = {job.id: job for jobs in wanted.values() for job in jobs}  # once each
    _require_few(session, draws)
    results, epochs = _results(archived), _epochs(session, draws)
    names = {row.id: row.name for row in populations}
    return {
        "format": FORMAT,
        "version": VERSION,
        "spaces": [_space(spaces, row).model_dump(mode="json") for row in spaces.values()],
        "regimes": [_regime(row).model_dump(mode="json") for row in regimes.values()],
        "networks": _networks(session, hashes),
        "populations": [
            {
                "name": row.name,
                "space": spaces[row.space_id].name,
                "regime": regimes[row.regime_id].name,
                "windows": row.windows,
                "seed": row.seed,
                "training_seed": row.training_seed,
                "inherits": names.get(row.inherits) if row.inherits is not None else None,
                "inherited": row.inherited,
                "tried": row.tried,
                "refused": row.refused,
                "provenance": _provenance(row, wanted[row.id], results, commit).model_dump(),
                "draws": [draw for _, draw in draws[row.id]],
            }
            | ({"whole": True} if row.whole else {})
            for row in populations
        ],
        "jobs": [
            _job(
                job,
                hashes[job.network_id],
                regimes[job.regime_id].name,
                results.get(id),
                epochs.get(id, []),
            )
            for id, job in archived.items()
        ],
    }


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


def _draws(session: Session, population_id: int) -> list[tuple[int, dict[str, Any]]]:
    """The draws of a population in their order, each with its network's id."""
    numbers = [getattr(DrawRow, name) for name in DRAWN[1:]]
    found = session.execute(
        select(NetworkRow.id, NetworkRow.hash, cast(DrawRow.parameters, Text), *numbers)
        .join(NetworkRow, NetworkRow.id == DrawRow.network_id)
        .where(DrawRow.population_id == population_id)
        .order_by(DrawRow.ordinal)
    ).all()
    parameters = _objects(NUMBERS, [row[2] for row in found])
    return [
        (id, {"network": hash, "parameters": drawn, **dict(zip(DRAWN[1:], told, strict=True))})
        for (id, hash, _, *told), drawn in zip(found, parameters, strict=True)
    ]


def _networks(session: Session, hashes: Mapping[int, str]) -> list[dict[str, Any]]:
    """The networks of these ids, each as it is stored, which is how it is written.

    Raises:
        Unreadable: one can't be read by this version.
    """
    architecture = cast(NetworkRow.architecture, Text)
    found: list[Any] = []
    for ids in rows.chunks(hashes):
        some = select(NetworkRow.id, architecture).where(NetworkRow.id.in_(ids))
        found += session.execute(some)
    objects = _objects(OBJECTS, [text for _, text in found])
    stored = {id: network for (id, _), network in zip(found, objects, strict=True)}
    for id, hash in hashes.items():
        definitions.architecture(hash, stored[id])
    return [{"hash": hash, "network": stored[id]} for id, hash in hashes.items()]


def _jobs(session: Session, population_id: int) -> list[Any]:
    """All that a population wants measured, trainings first, in the order of its draws."""
    result = (
        ResultRow.attempt.label("measured"),
        cast(ResultRow.quantities, Text).label("quantities"),
        cast(ResultRow.conditions, Text).label("conditions"),
    )
    return list(
        session.execute(
            select(*(getattr(JobRow, name) for name in OF_JOBS), *result)
            .select_from(JobRow)
            .join(DrawRow, DrawRow.network_id == JobRow.network_id)
            .join(SampledRow, SampledRow.id == population_id)
            .outerjoin(ResultRow, ResultRow.job_id == JobRow.id)
            .where(*wants())
            .order_by(JobRow.kind.desc(), DrawRow.ordinal)
        )
    )


def _results(jobs: Mapping[int, Any]) -> dict[int, dict[str, Any]]:
    """What was measured, by job."""
    found = [job for job in jobs.values() if job.quantities is not None]
    measured = _objects(NUMBERS, [job.quantities for job in found])
    under = _objects(TEXTS, [job.conditions for job in found])
    return {
        job.id: {"attempt": job.measured, "quantities": quantities, "conditions": conditions}
        for job, quantities, conditions in zip(found, measured, under, strict=True)
    }


def _epochs(session: Session, population_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Learning curves by job."""
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    columns = [getattr(EpochRow, name) for name in OF_EPOCHS]
    of = select(EpochRow.job_id, *columns).where(_of_jobs_of(population_ids))
    for id, *told in session.execute(of.order_by(EpochRow.job_id, EpochRow.epoch)):
        found[id].append(dict(zip(OF_EPOCHS, told, strict=True)))
    return found


def _of_jobs_of(population_ids: Iterable[int]) -> ColumnElement[bool]:
    """The condition that an epoch is of a job that one of the populations wants."""
    wanted = select(JobRow.id).where(SampledRow.id.in_([*population_ids]), *wants())
    return EpochRow.job_id.in_(wanted)


def _objects(kind: TypeAdapter[list[Value]], texts: Sequence[str]) -> list[Value]:
    """JSON objects that are stored as text, read as one."""
    try:
        return kind.validate_json(f"[{','.join(texts)}]")
    except ValidationError as error:
        said = error.errors(include_url=False)[0]
        raise Unreadable(f"what is stored of a population is spoilt: {said['msg']}") from None


def _require_few(session: Session, population_ids: Iterable[int]) -> None:
    """Refuse learning curves that make a file too large, before they fill the memory."""
    of = _of_jobs_of(population_ids)
    epochs = session.scalars(select(func.count()).select_from(EpochRow).where(of)).one()
    most = archives.LARGEST_TEXT // SHORTEST_EPOCH
    if epochs > most:
        raise TooLarge("population", f"{epochs:,} epochs", f"at most {most:,} in a file")


def _provenance(
    population: SampledRow,
    jobs: Sequence[Any],
    results: Mapping[int, dict[str, Any]],
    commit: str | None,
) -> Provenance:
    """That of the archive it came from; of this machine, where it was measured here."""
    if population.provenance is not None:
        return Provenance.model_validate(population.provenance)
    found = [results[job.id]["quantities"] for job in jobs if job.id in results]
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


def _job(
    job: Any, hash: str, regime: str, result: dict[str, Any] | None, epochs: list[Any]
) -> dict[str, Any]:
    ended = job.state in FINAL
    return {
        "network": hash,
        "regime": regime,
        "seed": job.seed,
        "kind": job.kind,
        "state": job.state if ended else PENDING,
        "attempt": job.attempt if ended else 0,
        "failure": job.failure if ended else None,
        "detail": job.detail if ended else None,
        "ended_at": job.ended_at if ended else None,
        "result": result,
        "epochs": epochs if ended else [],
    }
