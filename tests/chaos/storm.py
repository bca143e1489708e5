"""A storm over short real jobs: faults strike, the jobs go on, and in the end all is read.

All is real but the haste: Celery workers of the program, with labelled points patched in
(`mortal`), a broker, a database, children that train networks for one epoch.
"""

import contextlib
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass

import faults
import parts
import psycopg
from faults import POSTGRESQL, SQLITE
from history import Event, Job, Left, violations
from points import Points
from redis import Redis
from sqlalchemy import text
from waiting import processes_of, until

from db.migrations import upgrade
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces import PRESETS
from jobs.queue import Queue
from netspace.stack import ports, postgres, valkey
from services import leases, populations, regimes, spaces
from services.populations import Spec
from workers.outages import DATABASE_AWAY

SPACE, WINDOWS = "RegNetX small", {"flops": "..100k"}
REGIME = DIGITS.model_copy(update={"epochs": 1, "batch_size": 256})  # four steps

WORKERS = 2
REAPERS = 2
LEASE_SECONDS = 2.0
PAST_THE_LEASE = LEASE_SECONDS + 1.0
MAX_ATTEMPTS = 100
SETTINGS = {
    "NETSPACE_LEASE_SECONDS": str(LEASE_SECONDS),
    "NETSPACE_HEARTBEAT_SECONDS": "0.5",
    "NETSPACE_MAX_ATTEMPTS": str(MAX_ATTEMPTS),
    "NETSPACE_SLOTS": "1",
}
TICK_SECONDS = 0.05
TRY_AGAIN_SECONDS = 0.2


class BlownOut(AssertionError):
    """The jobs were not over in time."""


@dataclass(frozen=True)
class Outcome:
    """What a storm did, and what came of it."""

    kind: str
    jobs: int
    seed: int
    seconds: float
    violations: list  # sentences
    struck: Counter  # faults, by name
    missed: list  # faults that no process came by
    events: Counter  # by kind
    late: int  # results of a lease that was lost
    starts: dict  # of processes, by name


class Storm:
    """One storm over a database of its own."""

    def __init__(self, folder, kind, jobs, seed, rounds=1, costly=None, seconds=100):
        self.folder, self.kind, self.jobs, self.seed = folder, kind, jobs, seed
        self.plan = faults.plan(kind, jobs, seed, rounds, costly)
        self.chance = random.Random(seed + 1)
        self.seconds = seconds
        self.points = Points(folder / "points")
        self.raging = {}  # generators by what they are on
        self.struck = Counter()
        self.over = 0  # jobs
        self.numbers = 0

    def rage(self):
        """Blow until all faults have struck and all jobs are over; the outcome."""
        began = time.monotonic()
        self.deadline = began + self.seconds
        with contextlib.ExitStack() as stack:
            self.build(stack)
            self.create_population()
            reapers = [Reaper(self.database.url) for _ in range(REAPERS)]
            stack.callback(stop_all, reapers)
            for one in [*self.workers, *reapers]:
                one.up()
            self.wake()
            self.blow()
            seconds = time.monotonic() - began
            self.calm_down(reapers)
            events, left = self.read()
            for server in self.servers:
                server.down(signal.SIGINT)
            left.processes.extend(self.survivors())
        return self.outcome(events, left, seconds)

    def build(self, stack):
        """Start the servers and make the database."""
        free = [stack.enter_context(ports.reserve()).getsockname()[1] for _ in range(2)]
        self.broker = parts.broker(self.folder, free[0])
        self.servers = [self.broker]
        self.broker_url = valkey.url(self.folder / "broker", free[0])
        url = f"sqlite:///{self.folder / 'netspace.db'}"
        if self.kind == POSTGRESQL:
            self.server = parts.postgresql(self.folder, free[1])
            self.servers.append(self.server)
            url = postgres.url(self.folder / "postgres", free[1])
        for server in self.servers:
            stack.callback(server.kill)
            server.up()
        assert until(lambda: valkey.answers(self.broker_url)), self.said()
        assert self.kind == SQLITE or until(lambda: postgres.answers(url)), self.said()
        upgrade(url)
        self.database = Database(url)
        stack.callback(self.database.dispose)
        self.queue = Queue(self.broker_url)
        stack.callback(self.queue.close)
        settings = SETTINGS | {
            "NETSPACE_DATABASE_URL": url,
            "NETSPACE_BROKER_URL": self.broker_url,
        }
        self.workers = [
            parts.worker(f"worker{i}", self.folder, settings) for i in range(1, WORKERS + 1)
        ]
        for worker in self.workers:
            stack.callback(worker.kill)

    def create_population(self):
        with self.database.durable() as session:
            space = spaces.define(session, SPACE, PRESETS[SPACE])
            regime = regimes.define(session, "one epoch", REGIME)
        self.population = populations.create(
            self.database, Spec("storm", space, regime, self.jobs, WINDOWS)
        )

    def blow(self):
        """Strike when it is time to, and start again what ended."""
        while self.count_over() < self.jobs or not self.in_vain():
            if time.monotonic() > self.deadline:
                raise BlownOut(f"{self.over} of {self.jobs} jobs over, {self.said()}")
            for part in [*self.workers, *self.servers]:
                part.revive()
            self.begin()
            self.go_on()
            time.sleep(TICK_SECONDS)

    def begin(self):
        """Begin with the faults whose time has come, one at a time on each thing."""
        for planned in list(self.plan):
            when, fault = planned
            if when > self.over:
                return
            self.numbers += 1
            on = fault.on or f"{fault.point}.{self.numbers}"
            if on not in self.raging:
                self.plan.remove(planned)
                acts = self.at_point(fault, on) if fault.point else getattr(self, fault.act)()
                self.raging[on] = Raging(fault, acts)

    def go_on(self):
        """Go on with those faults that have paused for long enough."""
        for on, raging in list(self.raging.items()):
            if time.monotonic() < raging.pause_ends:
                continue
            try:
                raging.pause_ends = time.monotonic() + next(raging.acts)
            except StopIteration:
                del self.raging[on]
                self.struck[raging.fault.name] += 1

    def in_vain(self):
        """Whether all that rages waits for a process that won't come any more."""
        return not self.plan and all(map(self.points.armed, self.raging))

    def count_over(self):
        """How many jobs are over, as far as is known."""
        with contextlib.suppress(*DATABASE_AWAY), self.database.read() as session:
            self.over = session.scalar(text("SELECT count(*) FROM jobs WHERE ended_at > 0"))
        return self.over

    def wake(self):
        self.queue.wake()

    # What strikes, step by step; each step says how long to pause after it, in seconds.

    def at_point(self, fault, label):
        self.points.arm(label, fault.signal, fault.victim)
        while (victim := self.points.taken(label)) is None:
            yield 0
        if fault.signal == "SIGSTOP":
            yield PAST_THE_LEASE
            with contextlib.suppress(ProcessLookupError):  # a child dies with its worker
                os.kill(victim, signal.SIGCONT)

    def kill_broker(self):
        return self.restart(self.broker, signal.SIGKILL)

    def stop_broker(self):
        return self.restart(self.broker, signal.SIGTERM)

    def kill_database(self):
        return self.restart(self.server, signal.SIGKILL)

    def quit_database(self):
        return self.restart(self.server, signal.SIGQUIT)

    def restart(self, part, number):
        part.down(number)
        yield self.chance.uniform(0.5, 2)
        part.up()
        yield 2  # until it is there, and has something to do

    def freeze_broker(self):
        self.broker.send(signal.SIGSTOP)
        yield self.chance.uniform(0.5, 2)
        self.broker.send(signal.SIGCONT)

    def flush_broker(self):
        while not valkey.answers(self.broker_url):  # it was just started again
            yield TRY_AGAIN_SECONDS
        with Redis.from_url(self.broker_url) as broker:
            broker.flushall()

    def drop_wake_ups(self):
        return self.deliver_wake_ups(0)

    def triple_wake_ups(self):
        return self.deliver_wake_ups(3)

    def deliver_wake_ups(self, copies):
        """Let the slots run out of jobs, and give them some again."""
        self.points.deliver(copies)
        yield from self.pause(True)
        yield 0.5
        yield from self.pause(False)
        for _ in range(copies):
            self.wake()
        yield 1.5
        self.points.deliver(1)

    def pause(self, paused):
        while True:
            try:
                with self.database.durable() as session:
                    return populations.set_paused(session, self.population, paused)
            except DATABASE_AWAY:
                yield TRY_AGAIN_SECONDS

    def cut_connections(self):
        while not postgres.answers(self.database.url):
            yield TRY_AGAIN_SECONDS
        address = self.database.url.replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    def lock_database(self):
        file = self.folder / "netspace.db"
        with contextlib.closing(sqlite3.connect(file, 30, isolation_level=None)) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            yield PAST_THE_LEASE
            stranger.execute("ROLLBACK")

    # The end.

    def calm_down(self, reapers):
        """Wait until all is stored, and end what works."""
        until(lambda: not self.spooled(), 10)
        for worker in self.workers:
            worker.down(signal.SIGTERM)
        stop_all(reapers)

    def read(self):
        """The history of all jobs, and what is left."""
        with self.database.read() as session:
            events = session.execute(
                text("SELECT job_id, attempt, what, at FROM events ORDER BY id")
            ).all()
            jobs = session.execute(
                text("SELECT id, state, attempt FROM jobs ORDER BY id")
            ).all()
            results = session.execute(text("SELECT job_id, attempt FROM results")).all()
            draws = session.scalar(text("SELECT count(*) FROM draws"))
        left = Left(
            n=self.jobs,
            draws=draws,
            jobs=[Job(*job) for job in jobs],
            results=[tuple(result) for result in results],
            spool=self.spooled(),
        )
        self.database.dispose()
        return [Event(*event) for event in events], left

    def spooled(self):
        return sorted(file.name for file in (self.folder / "spool").glob("*"))

    def survivors(self):
        """Processes that should be gone, and after a moment are not."""
        until(lambda: not processes_of(self.folder), 10)
        return processes_of(self.folder)

    def outcome(self, events, left, seconds):
        forgetful = self.kind == POSTGRESQL
        return Outcome(
            kind=self.kind,
            jobs=self.jobs,
            seed=self.seed,
            seconds=seconds,
            violations=violations(events, left, 1000 * LEASE_SECONDS, forgetful),
            struck=self.struck,
            missed=[raging.fault.name for raging in self.raging.values()],
            events=Counter(event.kind for event in events),
            late=late_results(events),
            starts={part.name: part.starts for part in [*self.workers, *self.servers]},
        )

    def said(self):
        """The last words of all processes."""
        return "\n".join(
            f"--- {part.name}\n{part.tail()}" for part in [*self.workers, *self.servers]
        )


@dataclass
class Raging:
    """A fault at work."""

    fault: faults.Fault
    acts: Generator
    pause_ends: float = 0.0  # monotonic seconds


class Reaper(threading.Thread):
    """One more reaper beside those of the workers, in a hurry."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.database, self.calm = Database(url), threading.Event()

    def up(self):
        self.start()

    def run(self):
        while not self.calm.wait(0.1):
            with contextlib.suppress(*DATABASE_AWAY), self.database.write() as session:
                leases.reap(session, MAX_ATTEMPTS)
        self.database.dispose()


def stop_all(reapers):
    for reaper in reapers:
        reaper.calm.set()
    for reaper in reapers:
        if reaper.ident:
            reaper.join()


def late_results(events):
    """Results that came from a lease which was not the job's any more."""
    holders, late = {}, 0
    for event in events:
        if event.kind == "claimed":
            holders[event.job] = event.attempt
        elif event.kind == "done":
            late += holders.get(event.job) != event.attempt
        else:
            holders.pop(event.job, None)
    return late
