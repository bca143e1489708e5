"""What statistics take without server or database: populations in memory, by the million.

    python -m benchmarks.statistics [--sizes 100000 1000000]

Milliseconds are the median of RUNS after one that doesn't count. Beside them stand the quickest
run, and the time of the processor, which other work on the machine doesn't lengthen; its ratio
to that at the smallest size is `times_the_smallest`. A population is by error, as the server
keeps it, or in launch order. The columns are drawn from simple laws, not sampled from a space:
a million networks would take hours.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from benchmarks.report import processor, report
from columns import constraints
from population.comparing.comparison import compare, verdict
from population.comparing.differences import usual_cut
from population.comparing.sequential import LOOKS, follow
from population.curves import bootstrap
from population.curves.edf import edf
from population.curves.efficiency import random_search
from population.matching.matched import compare_matched
from population.matching.regression import least_squares_factor
from population.matching.rows import regression_model
from population.matching.sample import Sample
from population.population import Population

RUNS = 9
POINTS = 512
CHANCE = 90.0  # percent, ten classes
COVARIATES = ("depth", "flops", "params", "activations")
STAGES = range(1, 5)

TEN = constraints.parse_all(
    {
        "depth": "2..16",
        "w0": "8..60",
        "wa": "2..60",
        "wm": "1.2..2.95",
        "bottleneck_ratio": "1,2,4",
        "group_width": "1,2,4,8,16",
        "flops": "50k..20M",
        "params": "1k..9M",
        "activations": "1k..9M",
        "e_fit": "..0.29",
    },
    ["depth", "w0", "wa", "wm", "bottleneck_ratio", "group_width", *COVARIATES, "e_fit"],
)
"""Constraints that most networks pass, two of them of the kind `one of`."""

TWELVE = (
    "depth",
    "w0",
    "wa",
    "wm",
    "bottleneck_ratio",
    "group_width",
    "flops",
    "params",
    "activations",
    "fit_w0",
    "fit_wa",
    "e_fit",
)


def columns(n: int, rng: Generator, images: int, better: float = 0.0) -> dict[str, np.ndarray]:
    """The usual columns of n networks: parameters, complexity, fit, results.

    Errors are shares of `images` test images, about two points lower per unit of `better`; one
    in a hundred networks diverges.
    """
    depth = rng.integers(2, 19, n).astype(float)
    width = 8 * rng.integers(1, 65, n)
    flops = depth * width**1.5 * rng.lognormal(6, 0.3, n)
    wm = rng.uniform(1.2, 3.0, n)
    error = 12 + np.abs(depth - 8) ** 1.2 / 2 - 2 * better + rng.gamma(1.2, 1.6, n)
    error = np.round(error / 100 * images) * 100 / images
    return {
        "depth": depth,
        "w0": 8.0 * rng.integers(1, 9, n),
        "wa": rng.uniform(2, 64, n).round(1),
        "wm": wm,
        "bottleneck_ratio": rng.choice([1.0, 2.0, 4.0], n),
        "group_width": rng.choice([1.0, 2.0, 4.0, 8.0, 16.0], n),
        "flops": flops.round(),
        "params": (flops / 2 * rng.lognormal(0, 0.2, n)).round(),
        "activations": (flops / 9 * rng.lognormal(0, 0.2, n)).round(),
        "fit_w0": rng.uniform(8, 64, n),
        "fit_wa": rng.uniform(2, 64, n),
        "fit_wm": wm,
        "e_fit": rng.uniform(0, 0.3, n),
        "error": np.where(rng.random(n) < 0.01, np.inf, error),
        "loss": rng.uniform(0, 2, n),
    }


def of_stages(n: int, rng: Generator) -> dict[str, np.ndarray]:
    """The sixteen further columns of four stages, as the server keeps them."""
    names = ("depth", "width", "effective_width", "effective_group_width")
    return {
        f"{name}_{i}": rng.integers(1, 99, n).astype(float) for name in names for i in STAGES
    }


@dataclass(frozen=True)
class Two:
    """Two populations of n networks, the first one better at equal depth."""

    n: int
    images: int = 50_000

    def population(self, seed: int) -> Population:
        rng = np.random.default_rng(seed)
        drawn = columns(self.n, rng, self.images, better=float(seed == 0))
        times = rng.choice([1.0, 2.0], self.n, p=[0.97, 0.03])
        return Population.from_columns(
            drawn, multiplicity=times, ids=np.arange(self.n), chance=CHANCE
        )

    @cached_property
    def launched(self) -> tuple[Population, Population]:
        return self.population(0), self.population(1)

    @cached_property
    def by_error(self) -> tuple[Population, Population]:
        a, b = self.launched
        return a.by_error(), b.by_error()


def filtered_edf(population: Population) -> object:
    """Ten constraints, and what is left as an EDF with its band at POINTS points."""
    left = population.constrained(TEN)
    of = edf(left.error, left.multiplicity)
    return of.band(of.at(of.cuts(POINTS)))


def best_ranges(population: Population) -> object:
    return bootstrap.best_ranges(population, TWELVE)


def comparison(one: Population, other: Population) -> object:
    """All that the page says of a pair, but for the sequence: theta to the sentence."""
    a, b = (edf(side.error, side.multiplicity) for side in (one, other))
    found = compare(a, b, usual_cut([a, b]))
    said = found.theta_interval, found.medians, found.area, found.distance, found.dominance
    return *said, verdict(found)


def sequence(one: Population, other: Population, looks: int = LOOKS) -> object:
    return follow(one.error, other.error, one.multiplicity, other.multiplicity, looks=looks)


def covariates(population: Population) -> np.ndarray:
    return np.stack([population.columns[name] for name in COVARIATES], axis=1)


def sampled(population: Population) -> Sample:
    return Sample.of(population.error, covariates(population), population.multiplicity)


def matched(one: Population, other: Population) -> object:
    """Overlap weights on four covariates, without the bootstrap of its intervals."""
    return compare_matched(sampled(one), sampled(other), np.random.default_rng(0), draws=0)


def regression(one: Population, other: Population) -> object:
    """ln e on four covariates and the space, HC3."""
    model = regression_model(COVARIATES, sampled(one), sampled(other), CHANCE)
    return least_squares_factor(model)


def search(population: Population) -> object:
    return random_search(population.error, multiplicity=population.multiplicity, chance=CHANCE)


def works(two: Two) -> Iterator[tuple[str, Callable[[], object], float | None]]:
    """What is measured: name, work, and milliseconds asked for at 100,000 networks."""
    (a, b), (sorted_a, sorted_b) = two.launched, two.by_error
    yield "ten constraints, EDF and band", lambda: filtered_edf(sorted_a), 4
    yield "best ranges of 12 columns", lambda: best_ranges(sorted_a), 5
    yield "comparison and verdict", lambda: comparison(sorted_a, sorted_b), 50
    yield "ten constraints, EDF and band, launch order", lambda: filtered_edf(a), None
    yield "best ranges of 12 columns, launch order", lambda: best_ranges(a), None
    yield "comparison and verdict, launch order", lambda: comparison(a, b), None
    yield f"sequence, {LOOKS} looks", lambda: sequence(a, b), None
    yield "matched by overlap weights", lambda: matched(sorted_a, sorted_b), None
    yield "regression, HC3", lambda: regression(sorted_a, sorted_b), None
    yield "random search", lambda: search(sorted_a), None


def milliseconds(work: Callable[[], object], runs: int = RUNS) -> np.ndarray:
    """On the clock, and of the processor, shape (2, runs); one run before them warms up."""
    work()
    times = []
    for _ in range(runs):
        clock, processors = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - clock, time.process_time() - processors))
    return 1000 * np.array(times).T


def megabytes(n: int, further: bool) -> float:
    """What a population keeps in float64 when the arrays that it was made of are gone."""
    rng = np.random.default_rng(0)
    drawn = columns(n, rng, images=50_000) | (of_stages(n, rng) if further else {})
    ids = np.arange(n)
    tracemalloc.start()
    kept = Population.from_columns(drawn, ids=ids, chance=CHANCE)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == n
    return held / 1e6


def measure(sizes: list[int]) -> None:
    smallest: dict[str, float] = {}
    for n in sizes:
        for name, work, asked in works(Two(n)):
            clock, used = milliseconds(work)
            of_processor = float(np.median(used))
            smallest.setdefault(name, of_processor)
            report(
                name,
                float(np.median(clock)),
                "ms",
                networks=n,
                least=rounded(clock.min()),
                of_processor=rounded(of_processor),
                asked=asked if n == 100_000 else None,
                times_the_smallest=rounded(of_processor / smallest[name]),
                cpu=processor(),
                runs=RUNS,
            )


def rounded(value: float) -> float:
    return float(f"{value:.3g}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    given = arguments.parse_args()
    measure(given.sizes)
    for further in (False, True):
        names = "15 and 16 of four stages" if further else "15"
        n = max(given.sizes)
        asked = 200 if n == 1_000_000 and not further else None
        report(
            "memory of a population",
            megabytes(n, further),
            "MB",
            networks=n,
            columns=names,
            dtype="float64",
            asked=asked,
        )


if __name__ == "__main__":
    main()
