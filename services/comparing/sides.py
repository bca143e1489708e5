"""Sides of a comparison: populations, each under constraints of its own.

A side is written like the query of a link: `2;depth=5..8;bottleneck_ratio=1` is population 2
under two constraints. `ordinal=50..` takes some of the launch order, which is random: who has
chosen constraints by the errors of the first half tests them on the second. `half` writes that
for all sides of a comparison.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os.path import commonprefix
from typing import Literal

import numpy as np

from columns import constraints
from columns.constraints import Constraint, ConstraintError, OneOf
from columns.quantities import Quantity
from population.curves.edf import EDF
from population.population import ORDINAL, Population
from services import numbers
from services.errors import Refused
from services.reading import queries
from services.reading.queries import View
from services.reading.snapshots import Snapshot, Snapshots

GRAMMAR = "`ID` or `ID;column=constraint;..`, as in 2;depth=5..8;bottleneck_ratio=1"
PART = re.compile(r"(?<=: )|(?= · )|(?= \()")
"""Where a part of a population's name ends: `Study: | RegNetX | (fashion-14)`."""

Half = Literal["first", "second"]
"""To choose constraints on, and to test them on."""

MOST = 6
"""Sides of one comparison: fifteen pairs, and as many colours as one can tell apart."""

MOST_NAMED = 6
"""Places in the launch order that a label names one by one."""


@dataclass(frozen=True)
class Side:
    """One population under its constraints."""

    text: str  # as it was written, with the half that was asked for
    view: View
    label: str  # what tells it apart from the other sides
    window: Constraint | None = None  # of the launch order; None where all of it counts

    @property
    def population_id(self) -> int:
        return self.view.snapshot.id

    @property
    def results(self) -> Population:
        """What statistics read, best first."""
        return self.view.results

    @property
    def criterion(self) -> Quantity:
        """What its networks are judged by."""
        return self.view.snapshot.quantities[self.view.criterion]

    @cached_property
    def edf(self) -> EDF:
        return self.view.edf

    @cached_property
    def launched(self) -> Population:
        """The same networks in launch order, which sequential looks need."""
        return self.view.snapshot.prefix.constrained(self.view.constraints).results()


def parse_side(text: str) -> tuple[int, dict[str, str]]:
    """A population and constraint texts by column.

    Raises:
        Refused: not the grammar, or a column named twice.
    """
    head, *parts = text.split(";")
    population = numbers.whole(head)
    if population is None:
        raise Refused("side", text, GRAMMAR)
    texts: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in parts)):
        name, equals, constraint = part.partition("=")
        if not equals or not name or name in texts:
            raise Refused("side", text, f"{GRAMMAR}; one constraint a column")
        texts[name] = constraint
    return population, texts


def side(snapshots: Snapshots, text: str, of: str = "") -> Side:
    """The population as it is now, under the constraints.

    Its label is the population's name, and the constraints in the words of a link.

    Args:
        of: the column that its networks are judged by; empty: the population's criterion.

    Raises:
        Refused: not the grammar, a constraint that is none, or no such column.
        NotFound: no such population.
    """
    population, texts = parse_side(text)
    launched = texts.pop(ORDINAL, None)
    snapshot, window, said = snapshots.get(population), None, []
    if of:
        snapshot = snapshot.judged_by(of)
    if launched is not None:
        snapshot, window = part_of(snapshot, launched)
        said = [f"{ORDINAL}={_brief(window)}"]
    view = queries.view(snapshot, texts)
    named = [f"{name}={constraint}" for name, constraint in view.constraints.items()]
    return Side(text, view, " · ".join([view.snapshot.name, *named, *said]), window)


def _brief(window: Constraint) -> str:
    """As written; of many networks that are named one by one the first, and their number."""
    if not isinstance(window, OneOf) or len(window.values) <= MOST_NAMED:
        return str(window)
    return f"{OneOf(window.values[:MOST_NAMED])},.. ({len(window.values):,})"


def halved(snapshots: Snapshots, text: str, half: Half) -> str:
    """A side's text with one half of its launch order, by the draws, whatever their errors.

    The first half has the middle one. A side that names its own part keeps it.

    Raises:
        Refused: not the grammar.
        NotFound: no such population.
    """
    population, texts = parse_side(text)
    if ORDINAL in texts:
        return text
    second = -(-len(snapshots.get(population).population) // 2)
    return f"{text};{ORDINAL}=" + (f"..{second - 1}" if half == "first" else f"{second}..")


def part_of(snapshot: Snapshot, launched: str) -> tuple[Snapshot, Constraint]:
    """Those networks of a population whose places in the launch order, from 0, pass.

    Raises:
        Refused: a text that is no constraint.
    """
    try:
        window = constraints.parse(launched)
    except ConstraintError as error:
        allowed = f"{error.reason}; {error.allowed}"
        raise Refused(ORDINAL, launched, allowed) from error
    population = snapshot.population
    places = np.arange(len(population), dtype=float)
    part = population.take(window.mask(places))
    return replace(snapshot, population=part, whole=False), window


def sides(
    snapshots: Snapshots,
    texts: Sequence[str],
    fewest: int,
    most: int = MOST,
    half: Half | None = None,
    of: str = "",
) -> list[Side]:
    """Several sides, with labels that tell them apart.

    Args:
        half: of the launch order, of every side: a rival was looked at, too, when constraints
            were chosen.
        of: the column that the networks of all sides are judged by; empty: their criterion.

    Raises:
        Refused: too few or too many of them, judged by different things, or as of `side`.
        NotFound: no such population.
    """
    if not fewest <= len(texts) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise Refused("side", "; ".join(texts) or None, f"{wanted} sides, given {len(texts)}")
    if half is not None:
        texts = [halved(snapshots, text, half) for text in texts]
    found = [side(snapshots, text, of) for text in texts]
    _require_one_criterion(found)
    labels = told_apart([one.label for one in found])
    return [replace(one, label=label) for one, label in zip(found, labels, strict=True)]


def _require_one_criterion(sides: Sequence[Side]) -> None:
    """Refuse to compare one quantity with another, or in other units."""
    said = {one.criterion.name: one.criterion for one in sides}
    if len(said) > 1:
        named = ", ".join(said)
        raise Refused("of", None, f"one column that all sides have; they are judged by {named}")
    units = {one.criterion.unit for one in sides}
    if len(units) > 1:
        named = ", ".join(unit or "none" for unit in sorted(units))
        allowed = f"a column of one unit; on these sides it has {named}"
        raise Refused("of", next(iter(said)), allowed)


def told_apart(names: Sequence[str]) -> Sequence[str]:
    """The names without the parts that all of them begin or end with.

    `Study: RegNetX (fashion-14)` beside `Study: AnyNetX_A (fashion-14)` is RegNetX. They stay
    whole where nothing would be left of one. Explore's are made alike by `populations.mjs`.
    """
    parts = [PART.split(name) for name in names]
    first = len(commonprefix(parts))
    last = len(commonprefix([name[::-1] for name in parts]))
    left = ["".join(name[first : len(name) - last]).strip(" ·") for name in parts]
    return left if all(left) else names
