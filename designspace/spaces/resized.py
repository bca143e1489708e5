"""A design space whose networks see images at a side of their own, which is drawn, too.

Once-for-All draws it between 128 and 224 pixels. Whatever a regime's images are, each network
resizes them first, so that its cost and its error are those at its side.

Source: Once-for-All (arXiv 1908.09791), section 3.1; EfficientNet (1905.11946), section 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.random import Generator
from pydantic import Field

from columns.arrays import Bools, Floats, Ints
from columns.constraints import Constraint
from columns.quantities import Name
from designspace.laws.laws import Law, Uniform, defaults_to, within
from designspace.layers.complexity import Complexity
from designspace.networks.resized import ResizedNetworks
from designspace.spaces.base import Draws, Family

if TYPE_CHECKING:
    from designspace.spaces import AnyFamily

    Inner: TypeAlias = AnyFamily

RESOLUTION = Uniform(lo=128, hi=224, step=4)


class Resized(Family):
    """Networks of another space; of 128 to 224 pixels in fours by default."""

    kind: ClassVar[str] = "Resized and scaled"

    family: Literal["resized"] = "resized"
    space: Inner = Field(description="what networks are drawn from")
    resolution: Annotated[Law, defaults_to(RESOLUTION), within(4, 1024, 1)] = RESOLUTION

    @property
    def chunk(self) -> int:
        """As its networks are drawn."""
        return self.space.chunk

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates of the space, and a side for each."""
        drawn = self.space.draw(rng, n)
        return at_sides(drawn, self.resolution.draw(rng, n)[drawn.candidates])

    @property
    def lists(self) -> bool:
        """Where the space does."""
        return self.space.lists

    @property
    def draws_evenly(self) -> bool:
        """Where the space is, and all sides are equally likely."""
        return self.space.draws_evenly and bool(self.resolution.even)

    def enumerated(self) -> Draws:
        """All networks of the space at the smallest side, then at the next."""
        every, sides = self.space.enumerated(), self.resolution.units()
        rows = np.tile(np.arange(len(every.networks)), len(sides))
        parameters = {name: column[rows] for name, column in every.parameters.items()}
        again = Draws(len(rows), np.arange(len(rows)), parameters, every.networks.take(rows))
        return at_sides(again, np.repeat(sides, len(every.networks)))

    def count(self) -> int:
        """Settings of the space, at each side."""
        return self.space.count() * len(self.resolution.values)

    def law(self, parameter: str) -> Any:
        """The side's, and those of the space."""
        return self.resolution if parameter == "resolution" else self.space.law(parameter)

    @property
    def refinable(self) -> tuple[str, ...]:
        """The side, and what refines the space."""
        return ("resolution", *self.space.refinable)

    def refined(self, constraints: Mapping[str, Constraint]) -> Self:
        """The side's constraint is its own, all others are the space's."""
        own = {name: one for name, one in constraints.items() if name == "resolution"}
        others = {name: one for name, one in constraints.items() if name != "resolution"}
        space = self.space.refined(others) if others else self.space
        return super().refined(own).model_copy(update={"space": space})

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks are of the space, and of a side of the law."""
        sides: Bools = np.isin(columns["resolution"], self.resolution.values)
        return sides & self.space.contains(columns)

    def names_of(self, column: str) -> Sequence[Name]:
        """As of the space."""
        return self.space.names_of(column)

    def is_given(self, other: Family) -> bool:
        """Both parts are."""
        return (
            isinstance(other, Resized)
            and self.space.is_given(other.space)
            and self.resolution.is_given(other.resolution)
        )

    def beyond(self, counts: Complexity) -> dict[str, Any]:
        """What the space leaves out."""
        return self.space.beyond(counts)


def at_sides(drawn: Draws, sides: Ints) -> Draws:
    """Draws whose networks resize images to a side each, shape (n,)."""
    if isinstance(drawn.networks, ResizedNetworks):
        raise TypeError("a space of resized networks is not resized")
    parameters = {**drawn.parameters, "resolution": sides.astype(float)}
    return replace(
        drawn, parameters=parameters, networks=ResizedNetworks(drawn.networks, sides)
    )
