"""Refinements: from a population and constraints to the next space, and the chain of these."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import DesignSpaceRow, PopulationRow
from designspace import constraints, sampling
from designspace.constraints import Constraint, ConstraintError, Range
from designspace.edf import edf
from designspace.population import Population
from designspace.spaces import DESIGN_SPACE
from designspace.spaces.base import Family
from services import inheritance, spaces
from services.errors import NotFound, Refused
from services.inheritance import Heir
from services.snapshots import Snapshots


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
    """A space in the chain that led to another, and its newest population."""

    space_id: int
    name: str
    count: int  # settings of its parameters
    population_id: int | None
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
        rules: ties and orders to add: `shared`, `non_decreasing`, names of parameters each.

    Raises:
        NotFound: no such population.
        Refused: a constraint that can't become part of a space, or a rule the space lacks.
    """
    old = _space_of(session, population_id)
    population = session.get_one(PopulationRow, population_id)
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
    population = session.get(PopulationRow, population_id)
    if population is None:
        raise NotFound("population", population_id)
    if reason := inheritance.why_not(session, population, heir):
        return 0, reason
    return len(inheritance.draws(session, population_id, heir)), None


def lineage(session: Session, snapshots: Snapshots, space_id: int) -> list[Ancestor]:
    """The chain of spaces that led to a space, the first one first and itself last.

    Raises:
        NotFound: no such space.
    """
    chain: list[Ancestor] = []
    id: int | None = space_id
    while id is not None:
        row = session.get(DesignSpaceRow, id)
        if row is None:
            raise NotFound("design space", id)
        chain.insert(0, _ancestor(session, snapshots, row))
        id = row.refined_from
    return chain


def _ancestor(session: Session, snapshots: Snapshots, row: DesignSpaceRow) -> Ancestor:
    newest = session.scalar(
        select(PopulationRow.id)
        .where(PopulationRow.space_id == row.id)
        .order_by(PopulationRow.id.desc())
        .limit(1)
    )
    n, median = (0, None) if newest is None else _summary(snapshots.get(newest).results)
    return Ancestor(
        space_id=row.id,
        name=row.name,
        count=DESIGN_SPACE.validate_python(row.definition).count(),
        population_id=newest,
        n=n,
        median=median,
    )


def _summary(results: Population) -> tuple[int, float | None]:
    """How many networks have a result, and their median error; None where half diverged."""
    if not len(results):
        return 0, None
    median = edf(results.error, results.multiplicity).median
    return len(results), median if math.isfinite(median) else None


def _space_of(session: Session, population_id: int) -> Family:
    population = session.get(PopulationRow, population_id)
    if population is None:
        raise NotFound("population", population_id)
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
