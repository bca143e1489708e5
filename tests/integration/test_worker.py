"""The Celery worker, as `make up` starts it, with a real broker."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import children
import pytest
from sqlalchemy import text
from waiting import processes_of, until

from jobs.queue import Queue
from services import regimes

# As `python -m netspace worker`, but never looking for jobs by itself.
DEAF_TO_ALL_BUT_MESSAGES = """
from workers.config import WorkerConfig
WorkerConfig.__init__.__defaults__ = (1000, 5)  # poll_seconds, reap_seconds
from netspace.cli import app
app(["worker"])
"""


@pytest.fixture
def worker(database, broker_url, tmp_path):
    """A worker of one slot that is ready, and has just found nothing to do."""
    environment = os.environ | {
        "PYTHONPATH": str(Path(children.__file__).parents[2]),
        "NETSPACE_DATA_DIR": str(tmp_path),
        "NETSPACE_DATABASE_URL": database.url,
        "NETSPACE_BROKER_URL": broker_url,
        "NETSPACE_SLOTS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF_TO_ALL_BUT_MESSAGES],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert any("ready" in line for line in process.stderr)
        yield process
        process.kill()


def test_a_message_wakes_the_worker_and_a_signal_ends_it_with_nothing_left_behind(
    worker, database, create, broker_url, tmp_path
):
    def states():
        with database.read() as session:
            return session.execute(text("SELECT state, attempt FROM jobs ORDER BY id")).all()

    with database.durable() as session:
        long = children.REGIME.model_copy(update={"epochs": 10_000})
        regime = regimes.define(session, "long", long)
    create(2, regime_id=regime)
    time.sleep(0.2)
    assert states() == [("queued", 0), ("queued", 0)]

    queue = Queue(broker_url)
    queue.wake()
    queue.close()
    assert until(lambda: ("running", 1) in states())
    # Worker, fork server, its resource tracker, child.
    assert until(lambda: len(processes_of(tmp_path)) == 4)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert states() == [("queued", 0), ("queued", 0)]
    assert until(lambda: not processes_of(tmp_path))
