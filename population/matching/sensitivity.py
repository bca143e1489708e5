"""Sensitivity: theta at equal covariates by every way to match, side by side.

No single way is right. Overlap weights make a few terms of the covariates equal, bins are
coarse, exact strata leave out what has no like, and a regression trusts the shape of its terms.
Where they agree, how the match was made doesn't matter; where they don't, a sentence says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from population.basics.estimate import Estimate


@dataclass(frozen=True)
class Way:
    """Theta by one way to match, and the p that inverts its interval; nan where it has none."""

    name: str
    theta: Estimate
    p: float


def disagreement(ways: Sequence[Way]) -> str | None:
    """A sentence where two ways exclude each other's theta, or only some exclude 50 %; or None.

    All ways are of the same networks and differ by far less than two samples would; so far
    apart, they answer for different networks or one of them is no match.
    """
    told = [way for way in ways if way.theta.bounded]
    for one, other in combinations(told, 2):
        if excludes(one.theta, other.theta.value) and excludes(other.theta, one.theta.value):
            return (
                f"The ways to match disagree: {one.name} and {other.name} exclude each "
                f"other's share of pairs."
            )
    sure = [way.name for way in told if excludes(way.theta, 0.5)]
    if not sure or len(sure) == len(told):
        return None
    unsure = [way.name for way in told if way.name not in sure]
    return (
        f"The ways to match disagree: 50 % is excluded by {listed(sure)}, "
        f"and not by {listed(unsure)}."
    )


def excludes(found: Estimate, value: float) -> bool:
    return not found.lo <= value <= found.hi


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
