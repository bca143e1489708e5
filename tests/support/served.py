"""The real application for browser tests: uvicorn in a process of its own on a SQLite file.

There is no broker: the server polls its database for changes, as it does when Redis is away.
"""

import contextlib
import time
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from migrated import migrated
from nursery import nursery
from sqlalchemy import select, update

from db.models import JobRow, PopulationRow, SampledRow
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Failed, Finished
from netspace.stack import ports
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results, schedule
from services.work.wanting import wanted_by

WINDOW = {"flops": "100k..300k"}
_ports = []
"""Of servers that have ended: what browsers have in their caches is by port."""


def free_port():
    """One that a server had that has ended, else one that the system gives."""
    while _ports:
        with contextlib.suppress(OSError), ports.bind("127.0.0.1", _ports.pop()) as had:
            return had.getsockname()[1]
    with ports.reserve() as reserved:
        return reserved.getsockname()[1]


def problems_of(page):
    """What goes wrong in a page from now on: errors of its scripts and in its console."""
    problems = []
    page.on("pageerror", lambda error: problems.append(error.stack or str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    return problems


class Served:
    """An application on a database file, which tests fill through services.

    Its settings, beside the database's, are variables of the environment.
    """

    def __init__(self, file, **settings):
        self.settings = settings
        self.database = Database(migrated(file))
        self.port = free_port()
        self.process = None
        self.seeds = []
        self.first = 0  # the most urgent priority so far

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.process = nursery().serve(
            self.port,
            NETSPACE_PORT=str(self.port),
            NETSPACE_DATABASE_URL=self.database.url,
            NETSPACE_BROKER_URL="redis://127.0.0.1:1/0",
            **self.settings,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.lives(), "the server ended"
            try:
                urlopen(f"{self.url}/api/v1/populations").close()
            except HTTPError:
                return  # one has to log in
            except URLError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self.url)

    def stop(self):
        self.process.stop()

    def close(self):
        if self.process:
            self.stop()
        self.database.dispose()
        _ports.append(self.port)

    def create(
        self,
        name,
        n,
        space="RegNetX small",
        seed=0,
        training_seed=0,
        inherits=None,
        window=WINDOW,
    ):
        """A population of n networks, none of them measured but what it inherits. Its id."""
        with self.database.durable() as session:
            space_id = spaces.define(session, space, PRESETS[space])
            regime_id = regimes.define(session, "digits", DIGITS)
        spec = Spec(
            name, space_id, regime_id, n, window, seed, training_seed, inherits=inherits
        )
        return populations.create(self.database, spec)

    def measured(self, name, *errors):
        """A population that shares no job with another, all of it measured. Its id."""
        seed = 1000 + len(self.seeds)
        self.seeds.append(seed)
        id = self.create(name, len(errors), seed=seed, training_seed=seed)
        self.record(*errors, of=id)
        return id

    def comes_first(self, population):
        """Its jobs are the next to be claimed, before those that came first until now."""
        self.first -= 1
        with self.database.durable() as session:
            jobs = wanted_by(session.get_one(SampledRow, population))
            session.execute(update(JobRow).where(jobs).values(priority=self.first))

    def standing(self, population):
        """Whether it is paused, and (id, state, priority) of each of its jobs."""
        with self.database.read() as session:
            row = session.get_one(PopulationRow, population)
            jobs = select(JobRow.id, JobRow.state, JobRow.priority).where(wanted_by(row))
            return row.paused, sorted(map(tuple, session.execute(jobs)))

    def record(self, *errors, of=None):
        """Results of the next queued jobs: an error each, None for a failure.

        `of` names the population whose jobs are the next: another test of the module may have
        left some of its own in the queue.
        """
        if of is not None:
            self.comes_first(of)
        for error in errors:
            with self.database.durable() as session:
                claim = leases.claim(session, "train", "a worker", 60)
                assert claim is not None, "nothing is queued"
                if error is None:
                    failed = Failed(failure="out_of_memory", detail="needs 3 GB")
                    results.record_failure(session, claim, failed, False, 1)
                elif error == float("inf"):
                    finished = Finished(quantities={"diverged": 1.0}, conditions={})
                    results.record(session, claim, finished)
                else:
                    quantities = {"error": float(error), "loss": 0.5}
                    finished = Finished(quantities=quantities, conditions={})
                    results.record(session, claim, finished)

    def benchmark(self, population, *latencies):
        """Benchmarks of the next networks of a population, which queues them: seconds each."""
        with self.database.durable() as session:
            schedule.queue_benchmarks(session, population)
        for latency in latencies:
            with self.database.durable() as session:
                claim = leases.claim(session, "benchmark", "a worker", 60)
                assert claim is not None, "nothing is queued"
                quantities = {
                    "latency": latency,
                    "latency_q1": latency * 0.9,
                    "latency_q3": latency * 1.1,
                    "peak_memory": latency * 1e10,
                }
                results.record(session, claim, Finished(quantities=quantities, conditions={}))
