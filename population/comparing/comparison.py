"""Which of two populations is better, by how much, and how sure that is: in one sentence.

theta, the chance that a random network of A beats one of B, decides: its interval excludes
1/2 (one is better), or lies within 5 points of it (no difference that matters), or neither
(not decided). Medians, area, distance and dominance stand beside it.

Sources: as of `theta`, `differences`, `equality` and `dominance`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from columns.units import ERRORS, Unit
from population.basics.estimate import Estimate, worth_in_words
from population.comparing.differences import area_between, median_difference
from population.comparing.dominance import Dominance, dominance
from population.comparing.equality import Distance, kolmogorov_smirnov
from population.comparing.theta import Pooled, Theta, effect, pooled, theta
from population.curves.edf import EDF

Outcome = Literal["A", "B", "same", "open", "few"]
"""A or B is better; no difference that matters; not decided; too few networks to say."""

FEWEST = 10  # networks of either, for a verdict
METHOD = "Brunner-Munzel on the logit scale, and what is unseen"
LEAST_P = 0.0001  # that is told exactly
MATTERS = 0.05  # theta within this of 1/2 makes no difference


@dataclass(frozen=True, eq=False)
class Comparison:
    """A against B, at one look: fixed numbers of networks, drawn independently."""

    a: EDF
    b: EDF
    both: Pooled
    theta: Theta
    level: float
    cut: float  # percent, of `area`

    @cached_property
    def theta_interval(self) -> Estimate:
        """P(a random network of A beats one of B), ties half."""
        lower, upper = self.theta.confidence(self.level)
        n = self.a.n + self.b.n
        return Estimate(self.theta.value, lower, upper, n, METHOD, self.level)

    @cached_property
    def medians(self) -> Estimate:
        """Median of A minus median of B, points."""
        return median_difference(self.a, self.b, self.level)

    @cached_property
    def area(self) -> Estimate:
        """Restricted mean of B minus that of A, points."""
        return area_between(self.a, self.b, self.cut, self.level)

    @cached_property
    def distance(self) -> Distance:
        return kolmogorov_smirnov(self.both)

    @cached_property
    def dominance(self) -> Dominance:
        return dominance(self.both, self.level)

    @property
    def outcome(self) -> Outcome:
        return outcome(self.theta_interval, min(self.theta.n, self.theta.m))

    @property
    def effect(self) -> str:
        """theta in a word; "" where it is not known."""
        return "" if math.isnan(self.theta.value) else effect(self.theta.value)


def compare(a: EDF, b: EDF, cut: float, level: float = 0.95) -> Comparison:
    """Compare two populations by their errors.

    Args:
        a, b: with weights where networks were drawn several times or are matched.
        cut: percent, the error up to which areas count; chosen before looking
            (`population.comparing.differences.usual_cut`).
        level: of every interval.
    """
    both = pooled(a, b)
    return Comparison(a, b, both, theta(both), level, cut)


def outcome(found: Estimate, n: float, fewest: int = FEWEST) -> Outcome:
    """What an interval of theta says, of populations the smaller of which has n networks."""
    if n < fewest or math.isnan(found.value):
        return "few"
    if found.lo > 0.5:
        return "A"
    if found.hi < 0.5:
        return "B"
    within = found.lo >= 0.5 - MATTERS and found.hi <= 0.5 + MATTERS
    return "same" if within else "open"


def verdict(
    found: Comparison,
    a: str = "A",
    b: str = "B",
    p: float | None = None,
    among: str = "",
    unit: Unit = ERRORS,
) -> str:
    """One sentence for two populations named a and b.

    RegNetX is better: 80 % [72, 87] of random pairs, median 3.8 points lower; p = 0.0012
    A has the lower loss: 80 % [72, 87] of random pairs, median 0.12 lower; p = 0.0012

    Args:
        p: adjusted for other comparisons, by the rule `among` ("Holm over 6"), which is said.
        unit: of what they are judged by.
    """
    said_p = probability(found.theta.p if p is None else p) + (f" ({among})" if among else "")
    if found.outcome == "few":
        there = f"{counted(found.a)} of {a} and {counted(found.b)} of {b}"
        return f"Too few networks to say: {there}, {FEWEST} of each are needed"
    if found.outcome == "B":
        return better(flipped(found), b, said_p, unit)
    if found.outcome == "A":
        return better(found, a, said_p, unit)
    said = percentages(found.theta_interval)
    wins = (
        f"{a} wins {said} of random pairs with {b}"
        if unit.is_of_errors
        else f"{a} has the lower {unit.quantity.word} in {said} of random pairs with {b}"
    )
    if found.outcome == "same":
        return f"No difference that matters: {wins}"
    return f"Not decided: {wins}; {said_p}"


def counted(one: EDF) -> str:
    """Its networks: 12, or "12 (worth 9.8)" where they weigh unequally."""
    worth = worth_in_words(one.effective_n)
    return f"{one.n}" if worth == f"{one.n}" else f"{one.n} (worth {worth})"


def flipped(found: Comparison) -> Comparison:
    """B against A."""
    return compare(found.b, found.a, found.cut, found.level)


def better(found: Comparison, winner: str, said_p: str, unit: Unit = ERRORS) -> str:
    """The sentence, of a comparison that its A has won."""
    leads = "is better" if unit.is_of_errors else f"has the lower {unit.quantity.word}"
    parts = [f"{winner} {leads}: {percentages(found.theta_interval)} of random pairs"]
    points = found.medians.value
    if math.isfinite(points) and points:
        far = f"{abs(points):.1f} points" if unit.is_of_errors else unit.with_unit(abs(points))
        parts.append(f"median {far} {'lower' if points < 0 else 'higher'}")
    return f"{', '.join(parts)}; {said_p}"


def percentages(share: Estimate) -> str:
    """80 % [72, 87]; an end that is not 50 is not told as 50: [50.3, 69]; no pairs: a dash."""
    if math.isnan(share.value):
        return "–"
    lo, hi = (apart(100 * end, ".0f", ".1f", ".2f", of=50) for end in (share.lo, share.hi))
    return f"{100 * share.value:.0f} % [{lo}, {hi}]"


def apart(value: float, *forms: str, of: float) -> str:
    """A value in the first of the forms that does not read as another value."""
    texts = [format(value, form) for form in forms]
    return next((text for text in texts if float(text) != of), texts[-1 if value != of else 0])


def probability(p: float) -> str:
    """p = 0.03, p = 0.0012, p < 0.0001: two digits, more where they would read as 0.05."""
    if math.isnan(p):
        return "no p, there are too few networks"
    digits = apart(p, ".2g", ".3g", ".4g", of=0.05)
    return f"p = {digits}" if p >= LEAST_P else f"p < {LEAST_P}"
