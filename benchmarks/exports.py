"""What rows and pages cost the server: files of a whole population, an archive, pages.

    python -m benchmarks.exports [--networks 20000] [--beside CHECKOUT] [--keep DIR]

Each checkout makes a synthetic population by its own code and serves it from its own process;
both are asked in turn in one run, over HTTP on loopback, by one client. Seconds of the server's
processor are told beside the time that passed, which other work on the machine lengthens.
"""

from __future__ import annotations

import argparse
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.drag import wait_for
from benchmarks.report import processor, report
from netspace import addresses

HERE = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = 5
PAGES = 100
"""Pages of networks a round."""
STEPS = itertools.count(1)
"""What stands for `{}` in a path: what was asked before is kept, and no measure."""

MAKE = """
import inspect, sys
from pathlib import Path
from benchmarks.drag import database
from benchmarks.parts import synthetic
folder, n = Path(sys.argv[1]), int(sys.argv[2])
older = "create" not in inspect.signature(database).parameters  # another checkout may be
print(database(folder, n) if older else database(folder, n, synthetic.create))
"""
"""Makes a population of n networks in a folder, and says its database's file."""


@dataclass(frozen=True)
class Server:
    """A checkout's application, served."""

    name: str
    pid: int
    port: int
    client: httpx.Client

    @property
    def memory(self) -> float:
        """Bytes of memory that it holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])  # resident
        return float(pages * os.sysconf("SC_PAGE_SIZE"))

    def cpu(self) -> float:
        """Seconds of a processor that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS  # utime, stime: proc(5)

    def answers(self, path: str) -> bool:
        """Whether it knows the address (an older checkout may not) and has so much to say."""
        return self.client.get(path.format(0)).is_success

    def cost(self, path: str, times: int, **headers: str) -> tuple[float, float, int]:
        """Seconds and processor seconds of an answer, and its bytes."""
        cpu, start = self.cpu(), time.perf_counter()
        for _ in range(times):
            asked = path.format(next(STEPS))
            answer = self.client.get(asked, headers=headers).raise_for_status()
        passed = time.perf_counter() - start
        return passed / times, (self.cpu() - cpu) / times, len(answer.content)


@contextmanager
def served(name: str, checkout: Path, folder: Path, networks: int) -> Iterator[Server]:
    """A checkout's application on a population that its own code has made."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    command = [sys.executable, "-c", MAKE, str(folder), str(networks)]
    made = subprocess.run(
        command, cwd=checkout, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment |= {
        "NETSPACE_DATABASE_URL": addresses.sqlite(Path(made.stdout.splitlines()[-1])),
        "NETSPACE_BROKER_URL": "redis://127.0.0.1:1/0",  # none: it polls
        "NETSPACE_DATA_DIR": str(folder),
        "NETSPACE_PORT": str(port),
        "NETSPACE_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "netspace", "web"]
    with subprocess.Popen(command, cwd=checkout, env=environment) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/app/")
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}/api/v1", timeout=120
            ) as client:
                yield Server(name, process.pid, port, client)
        finally:
            process.terminate()


def measure(servers: list[Server], networks: int) -> None:
    """Ask all in turn, round by round, and tell the median of the rounds."""
    asked = {
        "CSV of all networks": ("/populations/1/networks.csv", 1, {}),
        "CSV, not compressed": (
            "/populations/1/networks.csv",
            1,
            {"Accept-Encoding": "identity"},
        ),
        "Parquet of all networks": ("/populations/1/networks.parquet", 1, {}),
        "Arrow of all networks": ("/populations/1/networks.arrow", 1, {}),
        "archive": ("/archive?population=1", 1, {}),
        "100 networks": ("/populations/1/networks?limit=100&flops=..9{}M", PAGES, {}),
        "100 networks, ten constraints": (
            "/populations/1/networks?limit=100&depth=2..12&w0=8..64&wa=2..64&wm=1.2..3"
            "&bottleneck_ratio=1,2,4&group_width=1,2,4,8,16&flops=50k..3M&params=1k..1M"
            "&activations=1k..{}M&e_fit=..1",
            PAGES,
            {},
        ),
    }
    for server in servers:
        server.cost("/populations/1/networks?limit=1", 1)  # reads the population
    for what, (path, times, headers) in asked.items():
        able = [server for server in servers if server.answers(path)]
        rounds = [
            [server.cost(path, times, **headers) for server in able] for _ in range(ROUNDS)
        ]
        for server, costs in zip(able, zip(*rounds, strict=True), strict=True):
            seconds, cpu, size = map(statistics.median, zip(*costs, strict=True))
            conditions = {"of": server.name, "networks": networks, "cpu": processor()}
            report(what, 1000 * seconds, "ms", **conditions)
            report(f"{what}, processor", 1000 * cpu, "ms", bytes=int(size), **conditions)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--networks", type=int, default=20_000)
    arguments.add_argument("--beside", type=Path, help="another checkout, in the same run")
    arguments.add_argument("--keep", type=Path, help="folder of databases to make or use")
    given = arguments.parse_args()
    checkouts = {"this": HERE} | ({"beside": given.beside} if given.beside else {})
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = given.keep or Path(scratch)
        servers = [
            stack.enter_context(served(name, path, folder / name, given.networks))
            for name, path in checkouts.items()
        ]
        measure(servers, given.networks)


if __name__ == "__main__":
    main()
