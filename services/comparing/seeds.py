"""Seeds as a level of their own: the error of a network as the mean over its trainings.

One seed widens an EDF by its noise. Populations share trainings by network, regime and seed, so
whoever asked for the others, they are found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from columns.arrays import Ints
from db.models import DrawRow, JobRow, SampledRow
from db.session import Database
from jobs.states import OPEN
from population.population import Population
from population.trust.noise import over_seeds
from services import rows
from services.comparing.stability import diverged_as_infinite, trainings
from services.reading.queries import View
from services.work.wanting import is_shown

CONVENTION = (
    "the error of a network is the mean over its training seeds under one regime, from two "
    "seeds on; one training that diverged makes the network diverged; networks with one seed "
    "are left out. If networks were trained again because of their errors, this is their EDF, "
    "not the population's"
)
FEWEST = 2  # seeds that a mean is of


@dataclass(frozen=True)
class OverSeeds:
    """A population's networks with several seeds, by their mean errors."""

    view: View  # of these networks only
    networks: Mapping[
        int, int
    ]  # with a result, by how many seeds have one; the ones left out, too
    awaited: int  # left out: at or behind the first network that another seed is trained of


def over(database: Database, view: View) -> OverSeeds:
    """The networks of a view that have two seeds or more, with the mean as their error.

    As results are, they are read up to the first network, in launch order, of which a training
    is awaited: what is quick to train would come first.
    """
    snapshot, results = (
        view.snapshot,
        view.snapshot.prefix.constrained(view.constraints).results(),
    )
    ids = np.empty(0, np.int64) if results.ids is None else results.ids
    with database.read() as session:
        population = rows.get(session, SampledRow, snapshot.id)
        found = trainings(session, population, ids, population.regime_id)
        awaited = np.isin(ids, _awaited(session, population))
    columns = [diverged_as_infinite(errors, snapshot.chance) for errors in found.values()]
    errors = np.stack(columns, axis=1) if columns else np.empty((ids.size, 0))
    means, seeds = over_seeds(errors)
    settled = np.arange(ids.size) < (int(awaited.argmax()) if awaited.any() else ids.size)
    counted = (seeds >= FEWEST) & settled
    averaged = Population.from_columns(
        {"error": means[counted]}, multiplicity=results.multiplicity[counted], ids=ids[counted]
    ).by_error()
    diverged = averaged.counts.diverged
    return OverSeeds(
        replace(view, results=averaged, diverged=diverged, among=None),  # chosen ones
        dict(sorted(Counter(seeds.tolist()).items())),
        int((~settled).sum()),
    )


def _awaited(session: Session, population: SampledRow) -> Ints:
    """Networks of a population that some seed is yet to train under its regime."""
    rows = session.scalars(
        select(DrawRow.network_id)
        .join(JobRow, JobRow.network_id == DrawRow.network_id)
        .where(
            DrawRow.population_id == population.id,
            JobRow.kind == "train",
            JobRow.regime_id == population.regime_id,
            JobRow.state.in_(OPEN),
            is_shown(session),
        )
        .distinct()
    )
    return np.array(rows.all(), dtype=np.int64)
