"""A ray from a network of a population: a proposal, nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.models import RegimeRow, SampledRow
from designspace.spaces import ray
from designspace.spaces.base import Family
from services import definitions, rows
from services.defining import spaces
from services.errors import Refused
from services.reading import networks
from services.reading.networks import NetworkRecord


@dataclass(frozen=True)
class Proposal:
    """The space of a network and what scaling makes of it, under the population's regime."""

    space: Family
    space_id: int  # the network's
    space_name: str
    regime_id: int
    training_seed: int


def propose(session: Session, population_id: int, network_id: int) -> Proposal:
    """The ray of a network of a population.

    Raises:
        NotFound: no such population, or no such network in it.
        Refused: it has none.
    """
    return of(session, population_id, networks.get(session, population_id, network_id))


def of(session: Session, population_id: int, record: NetworkRecord) -> Proposal:
    """The paper's fast scaling of a network by 1, 2, 4 and 8.

    Raises:
        Refused: its body is none that is scaled, or it would have too many blocks.
    """
    population = rows.get(session, SampledRow, population_id)
    regime = definitions.regime(session.get_one(RegimeRow, population.regime_id))
    try:
        space = ray(record.network, regime.resolution)
    except ValueError as error:
        raise Refused("network", record.id, str(error)) from error
    return Proposal(
        space=space,
        space_id=population.space_id,
        space_name=spaces.get(session, population.space_id).name,
        regime_id=population.regime_id,
        training_seed=population.training_seed,
    )
