"""What lies in a data folder and nobody comes back for is found, and nothing else."""

import os
import time

import pytest
from sqlalchemy import text

from jobs.messages import Failed
from services.work import leases, results
from workers.disk import room
from workers.disk.checkpoints import Checkpoint
from workers.packing import store
from workers.supervision import clearing

FAILED = Failed(failure="crashed", detail="it died")


@pytest.fixture
def known(database):
    def ask(what):
        def asked(ids):
            with database.read() as session:
                return what(session, ids)

        return asked

    return clearing.Known(ask(leases.ended), ask(leases.unknown))


@pytest.fixture
def names(tmp_path, known):
    """What would go."""
    return lambda: sorted(one.what for one in clearing.all_of(tmp_path, known))


@pytest.fixture
def claims(database, create):
    """Three jobs at work."""
    create(3)
    with database.write() as session:
        return [leases.claim(session, "train", "a worker", 30) for _ in range(3)]


def grown_old(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def end(database, claim, state):
    with database.durable() as session:
        session.execute(
            text("UPDATE jobs SET state = :state WHERE id = :id"),
            {"state": state, "id": claim.job_id},
        )


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "dead"])
def test_a_checkpoint_goes_when_its_job_has_ended_whichever_way(
    database, claims, names, tmp_path, state
):
    for claim in claims:
        Checkpoint(claim, tmp_path).save(b"state")
    assert names() == []
    end(database, claims[0], state)
    assert names() == [f"checkpoints/{Checkpoint(claims[0], tmp_path).file.name}"]


@pytest.mark.parametrize("state", ["queued", "paused", "running"])
def test_a_checkpoint_stays_while_its_job_may_go_on_there(
    database, claims, names, tmp_path, state
):
    Checkpoint(claims[0], tmp_path).save(b"state")
    grown_old(Checkpoint(claims[0], tmp_path).file, 2 * clearing.DAY)
    end(database, claims[0], state)
    assert names() == []


def test_a_checkpoint_of_another_database_stays_for_a_day(claims, names, tmp_path, database):
    # Two databases that share a data folder number their jobs alike.
    theirs = claims[0].model_copy(update={"seed": claims[0].seed + 1})
    Checkpoint(theirs, tmp_path).save(b"state")
    end(database, claims[0], "done")
    assert names() == []
    unknown = claims[0].model_copy(update={"job_id": 1000})
    Checkpoint(unknown, tmp_path).save(b"state")
    assert names() == []
    grown_old(Checkpoint(unknown, tmp_path).file, 1.1 * clearing.DAY)
    assert names() == [f"checkpoints/{Checkpoint(unknown, tmp_path).file.name}"]


def test_ends_that_can_not_be_read_are_bounded_by_age_and_bytes(names, tmp_path, monkeypatch):
    folder = tmp_path / "spool"
    folder.mkdir()
    for number, days in enumerate((0, 1, 31)):
        file = folder / f"{number}.corrupt"
        file.write_bytes(b"x" * 8192)
        grown_old(file, days * clearing.DAY)
    (folder / "5-1-token.json").write_bytes(b"waits to be stored")
    assert names() == ["spool/2.corrupt"]
    monkeypatch.setattr(clearing, "CORRUPT_BYTES", 8192)
    assert names() == ["spool/1.corrupt", "spool/2.corrupt"]


def test_packing_that_goes_on_stays_however_old(names, tmp_path):
    with store.staging(tmp_path, "mine") as folder:
        (folder / "journal").write_text("half of it")
        grown_old(folder, 8 * clearing.DAY)
        assert names() == []
    assert names() == ["datasets/.mine.packing"]


def test_a_large_log_is_cut_and_its_end_kept(tmp_path, known, monkeypatch):
    monkeypatch.setattr(clearing, "LOG_BYTES", 8192)
    monkeypatch.setattr(clearing, "LOG_KEPT_BYTES", 5)
    log = tmp_path / "postgres" / "log"
    log.parent.mkdir()
    with log.open("ab") as server:
        server.write(b"x" * 20_000 + b"last\n")
        server.flush()
        assert clearing.clear(clearing.all_of(tmp_path, known)) > 15_000
        server.write(b"goes on\n")
    assert log.read_bytes() == b"goes on\n"
    assert log.with_suffix(".cut").read_bytes() == b"last\n"


def test_clearing_removes_what_it_found_and_says_how_much(database, claims, tmp_path, known):
    Checkpoint(claims[0], tmp_path).save(b"x" * 100_000)
    end(database, claims[0], "done")
    before = room.used(tmp_path)["checkpoints"]
    assert clearing.clear(clearing.all_of(tmp_path, known)) == before >= 100_000
    assert "checkpoints" not in room.used(tmp_path)


def test_a_failed_job_that_is_tried_again_keeps_its_checkpoint(
    database, claims, names, tmp_path
):
    Checkpoint(claims[0], tmp_path).save(b"state")
    with database.durable() as session:
        results.record_failure(session, claims[0], FAILED, retry=True, max_attempts=3)
    assert names() == []
    assert Checkpoint(claims[0], tmp_path).load() == b"state"
