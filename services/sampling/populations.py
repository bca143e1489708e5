"""Populations: sampled from a space, stored with one job a network, made larger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db.insert import insert_named, insert_new
from db.models import (
    DrawRow,
    NetworkRow,
    PopulationRow,
    SampledRow,
)
from db.session import Database
from designspace import sampling
from designspace.regimes import Regime
from designspace.sampling import Draw, Sample, TooFewNetworks
from designspace.spaces.base import Family
from services import rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.once import OFTEN, Once
from services.acting.permission import Verb, Visibility
from services.defining import regimes, spaces
from services.errors import Conflict, Refused
from services.sampling import inheritance, samplers, sharing, windows
from services.sampling.inheritance import Heir
from services.sampling.samplers import Sampler
from services.work import quotas, schedule, versions

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
    visibility: str = Visibility.LAB
    whole: bool = False  # all networks of the space inside the windows: n is as many


@dataclass(frozen=True)
class NewSpace:
    """A design space that is defined together with its first population."""

    name: str
    space: Family
    refined_from: int | None = None


def create(
    database: Database,
    spec: Spec,
    sampler: Sampler = samplers.here,
    new: NewSpace | None = None,
    beside_inherited: bool = False,
    once: Once = OFTEN,
) -> int:
    """Sample a population and queue its jobs: all of it is stored, or nothing.

    Args:
        new: its space, to be defined with it; else `spec.space_id` is one that is there.
        beside_inherited: n counts the networks that are new, not those that come before them.
        once: what is answered where the same was asked before.

    Raises:
        NotFound: no such space or regime.
        Refused: a window that is no constraint on complexity, too few networks inside it, n
            counts none but those that it inherits, nothing to inherit, `space_name` is taken
            by another definition, or it is beyond the quota of whoever asks.
        Conflict: the name is taken.
        Forbidden: whoever asks may create none.
    """
    windows.parse(spec.windows)  # before anything is asked for
    with database.read() as session:
        permission.require(who(session), Verb.CREATE)
        free = _is_free(session, spec.name)
        once.look(session)  # after it: what made the name just now may be this
        if not free:
            raise _taken(spec.name)
        regime = regimes.get(session, spec.regime_id).regime
        space = new.space if new else spaces.get(session, spec.space_id).space
        require_listed(spec, space)
        known = inherited(session, spec, space)
    if beside_inherited:
        spec = replace(spec, n=len(known) + spec.n)
    elif spec.inherits is not None and spec.n <= len(known):
        allowed = (
            f"more than {len(known):,}: so many are inherited and count, none would be new"
        )
        raise Refused("n", spec.n, allowed)
    # Outside of transactions: it takes seconds.
    sample = _sample(sampler, space, regime, spec, None if spec.whole else spec.n, known)
    with database.durable() as session:
        once.begin(session)
        quotas.lock(session, who(session).id)
        if new is not None:
            spec = replace(spec, space_id=_define(session, new, spec.visibility))
        id = store(session, spec, sample, inherited=len(known))
        once.end(session, id)
        return id


def require_listed(spec: Spec, space: Family) -> None:
    """Refuse to take all networks of a space that is too large, or to inherit some besides."""
    if not spec.whole:
        return
    if reason := sampling.why_not_listed(space):
        raise Refused("n", "all", reason)
    if spec.inherits is not None:
        allowed = "none where n is all: they are among them, and their results are shared"
        raise Refused("inherits", spec.inherits, allowed)


def _define(session: Session, new: NewSpace, visibility: str) -> int:
    try:
        return spaces.define(session, new.name, new.space, new.refined_from, visibility)
    except Conflict as taken:
        raise Refused("space_name", new.name, str(taken)) from taken


def inherited(session: Session, spec: Spec, space: Family) -> list[Draw]:
    """The networks measured already that come first.

    Raises:
        Refused: the population to inherit from has none that are a sample of this one.
    """
    if spec.inherits is None:
        return []
    heir = Heir(space, spec.regime_id, spec.training_seed, spec.windows)
    return inheritance.draws(session, spec.inherits, heir)


def extend(
    database: Database,
    id: int,
    more: int,
    sampler: Sampler = samplers.here,
    once: Once = OFTEN,
) -> None:
    """Add networks to a population, as if it had been created larger: all are stored, or none.

    The same seed gives the same networks first, so what was measured stays where it is; an
    architecture that is drawn again counts more often.

    Raises:
        NotFound: no such population.
        Refused: too many networks, too few inside the windows, or beyond its owner's quota.
        Conflict: the first networks are not what the seed gives today, or somebody else has
            added networks meanwhile.
    """
    with database.read() as session:
        row = rows.get(session, SampledRow, id)
        permission.require_of(session, Verb.STEER, row)
        once.look(session)
        n, spec, owner = row.n, _spec(row), row.owner_id
        if row.whole:
            allowed = f"none: population {id} has all {n:,} networks that there are"
            raise Refused("n", more, allowed)
        if not 1 <= more <= LARGEST - n:
            raise Refused("n", more, f"from 1 to {LARGEST - n:,} for a population of {n:,}")
        space = spaces.get(session, row.space_id).space
        regime = regimes.get(session, row.regime_id).regime
        known = inheritance.stored(session, id, row.inherited)
    known = _inherited(sampler, space, regime, spec, n, known)
    sample = _sample(sampler, space, regime, spec, n + more, known)
    with database.durable() as session:
        once.begin(session)
        quotas.lock(session, owner)
        population = schedule.locked(session, id)
        if population.n != n:
            raise Conflict(f"population {id} has {population.n} networks by now, not {n}")
        _add(session, population, sample)
        versions.raise_for(session, id)
        audit.record(session, "made larger", "population", id, networks=more)
        once.end(session, id)


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
    n: int | None,
    known: Sequence[Draw],
) -> Sample:
    """n networks as the spec wants them, the known ones first; all there are for None.

    Raises:
        Refused: a window that is no constraint on complexity, or too few networks inside it.
    """
    inside = windows.parse(spec.windows)
    try:
        sample = sampler(space, n, spec.seed, inside, regime, known=known)
    except TooFewNetworks as error:
        raise Refused("n", "all" if n is None else n, str(error)) from error
    if not sample.draws:
        causes = ", ".join(f"{cause} {count:,}" for cause, count in sample.refused.items())
        raise Refused("n", "all", f"no network is inside the windows (refused: {causes})")
    return sample


def store(session: Session, spec: Spec, sample: Sample, inherited: int = 0) -> int:
    """Store a sampled population: networks not known yet, draws, and jobs not known yet.

    Raises:
        Conflict: the name is taken.
    """
    actor = who(session)
    permission.require(actor, Verb.CREATE)
    quotas.lock(session, actor.id)
    given = asdict(spec) | {"n": 0, "tried": 0, "refused": {}, "inherited": inherited}
    id = insert_named(session, SampledRow, owner_id=actor.id, **given)
    if id is None:
        raise _taken(spec.name)
    row = session.get_one(SampledRow, id)
    sharing.require_seen(session, row)
    _add(session, row, sample)
    audit.record(
        session, "created", "population", id, name=spec.name, networks=len(sample.draws)
    )
    return id


def _spec(row: SampledRow) -> Spec:
    return Spec(**{field.name: getattr(row, field.name) for field in fields(Spec)})


def _add(session: Session, population: SampledRow, sample: Sample) -> None:
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


def _require_continued(session: Session, population: SampledRow, draws: Sequence[Draw]) -> None:
    """Check that the population began with these draws, and count those drawn again."""
    stored = session.execute(
        select(DrawRow, NetworkRow.hash)
        .join(NetworkRow, NetworkRow.id == DrawRow.network_id)
        .where(DrawRow.population_id == population.id)
        .order_by(DrawRow.ordinal)
    ).all()
    for (row, hash), draw in zip(stored, draws, strict=True):
        if hash != draw.network.hash:
            raise Conflict(
                f"population {population.id} was sampled by another version: its seed gives "
                "other networks today; create a new population"
            )
        row.multiplicity = draw.multiplicity


def _is_free(session: Session, name: str) -> bool:
    taken = (PopulationRow.name == name) & permission.is_kept(PopulationRow)
    return session.scalar(select(PopulationRow.id).where(taken)) is None


def _taken(name: str) -> Conflict:
    return Conflict(f"population {name!r} exists")


def _store_networks(session: Session, draws: list[Draw]) -> dict[str, int]:
    """The row id of each architecture by its hash."""
    drawn = {draw.network.hash: draw.network.model_dump(mode="json") for draw in draws}
    new = [{"hash": hash, "architecture": network} for hash, network in drawn.items()]
    insert_new(session, NetworkRow, new)
    return network_ids(session, drawn)


def network_ids(session: Session, hashes: Iterable[str]) -> dict[str, int]:
    """The row id of each architecture that is stored, by its hash."""
    ids: dict[str, int] = {}
    for some in rows.chunks(hashes):
        known = select(NetworkRow.hash, NetworkRow.id).where(NetworkRow.hash.in_(some))
        ids |= dict(session.execute(known).all())
    return ids


def _draw_row(population_id: int, ordinal: int, network_id: int, draw: Draw) -> dict[str, Any]:
    line = draw.fit.line if draw.fit else None
    return {
        "population_id": population_id,
        "ordinal": ordinal,
        "network_id": network_id,
        "parameters": draw.parameters,
        "multiplicity": draw.multiplicity,
        "flops": draw.complexity.flops,
        "params": draw.complexity.params,
        "activations": draw.complexity.activations,
        "fit_w0": line and line.w0,
        "fit_wa": line and line.wa,
        "fit_wm": line and line.wm,
        "e_fit": draw.fit and draw.fit.e_fit,
    }
