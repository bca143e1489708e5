"""Scheduling: which jobs go first, are cancelled, are asked for again, and why one waits."""

import threading
import time

import pytest
from sqlalchemy import text

from designspace.regimes import DIGITS
from jobs.messages import Failed, Finished
from services.defining import regimes
from services.errors import Conflict, NotFound, Refused
from services.reading.snapshots import Snapshots
from services.sampling import populations, records
from services.work import jobs, leases, results, roster, schedule, transitions

FINISHED = Finished(quantities={"error": 12.5}, conditions={})
IMPOSSIBLE = Failed(failure="impossible", detail="no such kernel")
CRASHED = Failed(failure="crashed", detail="signal 9")


@pytest.fixture
def write(database):
    """Do something in one transaction."""

    def write(do, *arguments, **options):
        with database.durable() as session:
            return do(session, *arguments, **options)

    return write


@pytest.fixture
def claim(write):
    def claim(kind="train", gpu=False, data_sets=None):
        return write(leases.claim, kind, "a worker", 30, gpu, data_sets)

    return claim


@pytest.fixture
def a_worker(write):
    """A worker is there, with the data set that is shipped."""
    write(roster.report, "a worker", "a processor", False, 2, ["digits"])


def lines(write, group, **which):
    return write(jobs.listed, group, **which).items


def job_ids(write):
    return write(lambda session: list(session.scalars(text("SELECT id FROM jobs ORDER BY id"))))


def waits(write):
    return [line.waits for line in lines(write, "waiting")]


def history(write, job_id):
    with_id = text("SELECT what FROM events WHERE job_id = :job ORDER BY id")
    return write(lambda session: list(session.scalars(with_id, {"job": job_id})))


def columns(database, population):
    return Snapshots(database).get(population).population


# ---------------------------------------------------------------- order


def test_jobs_of_a_lower_priority_number_go_first(create, write, claim):
    create(2, name="first come")
    urgent = create(2, name="urgent", seed=1)
    write(schedule.set_priority, urgent, -10)
    assert [claim().job_id for _ in range(4)] == [3, 4, 1, 2]


def test_a_job_of_two_populations_goes_as_early_as_either_wants_it(create, write, claim):
    create(2, name="behind", priority=10)
    create(1, name="in front", priority=-10)  # the first network of the same seed
    create(1, name="others", seed=1)
    first, second, of_another = job_ids(write)
    assert [claim().job_id for _ in range(3)] == [first, of_another, second]


def test_a_job_goes_earlier_for_a_population_of_the_usual_priority(create, write, claim):
    create(2, name="behind", priority=10)
    create(1, name="before it", seed=1, priority=5)
    create(2, name="as usual")  # the networks of the first one
    assert [claim().job_id for _ in range(3)] == [1, 2, 3]


def test_a_job_that_is_asked_for_again_goes_as_early_as_it_is_wanted_by_now(
    database, create, write, claim
):
    id = create(1)
    write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    create(1, name="before it", seed=1, priority=-5)
    write(schedule.set_priority, id, -10)
    schedule.retry(database, id)
    assert [claim().job_id for _ in range(2)] == [1, 2]


def test_a_worker_without_a_gpu_leaves_those_jobs_that_need_one(create, write, claim):
    regime = write(regimes.define, "heavy", DIGITS.model_copy(update={"needs_gpu": True}))
    create(2, name="for anybody")
    create(1, name="for a GPU", regime_id=regime)
    assert [claim(gpu=True).job_id, claim().job_id] == [3, 1]
    assert claim().job_id == 2
    assert claim() is None


def test_a_worker_without_the_images_leaves_the_job_to_one_that_has_them(create, write, claim):
    photos = write(regimes.define, "photos", DIGITS.model_copy(update={"data": "photos"}))
    create(1, name="of photos", regime_id=photos)
    create(1, name="of digits")
    assert claim(data_sets=["digits", "others"]).regime.data == "digits"
    assert claim(data_sets=["digits", "others"]) is None
    assert claim(data_sets=["digits", "photos"]).regime.data == "photos"


# ---------------------------------------------------------------- why a job waits


def test_a_job_says_why_it_waits(create, write, a_worker):
    regime = write(regimes.define, "heavy", DIGITS.model_copy(update={"needs_gpu": True}))
    create(3, name="next")
    create(1, name="for a GPU", regime_id=regime)
    photos = write(regimes.define, "photos", DIGITS.model_copy(update={"data": "photos"}))
    create(1, name="of photos", regime_id=photos)
    held_up = create(1, name="held up", seed=1)
    write(schedule.set_paused, held_up, True)
    assert waits(write) == [
        "next",
        "no worker with a GPU",
        "no worker with the data set photos",
        "behind 1 job",
        "behind 2 jobs",
        "paused",
    ]


def test_without_a_worker_every_job_says_so(create, write):
    create(2)
    assert waits(write) == ["no worker", "no worker"]


def test_a_worker_that_has_been_silent_does_not_count(create, write, a_worker):
    create(1)
    ago = text("UPDATE workers SET seen_at = seen_at - 60000")
    write(lambda session: session.execute(ago))
    assert waits(write) == ["no worker"]


def test_a_job_that_is_tried_again_says_when(create, write, claim, a_worker):
    create(1)
    write(results.record_failure, claim(), CRASHED, retry=True, max_attempts=3)
    assert waits(write) == ["tried again in 2 s"]


def test_the_list_of_one_population_leaves_out_the_jobs_of_others(create, write):
    create(3, name="one")
    other = create(2, name="other", seed=1)
    found = write(jobs.listed, "waiting", population_id=other)
    assert [line.id for line in found.items] == [4, 5]
    assert found.counts == {"running": 0, "waiting": 2, "failed": 0, "done": 0}


def test_jobs_that_failed_come_latest_first_with_what_was_said(create, write, claim):
    create(2)
    for _ in range(2):
        write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    found = lines(write, "failed")
    assert [(line.id, line.failure, line.detail) for line in found] == [
        (2, "impossible", "no such kernel"),
        (1, "impossible", "no such kernel"),
    ]


# ---------------------------------------------------------------- pausing


@pytest.mark.parametrize("lost", ["its lease expired", "it crashed"])
def test_a_job_that_comes_back_to_a_paused_population_is_held_up(create, write, claim, lost):
    id = create(1)
    held = claim()
    write(schedule.set_paused, id, True)
    if lost == "it crashed":
        write(results.record_failure, held, CRASHED, retry=True, max_attempts=3)
    else:
        write(lambda session: session.execute(text("UPDATE jobs SET lease_expires_at = 1")))
        write(leases.reap, 3)
    assert write(jobs.get, 1).state == "paused"
    write(schedule.set_paused, id, False)
    assert write(jobs.get, 1).state == "queued"


def test_a_job_that_comes_back_goes_on_where_another_population_waits_for_it(
    create, write, claim
):
    id = create(1, name="paused")
    create(1, name="the same network")
    held = claim()
    write(schedule.set_paused, id, True)
    write(leases.release, held)
    assert write(jobs.get, held.job_id).state == "queued"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
def test_pausing_while_a_late_result_is_stored_is_no_deadlock(database, create, write, claim):
    # A late result locks the queued job, then raises its populations' versions.
    id = create(1)
    late = claim()
    write(lambda session: session.execute(text("UPDATE jobs SET lease_expires_at = 1")))
    write(leases.reap, 3)
    with database.durable() as session:
        session.execute(text("SELECT id FROM jobs FOR UPDATE"))
        pausing = threading.Thread(target=write, args=(schedule.set_paused, id, True))
        pausing.start()
        time.sleep(0.2)  # it waits for the job, and holds nothing that the result needs
        assert results.record(session, late, FINISHED)
    pausing.join(10)
    assert not pausing.is_alive()
    assert write(records.get, id).paused
    assert write(jobs.get, late.job_id).state == "done"


def retry_job(database, id):
    with database.durable() as session:
        schedule.retry_job(session, id)


RETRIES = {
    "its failures": lambda database, population: schedule.retry(database, population),
    "a job": lambda database, _: retry_job(database, 1),
}


@pytest.mark.parametrize("asked", RETRIES)
def test_asking_again_for_a_paused_population_holds_up_nothing_that_another_wants(
    database, create, write, claim, asked
):
    create(2, name="goes on")
    held_up = create(2, name="paused")  # the same networks
    for _ in range(2):
        write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    write(schedule.set_paused, held_up, True)
    RETRIES[asked](database, held_up)
    assert write(jobs.get, 1).state == "queued"


@pytest.mark.parametrize("asked", RETRIES)
def test_a_job_that_only_paused_populations_want_waits_when_it_is_asked_for_again(
    database, create, write, claim, asked
):
    population = create(1)
    write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    write(schedule.set_paused, population, True)
    RETRIES[asked](database, population)
    assert write(jobs.get, 1).state == "paused"
    write(schedule.set_paused, population, False)
    assert claim().job_id == 1


def test_benchmarks_of_a_paused_population_go_on_where_another_wants_the_network(
    create, write, claim
):
    create(1, name="goes on")
    held_up = create(2, name="paused")  # the same network, and one of its own
    write(schedule.set_paused, held_up, True)
    assert write(schedule.queue_benchmarks, held_up) == 2
    assert claim("benchmark").network.hash == claim().network.hash
    assert claim("benchmark") is None
    write(schedule.set_paused, held_up, False)
    assert claim("benchmark") is not None


def test_a_larger_population_lets_go_on_what_others_had_paused(database, create, write, claim):
    held_up = create(3, name="paused")
    write(schedule.set_paused, held_up, True)
    small = create(1, name="goes on")
    assert claim().job_id == 1
    assert claim() is None
    populations.extend(database, small, 1)
    assert claim().job_id == 2
    assert claim() is None


def test_pausing_the_last_that_wants_a_job_holds_it_up(create, write, claim):
    one, other = create(1, name="one"), create(1, name="the same network")
    write(schedule.set_paused, one, True)
    assert write(jobs.get, 1).state == "queued"
    write(schedule.set_paused, other, True)
    assert write(jobs.get, 1).state == "paused"
    write(schedule.set_paused, one, False)
    assert claim().job_id == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
def test_asking_again_while_somebody_pauses_leaves_no_job_that_runs(
    database, create, write, claim
):
    id = create(2)
    write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    with database.durable() as session:
        schedule.set_paused(session, id, True)
        session.flush()
        asking = threading.Thread(target=schedule.retry, args=(database, id))
        asking.start()
        time.sleep(0.2)  # it waits for the population
    asking.join(10)
    assert not asking.is_alive()
    assert {line.state for line in lines(write, "waiting")} == {"paused"}


# ---------------------------------------------------------------- cancelling


def test_a_cancelled_job_that_waits_ends_at_once(create, write, claim):
    create(1)
    write(schedule.cancel_job, 1)
    assert claim() is None
    assert write(jobs.get, 1).state == "cancelled"
    assert history(write, 1) == ["cancelled"]


def test_a_job_at_work_is_told_by_its_next_heartbeat(create, write, claim):
    create(1)
    held = claim()
    write(schedule.cancel_job, 1)
    assert write(jobs.get, 1).cancelling
    assert write(leases.heartbeat, held, 30).cancel


@pytest.mark.parametrize("leave", ["its worker dies", "its worker stops", "it crashes"])
def test_a_job_that_was_to_be_cancelled_is_not_tried_again(create, write, claim, leave):
    create(1)
    held = claim()
    write(schedule.cancel_job, 1)
    if leave == "its worker dies":
        write(lambda session: session.execute(text("UPDATE jobs SET lease_expires_at = 1")))
        write(leases.reap, 3)
    elif leave == "its worker stops":
        write(leases.release, held)
    else:
        write(results.record_failure, held, CRASHED, retry=True, max_attempts=3)
    assert write(jobs.get, 1).state == "cancelled"
    assert claim() is None


def test_a_job_that_has_ended_is_not_cancelled(create, write, claim):
    create(1)
    write(results.record, claim(), FINISHED)
    with pytest.raises(Conflict, match="job 1 is done"):
        write(schedule.cancel_job, 1)
    with pytest.raises(NotFound, match="no job 7"):
        write(schedule.cancel_job, 7)


def test_what_was_cancelled_is_no_failure_and_the_population_not_complete(
    database, create, write, claim
):
    id = create(4)
    claim()
    write(schedule.cancel_job, 2)
    write(schedule.cancel_job, 3)
    now = write(records.get, id).progress
    assert (now.cancelled, now.failed, now.running, now.queued) == (2, 0, 1, 1)
    assert (now.complete, now.ended) == (False, False)
    write(schedule.cancel_job, 4)
    assert not write(records.get, id).progress.ended  # the first is at work
    other = create(2, name="all of it cancelled", seed=9, training_seed=9)
    schedule.cancel(database, other)
    now = write(records.get, other).progress
    assert (now.cancelled, now.complete, now.ended) == (2, False, True)


def test_cancelling_a_population_spares_what_another_wants(database, create, write, claim):
    create(2, name="smaller")
    larger = create(5, name="larger")  # of the same seed: it begins with the same two
    claim()
    claim()
    claim()
    assert schedule.cancel(database, larger) == 3
    found = [write(jobs.get, id) for id in job_ids(write)]
    assert [job.state for job in found] == [*3 * ["running"], *2 * ["cancelled"]]
    assert [job.cancelling for job in found[:3]] == [False, False, True]


def test_what_is_cancelled_counts_for_no_rate_of_training(database, create, write, claim):
    create(2, name="smaller")
    larger = create(5, name="larger")
    schedule.cancel(database, larger)
    progress = write(records.get, larger).progress
    assert (progress.cancelled, progress.queued) == (3, 2)
    assert (progress.networks_per_minute, progress.seconds_left) == (0, None)


# ---------------------------------------------------------------- asking again


def test_a_job_that_is_asked_for_again_has_all_its_attempts(create, write, claim):
    create(1)
    for _ in range(2):
        write(lambda session: session.execute(text("UPDATE jobs SET not_before = 0")))
        write(results.record_failure, claim(), CRASHED, retry=True, max_attempts=2)
    assert write(jobs.get, 1).state == "failed"
    write(schedule.retry_job, 1)
    third = claim()
    assert (third.attempt, results.is_final(third, CRASHED, max_attempts=2)) == (3, False)
    write(results.record_failure, third, CRASHED, retry=True, max_attempts=2)
    assert write(jobs.get, 1).state == "queued"
    assert history(write, 1).count("asked for again") == 1


@pytest.mark.parametrize("looked", ["in between", "when it is done"])
def test_the_network_of_a_job_that_is_asked_for_again_waits_like_a_new_one(
    database, create, write, claim, looked
):
    id = create(2)
    snapshots = Snapshots(database)

    def counts():
        return snapshots.get(id).population.counts

    write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    assert counts().failed_by_cause == {"impossible": 1}
    assert schedule.retry(database, id) == 1
    if looked == "in between":
        assert (counts().failed, counts().pending) == (0, 2)
    write(results.record, claim(), FINISHED)
    assert snapshots.get(id).population.columns["error"][0] == 12.5
    assert (counts().measured, counts().failed, counts().pending) == (1, 0, 1)


def test_only_failures_of_the_named_classes_are_asked_for_again(database, create, write, claim):
    id = create(2)
    write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    write(results.record_failure, claim(), CRASHED, retry=False, max_attempts=3)
    assert schedule.retry(database, id, ["crashed"]) == 1
    assert [write(jobs.get, id).state for id in (1, 2)] == ["failed", "queued"]


def test_jobs_with_a_result_are_not_asked_for_again(database, create, write, claim):
    id = create(1)
    write(results.record, claim(), FINISHED)
    assert schedule.retry(database, id) == 0
    with pytest.raises(Conflict, match="job 1 is done"):
        write(schedule.retry_job, 1)


def test_a_paused_population_stays_paused_when_its_failures_are_asked_for_again(
    database, create, write, claim
):
    id = create(1)
    write(results.record_failure, claim(), IMPOSSIBLE, retry=False, max_attempts=3)
    write(schedule.set_paused, id, True)
    schedule.retry(database, id)
    assert claim() is None
    write(schedule.set_paused, id, False)
    assert claim().job_id == 1


# ---------------------------------------------------------------- larger populations


def drawn(database, id):
    network = "SELECT network_id, ordinal, multiplicity, e_fit FROM draws"
    with database.read() as session:
        found = session.execute(
            text(f"{network} WHERE population_id = :id ORDER BY ordinal"), {"id": id}
        )
        return [tuple(row) for row in found]


def test_a_population_made_larger_is_the_one_created_larger(database, create, write, claim):
    small = create(3, name="small")
    write(results.record, claim(), FINISHED)
    populations.extend(database, small, 4)
    large = create(7, name="large")
    assert drawn(database, small) == drawn(database, large)
    grown, born = (write(records.get, id) for id in (small, large))
    assert (grown.n, grown.tried, grown.refused) == (7, born.tried, born.refused)
    assert grown.progress.done == 1
    assert columns(database, small).columns["error"].tolist()[:1] == [12.5]


def test_a_snapshot_follows_a_population_that_grows(database, create):
    id = create(3)
    snapshots = Snapshots(database)
    assert len(snapshots.get(id).population) == 3
    populations.extend(database, id, 2)
    assert len(snapshots.get(id).population) == 5


@pytest.mark.parametrize(("bytes", "kept"), [(0, False), (2**20, True)])
def test_populations_that_fit_into_memory_are_read_once(database, create, bytes, kept):
    snapshots = Snapshots(database, kept_bytes=bytes)
    one, other = create(3, name="one"), create(3, name="other", seed=1)
    before = snapshots.get(one)
    assert snapshots.get(one) is before  # the last one asked for is kept, however large
    snapshots.get(other)
    assert (snapshots.get(one) is before) is kept
    assert snapshots.get(one).population.ids.tolist() == before.population.ids.tolist()


def test_two_people_who_make_a_population_larger_at_once_do_not_add_twice(database, create):
    id = create(3)
    said = []

    def grow():
        try:
            populations.extend(database, id, 2)
        except Conflict as error:
            said.append(str(error))

    both = [threading.Thread(target=grow) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    n = len(drawn(database, id))
    assert n == 7 - 2 * len(said)
    assert all("networks by now, not 3" in reason for reason in said)


def test_a_population_whose_seed_gives_other_networks_today_is_not_continued(
    database, create, write
):
    id = create(3)
    other = text("UPDATE populations SET seed = 5")
    write(lambda session: session.execute(other))
    with pytest.raises(Conflict, match="sampled by another version"):
        populations.extend(database, id, 2)
    assert len(drawn(database, id)) == 3


@pytest.mark.parametrize("more", [0, 100_000])
def test_too_many_or_no_networks_are_refused_with_what_is_allowed(database, create, more):
    with pytest.raises(Refused, match=r"from 1 to 99,997"):
        populations.extend(database, create(3), more)


# ---------------------------------------------------------------- workers


def test_a_worker_shows_its_jobs_and_how_long_it_has_been_silent(
    create, write, claim, a_worker
):
    create(2)
    claim()
    (worker,) = write(roster.every)
    assert (worker.device, worker.slots, worker.alive) == ("a processor", 2, True)
    assert [job.job_id for job in worker.jobs] == [1]
    assert worker.silent_ms < 5_000


def test_a_worker_at_a_benchmark_shows_no_epochs(create, write, claim, a_worker):
    write(schedule.queue_benchmarks, create(1))
    claim("benchmark")
    (worker,) = write(roster.every)
    assert [(job.epoch, job.epochs) for job in worker.jobs] == [(0, 0)]


def test_a_worker_that_leaves_is_gone_and_one_that_died_is_buried_after_an_hour(
    write, a_worker
):
    write(roster.report, "dead", "a processor", False, 1, [])
    write(lambda s: s.execute(text("UPDATE workers SET seen_at = 1 WHERE name = 'dead'")))
    assert [worker.alive for worker in write(roster.every)] == [True, False]
    write(roster.report, "a worker", "a processor", False, 2, [])
    assert [worker.name for worker in write(roster.every)] == ["a worker"]
    write(roster.leave, "a worker")
    assert write(roster.every) == []


# ---------------------------------------------------------------- many jobs


def test_many_jobs_are_cancelled_and_asked_for_again_in_steps_that_end_each_by_itself(
    database, create, write, monkeypatch
):
    monkeypatch.setattr(schedule, "STEP", 2)
    id = create(5)
    before = write(records.get, id).version
    assert schedule.cancel(database, id) == 5
    assert write(records.get, id).version == before + 3
    assert {line.state for line in lines(write, "failed")} == {"cancelled"}
    assert schedule.retry(database, id) == 5
    assert [line.waits for line in lines(write, "waiting")] == 5 * ["no worker"]
    for job_id in job_ids(write):
        assert history(write, job_id) == ["cancelled", "asked for again"]


def test_a_job_that_ends_before_its_step_keeps_its_result(
    database, create, write, claim, monkeypatch
):
    id = create(3)
    held = [claim(), claim()]
    monkeypatch.setattr(schedule, "STEP", 1)
    cancel = transitions.cancel

    def while_another_records(session, which):
        cancel(session, which)
        results.record(session, held[1], FINISHED)

    monkeypatch.setattr(transitions, "cancel", while_another_records)
    assert schedule.cancel(database, id) == 2
    assert [write(jobs.get, id).state for id in (1, 2, 3)] == ["running", "done", "cancelled"]
