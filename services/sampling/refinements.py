"""Refinements: from a population and constraints to the next space, and the chain of these."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from columns import constraints
from columns.constraints import Constraint, ConstraintError, Range
from db.models import DesignSpaceRow, SampledRow
from designspace import sampling
from designspace.spaces import DESIGN_SPACE
from designspace.spaces.base import Family
from population.curves.edf import edf
from population.population import Population
from services import definitions, rows
from services.acting.permission import visible
from services.defining import regimes, spaces
from services.errors import Refused
from services.reading.snapshots import Snapshots
from services.sampling import inheritance
from services.sampling.inheritance import Heir


@dataclass(frozen=True)
class Proposal:
    """The next space, and how a population of it would begin."""

    refined_from: int  # id of the space
    space: Family
    regime_id: int
    training_seed: int
    windows: dict[str, str]
    inherited: int  # networks that are measured already and would come first
    reason: str | None  # why it can inherit none


@dataclass(frozen=True)
class Ancestor:
    """A space in the chain that led to another, and its results under one regime."""

    space_id: int
    name: str
    count: int  # settings of its parameters
    regime: str | None  # name of the one that the whole chain is told under
    population_id: int | None  # under that regime; the results are its
    n: int  # networks with a result
    median: float | None  # error, percent


def refinable(session: Session, population_id: int) -> tuple[str, ...]:
    """The columns of a population whose constraints can become part of a space or a window.

    Raises:
        NotFound: no such population.
    """
    return (*_space_of(session, population_id).refinable, *sampling.WINDOWS)


def propose(
    session: Session,
    population_id: int,
    texts: Mapping[str, str],
    rules: Mapping[str, Sequence[str]],
) -> Proposal:
    """The space of those networks of a population that pass.

    Args:
        texts: constraints by column; those on complexity become windows.
        rules: to add, by their field of the family: names of parameters each.

    Raises:
        NotFound: no such population.
        Refused: a constraint that can't become part of a space, or a rule the space lacks.
    """
    old = _space_of(session, population_id)
    population = rows.get(session, SampledRow, population_id)
    try:
        asked = {name: constraints.parse(text) for name, text in texts.items()}
        windows = constraints.parse_all(population.windows, sampling.WINDOWS)
    except ConstraintError as error:
        raise Refused(error.column or "constraint", error.text, error.allowed) from error
    on_space = {name: one for name, one in asked.items() if name not in sampling.WINDOWS}
    for name in set(asked) - set(on_space):
        windows[name] = _both(name, asked[name], windows.get(name))
    try:
        space = _with_rules(old.refined(on_space), rules)
    except ValidationError as error:
        raise Refused("rules", dict(rules), error.errors()[0]["msg"]) from error
    except ValueError as error:
        raise Refused("constraints", dict(texts), str(error)) from error
    written = {name: str(window) for name, window in windows.items()}
    heir = Heir(space, population.regime_id, population.training_seed, written)
    inherited, reason = inheritable(session, population_id, heir)
    return Proposal(
        refined_from=population.space_id,
        space=space,
        regime_id=population.regime_id,
        training_seed=population.training_seed,
        windows=written,
        inherited=inherited,
        reason=reason,
    )


def inheritable(session: Session, population_id: int, heir: Heir) -> tuple[int, str | None]:
    """How many measured networks of a population another would begin with; else why none.

    Raises:
        NotFound: no such population.
    """
    population = rows.get(session, SampledRow, population_id)
    if reason := inheritance.why_not(session, population, heir):
        return 0, reason
    return len(inheritance.draws(session, population_id, heir)), None


def lineage(
    session: Session,
    snapshots: Snapshots,
    space_id: int,
    regime_id: int | None = None,
    population_id: int | None = None,
) -> list[Ancestor]:
    """The chain of spaces that led to a space, the first one first and itself last.

    It begins behind the last one that the actor doesn't see.

    Errors under two regimes don't compare, so the whole chain is told under one.

    Args:
        regime_id: that regime; else that of the newest population in the chain, from its end.
        population_id: the population in hand, which then speaks for its space; another space's
            is the one with the most results.

    Raises:
        NotFound: no such space or regime.
    """
    line = [rows.get(session, DesignSpaceRow, space_id)]
    while line[0].refined_from is not None:
        parent = session.get_one(DesignSpaceRow, line[0].refined_from)
        if not rows.is_there(session, parent):
            break
        line.insert(0, parent)
    if regime_id is None:
        regime_id = _newest_regime(session, [row.id for row in reversed(line)])
    name = None if regime_id is None else regimes.get(session, regime_id).name
    measured = [_measured(session, snapshots, row, regime_id, population_id) for row in line]
    return [
        Ancestor(
            space_id=row.id,
            name=row.name,
            count=definitions.space(row).count(),
            regime=name,
            population_id=of,
            n=n,
            median=median,
        )
        for row, (of, n, median) in zip(line, measured, strict=True)
    ]


def _newest_regime(session: Session, space_ids: Sequence[int]) -> int | None:
    """The regime of the newest population of the first space that has one."""
    for space_id in space_ids:
        newest = (
            select(SampledRow.regime_id)
            .where(SampledRow.space_id == space_id, visible(session, SampledRow))
            .order_by(SampledRow.id.desc())
            .limit(1)
        )
        if (regime_id := session.scalar(newest)) is not None:
            return regime_id
    return None


def _measured(
    session: Session,
    snapshots: Snapshots,
    space: DesignSpaceRow,
    regime_id: int | None,
    in_hand: int | None,
) -> tuple[int | None, int, float | None]:
    """The population that speaks for a space under a regime, its results and their median."""
    alike = select(SampledRow.id).where(
        SampledRow.space_id == space.id,
        SampledRow.regime_id == regime_id,
        visible(session, SampledRow),
    )
    found = {id: snapshots.get(id).results for id in session.scalars(alike)}
    if not found:
        return None, 0, None
    of = in_hand if in_hand in found else max(found, key=lambda id: (len(found[id]), id))
    return of, *_summary(found[of])


def _summary(results: Population) -> tuple[int, float | None]:
    """How many networks have a result, and their median error; None where half diverged."""
    if not len(results):
        return 0, None
    median = edf(results.error, results.multiplicity).median
    return len(results), median if math.isfinite(median) else None


def _space_of(session: Session, population_id: int) -> Family:
    population = rows.get(session, SampledRow, population_id)
    return spaces.get(session, population.space_id).space


def _with_rules(space: Family, rules: Mapping[str, Sequence[str]]) -> Family:
    """The space with ties and orders added to those it has."""
    added = {
        name: [*getattr(space, name, ()), *names] for name, names in rules.items() if names
    }
    if not added:
        return space
    return DESIGN_SPACE.validate_python(space.model_dump() | added)


def _both(name: str, new: Constraint, old: Constraint | None) -> Constraint:
    """What passes both."""
    if not isinstance(new, Range) or not isinstance(old, Range | None):
        raise Refused(name, str(new), "a range a..b, to become a window")
    if old is None:
        return new
    lo, hi = max(new.lo, old.lo), min(new.hi, old.hi)
    if lo > hi:
        raise Refused(name, str(new), f"a range that meets the population's window {old}")
    return Range(lo, hi)
