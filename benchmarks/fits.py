"""Speed of the exact e_fit: CPU seconds to fit a line to each of 100 networks, on one core.

Networks of the paper's window, and fourteen published ones. The table of levels that is made
once in a process is a line of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.report import processor, report
from columns import constraints
from designspace.lines import fits
from designspace.sampling import sample
from designspace.spaces.presets import PRESETS

WINDOW = {"flops": constraints.parse("360M..400M")}
NETWORKS = 100
# Widths and depths as built: RegNetX 200MF to 32GF, ResNet-50 and ResNeXt-50 (whose are equal).
ZOO = [
    ([24, 56, 152, 368], [1, 1, 4, 7]),
    ([32, 64, 160, 384], [1, 2, 7, 12]),
    ([48, 96, 240, 528], [1, 3, 5, 7]),
    ([64, 128, 288, 672], [1, 3, 7, 5]),
    ([72, 168, 408, 912], [2, 4, 10, 2]),
    ([96, 192, 432, 1008], [2, 6, 15, 2]),
    ([80, 240, 560, 1360], [2, 5, 14, 2]),
    ([168, 392, 784, 1624], [2, 4, 10, 1]),
    ([80, 240, 720, 1920], [2, 5, 15, 1]),
    ([224, 448, 896, 2240], [2, 5, 11, 1]),
    ([256, 512, 896, 2048], [2, 6, 13, 1]),
    ([336, 672, 1344, 2520], [2, 7, 13, 1]),
    ([256, 512, 1024, 2048], [3, 4, 6, 3]),
    ([256, 512, 1024, 2048], [3, 4, 6, 3]),
]


def cpu_seconds(work: Callable[[], object]) -> float:
    """Of this thread, so that other work doesn't count."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def drawn(name: str) -> list[list[int]]:
    """Block widths of networks of a space."""
    found = sample(PRESETS[name], NETWORKS, np.random.default_rng(0), WINDOW)
    return [draw.network.block_widths for draw in found.draws]


def fit_all(networks: list[list[int]], space: str) -> None:
    errors: list[float] = []
    used = cpu_seconds(lambda: errors.extend(fits.fit(widths).e_fit for widths in networks))
    conditions = {"space": space, "networks": len(networks), "cpu": processor()}
    report("e_fit", used, "s", median_e_fit=round(float(np.median(errors)), 4), **conditions)


if __name__ == "__main__":
    made = cpu_seconds(fits.usual_octave_levels)
    report("e_fit, table of levels", made, "s", cpu=processor())
    for name in ("RegNetX", "AnyNetX_A", "AnyNetX_C", "AnyNetX_E"):
        fit_all(drawn(name), name)
    fit_all([np.repeat(*network).tolist() for network in ZOO], "published networks")
