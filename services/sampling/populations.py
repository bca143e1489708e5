"""Populations: sampled from a space, stored with one job a network, made larger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from columns import constraints
from columns.constraints import ConstraintError
from db.insert import insert_named, insert_new
from db.models import (
    DesignSpaceRow,
    DrawRow,
    NetworkRow,
    PopulationRow,
    RegimeRow,
)
from db.session import Database
from designspace import sampling
from designspace.regimes import Regime
from designspace.sampling import Draw, Sample, TooFewNetworks
from designspace.spaces.base import Family
from services.defining import regimes, spaces
from services.errors import Conflict, NotFound, Refused
from services.sampling import inheritance, samplers
from services.sampling.inheritance import Heir
from services.sampling.origins import Origin, origin
from services.sampling.samplers import Sampler
from services.work import progress, schedule, versions
from services.work.progress import Progress

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
    priority: int = 0  # of the jobs: lower goes first
    inherits: int | None = None  # a population whose networks of this space come first


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
    priority: int
    inherits: int | None
    inherited: int  # how many of its networks come from there
    tried: int
    refused: dict[str, int]
    archive: str | None  # SHA-256 of the file it was imported from
    provenance: dict[str, Any] | None  # where that one was measured
    version: int
    created_at: int  # ms since 1970
    progress: Progress

    @property
    def origin(self) -> Origin:
        return origin(self.name, self.archive)


def create(database: Database, spec: Spec, sampler: Sampler = samplers.here) -> int:
    """Sample a population and queue its jobs: all of it is stored, or nothing.

    Raises:
        NotFound: no such space or regime.
        Refused: a window that is no constraint on complexity, too few networks inside it, or
            n counts none but those that it inherits.
        Conflict: the name is taken.
    """
    with database.read() as session:
        _require_free(session, spec.name)
        space = spaces.get(session, spec.space_id).space
        regime = regimes.get(session, spec.regime_id).regime
        known = inherited(session, spec, space)
    if spec.inherits is not None and spec.n <= len(known):
        allowed = (
            f"more than {len(known):,}: so many are inherited and count, none would be new"
        )
        raise Refused("n", spec.n, allowed)
    # Outside of transactions: it takes seconds.
    sample = _sample(sampler, space, regime, spec, spec.n, known)
    with database.durable() as session:
        return store(session, spec, sample, inherited=len(known))


def inherited(session: Session, spec: Spec, space: Family) -> list[Draw]:
    """The networks measured already that come first.

    Raises:
        Refused: the population to inherit from has none that are a sample of this one.
    """
    if spec.inherits is None:
        return []
    try:
        heir = Heir(space, spec.regime_id, spec.training_seed, spec.windows)
        return inheritance.draws(session, spec.inherits, heir)
    except ConstraintError as error:
        raise _refused(error) from error


def extend(database: Database, id: int, more: int, sampler: Sampler = samplers.here) -> None:
    """Add networks to a population, as if it had been created larger: all are stored, or none.

    The same seed gives the same networks first, so what was measured stays where it is; an
    architecture that is drawn again counts more often.

    Raises:
        NotFound: no such population.
        Refused: too many networks, or too few inside the windows.
        Conflict: the first networks are not what the seed gives today, or somebody else has
            added networks meanwhile.
    """
    with database.read() as session:
        row = session.get(PopulationRow, id)
        if row is None:
            raise NotFound("population", id)
        n, spec = row.n, _spec(row)
        if not 1 <= more <= LARGEST - n:
            raise Refused("n", more, f"from 1 to {LARGEST - n:,} for a population of {n:,}")
        space = spaces.get(session, row.space_id).space
        regime = regimes.get(session, row.regime_id).regime
        known = inheritance.stored(session, id, row.inherited)
    known = _inherited(sampler, space, regime, spec, n, known)
    sample = _sample(sampler, space, regime, spec, n + more, known)
    with database.durable() as session:
        population = schedule.locked(session, id)
        if population.n != n:
            raise Conflict(f"population {id} has {population.n} networks by now, not {n}")
        _add(session, population, sample)
        versions.raise_for(session, id)


def _inherited(
    sampler: Sampler,
    space: Family,
    regime: Regime,
    spec: Spec,
    n: int,
    known: Sequence[Draw],
) -> list[Draw]:
    """The first draws of n as they were inherited: without those that were drawn again here.

    Sampling the n once more tells how often each was, because a seed gives the same draws.
    """
    if not known:
        return []
    again = _sample(sampler, space, regime, spec, n, known).draws
    return [
        replace(draw, multiplicity=2 * draw.multiplicity - twice.multiplicity)
        for draw, twice in zip(known, again, strict=False)
    ]


def _sample(
    sampler: Sampler,
    space: Family,
    regime: Regime,
    spec: Spec,
    n: int,
    known: Sequence[Draw],
) -> Sample:
    """n networks as the spec wants them, the known ones first.

    Raises:
        Refused: a window that is no constraint on complexity, or too few networks inside it.
    """
    try:
        windows = constraints.parse_all(spec.windows, sampling.WINDOWS)
        return sampler(space, n, spec.seed, windows, regime, known=known)
    except ConstraintError as error:
        raise _refused(error) from error
    except TooFewNetworks as error:
        raise Refused("n", n, str(error)) from error


def _refused(error: ConstraintError) -> Refused:
    allowed = f"{error.reason}; {error.allowed}"
    return Refused(f"windows.{error.column}", error.text, allowed)


def store(session: Session, spec: Spec, sample: Sample, inherited: int = 0) -> int:
    """Store a sampled population: networks not known yet, draws, and jobs not known yet.

    Raises:
        Conflict: the name is taken.
    """
    given = asdict(spec) | {"n": 0, "tried": 0, "refused": {}, "inherited": inherited}
    id = insert_named(session, PopulationRow, **given)
    if id is None:
        raise _taken(spec.name)
    _add(session, session.get_one(PopulationRow, id), sample)
    return id


def _spec(row: PopulationRow) -> Spec:
    return Spec(**{field.name: getattr(row, field.name) for field in fields(Spec)})


def _add(session: Session, population: PopulationRow, sample: Sample) -> None:
    """Store what a sample has beyond the population's networks, and queue their training."""
    n = population.n
    _require_continued(session, population, sample.draws[:n])
    networks = _store_networks(session, sample.draws[n:])
    draws = [
        _draw_row(population.id, ordinal, networks[draw.network.hash], draw)
        for ordinal, draw in enumerate(sample.draws[n:], start=n)
    ]
    session.execute(insert(DrawRow), draws)
    population.n, population.tried = len(sample.draws), sample.tried
    population.refused = sample.refused
    session.flush()
    schedule.queue_trainings(session, population, [draw["network_id"] for draw in draws])


def _require_continued(
    session: Session, population: PopulationRow, draws: Sequence[Draw]
) -> None:
    """Check that the population began with these draws, and count those drawn again."""
    rows = session.execute(
        select(DrawRow, NetworkRow.hash)
        .join(NetworkRow, NetworkRow.id == DrawRow.network_id)
        .where(DrawRow.population_id == population.id)
        .order_by(DrawRow.ordinal)
    ).all()
    for (row, hash), draw in zip(rows, draws, strict=True):
        if hash != draw.network.hash:
            raise Conflict(
                f"population {population.id} was sampled by another version: its seed gives "
                "other networks today; create a new population"
            )
        row.multiplicity = draw.multiplicity


def _require_free(session: Session, name: str) -> None:
    if session.scalar(select(PopulationRow.id).where(PopulationRow.name == name)) is not None:
        raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict(f"population {name!r} exists")


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
    assert draw.fit is not None  # samplers fit what they find
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
            priority=row.priority,
            inherits=row.inherits,
            inherited=row.inherited,
            tried=row.tried,
            refused=row.refused,
            archive=row.archive,
            provenance=row.provenance,
            version=row.version,
            created_at=row.created_at,
            progress=counts[row.id],
        )
        for row, space_name, regime_name in rows
    ]
