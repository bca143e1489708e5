"""A job that every worker dies of is given up, once."""

import os
import subprocess
import sys

import points
import pytest
from parts import HERE
from places import ROOT
from sqlalchemy import text
from waiting import until

from db.migrations import upgrade
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec

ATTEMPTS = 3

# A worker without Celery: it dies before it needs a process that has torch.
WORKER = """
import os, sys
from pathlib import Path
import mortal, points
from db.session import Database
from workers.supervision.config import Computer, WorkerConfig
from workers.supervision.runner import Runner

class Wakeups:
    def publish(self, topic, job_id=None): pass

mortal.make_mortal(points.Points(os.environ[points.FOLDER]))
folder = Path(sys.argv[1])
config = WorkerConfig("doomed", 1, folder, 0.5, 0.1, int(sys.argv[2]), 60, "cpu", 0.1, 0.1)
runner = Runner(config, Database(f"sqlite:///{folder}/netspace.db"), Wakeups())
runner.start(Computer("a processor", gpu=False))
runner.join(1000)
"""


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path}/netspace.db"
    upgrade(url)
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture
def worker(tmp_path):
    """Starts a worker."""
    started = []

    def start():
        environment = {"PYTHONPATH": f"{ROOT}:{HERE}", points.FOLDER: str(tmp_path / "points")}
        command = [sys.executable, "-c", WORKER, str(tmp_path), str(ATTEMPTS)]
        started.append(
            subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_job_that_kills_every_worker_is_dead_after_its_last_attempt_and_stays_so(
    database, worker, tmp_path
):
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    populations.create(database, Spec("deadly", space, regime, 1, {"flops": "..100k"}))

    def rows(what):
        with database.read() as session:
            return [tuple(row) for row in session.execute(text(what))]

    for attempt in range(1, ATTEMPTS + 1):
        points.Points(tmp_path / "points").arm(f"claimed.{attempt}", "SIGKILL", "worker")
        assert worker().wait(30) == -9
        assert rows("SELECT state, attempt FROM jobs") == [("running", attempt)]
    survivors = [worker(), worker()]  # two reapers
    assert until(lambda: rows("SELECT state FROM jobs") == [("dead",)])
    assert not until(lambda: any(one.poll() is not None for one in survivors), 1)
    history = [what for (what,) in rows("SELECT what FROM events ORDER BY id")]
    assert history == ATTEMPTS * ["claimed", "expired"] + ["dead"]
    assert rows("SELECT state, failure, attempt FROM jobs") == [("dead", "lost", ATTEMPTS)]
    assert rows("SELECT * FROM results") == []
