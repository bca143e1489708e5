"""What the server takes for a page: columns, EDF and best ranges, over HTTP on loopback.

    python -m benchmarks.serving [--sizes 1000 10000 100000] [--keep DIR]

The real application serves a synthetic population (parts/synthetic.py) without any load.
The first answer of a server reads the population from the database; the constraints of each
later one differ, so that no answer is one from before.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.drag import database, served
from benchmarks.parts import synthetic
from benchmarks.report import processor, report

REPEATS = 50

TEN = {
    "depth": "2..{}",
    "w0": "8..64",
    "wa": "2..64",
    "wm": "1.2..3",
    "bottleneck_ratio": "1,2,4",
    "group_width": "1,2,4,8,16",
    "flops": "50k..{}",
    "params": "1k..1M",
    "activations": "1k..1M",
    "e_fit": "..1",
}
"""Constraints that most networks pass; the largest depth and flops are filled in."""


def seconds(client: httpx.Client, path: str, **query: str) -> float:
    start = time.perf_counter()
    client.get(path, params=query).raise_for_status()
    return time.perf_counter() - start


def measure(url: str, n: int) -> None:
    conditions = {"networks": n, "cpu": processor()}
    with httpx.Client(base_url=url, timeout=120) as client:
        population = (
            f"/api/v1/populations/{client.get('/api/v1/populations').json()['items'][0]['id']}"
        )
        report("first columns", seconds(client, f"{population}/columns"), "s", **conditions)
        again = [seconds(client, f"{population}/columns") for _ in range(5)]
        report("columns again", 1000 * statistics.median(again), "ms", **conditions)
        for path in ("edf", "ranges", "networks"):
            times = sorted(
                seconds(client, f"{population}/{path}", **ten(step)) for step in range(REPEATS)
            )
            report(
                f"{path}, ten constraints, p50", 1000 * times[REPEATS // 2], "ms", **conditions
            )
            report(f"{path}, ten constraints, p95", 1000 * times[-3], "ms", **conditions)


def ten(step: int) -> dict[str, str]:
    """Constraints of a step, which no other step has."""
    most = {"depth": 6 + step % 12, "flops": 3_000_000 - step}
    return {name: text.format(most.get(name)) for name, text in TEN.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--keep", type=Path, help="folder of databases to make or use")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for n in given.sizes:
            with served(database(given.keep or Path(scratch), n, synthetic.create)) as page:
                measure(page.removesuffix("/app/"), n)


if __name__ == "__main__":
    main()
