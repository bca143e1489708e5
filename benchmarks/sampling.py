"""Sampling speed: candidates drawn and judged a second, on one core.

A candidate is drawn and judged: its stages are found, and where they are as many as the space
wants, its widths are made compatible, its complexity is counted and compared with the window.
The authors' own sampler does about 270 a second a core (their config object; 11,000 bare).
"""

from __future__ import annotations

import resource
import time

import numpy as np

from benchmarks.report import processor, report
from columns import constraints
from designspace.layers.complexity import complexity
from designspace.sampling import fitted, sample
from designspace.spaces.presets import PRESETS
from designspace.spaces.rivals import RIVALS

WINDOW = constraints.parse("360M..400M")
SECONDS = 3.0
NETWORKS = 500


def candidates_a_second(name: str) -> None:
    """Draw and judge for a while; CPU time of this thread, so that other work doesn't count."""
    space, rng = PRESETS[name], np.random.default_rng(0)
    tried = accepted = 0
    start = time.thread_time()
    while (used := time.thread_time() - start) < SECONDS:
        draws = space.draw(rng.spawn(1)[0], space.chunk)
        accepted += int(WINDOW.mask(complexity(draws.networks).flops).sum())
        tried += draws.tried
    conditions = {"space": name, "window": "360M..400M flops", "cpu": processor()}
    report("candidates a second a core", tried / used, "1/s", **conditions)
    report("accepted a second a core", accepted / used, "1/s", **conditions)


def counted_whole(name: str) -> None:
    """Make and count all networks of a space that is small enough; CPU time."""
    space = PRESETS[name]
    start = time.thread_time()
    found = space.enumerated()
    flops = complexity(found.networks, 32, 3, 10).flops
    used = time.thread_time() - start
    assert len(flops) == space.count()
    report("a whole space", used, "CPU s", space=name, networks=len(flops), cpu=processor())


def a_population(name: str) -> None:
    """Sample 500 networks, with their fits; CPU time, and the most memory beyond the start."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.thread_time()
    found = sample(PRESETS[name], NETWORKS, np.random.default_rng(0), {"flops": WINDOW})
    draws = list(fitted(found.draws))
    used = time.thread_time() - start
    assert len(draws) == NETWORKS
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    conditions = {"space": name, "candidates": found.tried, "cpu": processor()}
    report(f"a population of {NETWORKS}", used, "CPU s", **conditions)
    report(f"memory for a population of {NETWORKS}", more / 1024, "MB", **conditions)


if __name__ == "__main__":
    anynets = [f"AnyNetX_{name}" for name in "ABCDE"]
    rivals = [name for name in RIVALS if not name.endswith("small")]
    for name in ("RegNetX (pycls ranges)", "RegNetX", *anynets, *rivals):
        candidates_a_second(name)
    for name in ("NAS-Bench-201", "NATS size"):
        counted_whole(name)
    for name in ("RegNetX", *anynets):
        a_population(name)
