"""Can one trust a ranking? The same networks after fewer epochs, by other seeds and regimes.

A network is one row, whichever populations drew it: all its trainings are found by it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from columns.arrays import Floats, Ints
from db.models import DrawRow, EpochRow, JobRow, RegimeRow, ResultRow, SampledRow
from db.session import Database
from population.basics.estimate import SEED
from population.population import guesses
from population.trust.noise import Noise, seed_noise
from population.trust.stability import Stability, stability
from services import definitions, rows
from services.comparing.sides import Side
from services.work.wanting import is_shown, joins

MOST = 5_000
"""Networks that are looked at: the first of a side in launch order."""
FEWEST = 5
"""Networks that have both trainings; with fewer, nothing is said."""
DRAWS = 300


@dataclass(frozen=True, eq=False)
class AtEpoch:
    """The ranking after an epoch against that after the last one."""

    epoch: int
    against_last: Stability


@dataclass(frozen=True, eq=False)
class Retrained:
    """A side's networks trained once more: by another seed, or under another regime."""

    regime: str
    seed: int
    same_regime: bool
    against_first: Stability  # this training ranks, the side's own one is the truth


@dataclass(frozen=True, eq=False)
class Trust:
    """What is known of a side's ranking; empty where nothing was trained again."""

    side: Side
    epochs: Sequence[AtEpoch]
    retrained: Sequence[Retrained]
    noise: Noise | None  # of seeds against the spread; None with one seed
    n: int  # networks looked at


def trusted(database: Database, side: Side) -> Trust:
    """Every way in which a side's ranking can be checked with what is in the database."""
    results = side.launched
    ids = results.ids[:MOST] if results.ids is not None else np.empty(0, dtype=np.int64)
    final = results.error[:MOST]
    with database.read() as session:
        population = rows.get(session, SampledRow, side.population_id)
        curves = {
            epoch: diverged_as_infinite(errors, side.view.snapshot.chance)
            for epoch, errors in _epochs(session, population, ids).items()
        }
        found = trainings(session, population, ids)
        regimes = {regime: session.get_one(RegimeRow, regime) for regime, _ in found}
        names = {id: regime.name for id, regime in regimes.items()}
        chances = {id: definitions.regime(row).chance for id, row in regimes.items()}
        errors_of = {
            (regime, seed): diverged_as_infinite(errors, chances[regime])
            for (regime, seed), errors in found.items()
        }
        own = (population.regime_id, population.training_seed)
    rng = np.random.default_rng(SEED)
    retrained = [
        Retrained(names[regime], seed, regime == own[0], stability(errors, final, rng))
        for (regime, seed), errors in sorted(errors_of.items())
        if (regime, seed) != own and _known(errors) >= FEWEST
    ]
    seeds = [
        errors
        for (regime, seed), errors in sorted(errors_of.items())
        if regime == own[0] and (seed == own[1] or _known(errors) >= FEWEST)
    ]
    return Trust(
        side,
        [AtEpoch(epoch, stability(errors, final, rng)) for epoch, errors in curves.items()],
        retrained,
        _noise(seeds, side.view.snapshot.chance, rng),
        int(ids.size),
    )


def _noise(seeds: Sequence[Floats], chance: float, rng: np.random.Generator) -> Noise | None:
    """Of the networks that have all seeds; at most three seeds are read."""
    if len(seeds) < 2:
        return None
    return seed_noise(np.stack(seeds[:3], axis=1), rng, chance=chance, draws=DRAWS)


def diverged_as_infinite(errors: Floats, chance: float) -> Floats:
    """+inf where a training diverged or guesses, as in a population."""
    return np.where(guesses(errors, chance), math.inf, errors)


def _known(errors: Floats) -> int:
    return int((~np.isnan(errors)).sum())


def _epochs(session: Session, population: SampledRow, ids: Ints) -> Mapping[int, Floats]:
    """Error of each network after every epoch but the last, by epoch; nan where unknown."""
    rows = session.execute(
        select(DrawRow.network_id, EpochRow.epoch, EpochRow.error)
        .join(JobRow, joins(population))
        .join(EpochRow, EpochRow.job_id == JobRow.id)
        .where(JobRow.kind == "train")
    ).all()
    found = _table({(epoch, id): error for id, epoch, error in rows}, ids)
    return {epoch: found[epoch] for epoch in sorted(found)[:-1]}


def trainings(
    session: Session,
    population: SampledRow,
    ids: Ints,
    regime: int | None = None,
) -> Mapping[tuple[int, int], Floats]:
    """Errors of the same networks by regime and seed; +inf where diverged, nan where none.

    Only trainings that a population wants which the actor sees.

    Args:
        ids: networks of the population; the errors are in their order.
        regime: the only one to look at.
    """
    rows = session.execute(
        select(DrawRow.network_id, JobRow.regime_id, JobRow.seed, ResultRow.quantities)
        .join(JobRow, JobRow.network_id == DrawRow.network_id)
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .where(
            DrawRow.population_id == population.id,
            JobRow.kind == "train",
            true() if regime is None else JobRow.regime_id == regime,
            is_shown(session),
        )
    ).all()
    return _table(
        {((regime, seed), id): found.get("error") for id, regime, seed, found in rows}, ids
    )


def _table(errors: Mapping[tuple[Any, int], float | None], ids: Ints) -> dict[Any, Floats]:
    """Columns in the order of `ids`, by the first part of the keys; None reads as diverged."""
    place = {int(id): i for i, id in enumerate(ids)}
    table: dict[Any, Floats] = {}
    for (key, id), error in errors.items():
        if id in place:
            column = table.setdefault(key, np.full(ids.size, np.nan))
            column[place[id]] = math.inf if error is None else error
    return table
