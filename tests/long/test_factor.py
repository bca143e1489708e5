"""How often both regressions hold the factor on the error, where errors have heavy tails."""

from __future__ import annotations

import numpy as np
import pytest

from population.matching.regression import least_squares_factor, median_factor
from population.matching.rows import regression_model
from population.matching.sample import Sample

RUNS, DRAWS, FACTOR = 200, 100, 0.8


@pytest.mark.parametrize("n", [20, 40, 100])
def test_the_factor_is_covered_under_heavy_tails(n, measured):
    rng, held = np.random.default_rng(n), np.zeros(2)
    for _ in range(RUNS):
        x, y = np.exp(rng.normal([[[2.4]], [[2.2]]], 0.5, (2, n, 1)))
        a = FACTOR * 30 * x[:, 0] ** -0.4 * np.exp(rng.standard_t(3, n) / 5)
        b = 30 * y[:, 0] ** -0.4 * np.exp(rng.standard_t(3, n) / 5)
        samples = Sample.of(a, x), Sample.of(b, y)
        model = regression_model(["depth"], *samples, chance=1e9, terms="means")
        for j, found in enumerate(
            (least_squares_factor(model), median_factor(model, rng, DRAWS))
        ):
            held[j] += found.factor.lo <= FACTOR <= found.factor.hi
    squares, median = held / RUNS
    measured(
        f"factor, heavy tails, {n} a space: least squares {squares:.3f}, median {median:.3f}"
    )
    assert min(squares, median) >= 0.94 - 2 * np.sqrt(0.94 * 0.06 / RUNS)
