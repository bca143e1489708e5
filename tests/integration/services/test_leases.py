"""Leases and results: one result a job, whoever is killed, late or twice."""

import json
import math
import threading
import time

import pytest
from sqlalchemy import text

from designspace.regimes import DIGITS
from jobs.messages import Epoch, Failed, Finished
from services.defining import regimes
from services.errors import Unreadable
from services.sampling import records
from services.work import jobs, leases, results, schedule
from services.work import progress as progress_of

FINISHED = Finished(quantities={"error": 12.5}, conditions={"device": "cpu"})
OUT_OF_MEMORY = Failed(failure="out_of_memory", detail="asked for 80 GiB")


def claim(database, worker="a worker", lease_seconds=30):
    with database.write() as session:
        return leases.claim(session, "train", worker, lease_seconds)


def progress(database, id):
    with database.read() as session:
        return records.get(session, id).progress


def history(database, job_id):
    with database.read() as session:
        rows = session.execute(
            text("SELECT what FROM events WHERE job_id = :job ORDER BY id"), {"job": job_id}
        )
        return list(rows.scalars())


def expire(database, claim):
    with database.write() as session:
        session.execute(
            text("UPDATE jobs SET lease_expires_at = 1 WHERE id = :id"), {"id": claim.job_id}
        )


def reap(database, max_attempts=3):
    with database.write() as session:
        return leases.reap(session, max_attempts)


def record(database, claim):
    with database.durable() as session:
        return results.record(session, claim, FINISHED)


def test_claims_follow_the_sampling_order(database, create):
    create(4)
    assert [claim(database).job_id for _ in range(4)] == [1, 2, 3, 4]
    assert claim(database) is None


def test_two_waiting_populations_take_turns(database, create, defined):
    create(3, name="first")
    create(3, name="second", space_id=defined["anynet"])
    assert [claim(database).job_id for _ in range(6)] == [1, 4, 2, 5, 3, 6]


def test_no_job_is_claimed_twice_by_claimers_at_the_same_time(database, create):
    create(40)
    taken = []

    def work():
        while held := claim(database):
            taken.append(held.job_id)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == list(range(1, 41))


def test_a_result_ends_the_job_and_a_second_one_changes_nothing(database, create):
    id = create(1)
    held = claim(database)
    assert record(database, held)
    assert not record(database, held)
    assert progress(database, id).done == 1
    assert history(database, held.job_id) == ["claimed", "done"]


def test_a_heartbeat_keeps_the_lease(database, create):
    create(1)
    held = claim(database, lease_seconds=1)
    for _ in range(3):
        time.sleep(0.5)
        with database.write() as session:
            assert leases.heartbeat(session, held, lease_seconds=1) == leases.Pulse(False)
        assert reap(database) == []


def test_an_expired_lease_goes_back_to_the_queue_and_its_holder_learns_it(database, create):
    create(1)
    first = claim(database)
    expire(database, first)
    assert reap(database) == [first.job_id]
    with database.write() as session:
        assert leases.heartbeat(session, first, 30) is None
    second = claim(database)
    assert (second.job_id, second.attempt) == (first.job_id, 2)
    assert second.token != first.token
    assert history(database, first.job_id) == ["claimed", "expired", "claimed"]


def test_after_the_last_attempt_an_expired_job_is_dead(database, create):
    id = create(1)
    for _ in range(3):
        expire(database, claim(database))
        reap(database, max_attempts=3)
    assert claim(database) is None
    assert progress(database, id).failed == 1


def test_a_late_result_counts_where_none_exists_and_ends_the_next_attempt(database, create):
    id = create(1)
    late = claim(database)
    expire(database, late)
    reap(database)
    second = claim(database)
    assert record(database, late)
    with database.write() as session:
        assert leases.heartbeat(session, second, 30) is None
    assert not record(database, second)
    assert progress(database, id).done == 1


def test_a_released_job_goes_back_untried_and_its_number_goes_on(database, create):
    id = create(1)
    for number in range(1, 6):
        held = claim(database)
        assert held.attempt == number
        with database.write() as session:
            leases.release(session, held)
    last = claim(database)
    assert last.attempt - last.forgiven == 1
    expire(database, last)
    reap(database, max_attempts=2)
    assert progress(database, id).failed == 0  # one of two attempts is left


def test_a_late_result_takes_back_no_number(database, create):
    create(1)
    late = claim(database)
    expire(database, late)
    reap(database)
    claim(database)
    assert record(database, late)
    with database.read() as session:
        told = "SELECT attempt FROM {} WHERE attempt > 0 ORDER BY {}"
        assert session.scalar(text("SELECT attempt FROM jobs")) == 2
        assert session.scalar(text("SELECT attempt FROM results")) == 1
        assert session.scalars(text(told.format("events", "id"))).all() == [1, 1, 2, 1]


def test_a_failure_says_why_and_the_rest_goes_on(database, create):
    id = create(2)
    held = claim(database)
    with database.durable() as session:
        results.record_failure(session, held, OUT_OF_MEMORY, retry=False, max_attempts=3)
    assert progress(database, id).failed == 1
    with database.read() as session:
        row = session.execute(
            text("SELECT state, failure, detail FROM jobs WHERE id = 1")
        ).one()
    assert tuple(row) == ("failed", "out_of_memory", "asked for 80 GiB")
    assert claim(database).job_id == 2


def test_a_job_that_can_not_be_read_fails_and_holds_up_no_other(database, create):
    id = create(2)
    with database.write() as session:
        session.execute(text("UPDATE networks SET architecture = '{}' WHERE id = 1"))
    assert claim(database) is None
    assert progress(database, id).failed == 1
    assert claim(database).job_id == 2


SPOILT = {
    "another version's": "{}",
    "no object": "[1, 2]",
    "an infinity": json.dumps(DIGITS.model_dump() | {"epochs": math.inf}),
    "half": '{"data": "dig',
    "empty": "",
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_regime_that_can_not_be_read_ends_its_own_jobs_and_stops_nobody(
    database, create, spoilt
):
    if "postgresql" in database.url and spoilt not in ("another version's", "no object"):
        pytest.skip("PostgreSQL stores nothing that is no JSON")
    with database.durable() as session:
        regime = regimes.define(session, "spoilt", DIGITS.model_copy(update={"epochs": 3}))
    own = create(3, name="its own", regime_id=regime, priority=-1)
    others = create(2, name="others'")
    with database.durable() as session:
        session.execute(
            text("UPDATE regimes SET definition = :text WHERE id = :id"),
            {"text": SPOILT[spoilt], "id": regime},
        )
    with database.read() as session:
        assert {job.state for job in jobs.listed(session, "waiting").items} == {"queued"}
        assert [one.name for one in regimes.every(session)] == ["digits"]
        assert progress_of.activities(session, [own, others]).keys() == {own, others}
        with pytest.raises(Unreadable, match="regime 'spoilt' can't be read"):
            regimes.get(session, regime)
    with database.write() as session:
        assert leases.claim(session, "train", "a worker", 30, False, ["digits"]) is None
    assert (progress(database, own).failed, progress(database, others).failed) == (3, 0)
    with database.write() as session:
        found = leases.claim(session, "train", "a worker", 30, False, ["digits"])
    assert found.regime == DIGITS
    with database.read() as session:
        [first, *_] = jobs.listed(session, "failed").items
    assert first.failure == "impossible"
    assert "regime 'spoilt' can't be read" in first.detail
    assert schedule.retry(database, own) == 3  # they wait, and end again when it is asked for
    with database.durable() as session, pytest.raises(Unreadable):
        schedule.queue_benchmarks(session, own)


def test_a_retried_failure_waits_and_comes_back_until_the_attempts_are_used_up(
    database, create
):
    id = create(1)
    crashed = Failed(failure="crashed", detail="signal 9")
    for _ in range(3):
        assert progress(database, id).failed == 0
        with database.write() as session:
            session.execute(text("UPDATE jobs SET not_before = 0"))
        held = claim(database)
        with database.durable() as session:
            results.record_failure(session, held, crashed, retry=True, max_attempts=3)
        assert claim(database) is None  # not before a while has passed
    assert progress(database, id).failed == 1


def test_what_a_lost_lease_writes_is_not_stored(database, create):
    create(1)
    lost = claim(database)
    expire(database, lost)
    reap(database)
    epoch = Epoch(epoch=1, loss=1.0, error=50.0, seconds=0.5)
    with database.write() as session:
        results.record_epoch(session, lost, epoch)
        results.record_failure(session, lost, OUT_OF_MEMORY, retry=False, max_attempts=3)
        assert session.scalar(text("SELECT count(*) FROM epochs")) == 0
        assert session.scalar(text("SELECT state FROM jobs")) == "queued"


def test_a_new_attempt_writes_over_the_learning_curve_of_the_old_one(database, create):
    create(1)
    held = claim(database)
    for error in (50.0, 40.0):
        with database.write() as session:
            epoch = Epoch(epoch=1, loss=1.0, error=error, seconds=0.5)
            results.record_epoch(session, held, epoch)
    with database.read() as session:
        assert session.execute(text("SELECT epoch, error FROM epochs")).all() == [(1, 40.0)]


def test_every_result_raises_the_version_of_each_population_it_belongs_to(database, create):
    one, other = create(3, name="one"), create(3, name="the same networks")
    assert record(database, claim(database))
    with database.read() as session:
        versions = [records.get(session, id).version for id in (one, other)]
    assert versions == [1, 1]
    assert progress(database, one).done == progress(database, other).done == 1


@pytest.mark.parametrize("crash", [KeyboardInterrupt, RuntimeError])
def test_a_transaction_that_is_interrupted_stores_nothing(database, create, crash):
    id = create(1)
    held = claim(database)

    def record_and_crash():
        with database.durable() as session:
            results.record(session, held, FINISHED)
            raise crash

    with pytest.raises(crash):
        record_and_crash()
    assert progress(database, id).done == 0
    assert record(database, held)
