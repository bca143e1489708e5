"""Inheritance: networks that were measured for a population and belong to a refined space, too.

They are a sample of the refined space where its law is the old law given the refinement
(`Family.is_given`), and where the old windows were no narrower. All networks of a space, each
once, are one only where the new law draws each equally often (`Family.draws_evenly`). Only the
population's prefix is read, the networks up to the first that is not final, so that fast
networks are not favoured.

One thing no law can mend: who refines a space by looking at these networks' errors, and then
counts them as its first results, judges the space by what suggested it. They are marked
(`inherited`), so a question can leave them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from columns.constraints import Constraint, Range
from db.models import DesignSpaceRow, DrawRow, JobRow, NetworkRow, SampledRow
from designspace import sampling
from designspace.layers.complexity import Complexity
from designspace.sampling import Draw
from designspace.spaces.base import Family
from jobs.states import FINAL
from services import definitions, rows
from services.errors import Refused
from services.sampling import windows
from services.work.wanting import wants


@dataclass(frozen=True)
class Heir:
    """The population that is to inherit."""

    space: Family
    regime_id: int
    training_seed: int
    windows: Mapping[str, str]


def draws(session: Session, parent_id: int, heir: Heir) -> list[Draw]:
    """What a population inherits of another, in the order it was drawn.

    Raises:
        Refused: no such population, or none whose networks are a sample of this one; why.
    """
    parent = session.get(SampledRow, parent_id)
    if parent is None or not rows.is_there(session, parent):
        raise Refused("inherits", parent_id, "the id of a population that was sampled")
    if reason := why_not(session, parent, heir):
        raise Refused("inherits", parent_id, reason)
    found = stored(session, parent.id, _prefix(session, parent))
    passing = _passing(found, heir.space, windows.parse(heir.windows))
    return [draw for draw, passes in zip(found, passing, strict=True) if passes]


def why_not(session: Session, parent: SampledRow, heir: Heir) -> str | None:
    """Why a population's networks are no sample of what is to inherit; None: they are."""
    measured_alike = (parent.regime_id, parent.training_seed) == (
        heir.regime_id,
        heir.training_seed,
    )
    if not measured_alike:
        return "a population measured under the same regime and training seed"
    row = session.get_one(DesignSpaceRow, parent.space_id)
    if not heir.space.is_given(definitions.space(row)):
        return "a population of a space whose law, given the new rules, is the law of this one"
    old, new = windows.parse(parent.windows), windows.parse(heir.windows)
    if not all(name in new and _within(new[name], window) for name, window in old.items()):
        return "a population whose windows are no narrower than these"
    if not heir.space.draws_evenly and _has_all(session, parent):
        return (
            "a population whose networks were drawn: those are of all networks, each once, and "
            "by this space's law some may be more likely than others"
        )
    return None


def _has_all(session: Session, population: SampledRow) -> bool:
    """Whether a population has all networks of a space, or began with some of such a one's."""
    if population.whole or population.inherits is None:
        return population.whole
    return _has_all(session, session.get_one(SampledRow, population.inherits))


def stored(session: Session, population_id: int, count: int) -> list[Draw]:
    """The first `count` draws of a population, as they were sampled."""
    rows = session.execute(
        select(DrawRow, NetworkRow)
        .join(NetworkRow, NetworkRow.id == DrawRow.network_id)
        .where(DrawRow.population_id == population_id, DrawRow.ordinal < count)
        .order_by(DrawRow.ordinal)
    )
    return [
        Draw(
            definitions.network(network),
            row.parameters,
            Complexity(row.flops, row.params, row.activations),
            definitions.fit(row),
            row.multiplicity,
        )
        for row, network in rows
    ]


def _prefix(session: Session, population: SampledRow) -> int:
    """How many networks come before the first that is not final."""
    unfinished = (
        select(DrawRow.ordinal)
        .where(
            SampledRow.id == population.id,
            *wants(),
            JobRow.kind == "train",
            JobRow.state.not_in(FINAL),
        )
        .order_by(DrawRow.ordinal)
        .limit(1)
    )
    first = session.scalar(unfinished)
    return population.n if first is None else first


def _passing(found: list[Draw], space: Family, inside: Mapping[str, Constraint]) -> list[bool]:
    """Which draws the space and the windows contain."""
    if not found:
        return []
    names = {name for draw in found for name in draw.parameters}
    columns = {
        name: np.array([draw.parameters.get(name, np.nan) for draw in found]) for name in names
    }
    counts = Complexity(
        *(
            np.array([getattr(draw.complexity, name) for draw in found])
            for name in sampling.WINDOWS
        )
    )
    passes = space.contains(columns)
    for name, window in inside.items():
        passes &= window.holds(getattr(counts, name))
    for beyond in space.beyond(counts).values():
        passes &= ~beyond
    passing: list[bool] = passes.tolist()
    return passing


def _within(new: Constraint, old: Constraint) -> bool:
    """Whether everything that passes `new` passes `old`."""
    if isinstance(new, Range) and isinstance(old, Range):
        return old.lo <= new.lo and new.hi <= old.hi
    return new == old or (not isinstance(new, Range) and bool(old.mask(new.values).all()))
