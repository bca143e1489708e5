"""How often the intervals within the best tenth hold the truth.

Errors of two trainings are normal with correlation rho; a share of both diverges, or they are
rounded to so few values that many tie. The truth is of a million networks, ties broken by
chance.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, spearmanr

from population.trust.correlation import in_order, spearman
from population.trust.stability import a_tenth, among_best, best_found_again

RUNS = 2_000
FEW_RUNS = 300  # of statistics that are bootstrapped
MILLION = 1_000_000


def trained_twice(rng, n, rho, diverged=0.0, step=0.0):
    """Two errors of n networks: the worst share of either diverges, or values are rounded."""
    x = rng.normal(size=n)
    y = rho * x + math.sqrt(1 - rho**2) * rng.normal(size=n)
    if step:
        return np.round(x / step) * step, np.round(y / step) * step
    worst = 10.0 if not diverged else float(norm.isf(diverged))
    return np.where(x > worst, np.inf, x), np.where(y > worst, np.inf, y)


def among_first(rng, errors, share):
    """Marks of the share of least errors, ties by chance."""
    order = np.lexsort((rng.random(errors.size), errors))
    marks = np.zeros(errors.size, dtype=bool)
    marks[order[: int(share * errors.size)]] = True
    return marks


@pytest.mark.parametrize("rho", [0, 0.4, 0.8, 0.95, 0.98])
@pytest.mark.parametrize(("diverged", "step"), [(0, 0), (0.5, 0), (0, 0.5)])
def test_the_share_of_the_best_that_are_found_again_is_covered(rho, diverged, step, measured):
    rng = np.random.default_rng(int(100 * rho))
    x, y = trained_twice(rng, MILLION, rho, diverged, step)
    best = among_first(rng, y, 1 / 10)
    true = float(among_first(rng, x, 1 / 3)[best].mean())
    shares = []
    for n in (8, 10, 11, 12, 19, 20, 21, 29, 31, 60, 100, 119, 500):
        covered = 0
        for _ in range(RUNS):
            found = best_found_again(*trained_twice(rng, n, rho, diverged, step))
            covered += found.lo <= true + 1e-9 and true - 1e-9 <= found.hi
        shares.append(covered / RUNS)
        assert covered >= 0.94 * RUNS - 2 * math.sqrt(0.06 * 0.94 * RUNS)
    measured(
        f"found again, rho {rho}, diverged {diverged}, step {step}: "
        f"{min(shares):.3f} - {max(shares):.3f}"
    )


@pytest.mark.parametrize("rho", [0, 0.4, 0.8, 0.95])
@pytest.mark.parametrize("n", [50, 100, 200, 500])
def test_rank_correlation_and_order_within_the_best_tenth_are_covered(n, rho, measured):
    rng = np.random.default_rng([n, int(100 * rho)])
    x, y = trained_twice(rng, MILLION, rho)
    best = y <= np.quantile(y, 1 / 10)
    true = float(spearmanr(x[best], y[best]).statistic)
    a, b = rng.permutation(np.flatnonzero(best)[:60_000]).reshape(2, -1)
    order = float(((x[a] < x[b]) == (y[a] < y[b])).mean())
    covered = np.zeros(2)
    for seed in range(FEW_RUNS):
        a, b = trained_twice(rng, n, rho)
        best = among_best(b, a_tenth(b)) > 0
        ranks = spearman(a[best], b[best], np.random.default_rng(seed))
        pairs = in_order(a[best], b[best])
        covered += [ranks.lo <= true <= ranks.hi, pairs.lo <= order <= pairs.hi]
    of_ranks, of_pairs = covered / FEW_RUNS
    measured(
        f"best tenth, n {n}, rho {rho}: ranks {of_ranks:.3f}, pairs in order {of_pairs:.3f}"
    )
    assert (covered >= 0.94 * FEW_RUNS - 2 * math.sqrt(0.06 * 0.94 * FEW_RUNS)).all()
