"""What a storm blows over: a broker, a database, workers, reapers and a population.

All is real but the haste: the workers are the program's, with labelled points patched in
(`mortal`), and their children train networks for one epoch.
"""

import contextlib
import signal
import threading

import parts
from faults import POSTGRESQL, SQLITE
from history import Event, Job, Left
from points import Points
from sqlalchemy import text
from waiting import processes_of, until

from db.migrations import upgrade
from db.outages import DATABASE_AWAY
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.queue import Queue
from netspace.stack import ports, postgres, valkey
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases

SPACE, WINDOWS = "RegNetX small", {"flops": "..100k"}
REGIME = DIGITS.model_copy(update={"epochs": 1, "batch_size": 256})  # four steps

WORKERS = 2
REAPERS = 2
REAP_SECONDS = 0.1
LEASE_SECONDS = 2.0
MAX_ATTEMPTS = 100
SETTINGS = {
    "NETSPACE_LEASE_SECONDS": str(LEASE_SECONDS),
    "NETSPACE_HEARTBEAT_SECONDS": "0.5",
    "NETSPACE_MAX_ATTEMPTS": str(MAX_ATTEMPTS),
    "NETSPACE_SLOTS": "1",
}


class Lab:
    """Everything of one storm, in one folder."""

    def __init__(self, folder, kind, jobs):
        self.folder, self.kind, self.jobs = folder, kind, jobs
        self.points = Points(folder / "points")
        self._over = 0

    @contextlib.contextmanager
    def running(self):
        """While the block runs, servers and reapers are there, and workers come up."""
        with contextlib.ExitStack() as stack:
            ports_of = [stack.enter_context(ports.reserve()).getsockname()[1] for _ in range(2)]
            self._start_servers(stack, *ports_of)
            upgrade(self.database_url)
            self.database = Database(self.database_url)
            stack.callback(self.database.dispose)
            self.queue = Queue(self.broker_url)
            stack.callback(self.queue.close)
            self._create_population()
            self.workers = [self._worker(f"worker{i}", stack) for i in range(1, WORKERS + 1)]
            self._reapers = [Reaper(self.database_url) for _ in range(REAPERS)]
            stack.callback(self._stop_reapers)
            for reaper in self._reapers:
                reaper.start()
            yield

    @property
    def parts(self):
        """All processes that a supervisor would look after."""
        return [*self.workers, *self.servers]

    def count_over(self):
        """How many jobs are over, as far as is known."""
        with contextlib.suppress(*DATABASE_AWAY), self.database.read() as session:
            self._over = session.scalar(text("SELECT count(*) FROM jobs WHERE ended_at > 0"))
        return self._over

    def close(self):
        """End all in good order once all is stored.

        Returns:
            The events of all jobs, and what is left.
        """
        until(lambda: not self._spooled(), 10)
        for worker in self.workers:
            worker.down(signal.SIGTERM)
        self._stop_reapers()
        events, left = self._read()
        self.database.dispose()
        for server in self.servers:
            server.down(signal.SIGINT)
        # A fork server whose worker was stopped at its start is gone when it has loaded torch.
        until(lambda: not processes_of(self.folder), 60)
        left.processes.extend(processes_of(self.folder))
        return events, left

    def said(self):
        """The last words of all processes."""
        return "\n".join(f"--- {part.name}\n{part.tail()}" for part in self.parts)

    def _start_servers(self, stack, broker_port, database_port):
        self.broker = parts.broker(self.folder, broker_port)
        self.broker_url = valkey.url(self.folder / "broker", broker_port)
        self.servers, self.workers = [self.broker], []
        self.database_url = f"sqlite:///{self.folder / 'netspace.db'}"
        if self.kind == POSTGRESQL:
            self.server = parts.postgresql(self.folder, database_port)
            self.database_url = postgres.url(self.folder / "postgres", database_port)
            self.servers.append(self.server)
        for server in self.servers:
            stack.callback(server.kill)
            server.up()
        assert until(lambda: valkey.answers(self.broker_url)), self.said()
        assert self.kind == SQLITE or until(lambda: postgres.answers(self.database_url)), (
            self.said()
        )

    def _create_population(self):
        with self.database.durable() as session:
            space = spaces.define(session, SPACE, PRESETS[SPACE])
            regime = regimes.define(session, "one epoch", REGIME)
        self.population = populations.create(
            self.database, Spec("storm", space, regime, self.jobs, WINDOWS)
        )

    def _worker(self, name, stack):
        urls = {
            "NETSPACE_DATABASE_URL": self.database_url,
            "NETSPACE_BROKER_URL": self.broker_url,
        }
        worker = parts.worker(name, self.folder, SETTINGS | urls)
        stack.callback(worker.kill)
        worker.up()
        return worker

    def _stop_reapers(self):
        for reaper in self._reapers:
            reaper.calm.set()
        for reaper in self._reapers:
            reaper.join()

    def _read(self):
        with self.database.read() as session:

            def rows(what):
                return [tuple(row) for row in session.execute(text(what))]

            events = rows("SELECT job_id, attempt, what, at FROM events ORDER BY id")
            left = Left(
                n=self.jobs,
                draws=len(rows("SELECT ordinal FROM draws")),
                jobs=[Job(*job) for job in rows("SELECT id, state, attempt FROM jobs")],
                results=rows("SELECT job_id, attempt FROM results"),
                spool=self._spooled(),
            )
        return [Event(*event) for event in events], left

    def _spooled(self):
        return sorted(file.name for file in (self.folder / "spool").glob("*"))


class Reaper(threading.Thread):
    """One more reaper beside those of the workers, in a hurry."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self._database, self.calm = Database(url), threading.Event()

    def run(self):
        while not self.calm.wait(REAP_SECONDS):
            with contextlib.suppress(*DATABASE_AWAY), self._database.write() as session:
                leases.reap(session, MAX_ATTEMPTS)
        self._database.dispose()
