"""The spool: a finished job is stored exactly once, whoever is killed before it was."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from places import ROOT
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from waiting import until

from db.outages import DATABASE_AWAY
from designspace.regimes import DIGITS
from jobs.messages import Failed, Finished
from services.work import leases, results
from workers.disk.spool import Spool

FINISHED = Finished(quantities={"error": 12.5, "loss": 0.1 + 0.2}, conditions={"device": "cpu"})
ANOTHER_REGIME = json.dumps(DIGITS.model_dump(mode="json") | {"lr": 0.7})
OUT_OF_MEMORY = Failed(failure="out_of_memory", detail="asked for 80 GiB")


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path)


@pytest.fixture
def files(tmp_path):
    """Names in the spool's folder."""
    return lambda: sorted(file.name for file in (tmp_path / "spool").glob("*"))


@pytest.fixture
def held(database, create):
    """A job that a worker has claimed."""
    create(2)
    with database.write() as session:
        return leases.claim(session, "train", "a worker", 30)


@pytest.fixture
def store(database):
    """Stores the end of a job, as a worker's reaper does."""

    def store(claim, end):
        with database.durable() as session:
            results.record_end(session, claim, end, max_attempts=3)

    return store


def away(*_):
    raise OperationalError("statement", {}, Exception("database is locked"))


def leave(spool, claim, end):
    """What a worker leaves that stops while the database is away."""
    with pytest.raises(OperationalError), spool.keep(claim, end):
        away()


def rows(database, what):
    with database.read() as session:
        return session.execute(text(what)).all()


def test_what_is_stored_leaves_nothing_behind(spool, held, files):
    with spool.keep(held, FINISHED):
        assert files() == [f"{held.job_id}-1-{held.token[:8]}.json"]
    assert files() == []


def test_a_result_is_stored_when_the_database_is_back(spool, held, store, database, files):
    leave(spool, held, FINISHED)
    with pytest.raises(OperationalError):
        spool.replay(away, DATABASE_AWAY)
    assert len(files()) == 1
    assert spool.replay(store, DATABASE_AWAY) == 1
    assert spool.replay(store, DATABASE_AWAY) == 0
    assert files() == []
    [(job_id, loss)] = rows(database, "SELECT job_id, quantities ->> 'loss' FROM results")
    assert (job_id, float(loss)) == (held.job_id, 0.1 + 0.2)
    assert rows(database, "SELECT what FROM events WHERE what = 'done'") == [("done",)]


@pytest.mark.parametrize("end", [FINISHED, OUT_OF_MEMORY])
def test_what_was_committed_before_its_worker_died_is_not_stored_again(
    spool, held, store, database, files, end
):
    leave(spool, held, end)
    store(held, end)  # the commit that came through before the kill
    before = rows(database, "SELECT * FROM events")
    spool.replay(store, DATABASE_AWAY)
    assert rows(database, "SELECT * FROM events") == before
    assert files() == []


def test_a_late_result_is_taken_though_another_has_the_job_by_now(spool, held, store, database):
    leave(spool, held, FINISHED)
    with database.write() as session:
        session.execute(text("UPDATE jobs SET lease_expires_at = 1 WHERE id = 1"))
        leases.reap(session, 3)
        assert leases.claim(session, "train", "another", 30).job_id == held.job_id
    spool.replay(store, DATABASE_AWAY)
    assert rows(database, "SELECT state, attempt FROM jobs WHERE id = 1") == [("done", 2)]


def test_a_failure_whose_lease_is_lost_is_dropped_and_the_job_tried_again(
    spool, held, store, database, files
):
    leave(spool, held, OUT_OF_MEMORY)
    with database.write() as session:
        session.execute(text("UPDATE jobs SET lease_expires_at = 1 WHERE id = 1"))
        leases.reap(session, 3)
    spool.replay(store, DATABASE_AWAY)
    assert rows(database, "SELECT state FROM jobs WHERE id = 1") == [("queued",)]
    assert files() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE networks SET hash = 'another' WHERE id = 1",
        "UPDATE jobs SET seed = 9 WHERE id = 1",
        "UPDATE jobs SET kind = 'benchmark' WHERE id = 1",
        f"UPDATE regimes SET definition = '{ANOTHER_REGIME}'",
    ],
)
def test_a_result_of_another_databases_job_of_that_number_is_not_stored(
    spool, held, store, database, change
):
    leave(spool, held, FINISHED)
    with database.write() as session:
        session.execute(text(change))
    spool.replay(store, DATABASE_AWAY)
    assert rows(database, "SELECT * FROM results") == []


def test_a_file_that_can_not_be_read_is_set_aside_and_holds_up_no_other(
    spool, held, store, database, files, tmp_path, caplog
):
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "0-first.json").write_bytes(b"half a fi")
    leave(spool, held, FINISHED)
    assert spool.replay(store, DATABASE_AWAY) == 1
    assert files() == ["0-first.corrupt"]
    assert "0-first.json can't be read" in caplog.text


def test_what_a_killed_worker_was_writing_is_removed_when_nobody_can_be_at_it_any_more(
    spool, store, files, tmp_path
):
    (tmp_path / "spool").mkdir()
    for name, age in (("1-1-old.json.7.new", 3600), ("2-1-young.json.8.new", 0)):
        file = tmp_path / "spool" / name
        file.write_bytes(b"half a fi")
        os.utime(file, times=(time.time() - age,) * 2)
    assert spool.replay(store, DATABASE_AWAY) == 0
    assert files() == ["2-1-young.json.8.new"]


def test_an_end_that_the_database_refuses_is_set_aside(spool, held, files, caplog):
    def refuse(*_):
        raise ValueError("no such thing")

    leave(spool, held, FINISHED)
    assert spool.replay(refuse, DATABASE_AWAY) == 0
    assert files() == [f"{held.job_id}-1-{held.token[:8]}.corrupt"]
    assert "no such thing" in caplog.text


def test_a_file_that_another_worker_is_at_is_left_to_it(spool, held, store, tmp_path):
    other = Spool(tmp_path)
    with spool.keep(held, FINISHED):
        assert other.replay(store, DATABASE_AWAY) == 0
    leave(spool, held, FINISHED)
    assert other.replay(store, DATABASE_AWAY) == 1


def test_a_full_disk_is_no_reason_not_to_store_a_result(spool, held, store, database, tmp_path):
    (tmp_path / "spool").write_text("a file where the folder should be")
    with spool.keep(held, FINISHED):
        store(held, FINISHED)
    assert len(rows(database, "SELECT * FROM results")) == 1


# As `Runner`, with a database that another process has locked.
WORKER = """
import multiprocessing
import sys
import time
from pathlib import Path
from db import session
session.BUSY_SECONDS = 0.1
from workers.supervision import processes
from workers.supervision.config import Computer, WorkerConfig
from workers.supervision.runner import Runner
import children

class Wakeups:
    def publish(self, topic, job_id=None): pass

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    processes.run_job = children.finisher
    multiprocessing.set_forkserver_preload([])  # nothing is trained
    config = WorkerConfig("victim", 1, folder, 30, 5, 3, 60, "cpu", 0.1, 0.1)
    runner = Runner(config, session.Database(f"sqlite:///{folder}/netspace.db"), Wakeups())
    runner.start(Computer("a processor", gpu=False))
    runner.join(1000)
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # whose file can be locked
def test_a_worker_that_is_killed_before_its_commit_loses_no_result(
    database, create, tmp_path, store, files
):
    create(1)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT}/tests/support"},
        stderr=subprocess.DEVNULL,
    )
    with worker:
        try:
            assert until(lambda: rows(database, "SELECT state FROM jobs") == [("running",)])
            with sqlite3.connect(tmp_path / "netspace.db", isolation_level=None) as other:
                other.execute("BEGIN IMMEDIATE")  # the database is away
                (tmp_path / "finish").touch()
                assert until(lambda: [name for name in files() if name.endswith(".json")])
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                other.execute("ROLLBACK")
            other.close()
        finally:
            worker.kill()
    assert rows(database, "SELECT * FROM results") == []
    assert Spool(tmp_path).replay(store, DATABASE_AWAY) == 1
    assert rows(database, "SELECT job_id, attempt FROM results") == [(1, 1)]
    assert rows(database, "SELECT state, attempt FROM jobs") == [("done", 1)]
    assert files() == []
