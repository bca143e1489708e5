"""What a job costs besides its training: slots' idle time, claims, children, a worker's death.

Jobs sleep; claim, child process, spool, commit and publish are those of every worker. Claims
and what people do to a population are measured on PostgreSQL, too, where
BENCHMARK_POSTGRESQL_URL names an empty database.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
from sqlalchemy import text

from benchmarks.events import free_port, part
from benchmarks.report import processor, report
from db.migrations import upgrade
from db.session import Database
from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace import addresses
from netspace.stack import valkey
from services.defining import regimes, spaces
from services.work import schedule

SLEEPER = "import sys; from benchmarks.parts import sleeper; sleeper.work(*sys.argv[1:])"
STARTS = """
from workers.supervision.processes import start_fork_server
start_fork_server()
print([start_fork_server() for _ in range(20)])
"""
# Both with -c: children import the module that their parent was started with, if it has one.
NETWORK = Network(
    stem=Stem(width=8, stride=1), stages=(Stage(depth=1, width=8, group_width=4),)
)
QUEUED, CLAIMERS, CLAIMS = 100_000, 8, 100
TICKS = os.sysconf("SC_CLK_TCK")


def say(name: str, value: float, unit: str, **conditions: object) -> None:
    load = round(os.getloadavg()[0], 1)
    report(name, value, unit, **conditions, load=load, cpu=processor())


def queue(database: Database, n: int, seconds: int) -> None:
    """n jobs of so many seconds: one network, n training seeds."""
    with database.durable() as session:
        regime = regimes.define(
            session, f"{seconds} s", DIGITS.model_copy(update={"epochs": seconds})
        )
        session.execute(
            text("INSERT INTO networks (hash, architecture) VALUES (:hash, :architecture)"),
            {"hash": NETWORK.hash, "architecture": NETWORK.model_dump_json()},
        )
        network = session.execute(text("SELECT id FROM networks")).scalar_one()
        session.execute(
            text(
                "INSERT INTO jobs (network_id, regime_id, seed, kind, turn) "
                "VALUES (:network, :regime, :seed, 'train', :seed)"
            ),
            [{"network": network, "regime": regime, "seed": seed} for seed in range(n)],
        )


def count(database: Database, what: str) -> int:
    with database.read() as session:
        counted = text("SELECT count(*) FROM events WHERE what = :what")
        return int(session.execute(counted, {"what": what}).scalar_one())


@contextlib.contextmanager
def queued(folder: str, n: int, seconds: int) -> Iterator[tuple[str, Database]]:
    """A database of its own with jobs in it."""
    url = addresses.sqlite(Path(folder) / "netspace.db")
    upgrade(url)
    database = Database(url)
    queue(database, n, seconds)
    yield url, database
    database.dispose()


def sleeper(*arguments: object) -> subprocess.Popen[str]:
    """A worker that has its fork server ready."""
    return ready([sys.executable, "-c", SLEEPER, *map(str, arguments)])


def ready(command: list[str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert output(process).readline() == "ready\n"
    return process


def output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def begin(*all_ready: subprocess.Popen[str]) -> None:
    for process in all_ready:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def cpu_seconds(pid: int) -> float:
    """Of a process, its descendants, and those of them that have ended."""
    stats = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = file.read_text().rsplit(")", 1)[1].split()
            stats[int(file.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    family, grown = {pid}, 0
    while grown != len(family):
        grown = len(family)
        family |= {one for one, (parent, _) in stats.items() if parent in family}
    return sum(stats[one][1] for one in family if one in stats) / TICKS


def slots_at_work(broker: str, n: int, seconds: int, slots: int) -> None:
    """How much of their time the slots of one worker are busy with jobs."""
    with tempfile.TemporaryDirectory() as folder, queued(folder, n, seconds) as (url, database):
        worker = sleeper("busy", url, folder, broker, slots)
        before = cpu_seconds(worker.pid)
        begin(worker)
        while count(database, "done") < n:
            time.sleep(0.2)
        cpu = cpu_seconds(worker.pid) - before
        worker.kill()
        worker.wait()
        with database.read() as session:
            milliseconds = session.execute(text("SELECT max(at) - min(at) FROM events"))
            wall = milliseconds.scalar_one() / 1000
    about = {"jobs": n, "job_seconds": seconds, "slots": slots}
    say("time that slots are busy", n * seconds / (slots * wall), "", **about)
    say("wall over ideal", wall * slots / (n * seconds), "", **about)
    say("overhead a job, wall", 1000 * (wall * slots / n - seconds), "ms", **about)
    say("overhead a job, CPU", 1000 * cpu / n, "ms", **about)


def claims(url: str, kind: str) -> None:
    """How long a claim takes with many queued jobs and several claimers."""
    upgrade(url)
    database = Database(url)
    queue(database, QUEUED, 1)
    command = [sys.executable, "-m", "benchmarks.parts.claimer", url, str(CLAIMS)]
    claimers = [ready(command) for _ in range(CLAIMERS)]
    begin(*claimers)
    times = np.concatenate([json.loads(output(one).read()) for one in claimers])
    for one in claimers:
        one.wait()
    database.dispose()
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        say(
            f"claim {name}",
            float(np.quantile(times, share)),
            "ms",
            database=kind,
            queued=QUEUED,
            claimers=CLAIMERS,
        )


def draw(database: Database, n: int) -> int:
    """A population of n networks, a queued job each; its id. Another one drew every tenth."""
    with database.durable() as session:

        def insert(statement: str, rows: list[dict[str, object]]) -> None:
            session.execute(text(statement), rows)

        space = spaces.define(session, "drawn", PRESETS["RegNetX small"])
        regime = regimes.define(session, "drawn", DIGITS)
        ids = range(1_000_000, 1_000_000 + n)
        insert(
            "INSERT INTO networks (id, hash, architecture) VALUES (:id, :hash, '{}')",
            [{"id": id, "hash": str(id)} for id in ids],
        )
        insert(
            "INSERT INTO populations (id, name, space_id, regime_id, n, windows, seed, "
            "training_seed, tried, refused, created_at) "
            "VALUES (:id, :name, :space, :regime, :n, '{}', 0, 0, :n, '{}', 0)",
            [
                {"id": id, "name": f"drawn {id}", "space": space, "regime": regime, "n": n}
                for id in (1, 2)
            ],
        )
        insert(
            "INSERT INTO draws (population_id, ordinal, network_id, parameters, multiplicity, "
            "flops, params, activations, fit_w0, fit_wa, fit_wm, e_fit) "
            "VALUES (:population, :ordinal, :network, '{}', 1, 1, 1, 1, 1, 1, 1, 1)",
            [
                {"population": population, "ordinal": ordinal, "network": network}
                for population, drawn in ((1, ids), (2, ids[::10]))
                for ordinal, network in enumerate(drawn)
            ],
        )
        insert(
            "INSERT INTO jobs (network_id, regime_id, seed, kind, turn) "
            "VALUES (:network, :regime, 0, 'train', :network)",
            [{"network": network, "regime": regime} for network in ids],
        )
    return 1


def in_one(database: Database, act: Callable[..., None], *asked: object) -> None:
    with database.durable() as session:
        act(session, *asked)


def asked_of(url: str, kind: str) -> None:
    """How long it takes to pause a large population, let it go on, cancel it, ask again."""
    database = Database(url)
    id = draw(database, QUEUED)
    for name, act in {
        "pause": lambda: in_one(database, schedule.set_paused, id, True),
        "resume": lambda: in_one(database, schedule.set_paused, id, False),
        "priority": lambda: in_one(database, schedule.set_priority, id, -1),
        "cancel": lambda: schedule.cancel(database, id),
        "retry": lambda: schedule.retry(database, id),
    }.items():
        began = time.perf_counter()
        act()
        say(
            f"{name} a population", time.perf_counter() - began, "s", database=kind, jobs=QUEUED
        )
    database.dispose()


def death(broker: str) -> None:
    """From the kill of a worker to its job's next attempt, by a worker that is idle."""
    with tempfile.TemporaryDirectory() as folder, queued(folder, 1, 1000) as (url, database):
        victim, heir = (sleeper(name, url, folder, broker, 1) for name in ("victim", "heir"))
        begin(victim)
        while not count(database, "claimed"):
            time.sleep(0.01)
        begin(heir)
        time.sleep(7)  # there has been a heartbeat
        victim.kill()
        killed = time.perf_counter()
        while count(database, "claimed") < 2:
            time.sleep(0.02)
        say(
            "worker killed to next attempt",
            time.perf_counter() - killed,
            "s",
            lease_seconds=30,
            heartbeat_seconds=5,
        )
        for worker in (victim, heir):
            worker.kill()
            worker.wait()


def main() -> None:
    starts = json.loads(subprocess.check_output([sys.executable, "-c", STARTS]))
    say("child ready", float(np.median(starts)), "s", children=len(starts))
    with tempfile.TemporaryDirectory() as folder:
        url = addresses.sqlite(Path(folder) / "netspace.db")
        claims(url, "SQLite")
        asked_of(url, "SQLite")
    if url := os.environ.get("BENCHMARK_POSTGRESQL_URL", ""):
        claims(url, "PostgreSQL")
        asked_of(url, "PostgreSQL")
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        part("broker", f"--port={port}", NETSPACE_DATA_DIR=folder),
    ):
        broker = valkey.url(Path(folder) / "broker", port)
        while not valkey.answers(broker):
            time.sleep(0.05)
        slots_at_work(broker, n=16, seconds=5, slots=2)
        slots_at_work(broker, n=240, seconds=1, slots=8)
        death(broker)


if __name__ == "__main__":
    main()
