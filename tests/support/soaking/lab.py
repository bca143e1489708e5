"""The lab that is soaked: its parts, a worker more, and what it is to do."""

import contextlib
import os
import re
import subprocess

import laboratory
from laboratory import PARTS, admitted, database_url, defined, named
from sqlalchemy import text
from stacks import PYTHON, environment
from waiting import until

from db.session import Database
from netspace.stack import ports, postgres, valkey
from services.work import versions
from soaking import processes

SETTINGS = {"LEASE_SECONDS": 6, "HEARTBEAT_SECONDS": 1, "SLOTS": 1}
FLOPS = "50k..150k"


class Lab:
    """A lab at work in a folder.

    Attributes:
        token: of its first administrator's script.
        ids: of the space and the regime that populations are of.
    """

    def __init__(self, folder):
        self.folder = folder

    @contextlib.contextmanager
    def running(self):
        """While the block runs, all parts are there, with a fourth worker beside."""
        with contextlib.ExitStack() as stack:
            with ports.reserve() as reserved:
                self.port = reserved.getsockname()[1]
            settings = {**SETTINGS, "PORT": self.port}
            self.process, self.said = stack.enter_context(
                laboratory.running(self.folder, **settings)
            )
            address = f"http://127.0.0.1:{self.port}"
            with admitted(address, "".join(self.said)) as api:
                self.token = api.headers["authorization"].removeprefix("Bearer ")
                self.ids = defined(api)
            self.database = Database(database_url(self.process.pid, self.folder))
            stack.callback(self.database.dispose)
            self._worker = self._one_more_worker(stack)
            yield self

    def _one_more_worker(self, stack):
        """A worker of no stack, as on another machine."""
        (broker,) = named(self.process.pid, PARTS["broker"])
        line = laboratory.parts_of(self.process.pid)[broker]  # the server says where it listens
        port = int(re.search(r":(\d+)", line)[1])
        own = {f"NETSPACE_{name}": str(value) for name, value in SETTINGS.items()}
        own["NETSPACE_BROKER_URL"] = valkey.url(self.folder / "broker", port)
        own["NETSPACE_DATABASE_URL"] = database_url(
            self.process.pid, self.folder, postgres.WORKER
        )
        process = subprocess.Popen(
            [PYTHON, "-m", "netspace", "worker", "--name=worker4"],
            env=environment(self.folder, **own),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        return process

    def pids(self):
        """The process of each part that lives, by the part's name."""
        webs = sorted(named(self.process.pid, PARTS["web1"]))
        found = {"supervisor": self.process.pid, "worker4": self._worker.pid}
        found |= {f"web{i}": pid for i, pid in enumerate(webs, 1)}
        for name in PARTS.keys() - {"web1", "web2"}:
            for pid in named(self.process.pid, PARTS[name]):
                found[name] = pid
        return found

    def all_live(self):
        return len(self.pids()) == len(PARTS) + 2

    def memory(self):
        """MiB of each part; of a worker without trainings, which come and go."""
        children, found = processes.families(), {}
        for name, pid in self.pids().items():
            deep = {"web": 0, "sup": 0, "wor": 1}.get(name[:3], 99)
            of_part = processes.descendants(pid, children, deep)
            found[name] = processes.held(of_part, shared=name == "postgres")
        return found

    def cpu(self):
        """Seconds of processors of each part and all below it, and of this process."""
        children = processes.families()
        found = {
            name: processes.cpu_seconds(
                [pid] if name == "supervisor" else processes.descendants(pid, children)
            )
            for name, pid in self.pids().items()
        }
        return found | {"load": processes.cpu_seconds([os.getpid()])}

    def said_again(self, words, since):
        """Whether it has said this since it had said so many lines."""
        return any(words in line for line in self.said[since:])

    def ends(self):
        """When each population's results were stored, seconds since 1970, in order."""
        asked = text(
            "SELECT d.population_id, j.ended_at FROM draws d JOIN populations p "
            "ON p.id = d.population_id JOIN jobs j ON j.network_id = d.network_id "
            "AND j.regime_id = p.regime_id AND j.seed = p.training_seed AND j.kind = 'train' "
            "WHERE j.state = 'done' ORDER BY j.ended_at"
        )
        found = {}
        with self.database.read() as session:
            for population, ended in session.execute(asked):
                found.setdefault(population, []).append(ended / 1000)
        return found

    def versions(self):
        with self.database.read() as session:
            return versions.current(session)

    def states(self):
        """How many jobs are in each state."""
        with self.database.read() as session:
            counted = session.execute(text("SELECT state, count(*) FROM jobs GROUP BY state"))
            return dict(counted.all())

    def broken_promises(self):
        """What should not be so when all jobs have ended: a sentence each."""
        with self.database.read() as session:
            other = {state: n for state, n in self.states().items() if state != "done"}
            results = session.scalar(text("SELECT count(*) FROM results"))
            jobs = session.scalar(text("SELECT count(*) FROM jobs"))
            ends = session.scalar(
                text(
                    "SELECT count(*) FROM (SELECT job_id FROM events WHERE what = 'done' "
                    "GROUP BY job_id HAVING count(*) = 1) AS once"
                )
            )
        if other:
            yield f"jobs that are not done: {other}"
        if not results == ends == jobs:
            yield f"{jobs} jobs, {results} results, {ends} that ended once"

    def has_ended(self, seconds):
        """Whether all jobs end in time."""
        return until(lambda: not self.states().keys() - {"done", "failed", "dead"}, seconds)
