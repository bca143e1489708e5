"""The Celery worker, as `make up` starts it, with a real broker."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import children
import pytest
from celery import Celery
from places import ROOT
from sqlalchemy import text
from waiting import processes_of, until

from jobs.queue import EXCHANGE, WAKE, Queue, configure
from services.defining import regimes

# As `python -m netspace worker`, but never looking for jobs by itself after its first look,
# and saying when a slot begins to wait.
DEAF_TO_ALL_BUT_MESSAGES = """
import os
from workers.supervision.bell import Bell
from workers.supervision.config import WorkerConfig
# poll_seconds, reap_seconds, least_free
WorkerConfig.__init__.__defaults__ = (1000, 5, 5)
wait = Bell.wait
def waits(*given):
    os.write(2, b"waits\\n")  # in one piece: both slots may say it at once
    return wait(*given)
Bell.wait = waits
from netspace.cli import app
app(["worker"])
"""


@contextlib.contextmanager
def ready(database_url, broker_url, folder):
    """A worker of one slot that is ready, and has just found nothing to do."""
    long = folder / ("x" * 100)  # as batch systems make it, and too long for a socket's path
    long.mkdir(exist_ok=True)
    environment = os.environ | {
        "TMPDIR": str(long),
        "PYTHONPATH": str(ROOT),
        "NETSPACE_DATA_DIR": str(folder),
        "NETSPACE_DATABASE_URL": database_url,
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
        try:
            lacks = ["ready", "waits", "waits"]  # one slot trains, one measures
            for line in process.stderr:
                lacks = [
                    word
                    for i, word in enumerate(lacks)
                    if word not in line or word in lacks[:i]
                ]
                if not lacks:
                    break
            assert not lacks, "the worker ended"
            yield process
        finally:
            process.kill()


@pytest.fixture
def worker(database, broker_url, tmp_path):
    """A worker of the test's own."""
    with ready(database.url, broker_url, tmp_path) as process:
        yield process


@pytest.fixture(scope="module")
def idle(migrated, broker_url, tmp_path_factory):
    """A worker that no test gives a job."""
    folder = tmp_path_factory.mktemp("idle")
    file = shutil.copy(migrated, folder / "netspace.db")
    with ready(f"sqlite:///{file}", broker_url, folder) as process:
        yield process


@pytest.fixture
def sender(broker_url):
    """Celery as any sender has it."""
    with configure(Celery(broker=broker_url)) as celery:
        yield celery


class Touched:
    """An object whose pickle makes a file when it is read."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_a_worker_runs_as_it_is_configured(idle, sender):
    inspected = sender.control.inspect(timeout=20, limit=1)  # or it waits for more workers
    (stats,) = inspected.stats().values()
    assert stats["pool"]["implementation"] == "celery.concurrency.thread:TaskPool"
    assert stats["pool"]["max-concurrency"] == 1
    assert stats["prefetch_count"] == 1
    (conf,) = inspected.conf(with_defaults=True).values()
    wanted = {
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "event_serializer": "json",
        "result_backend": None,
        "task_ignore_result": True,
        "task_send_sent_event": True,
        "worker_send_task_events": True,
        "worker_prefetch_multiplier": 1,
        "worker_soft_shutdown_timeout": 0.0,  # see docs/decisions.md
    }
    assert {name: conf[name] for name in wanted} == wanted


def test_events_tell_a_monitor_of_workers_and_wake_ups(idle, sender, broker_url):
    heard = []
    wanted = {"task-sent", "task-received", "task-succeeded"}
    queue = Queue(broker_url)
    with sender.connection() as connection:
        receiver = sender.events.Receiver(connection, {"*": heard.append})
        with receiver.consumer_context() as (own, _, _):
            while not wanted <= {event["type"] for event in heard}:
                queue.wake()  # again: what comes before the subscription is lost
                with contextlib.suppress(TimeoutError):
                    own.drain_events(timeout=0.5)
    queue.close()
    assert {event["name"] for event in heard if "name" in event} == {WAKE}


def test_a_pickled_message_is_refused_unread_and_the_next_is_heard(idle, sender, tmp_path):
    file = tmp_path / "touched"
    inspected = sender.control.inspect(timeout=20, limit=1)

    def heard():
        (stats,) = inspected.stats().values()
        return stats["total"].get(WAKE, 0)

    before = heard()
    sender.send_task(WAKE, args=(Touched(file),), serializer="pickle", declare=[EXCHANGE])
    assert any("ContentDisallowed" in line for line in idle.stderr)
    assert not file.exists()
    assert heard() == before
    sender.send_task(WAKE, declare=[EXCHANGE])
    assert until(lambda: heard() == before + 1)


def test_a_worker_whose_fork_server_can_not_start_ends_with_one_line(broker_url, tmp_path):
    code = "from workers.supervision import processes; processes.SHORT = (); "
    code += "from netspace.cli import app; app(['worker'])"
    long = tmp_path / ("x" * 100)
    long.mkdir()
    environment = os.environ | {"TMPDIR": str(long), "NETSPACE_BROKER_URL": broker_url}
    environment |= {"NETSPACE_DATA_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    (line,) = ended.stderr.splitlines()
    assert "can't start" in line
    assert "TMPDIR" in line
    assert ended.returncode == 1


def test_a_message_wakes_the_worker_and_a_signal_ends_it_with_nothing_left_behind(
    worker, database, create, broker_url, tmp_path
):
    def states():
        with database.read() as session:
            return session.execute(
                text("SELECT state, attempt - forgiven FROM jobs ORDER BY id")
            ).all()

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
