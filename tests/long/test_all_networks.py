"""How often bands of n of all N networks hold the share among the N: a point, and whole curves.

Errors are the ranks 1 .. N, so F is known at each; n of them are taken without replacement, as
a whole population that still trains has them. The bands take the order as random, and nothing
else of the errors.
"""

import numpy as np
import pytest
from scipy.stats import hypergeom

from population.curves.bands import band

RUNS = 1_000
MORE = 1 + 1e-12  # a share that a limit is equal to


def inside(n, among, method, rng):
    """Share of runs in which the band holds F at a tenth of the networks, and at each."""
    good = np.arange(1, among + 1) / among
    at, along = 0, 0
    for _ in range(RUNS):
        seen = np.sort(rng.permutation(among)[:n])
        limits = band(
            np.searchsorted(seen, np.arange(1, among + 1)) / n, n, 0.95, method, among
        )
        holds = (limits.lower <= good * MORE) & (good <= limits.upper * MORE)
        at += bool(holds[among // 10 - 1])
        along += bool(holds.all())
    return at / RUNS, along / RUNS


@pytest.mark.parametrize(
    ("among", "n"),
    [(200, 30), (200, 100), (200, 180), (200, 195), (1_000, 100), (1_000, 500), (1_000, 900)],
)
def test_bands_of_all_networks_hold_as_often_as_they_say(among, n, measured):
    rng = np.random.default_rng(n)
    off = 3 * np.sqrt(0.95 * 0.05 / RUNS)  # three standard errors of the simulation
    at, _ = inside(n, among, "pointwise", rng)
    wholes = {m: inside(n, among, m, rng)[1] for m in ("simultaneous", "kolmogorov")}
    told = ", ".join(f"{method} {share:.3f}" for method, share in wholes.items())
    measured(f"{n} of {among:,}: pointwise at a tenth {at:.3f}; whole curves: {told}")
    assert min(at, *wholes.values()) >= 0.95 - off


@pytest.mark.parametrize(
    ("among", "n"),
    [
        (2_000, 1_000),
        (2_000, 1_990),
        (15_625, 1_000),
        (15_625, 8_000),
        (15_625, 15_000),
        (15_625, 15_600),
        (15_625, 15_610),
        (32_768, 32_000),
        (32_768, 32_700),
    ],
)
def test_the_pointwise_band_holds_each_share_of_the_networks_exactly_as_often(
    among, n, measured
):
    """Without simulation: the chance of each count, for 300 numbers K of good networks."""
    limits = band(np.arange(n + 1) / n, n, 0.95, "pointwise", among)
    held = []
    for good in np.linspace(0, among, 300).round().astype(int).tolist():
        k = np.arange(max(0, good - among + n), min(n, good) + 1)
        chance = hypergeom.pmf(k, among, good, n)
        share = good / among
        holds = (limits.lower[k] <= share * MORE) & (share <= limits.upper[k] * MORE)
        held.append(float(chance @ holds))
    short = np.mean(np.array(held) < 0.95)
    measured(
        f"{n:,} of {among:,}: pointwise least {min(held):.4f}, mean {np.mean(held):.4f}, "
        f"below .95 at {short:.0%} of K"
    )
    assert min(held) >= 0.95 - 1e-9
