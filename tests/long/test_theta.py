"""How often the interval of theta holds theta, and p calls a winner where there is none.

Errors are normal; a share of either side diverges: one tie group at the end. theta is known:

    theta = (1-s)(1-t) Phi(d / sqrt(1 + c^2)) + (1-s) t + s t / 2

with shares s and t diverged, B's errors moved by d and spread c times as wide as A's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import ndtri

from population.comparing.theta import pooled, theta
from population.curves.edf import edf

RUNS = 2_000
AGAIN = 8_000  # runs of a setting that chance may have brought near the limit
NETWORKS = [(n, n) for n in (10, 20, 40, 100, 200)] + [
    (10, 100),
    (100, 10),
    (20, 200),
    (200, 20),
]
DIVERGED = [(s, t) for t in (0, 0.3, 0.6, 0.9) for s in (0, 0.1, 0.3, 0.6, 0.9) if s <= t]
SPREADS = [1, 3]


@dataclass(frozen=True)
class Setting:
    """Two spaces, and how many networks of each are drawn."""

    n: int
    m: int
    theta: float
    diverged_a: float
    diverged_b: float
    spread: float

    @property
    def among_finite(self) -> float:
        """P(a < b) of two that did not diverge; outside (0, 1) where theta is out of reach."""
        s, t = self.diverged_a, self.diverged_b
        return (self.theta - (1 - s) * t - s * t / 2) / ((1 - s) * (1 - t))

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        move = float(ndtri(np.clip(self.among_finite, 1e-9, 1 - 1e-9)))
        a = rng.normal(0, 1, self.n)
        b = rng.normal(move * math.hypot(1, self.spread), self.spread, self.m)
        a[rng.random(self.n) < self.diverged_a] = np.inf
        b[rng.random(self.m) < self.diverged_b] = np.inf
        return a, b


def settings(spread: float) -> Iterator[Setting]:
    for (n, m), at, (s, t) in itertools.product(
        NETWORKS, (0.5, 0.6, 0.7, 0.82, 0.9, 0.95), DIVERGED
    ):
        one = Setting(n, m, at, s, t, spread)
        if 0 <= one.among_finite <= 1:
            yield one


def simulated(one: Setting, runs: int, seed: int) -> tuple[float, float]:
    """Share of intervals that hold theta, and of p below .05."""
    rng = np.random.default_rng(seed)
    held = small = 0
    for _ in range(runs):
        a, b = one.draw(rng)
        found = theta(pooled(edf(a), edf(b)))
        lower, upper = found.confidence()
        held += lower <= one.theta <= upper
        small += found.p < 0.05
        assert (found.p < 0.05) == (not lower <= 0.5 <= upper)
    return held / runs, small / runs


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize(("n", "m"), NETWORKS)
def test_the_interval_holds_theta_and_p_is_small_no_oftener_than_they_say(
    n, m, spread, measured
):
    every, under_none = [], []
    for one in settings(spread):
        if (one.n, one.m) != (n, m):
            continue
        held, small = simulated(one, RUNS, seed=1)
        if held < 0.945:
            held, small = simulated(one, AGAIN, seed=2)
        assert held >= 0.94, one
        assert one.theta != 0.5 or small <= 0.06, one
        every.append(held)
        under_none += [small] if one.theta == 0.5 else []
    measured(
        f"theta of {n} v {m}, spread 1:{spread}, {len(every)} settings: coverage at least "
        f"{min(every):.3f}, mean {np.mean(every):.3f}; p < .05 at 1/2: mean "
        f"{np.mean(under_none):.3f}, most {max(under_none):.3f} ({len(under_none)})"
    )


@pytest.mark.parametrize(("n", "m"), [(20, 20), (60, 60), (20, 100)])
def test_networks_drawn_several_times_count_for_what_they_are_worth(n, m, measured):
    rng = np.random.default_rng(3)
    held = small = 0
    for _ in range(RUNS):
        a, b = rng.normal(0, 1, n), rng.normal(0, 1, m)
        found = theta(pooled(edf(a, 1 + rng.poisson(0.5, n)), edf(b, 1 + rng.poisson(0.5, m))))
        lower, upper = found.confidence()
        held += lower <= 0.5 <= upper
        small += found.p < 0.05
    measured(f"multiplicities, {n} v {m}: coverage {held / RUNS:.3f}, p {small / RUNS:.3f}")
    assert held / RUNS >= 0.94
    assert small / RUNS <= 0.06


@pytest.mark.parametrize("shared", [0.2, 0.5, 0.9])
def test_networks_on_both_sides_make_the_interval_hold_oftener_not_less(shared, measured):
    # Two constraint sets of one population: what is on both sides moves both EDFs alike.
    rng = np.random.default_rng(4)
    held, n = 0, 60
    for _ in range(RUNS):
        both = rng.normal(0, 1, round(shared * n))
        a, b = (np.append(both, rng.normal(0, 1, n - both.size)) for _ in "ab")
        lower, upper = theta(pooled(edf(a), edf(b))).confidence()
        held += lower <= 0.5 <= upper
    measured(f"{shared:.0%} of {n} networks on both sides: coverage {held / RUNS:.3f}")
    assert held / RUNS >= 0.95
