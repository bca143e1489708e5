"""Sides of a comparison: populations, each under constraints of its own.

A side is written like the query of a link: `2;depth=5..8;bottleneck_ratio=1` is population 2
under two constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from designspace.edf import EDF, edf
from designspace.population import Population
from services import queries
from services.errors import Refused
from services.queries import View
from services.snapshots import Snapshots

GRAMMAR = "`ID` or `ID;column=constraint;..`, as in 2;depth=5..8;bottleneck_ratio=1"
MOST = 6
"""Sides of one comparison: fifteen pairs, and as many colours as one can tell apart."""


@dataclass(frozen=True)
class Side:
    """One population under its constraints."""

    text: str  # as it was written
    view: View

    @property
    def population_id(self) -> int:
        return self.view.snapshot.id

    @property
    def label(self) -> str:
        """The population's name, and the constraints in the words of a link."""
        constraints = [f"{name}={text}" for name, text in self.view.constraints.items()]
        return " · ".join([self.view.snapshot.name, *constraints])

    @property
    def results(self) -> Population:
        """What statistics read, by error."""
        return self.view.results

    @cached_property
    def edf(self) -> EDF:
        return edf(self.results.error, self.results.multiplicity)

    @cached_property
    def launched(self) -> Population:
        """The same networks in launch order, which sequential looks need."""
        return self.view.snapshot.prefix.constrained(self.view.constraints).results()


def parse_side(text: str) -> tuple[int, dict[str, str]]:
    """A population and constraint texts by column.

    Raises:
        Refused: not the grammar, or a column named twice.
    """
    head, *parts = [part.strip() for part in text.split(";")]
    if not head.isdecimal() or len(head) > 18:
        raise Refused("side", text, GRAMMAR)
    texts: dict[str, str] = {}
    for part in filter(None, parts):
        name, equals, constraint = part.partition("=")
        if not equals or not name or name in texts:
            raise Refused("side", text, f"{GRAMMAR}; one constraint a column")
        texts[name] = constraint
    return int(head), texts


def side(snapshots: Snapshots, text: str) -> Side:
    """The population as it is now, under the constraints.

    Raises:
        Refused: not the grammar, or a constraint that is none.
        NotFound: no such population.
    """
    population, texts = parse_side(text)
    return Side(text, queries.view(snapshots.get(population), texts))


def sides(
    snapshots: Snapshots, texts: Sequence[str], fewest: int, most: int = MOST
) -> list[Side]:
    """Several sides.

    Raises:
        Refused: too few or too many of them, or as of `side`.
        NotFound: no such population.
    """
    if not fewest <= len(texts) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise Refused("side", "; ".join(texts) or None, f"{wanted} sides, given {len(texts)}")
    return [side(snapshots, text) for text in texts]
