"""Previews: what sampling a population would give, before anything is stored.

A preview draws with the population's own seed, so the networks it shows are the first ones of
the population. `start` stores a population together with a space that is new, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from columns import constraints
from columns.constraints import Constraint, ConstraintError
from db.models import PopulationRow
from db.session import Database
from designspace import sampling
from designspace.sampling import Draw, TooFewNetworks
from designspace.spaces.base import Family
from services.defining import regimes, spaces
from services.errors import Conflict, Refused
from services.sampling import populations, samplers
from services.sampling.populations import Spec
from services.sampling.samplers import Sampler

NETWORKS = 100
"""Networks that a preview looks for: the acceptance is then known within about a tenth."""
CANDIDATES = 200_000
"""Candidates after which it gives up."""


@dataclass(frozen=True)
class NewSpace:
    """A design space that is defined together with its first population."""

    name: str
    space: Family
    refined_from: int | None = None


@dataclass(frozen=True)
class Preview:
    """What became of the candidates, and the networks that were accepted, in their order."""

    draws: list[Draw]
    tried: int
    refused: dict[str, int]  # candidates, by cause

    @property
    def acceptance(self) -> float:
        """Accepted candidates as a share of those tried."""
        return len(self.draws) / self.tried

    def candidates_for(self, n: int) -> int | None:
        """About how many candidates n networks take; None where none was accepted.

        Of a small space more, because duplicates become frequent.
        """
        return round(n / self.acceptance) if self.draws else None


def preview(
    database: Database,
    space: Family | int,
    regime_id: int,
    windows: Mapping[str, str],
    seed: int = 0,
    sampler: Sampler = samplers.here,
) -> Preview:
    """Sample a few networks of a space, given itself or by id, and store nothing.

    Raises:
        NotFound: no such space or regime.
        Refused: a window that is no constraint on complexity.
    """
    parsed = parse_windows(windows)
    with database.read() as session:
        regime = regimes.get(session, regime_id).regime
        if isinstance(space, int):
            space = spaces.get(session, space).space
    try:
        sample = sampler(space, NETWORKS, seed, parsed, regime, candidates=CANDIDATES)
    except TooFewNetworks as few:
        sample = few.sample
    return Preview(sample.draws, sample.tried, sample.refused)


def start(
    database: Database,
    spec: Spec,
    new: NewSpace | None = None,
    sampler: Sampler = samplers.here,
) -> int:
    """Create a population, of `new` where it is given: all of it is stored, or nothing.

    Here n counts the networks that are new; those that are inherited come before them.

    Raises:
        NotFound: no such space or regime.
        Refused: a window that is no constraint on complexity, too few networks inside it,
            nothing to inherit, or `space_name` is taken by another definition.
        Conflict: the population's name is taken.
    """
    parsed = parse_windows(spec.windows)
    with database.read() as session:
        _require_free(session, spec.name)
        regime = regimes.get(session, spec.regime_id).regime
        space = new.space if new else spaces.get(session, spec.space_id).space
        known = populations.inherited(session, spec, space)
    spec = replace(spec, n=len(known) + spec.n)
    if new is None:
        return populations.create(database, spec, sampler)
    try:
        # Outside of any transaction: sampling may take seconds.
        sample = sampler(new.space, spec.n, spec.seed, parsed, regime, known=known)
    except TooFewNetworks as few:
        raise Refused("n", spec.n, str(few)) from few
    with database.durable() as session:
        try:
            space_id = spaces.define(session, new.name, new.space, new.refined_from)
        except Conflict as taken:
            raise Refused("space_name", new.name, str(taken)) from taken
        spec = replace(spec, space_id=space_id)
        return populations.store(session, spec, sample, inherited=len(known))


def parse_windows(windows: Mapping[str, str]) -> dict[str, Constraint]:
    """Constraints on complexity from text.

    Raises:
        Refused: the first that is none, as `windows.NAME`.
    """
    try:
        return constraints.parse_all(windows, sampling.WINDOWS)
    except ConstraintError as error:
        allowed = f"{error.reason}; {error.allowed}"
        raise Refused(f"windows.{error.column}", error.text, allowed) from error


def _require_free(session: Session, name: str) -> None:
    if session.scalar(select(PopulationRow.id).where(PopulationRow.name == name)) is not None:
        raise Conflict(f"population {name!r} exists")
