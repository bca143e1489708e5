"""How often the intervals of trends, importance and speed hold the truth, and what is said of
nothing.

At each level the error is least at a known value of the parameter, symmetric about it in the
logarithm, so the best networks' median grows by 2^g - 1 a doubling; times are a known law.
"""

import numpy as np
import pytest

from population.speed.fits import speed, timings
from population.speed.models import MODELS
from population.trends.importance import importances
from population.trends.trends import Level, trends

CHAINS = 300
POPULATIONS = 300
TIMED = 100
A, B = 1e-7, 2e-8


def chain(rng, n, per_doubling):
    """Four levels, each of twice the flops of the one before."""
    levels = []
    for k in range(4):
        flops = 2 ** rng.uniform(18 + k, 19 + k, n)
        y = 2 ** rng.uniform(0, 8, n)
        best = 4 + per_doubling * (np.log2(flops) - 20)
        error = 30 + 6 * (np.log2(y) - best) ** 2 + rng.gamma(2, 1, n)
        columns = {"y": y, "nothing": 2 ** rng.uniform(0, 8, n)}
        levels.append(Level(str(k), error, flops, columns))
    return levels


@pytest.mark.parametrize("n", [60, 200])
@pytest.mark.parametrize("per_doubling", [0.0, 0.3])
def test_the_slope_of_the_best_is_covered_and_nothing_seldom_moves(n, per_doubling, measured):
    rng, true = np.random.default_rng([n, int(10 * per_doubling)]), 2**per_doubling - 1
    found = [
        trends(chain(rng, n, per_doubling), ["y", "nothing"], draws=500) for _ in range(CHAINS)
    ]
    covered = np.mean([y.slope.lo <= true <= y.slope.hi for y, _ in found])
    moved = np.mean([nothing.verdict in ("grows", "falls") for _, nothing in found])
    words = f"trend, n {n} a level, 2^{per_doubling} a doubling"
    measured(f"{words}: coverage {covered:.3f}, nothing moves in {moved:.3f}")
    assert covered >= 0.925
    assert moved <= 0.05


@pytest.mark.parametrize("n", [200, 800])
def test_a_parameter_that_says_nothing_is_seldom_said_to_tell(n, measured):
    rng, told = np.random.default_rng(n), []
    for _ in range(POPULATIONS):
        a, nothing = rng.uniform(0, 1, (2, n))
        error = 20 * (a - 0.3) ** 2 + rng.normal(0, 0.5, n)
        found = importances(error, {"a": a, "nothing": nothing}, ["a", "nothing"], draws=200)
        told.append({one.parameter: one.tells for one in found})
    false = np.mean([one["nothing"] for one in told])
    true = np.mean([one["a"] for one in told])
    measured(f"importance, n {n}: of nothing {false:.3f}, of what tells {true:.3f}")
    assert false <= 0.025


@pytest.mark.parametrize("n", [30, 100])
def test_the_coefficients_of_a_time_are_covered_and_the_law_is_kept(n, measured):
    rng, held, against = np.random.default_rng(n), [], []
    for _ in range(TIMED):
        flops = 10 ** rng.uniform(8, 10, n)
        acts = flops / 100 * 10 ** rng.normal(0, 0.3, n)
        time = (A * np.sqrt(flops) + B * acts) * np.exp(rng.normal(0, 0.2, n))
        x = {"flops": flops, "activations": acts}
        fits = speed(timings(time, x), MODELS, draws=200).fits
        law = next(one for one in fits if one.model.name == "a sqrt(f) + b A")
        held += [
            law.coefficients[name].lo <= true <= law.coefficients[name].hi
            for name, true in (("a", A), ("b", B))
        ]
        against.append(law.decided)
    measured(f"speed, n {n}: coverage {np.mean(held):.3f}, against {np.mean(against):.3f}")
    assert np.mean(held) >= 0.87
    assert np.mean(against) <= 0.08
