"""How often bands hold and how often peeking lies: simulated where the truth is known.

    nice -n 10 python -m benchmarks.coverage [--runs 300]

`--runs` pairs of identical spaces are followed network by network; the bands, which are cheap,
get BANDS_A_RUN times as many populations. Beside each share stands its simulation error, two
standard errors.
"""

from __future__ import annotations

import argparse
import math
from typing import get_args

import numpy as np

from benchmarks.report import report
from population.comparing.sequential import FEWEST, follow
from population.comparing.theta import pooled, theta
from population.curves.bands import Method
from population.curves.edf import edf

NETWORKS = 100
SEED = 20_200_330
BANDS_A_RUN = 7
AT = 25.0  # percent, the error at which a pointwise band is asked
WORST = 60.0  # percent: errors are uniform up to here, so F is known everywhere


def share(name: str, hits: int, runs: int, **conditions: object) -> None:
    """`hits` of `runs`, with two standard errors of the simulation."""
    at = hits / runs
    off = round(2 * math.sqrt(max(at * (1 - at), 1 / runs) / runs), 4)
    report(name, at, "share", networks=NETWORKS, runs=runs, simulation_error=off, **conditions)


def peeking(runs: int) -> None:
    """Identical spaces, looked at after every network: who calls a winner at any time?"""
    rng = np.random.default_rng(SEED)
    false = naive = missed = 0
    for _ in range(runs):
        a, b = rng.gamma(2, 5, NETWORKS), rng.gamma(2, 5, NETWORKS)
        looks = follow(a, b, looks=None).looks
        false += any(look.outcome in ("A", "B") for look in looks)
        missed += any(not look.lower <= 0.5 <= look.upper for look in looks)
        naive += any(
            theta(pooled(edf(a[:n]), edf(b[:n]))).p < 0.05 for n in range(FEWEST, NETWORKS + 1)
        )
    share("false verdict, confidence sequence at every network", false, runs, asked=0.05)
    share("1/2 ever outside the confidence sequence", missed, runs, asked=0.05)
    share("false winner, p < 0.05 at every network", naive, runs)


def bands(runs: int) -> None:
    """Does the band hold the true F at an error, and along the whole curve?"""
    rng = np.random.default_rng(SEED)
    at = dict.fromkeys(get_args(Method), 0)
    along = dict.fromkeys(get_args(Method), 0)
    for _ in range(runs):
        of = edf(rng.uniform(0, WORST, NETWORKS))
        steps = of.steps()
        right, true = steps.error / WORST, AT / WORST
        for method in at:
            one = of.band(of.at([AT]), method=method)
            at[method] += bool(one.lower[0] <= true <= one.upper[0])
            # Between two errors F rises while the band stays: it may leave just left of each.
            band = of.band(steps, method=method)
            left = of.band(of.at(steps.error), method=method)
            along[method] += bool((band.lower <= right).all() and (right <= left.upper).all())
    for method in at:
        share(f"{method} band holds F at an error", at[method], runs, level=0.95)
        share(f"{method} band holds all of F", along[method], runs, level=0.95)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=300, help="of the peeking")
    given = arguments.parse_args()
    bands(BANDS_A_RUN * given.runs)
    peeking(given.runs)


if __name__ == "__main__":
    main()
