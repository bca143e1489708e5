"""From a result's commit to the event at a listener, milliseconds.

A real broker, a real web process and 20 listeners over HTTP; results are committed one by one
as a worker does it. Then the same with the broker killed: the poll is all there is. Last, what
an epoch of one job costs the web process, with 100 finished populations beside its own.
"""

from __future__ import annotations

import contextlib
import json
import os
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

LISTENERS = 20
RESULTS_EACH = 30
FINISHED, NETWORKS, EPOCHS = 100, 100, 100


@contextlib.contextmanager
def part(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the stack, while the block runs."""
    command = [sys.executable, "-m", "netspace", *arguments]
    process = subprocess.Popen(command, env={**os.environ, **environment})
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


def epochs(database: Database, wakeups: Wakeups, web: int) -> None:
    """CPU of the web process an epoch that is told, ten of them a second."""
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
    spent = cpu_seconds(web) - began
    report(
        "CPU of the web process an epoch",
        1000 * spent / EPOCHS,
        "ms",
        finished=FINISHED,
        networks=NETWORKS,
        cpu=processor(),
    )


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
def stage(n: int, finished: int = 0) -> Iterator[Stage]:
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
        web = stack.enter_context(part("web", **environment, **quiet))
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
        epochs(on.database, wakeups, on.web.pid)
        wakeups.close()


if __name__ == "__main__":
    after_commits()
    beside_finished()
