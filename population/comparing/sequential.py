"""Is it decided yet? A verdict that holds however often one looks while networks train.

Looking at p < 0.05 after every network calls a winner between identical spaces in two of five
runs. A confidence sequence covers theta at all looks at once: its quantile b(t) is about 3
instead of 1.96, which is the price of looking. Three rules go with it: looks read the
launch-order prefix of both populations, the spaces are not changed after looking, and `planned`
and the level are fixed when the comparison is set up.

Looks are at fixed numbers of networks, the same of A and of B. So every look stays what it was
whichever population grows, and what was decided once stays decided; of the larger population
only as many are looked at as the smaller one has.

Sources: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, theorem 2.2; that it may be
applied to theta through its projection is an extension checked by simulation only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit, ndtr

from columns.arrays import Floats
from population.basics.estimate import Estimate
from population.comparing.comparison import MATTERS, Outcome, outcome
from population.comparing.theta import Theta, theta, tied
from population.curves.edf import as_errors, effective_size, relative_weights

FEWEST = 20  # networks of the smaller population; before, nothing is decided
PLANNED = 100  # networks per space that b(t) is tightest for, by default
MOST_PLANNED = 100_000
MOST = 20_000  # networks per space that are looked ahead
LOOKS = 60  # from FEWEST networks per space to MOST
AHEAD = 300  # numbers of networks that are looked ahead at
METHOD = "asymptotic confidence sequence, valid at every look"
TOO_EARLY = f"nothing is decided before {FEWEST} networks of either"
EIGHTY = 1.28  # normal quantile of a central 80 % range


@dataclass(frozen=True)
class Projection:
    """How many networks per space decide, if theta is what it seems; None: more than MOST."""

    likely: int | None
    soonest: int | None  # of a central 80 % range
    latest: int | None


@dataclass(frozen=True)
class Look:
    """What a comparison says when n networks of A and m of B are final."""

    n: int
    m: int
    estimate: float  # theta
    lower: float  # of the confidence sequence, running: it never widens again
    upper: float
    outcome: Outcome

    @property
    def decided(self) -> bool:
        return self.outcome in ("A", "B", "same")


NOTHING = Look(0, 0, math.nan, 0.0, 1.0, "few")
"""Before the first look."""


@dataclass(frozen=True)
class ConfidenceSequence:
    """Every look so far, oldest first, and what is ahead."""

    looks: tuple[Look, ...]
    level: float
    planned: int
    projection: Projection | None  # None where it is decided, or too early


def quantile(t: float, level: float = 0.95, planned: int = PLANNED) -> float:
    """b(t), in place of the normal quantile after t networks per space.

    b(t) = sqrt(2 (t rho^2 + 1) / (t rho^2) * ln(sqrt(t rho^2 + 1) / alpha)), where rho makes
    it tightest at t = planned: 3.36, 3.08, 3.04, 3.06 at t = 20, 50, 100, 200.
    """
    alpha = 1 - level
    rho2 = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / planned
    information = t * rho2
    return math.sqrt(
        2 * (information + 1) / information * math.log(math.sqrt(information + 1) / alpha)
    )


def networks_per_space(n: float, m: float) -> float:
    """t = 2 n m / (n + m): two populations of t networks each know as much."""
    return 2 * n * m / (n + m)


def look(found: Theta, level: float = 0.95, planned: int = PLANNED) -> Estimate:
    """The confidence sequence's interval of theta now; (0, 1) before FEWEST networks."""
    n = round(found.n + found.m)
    if min(found.n, found.m) < FEWEST:
        return Estimate(found.value, 0.0, 1.0, n, METHOD, level, TOO_EARLY)
    b = quantile(networks_per_space(found.n, found.m), level, planned)
    ends = found.interval(b, 2 * float(ndtr(-b)))
    return Estimate(found.value, *ends, n, METHOD, level)


def follow(
    a: ArrayLike,
    b: ArrayLike,
    weights_a: ArrayLike | None = None,
    weights_b: ArrayLike | None = None,
    level: float = 0.95,
    planned: int = PLANNED,
    looks: int | None = LOOKS,
) -> ConfidenceSequence:
    """What a comparison has said while its populations grew.

    Args:
        a, b: errors in launch order of the networks that have a result, from the prefix whose
            networks are all final; shapes (n,) and (m,), +inf where diverged.
        weights_a, weights_b: multiplicities, as of `population.curves.edf.edf`.
        level: 1 - alpha; divide alpha by the number of pairs that are compared.
        planned: networks per space, fixed before looking.
        looks: so many lead from 20 networks per space to 20,000, at evenly growing numbers;
            None: one after every network.
    """
    one, other = Launched.of(a, weights_a), Launched.of(b, weights_b)
    numbers = sizes(one.n, other.n, looks)
    at = thetas(one, other, numbers)
    seen = [NOTHING]
    for k, found in zip(numbers, at, strict=True):
        seen.append(after(seen[-1], look(found, level, planned), k, found.k))
    ahead = projection(at[-1], level, planned) if seen[-1].outcome == "open" else None
    return ConfidenceSequence(tuple(seen[1:]), level, planned, ahead)


def flipped(found: ConfidenceSequence) -> ConfidenceSequence:
    """B against A."""
    swapped: dict[Outcome, Outcome] = {"A": "B", "B": "A"}
    looks = [
        Look(
            at.m,
            at.n,
            1 - at.estimate,
            1 - at.upper,
            1 - at.lower,
            swapped.get(at.outcome, at.outcome),
        )
        for at in found.looks
    ]
    return replace(found, looks=tuple(looks))


def after(last: Look, now: Estimate, numbers: tuple[int, int], worth: float) -> Look:
    """The next look: its interval never widens, and what was decided stays so.

    Args:
        worth: effective networks of the smaller population.
    """
    lower, upper = max(last.lower, now.lo), min(last.upper, now.hi)
    kept = replace(now, lo=min(lower, upper), hi=upper)
    said = last.outcome if last.decided else outcome(kept, worth, FEWEST)
    return Look(*numbers, now.value, kept.lo, kept.hi, said)


@dataclass(frozen=True, eq=False)
class Launched:
    """Errors and weights of networks in launch order, (n,)."""

    errors: Floats
    weights: Floats

    @classmethod
    def of(cls, errors: ArrayLike, weights: ArrayLike | None) -> Launched:
        """Raises ValueError as `population.curves.edf.edf` does."""
        e = as_errors(errors)
        if relative_weights(weights, e.size) is None:
            return cls(e, np.ones(e.size))
        return cls(e, np.asarray(weights, dtype=np.float64))

    @property
    def n(self) -> int:
        return self.errors.size

    def worth(self, n: int) -> float:
        """Effective number of the first n networks."""
        w = relative_weights(self.weights[:n], n)
        return n if w is None else effective_size(w)


def thetas(a: Launched, b: Launched, numbers: Sequence[tuple[int, int]]) -> list[Theta]:
    """theta of the first n networks of A and m of B, for each (n, m); they grow.

    All networks are sorted once; the earlier a look, the fewer of them stay.
    """
    errors = np.concatenate([a.errors, b.errors])
    order = np.argsort(errors, kind="stable")
    of_a = order < a.n
    place = np.where(of_a, order, order - a.n)  # in launch order
    errors, weights = errors[order], np.concatenate([a.weights, b.weights])[order]
    found = []
    # From the last look back: what is kept for one holds all that earlier ones need.
    for n, m in reversed(numbers):
        kept = np.flatnonzero(place < np.where(of_a, n, m))
        errors, weights, of_a, place = errors[kept], weights[kept], of_a[kept], place[kept]
        share = weights / np.where(of_a, a.weights[:n].sum(), b.weights[:m].sum())
        found.append(theta(tied(errors, share, of_a, a.worth(n), b.worth(m))))
    return found[::-1]


def sizes(n: int, m: int, looks: int | None) -> Sequence[tuple[int, int]]:
    """Numbers of networks at each look: fixed ones, as far as both populations reach."""
    most = min(n, m)
    if most < FEWEST:
        return [(n, m)] if most else []
    at = np.arange(FEWEST, most + 1)
    if looks is not None:
        ratio = (MOST / FEWEST) ** (1 / looks)
        steps = int(math.log(most / FEWEST) / math.log(ratio) + 1)
        at = np.unique((FEWEST * ratio ** np.arange(steps + 1)).round().astype(int))
    return [(k, k) for k in at[at <= most].tolist()]


def projection(found: Theta, level: float = 0.95, planned: int = PLANNED) -> Projection:
    """When the interval will exclude 1/2 or lie within MATTERS of it, if theta stays as it is.

    The range lets theta be 1.28 standard errors off: the actual stop lies inside it in nine
    of ten cases.
    """
    t = networks_per_space(found.n, found.m)
    one = found.slope * math.sqrt(t)  # standard error of logit theta with one network a space
    at = np.unique(np.geomspace(min(t, MOST), MOST, AHEAD).round())
    reach = np.array([quantile(k, level, planned) for k in at]) * one / np.sqrt(at)
    centre, off = abs(float(logit(found.clipped))), EIGHTY * one / math.sqrt(t)
    stops = [stop(distance, at, reach) for distance in np.linspace(-off, off, 21) + centre]
    known = [n for n in stops if n is not None]
    return Projection(
        likely=stop(centre, at, reach),
        soonest=min(known, default=None),
        latest=max(known) if len(known) == len(stops) else None,
    )


def stop(distance: float, at: Floats, reach: Floats) -> int | None:
    """The first number of networks that decides, theta being `distance` from 1/2 in logits."""
    away = abs(distance)
    decides = (reach < away) | (away + reach < float(logit(0.5 + MATTERS)))
    return int(at[np.argmax(decides)]) if decides.any() else None
