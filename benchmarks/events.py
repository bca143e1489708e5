"""From a result's commit to the event at a listener, milliseconds.

A real broker, a real web process and 20 listeners over HTTP; results are committed one by one
as a worker does it. Then the same with the broker killed: the poll is all there is. Last, what
an epoch of one job costs the web process, with 100 finished populations beside its own, and
what it costs with 500 listeners, of another checkout beside where one is named.

    python -m benchmarks.events [--beside CHECKOUT] [--rounds 3] [--crowd-only]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from sqlalchemy import text

from benchmarks.exports import HERE
from benchmarks.report import processor, report
from db.migrations import upgrade
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Epoch, Finished
from jobs.wakeups import PROGRESS, RESULTS, Wakeups
from netspace import addresses
from netspace.stack import ports, valkey
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

LISTENERS, CROWD = 20, 500
RESULTS_EACH = 30
FINISHED, NETWORKS, EPOCHS = 100, 100, 100


@contextlib.contextmanager
def part(
    *arguments: str, checkout: Path = HERE, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the stack, while the block runs."""
    command = [sys.executable, "-m", "netspace", *arguments]
    own = {**os.environ, "PYTHONPATH": str(checkout), **environment}
    process = subprocess.Popen(command, env=own, cwd=checkout)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with ports.reserve() as reserved:
        return int(reserved.getsockname()[1])


def fill(database: Database, n: int) -> None:
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    populations.create(database, Spec("benchmark", space, regime, n, {}))


class Listener(threading.Thread):
    """Notes when each version arrives."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.arrived, self.ready = address, dict[int, float](), threading.Event()

    def run(self) -> None:
        with (
            contextlib.suppress(httpx.RemoteProtocolError),  # the end of the web process
            httpx.stream("GET", f"{self.address}/api/v1/events", timeout=None) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    version = json.loads(line.removeprefix("data: "))["version"]
                    self.arrived.setdefault(version, time.perf_counter())
                    self.ready.set()


def commit(database: Database, wakeups: Wakeups, n: int, pause: float) -> list[float]:
    """Commit n results; when each was on disk."""
    times = []
    for _ in range(n):
        with database.durable() as session:
            claim = leases.claim(session, "train", "benchmark", 30)
            assert claim is not None
            finished = Finished(quantities={"error": 10.0}, conditions={})
            results.record(session, claim, finished)
        times.append(time.perf_counter())
        wakeups.publish(RESULTS)
        time.sleep(pause)
    return times


def finish_many(database: Database, copies: int) -> None:
    """Copies of the benchmark's population, each of a training seed, all trained."""
    copied = (
        "INSERT INTO populations (id, name, space_id, regime_id, n, windows, seed, "
        "training_seed, tried, refused, created_at) SELECT :id, :name, space_id, regime_id, n, "
        "windows, seed, :seed, tried, refused, created_at FROM populations WHERE id = 1",
        "INSERT INTO draws (population_id, ordinal, network_id, parameters, multiplicity, "
        "flops, params, activations, fit_w0, fit_wa, fit_wm, e_fit) SELECT :id, ordinal, "
        "network_id, parameters, multiplicity, flops, params, activations, fit_w0, fit_wa, "
        "fit_wm, e_fit FROM draws WHERE population_id = 1",
        "INSERT INTO jobs (network_id, regime_id, seed, kind, state, ended_at) "
        "SELECT network_id, regime_id, :seed, kind, 'done', 1 FROM jobs WHERE seed = 0",
    )
    for id in range(2, copies + 2):
        with database.durable() as session:
            for statement in copied:
                session.execute(text(statement), {"id": id, "name": str(id), "seed": id})


def epochs(database: Database, wakeups: Wakeups, web: int) -> float:
    """CPU of the web process an epoch that is told, ten of them a second; seconds."""
    with database.write() as session:
        claim = leases.claim(session, "train", "benchmark", 600)
    assert claim is not None
    began = cpu_seconds(web)
    for number in range(1, EPOCHS + 1):
        with database.write() as session:
            told = Epoch(epoch=number, loss=1.0, error=50.0, seconds=1.0)
            results.record_epoch(session, claim, told)
        wakeups.publish(PROGRESS, claim.job_id)
        time.sleep(0.1)
    return (cpu_seconds(web) - began) / EPOCHS


def cpu_seconds(pid: int) -> float:
    """Of a process, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stage:
    """A database with a population, its web process and broker."""

    database: Database
    broker: subprocess.Popen[bytes]
    broker_url: str
    web: subprocess.Popen[bytes]
    address: str


@contextlib.contextmanager
def stage(n: int, finished: int = 0, checkout: Path = HERE) -> Iterator[Stage]:
    """A population of n networks that wait, beside finished ones of as many."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        broker_port, port = free_port(), free_port()
        environment = {"NETSPACE_DATA_DIR": folder, "NETSPACE_PORT": str(port)}
        url = addresses.sqlite(Path(folder) / "netspace.db")
        upgrade(url)
        database = Database(url)
        stack.callback(database.dispose)
        fill(database, n)
        finish_many(database, finished)
        broker = stack.enter_context(part("broker", f"--port={broker_port}", **environment))
        broker_url = valkey.url(Path(folder) / "broker", broker_port)
        while not valkey.answers(broker_url):
            time.sleep(0.05)
        quiet = {"NETSPACE_BROKER_URL": broker_url, "NETSPACE_LOG_LEVEL": "error"}
        web = stack.enter_context(part("web", checkout=checkout, **environment, **quiet))
        while not ports.answers("127.0.0.1", port):
            time.sleep(0.1)
        yield Stage(database, broker, broker_url, web, f"http://127.0.0.1:{port}")


def after_commits() -> None:
    with stage(2 * RESULTS_EACH) as on:
        listeners = [Listener(on.address) for _ in range(LISTENERS)]
        for listener in listeners:
            listener.start()
        for listener in listeners:
            listener.ready.wait()
        wakeups, version = Wakeups(on.broker_url), 0
        for name in ("with the broker", "broker dead"):
            committed = commit(on.database, wakeups, RESULTS_EACH, pause=0.7)
            time.sleep(2)
            delays = [
                1000 * (listener.arrived[version + 1 + i] - moment)
                for listener in listeners
                for i, moment in enumerate(committed)
                if version + 1 + i in listener.arrived
            ]
            version += RESULTS_EACH
            for share in (50, 95, 100):
                report(
                    f"commit to event, p{share}",
                    float(np.percentile(delays, share)),
                    "ms",
                    listeners=LISTENERS,
                    case=name,
                    heard=len(delays) / (LISTENERS * RESULTS_EACH),
                )
            on.broker.kill()
            on.broker.wait()
        wakeups.close()


def beside_finished() -> None:
    with stage(NETWORKS, FINISHED) as on:
        time.sleep(5)  # it has read all of them
        wakeups = Wakeups(on.broker_url)
        spent = epochs(on.database, wakeups, on.web.pid)
        wakeups.close()
    report(
        "CPU of the web process an epoch",
        1000 * spent,
        "ms",
        finished=FINISHED,
        networks=NETWORKS,
        cpu=processor(),
    )


class Hearing(asyncio.Protocol):
    """A listener that counts events, at little cost."""

    def __init__(self, port: int) -> None:
        self._port, self.heard = port, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        self.heard += data.count(b"event: activity")


@dataclass(frozen=True)
class Crowded:
    """What a web process with CROWD listeners took; seconds."""

    epoch: float  # of its processor, for each that was told
    event: float  # and for each event that was heard
    heard: float  # events a listener, of EPOCHS
    waits: list[float]  # for the answers to others, sorted


async def hear(on: Stage) -> Crowded:
    """Epochs of one job, which everybody hears, while somebody asks for a list."""
    loop, port = asyncio.get_running_loop(), int(on.address.rpartition(":")[2])
    listeners = [
        (await loop.create_connection(lambda: Hearing(port), "127.0.0.1", port))[1]
        for _ in range(CROWD)
    ]
    while not all(one.heard for one in listeners):
        await asyncio.sleep(0.1)
    before, wakeups = sum(one.heard for one in listeners), Wakeups(on.broker_url)
    telling = asyncio.create_task(asyncio.to_thread(epochs, on.database, wakeups, on.web.pid))
    waits = []
    async with httpx.AsyncClient(base_url=on.address, timeout=60) as client:
        while not telling.done():
            since = time.perf_counter()
            (await client.get("/api/v1/populations")).raise_for_status()
            waits.append(time.perf_counter() - since)
            await asyncio.sleep(0.1)
    heard = sum(one.heard for one in listeners) - before
    wakeups.close()
    spent = telling.result()
    return Crowded(spent, spent * EPOCHS / heard, heard / CROWD, sorted(waits))


def crowd(rounds: int, checkouts: dict[str, Path]) -> None:
    """The same of each checkout in turn, round by round; the medians."""
    found: dict[str, list[Crowded]] = {name: [] for name in checkouts}
    for _ in range(rounds):
        for name, checkout in checkouts.items():
            with stage(1, checkout=checkout) as on:
                found[name].append(asyncio.run(hear(on)))
    for name, each in found.items():
        about = {"of": name, "listeners": CROWD, "cpu": processor(), "load": os.getloadavg()[0]}
        for what, unit, values in (
            ("CPU of the web process an epoch told", "ms", [1e3 * one.epoch for one in each]),
            ("CPU of the web process an event heard", "us", [1e6 * one.event for one in each]),
            ("events a listener heard of 100 epochs", "", [one.heard for one in each]),
            (
                "a list asked for beside, p95",
                "ms",
                [1e3 * one.waits[int(0.95 * len(one.waits))] for one in each],
            ),
        ):
            report(what, statistics.median(values), unit, **about)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--beside", type=Path, help="another checkout, in the same run")
    arguments.add_argument("--rounds", type=int, default=3, help="of the crowd")
    arguments.add_argument("--crowd-only", action="store_true")
    given = arguments.parse_args()
    if not given.crowd_only:
        after_commits()
        beside_finished()
    crowd(given.rounds, {"this": HERE} | ({"beside": given.beside} if given.beside else {}))


if __name__ == "__main__":
    main()
