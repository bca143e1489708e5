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
from columns.constraints import Constraint, ConstraintError
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
        """What statistics read, by error."""
        return self.view.results

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


def side(snapshots: Snapshots, text: str) -> Side:
    """The population as it is now, under the constraints.

    Its label is the population's name, and the constraints in the words of a link.

    Raises:
        Refused: not the grammar, or a constraint that is none.
        NotFound: no such population.
    """
    population, texts = parse_side(text)
    launched = texts.pop(ORDINAL, None)
    snapshot, window, said = snapshots.get(population), None, []
    if launched is not None:
        snapshot, window = part_of(snapshot, launched)
        said = [f"{ORDINAL}={window}"]
    view = queries.view(snapshot, texts)
    named = [f"{name}={constraint}" for name, constraint in view.constraints.items()]
    return Side(text, view, " · ".join([view.snapshot.name, *named, *said]), window)


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
) -> list[Side]:
    """Several sides, with labels that tell them apart.

    Args:
        half: of the launch order, of every side: a rival was looked at, too, when constraints
            were chosen.

    Raises:
        Refused: too few or too many of them, or as of `side`.
        NotFound: no such population.
    """
    if not fewest <= len(texts) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise Refused("side", "; ".join(texts) or None, f"{wanted} sides, given {len(texts)}")
    if half is not None:
        texts = [halved(snapshots, text, half) for text in texts]
    found = [side(snapshots, text) for text in texts]
    labels = told_apart([one.label for one in found])
    return [replace(one, label=label) for one, label in zip(found, labels, strict=True)]


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
