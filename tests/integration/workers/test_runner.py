"""Slots: jobs are taken, watched over and stored, whatever dies meanwhile."""

import itertools
import json
import os
import signal
import threading
import time
from dataclasses import replace

import children
import kinds
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from waiting import lives, until

from db.models import JobRow, ResultRow
from services.defining import regimes
from services.reading.snapshots import Snapshots
from services.sampling import records
from services.work import leases, roster, schedule
from workers.disk import ground
from workers.disk.checkpoints import Checkpoint
from workers.disk.devices import Device
from workers.supervision import processes, runner, slots
from workers.supervision.config import Computer, WorkerConfig
from workers.supervision.runner import Runner

# What becomes of a process is the same on either; what is claimed, held, given back and locked
# has both, as has a database that is away.
database = kinds.database

TRAINING = processes.run_job
CPU = Computer("a processor", gpu=False)
GPU = Computer("an accelerator", gpu=True)
ONE_EPOCH = children.REGIME.model_copy(update={"epochs": 1})


@pytest.fixture(scope="module", autouse=True)
def fork_server():
    """A worker starts it before it takes jobs."""
    processes.start_fork_server()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Waits that suit a test."""
    monkeypatch.setattr(slots, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(leases, "RETRY_DELAY_MS", 100)


@pytest.fixture
def heard():
    """Topics that were published."""
    return []


@pytest.fixture
def run(database, heard, tmp_path):
    """Starts a runner; stops it in the end."""

    class Wakeups:
        def publish(self, topic, job_id=None):
            heard.append(topic)

    started = []

    def run(on=CPU, **changed):
        given = {
            "name": "tester",
            "slots": 2,
            "data_dir": tmp_path,
            "lease_seconds": 20,
            "heartbeat_seconds": 0.1,
            "max_attempts": 3,
            "job_timeout_seconds": 60,
            "device": "cpu",
            "poll_seconds": 0.1,
            "reap_seconds": 0.1,
        }
        started.append(Runner(WorkerConfig(**(given | changed)), database, Wakeups()))
        started[-1].start(on)
        return started[-1]

    yield run
    for one in started:
        one.stop()
        one.join(10)


@pytest.fixture
def queue(database, create):
    """Queues n small networks under a regime of one epoch; their population."""

    def queue(n):
        with database.durable() as session:
            regime = regimes.define(session, "one epoch", ONE_EPOCH)
        return create(n, regime_id=regime, windows={"flops": "..60k"})

    return queue


@pytest.fixture
def jobs(database):
    """The jobs as they are now; changes all of them where told to."""

    def jobs(change=None):
        if change:
            with database.write() as session:
                session.execute(text(f"UPDATE jobs SET {change}"))
        with database.read() as session:
            rows = session.execute(
                text(
                    "SELECT state, jobs.attempt, forgiven, failure, worker, "
                    "quantities AS result, "
                    "(SELECT count(*) FROM epochs WHERE epochs.job_id = jobs.id) AS epochs "
                    "FROM jobs LEFT JOIN results ON results.job_id = jobs.id ORDER BY jobs.id"
                )
            )
            return rows.all()

    return jobs


@pytest.fixture
def live(monkeypatch):
    """Gives jobs another life than training, and notes their processes."""
    started = []

    class Noted(processes.Child):
        def __init__(self, claim, data_dir):
            super().__init__(claim, data_dir)
            started.append(self.pid)

    monkeypatch.setattr(slots, "Child", Noted)

    def live(job):
        monkeypatch.setattr(processes, "run_job", job)
        return started

    return live


@kinds.of(kinds.BOTH)
def test_queued_jobs_are_trained_and_their_errors_stored(run, queue, jobs, heard):
    queue(3)
    run()
    assert until(lambda: all(job.state == "done" for job in jobs()), 60)
    assert all(job.epochs == 1 and "error" in job.result for job in jobs())
    assert heard.count("progress") == 3
    # The reaper tells, too, of a result it found spooled.
    assert until(lambda: heard.count("results") >= 3)


def test_a_wake_up_makes_an_idle_slot_look_at_once(run, queue, jobs, live):
    live(children.sleeper)
    idle = run(poll_seconds=1000)
    time.sleep(0.3)
    queue(1)
    idle.wake()
    assert until(lambda: jobs()[0].state == "running", 3)


@kinds.of(kinds.BOTH)
def test_a_worker_that_stops_gives_its_jobs_back_untried(run, queue, jobs, live):
    pids = live(children.sleeper)
    queue(3)
    busy = run()
    assert until(lambda: len(pids) == 2)
    began = time.monotonic()
    busy.stop()
    busy.join(10)
    assert time.monotonic() - began < 2
    assert {job.state for job in jobs()} == {"queued"}
    assert sorted(job.attempt - job.forgiven for job in jobs()) == [0, 0, 0]
    assert not any(map(lives, pids))


def test_a_child_that_was_killed_costs_an_attempt_and_no_job(run, queue, jobs, live):
    pids = live(children.sleeper)
    queue(1)
    run()
    assert until(lambda: pids)
    live(TRAINING)  # from the second attempt on
    os.kill(pids[0], signal.SIGKILL)
    assert until(lambda: jobs()[0].state == "done")
    assert jobs()[0].attempt == 2


def test_a_worker_that_starts_no_process_gives_jobs_back_untried_and_ends(
    run, queue, jobs, monkeypatch
):
    def cold(claim, data_dir):
        raise processes.ColdForkServer("the fork server can't start a process")

    asked = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    monkeypatch.setattr(slots, "Child", cold)
    monkeypatch.setattr(slots, "START_PAUSES", (0.05, 0.05))
    queue(1)
    try:
        run(slots=1)
        assert until(lambda: asked)  # what ends a worker: nobody waits for one without slots
    finally:
        signal.signal(signal.SIGTERM, before)
    assert until(lambda: jobs()[0].state == "queued")
    assert jobs()[0].attempt == jobs()[0].forgiven == 3  # numbers go on, none counts


def test_a_job_whose_process_dies_at_every_attempt_fails(run, queue, jobs, live):
    pids = live(children.suicidal)
    queue(1)
    run(max_attempts=2)
    assert until(lambda: jobs()[0].state == "failed")
    assert (jobs()[0].failure, jobs()[0].attempt, len(pids)) == ("crashed", 2, 2)


def test_a_failed_job_says_why_and_those_after_it_are_done(
    run, queue, jobs, database, tmp_path
):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "broken.npz").write_bytes(b"no arrays")
    queue(2)
    broken = ONE_EPOCH.model_copy(update={"data": "broken"})
    with database.write() as session:
        regime = regimes.define(session, "broken images", broken)
        session.execute(text(f"UPDATE jobs SET regime_id = {regime} WHERE id = 1"))
    run(slots=1)
    assert until(lambda: jobs()[1].state == "done")
    assert (jobs()[0].state, jobs()[0].failure, jobs()[0].attempt) == ("failed", "data", 1)


def test_a_cancelled_job_ends_with_its_process_even_a_deaf_one(
    run, queue, jobs, live, monkeypatch
):
    monkeypatch.setattr(processes, "GRACE", 0.2)
    pids = live(children.stubborn)
    queue(1)
    run()
    assert until(lambda: pids)
    jobs("cancel_requested = true")
    assert until(lambda: jobs()[0].state == "cancelled")
    assert not lives(pids[0])


def test_a_training_may_take_as_long_as_it_likes_while_it_tells_epochs(run, queue, jobs, live):
    live(children.slow)
    queue(1)
    run(job_timeout_seconds=2)
    assert until(lambda: jobs()[0].state in ("done", "failed"))
    assert (jobs()[0].state, jobs()[0].epochs) == ("done", 5)


def test_a_job_that_is_silent_for_too_long_is_ended(run, queue, jobs, live):
    pids = live(children.sleeper)
    queue(1)
    run(job_timeout_seconds=0.3)
    assert until(lambda: jobs()[0].state == "failed")
    assert jobs()[0].failure == "timeout"
    assert not lives(pids[0])


@kinds.of(kinds.BOTH)
def test_who_lost_its_lease_ends_the_work_and_writes_nothing(run, queue, jobs, live):
    pids = live(children.sleeper)
    queue(1)
    run()
    assert until(lambda: pids)
    (job,) = jobs("lease_token = 'of somebody else', worker = 'somebody else'")
    assert until(lambda: not lives(pids[0]))
    assert jobs() == [job]


@kinds.of(kinds.BOTH)
def test_a_worker_cut_off_from_its_database_for_a_lease_ends_the_work(
    run, queue, live, monkeypatch
):
    pids = live(children.sleeper)
    queue(1)
    run(lease_seconds=1)
    assert until(lambda: pids)

    def away(*_):
        raise OperationalError("statement", {}, Exception("database is locked"))

    monkeypatch.setattr(leases, "heartbeat", away)
    monkeypatch.setattr(leases, "claim", away)
    assert until(lambda: not lives(pids[0]), 5)


@kinds.of(kinds.BOTH)
def test_a_result_outlives_a_database_that_is_away(run, queue, jobs, monkeypatch):
    tries = []
    record = slots.results.record

    def busy_twice(*arguments):
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("statement", {}, Exception("database is locked"))
        return record(*arguments)

    monkeypatch.setattr(slots.results, "record", busy_twice)
    queue(1)
    run()
    assert until(lambda: jobs()[0].state == "done")
    assert (jobs()[0].attempt, len(tries)) == (1, 3)


def test_a_job_that_ends_as_dead_leaves_no_checkpoint(run, queue, jobs, database, tmp_path):
    queue(2)
    with database.write() as session:
        dead, tried = (leases.claim(session, "train", "dead", 0) for _ in range(2))
        session.execute(text(f"UPDATE jobs SET attempt = 3 WHERE id = {dead.job_id}"))
    # As another database numbers its own: it shares the data folder, not the run.
    namesake = dead.model_copy(update={"seed": 1})
    kept = [Checkpoint(one, tmp_path) for one in (tried, namesake)]
    for one in (*kept, Checkpoint(dead, tmp_path)):
        one.save(b"a state")
    run(slots=0)
    assert until(lambda: [job.state for job in jobs()] == ["dead", "queued"])
    assert until(lambda: not Checkpoint(dead, tmp_path).file.exists())
    assert all(one.file.exists() for one in kept)


@kinds.of(kinds.BOTH)
def test_the_reaper_shrinks_the_log_now_and_then_and_goes_on_where_it_cannot(
    run, queue, jobs, database, monkeypatch
):
    asked = []

    def refuse():
        asked.append(time.monotonic())
        raise OSError("a disk that fails")

    monkeypatch.setattr(runner, "SHRINK_SECONDS", 0.5)
    monkeypatch.setattr(database, "shrink_log", refuse)
    queue(1)
    with database.write() as session:
        leases.claim(session, "train", "dead worker", 1)
    run(slots=0)
    assert until(lambda: len(asked) > 2 and jobs()[0].state == "queued")
    assert all(later - before >= 0.5 for before, later in itertools.pairwise(asked))


@pytest.mark.parametrize("duty", ["_replay", "_watch"])
def test_a_duty_of_the_reaper_that_fails_stops_none_of_the_others(
    run, queue, jobs, database, monkeypatch, duty
):
    shrunk = []

    def fail(_):
        raise ValueError("a row that nobody can read")

    monkeypatch.setattr(runner.Runner, duty, fail)
    monkeypatch.setattr(database, "shrink_log", lambda: shrunk.append(1))
    queue(1)
    with database.write() as session:
        leases.claim(session, "train", "dead worker", lease_seconds=0)
    run(slots=0)
    assert until(lambda: jobs()[0].state == "queued" and shrunk)


@kinds.of(kinds.BOTH)
def test_what_a_dead_worker_held_is_given_to_another(run, queue, jobs, database):
    queue(1)
    with database.write() as session:
        leases.claim(session, "train", "dead worker", lease_seconds=0)
    assert jobs()[0].state == "running"
    run()
    assert until(lambda: jobs()[0].state == "done")
    assert (jobs()[0].worker, jobs()[0].attempt) == ("tester", 2)


def test_a_result_leaves_neither_spool_nor_checkpoint(run, queue, jobs, tmp_path):
    queue(1)
    run()
    assert until(lambda: jobs()[0].state == "done")
    assert until(lambda: not list((tmp_path / "spool").glob("*")))
    assert not list((tmp_path / "checkpoints").glob("*"))


def test_the_checkpoint_goes_before_the_spooled_result_so_that_a_kill_between_leaves_no_trace(
    run, queue, jobs, tmp_path, monkeypatch
):
    beside = []

    def note(checkpoint):
        beside.append(list((tmp_path / "spool").glob("*")))

    monkeypatch.setattr(Checkpoint, "remove", note)
    queue(1)
    run()
    assert until(lambda: jobs()[0].state == "done")
    assert until(lambda: beside)
    assert beside[0]


@kinds.of(kinds.BOTH)
def test_a_killed_training_is_gone_on_with_by_the_next_attempt(
    run, create, jobs, live, database, tmp_path
):
    with database.durable() as session:
        five = children.REGIME.model_copy(update={"epochs": 5})
        regime = regimes.define(session, "five epochs", five)
    create(1, regime_id=regime, windows={"flops": "..60k"})
    live(children.killed_in_the_third_epoch)
    run(slots=1)
    kept = tmp_path / "checkpoints"
    assert until(lambda: jobs()[0].attempt == 1 and list(kept.glob("*.checkpoint")))
    live(TRAINING)  # from the second attempt on
    assert until(lambda: jobs()[0].state == "done", 60)
    assert (jobs()[0].attempt, jobs()[0].epochs) == (2, 5)
    assert until(lambda: not list(kept.glob("*")))  # removed once the result is stored


def test_benchmarks_become_columns_beside_the_errors(run, queue, jobs, database):
    id = queue(2)
    with database.durable() as session:
        assert schedule.queue_benchmarks(session, id) == 2
    snapshots = Snapshots(database)
    before = snapshots.get(id).version
    run()
    assert until(lambda: all(job.state == "done" for job in jobs()), 90)
    snapshot = snapshots.get(id)
    columns = snapshot.population.columns
    assert snapshot.version == before + 4
    for name in ("error", "latency", "latency_64", "train_step", "peak_memory"):
        assert (columns[name] > 0).all(), name
    for name in ("latency", "latency_64", "train_step"):
        assert (columns[f"{name}_q1"] <= columns[name]).all()
        assert (columns[name] <= columns[f"{name}_q3"]).all()
    with database.read() as session:
        assert records.get(session, id).progress.total == 2  # the trainings
        conditions = session.execute(
            select(ResultRow.conditions)
            .join(JobRow, JobRow.id == ResultRow.job_id)
            .where(JobRow.kind == "benchmark")
        ).scalars()
        named = {"device", "processor", "batch", "dtype", "resolution", "threads", "torch"}
        assert all(named <= set(found) for found in conditions)


@kinds.of(kinds.BOTH)
def test_no_training_of_any_worker_runs_beside_a_benchmark(
    run, queue, jobs, live, database, tmp_path
):
    live(children.diarist)
    with database.durable() as session:
        schedule.queue_benchmarks(session, queue(12))
    run(name="one")
    run(name="other")
    assert until(lambda: all(job.state == "done" for job in jobs()), 60)
    spans = list(map(json.loads, (tmp_path / "diary").read_text().splitlines()))
    assert len(spans) == 24
    for (kind, began, ended), (other, start, end) in itertools.combinations(spans, 2):
        if "benchmark" in (kind, other):
            assert ended <= start or end <= began


def test_a_benchmark_that_fails_holds_up_no_training(run, queue, jobs, live, database):
    live(children.failing_benchmark)
    id = queue(2)
    with database.durable() as session:
        schedule.queue_benchmarks(session, id)
    run(max_attempts=1)
    assert until(lambda: {"done", "failed"} == {job.state for job in jobs()}, 60)
    assert [job.failure for job in jobs()] == [None, None, "crashed", "crashed"]
    population = Snapshots(database).get(id).population
    assert (population.columns["error"] == 1).all()  # no failure of the network


def test_a_worker_that_waits_for_a_device_stops_at_once_with_no_job_taken(
    run, queue, jobs, tmp_path
):
    stop = threading.Event()
    with Device(tmp_path, "cpu").alone(stop):
        queue(2)
        runner = run()
        time.sleep(0.3)
        assert {job.state for job in jobs()} == {"queued"}
        began = time.monotonic()
        runner.stop()
        runner.join(10)
        assert time.monotonic() - began < 2
    assert {(job.state, job.attempt) for job in jobs()} == {("queued", 0)}


@pytest.mark.parametrize(
    ("end", "state", "attempts"),
    [
        ("out_of_memory", "failed", 1),
        ("impossible", "failed", 1),
        ("error", "failed", 1),
        ("device", "failed", 2),
    ],
)
def test_only_what_may_pass_is_tried_again_and_up_to_a_bound(
    run, queue, jobs, live, end, state, attempts
):
    live(getattr(children, f"ends_with_{end}"))
    queue(1)
    run(max_attempts=2)
    assert until(lambda: jobs()[0].state == state)
    assert (jobs()[0].failure, jobs()[0].attempt) == (end, attempts)


def test_a_diverged_network_is_a_result_and_not_tried_again(run, queue, jobs, database):
    id = queue(1)
    wild = ONE_EPOCH.model_copy(update={"lr": 100.0, "weight_decay": 1.0})
    with database.write() as session:
        session.execute(
            text("UPDATE regimes SET definition = :d WHERE name = 'one epoch'"),
            {"d": wild.model_dump_json()},
        )
    run()
    assert until(lambda: jobs()[0].state == "done")
    assert (jobs()[0].attempt, jobs()[0].failure) == (1, None)
    assert Snapshots(database).get(id).population.columns["error"].tolist() == [float("inf")]


def test_a_worker_is_on_the_roster_from_its_start_to_its_stop(database, run):
    def workers():
        with database.read() as session:
            return [(one.name, one.device, one.slots) for one in roster.every(session)]

    runner = run()
    assert until(lambda: workers() == [("tester", "a processor", 2)])
    runner.stop()
    assert until(lambda: workers() == [])


def test_a_worker_says_which_data_sets_its_trainings_would_find(database, run, tmp_path):
    def known():
        with database.read() as session:
            return roster.alive(session).data_sets

    folder = tmp_path / "datasets"
    (folder / "packed").mkdir(parents=True)
    (folder / "packed" / "manifest.json").touch()
    (folder / ".half-packed").mkdir()
    (folder / ".half-packed" / "manifest.json").touch()
    (folder / "arrays.npz").touch()
    run()
    assert until(lambda: known() == {"digits", "packed", "arrays"})


@kinds.of(kinds.BOTH)
def test_jobs_wait_until_a_worker_has_their_images(run, create, jobs, live, database, tmp_path):
    live(children.ends_with_error)
    with database.durable() as session:
        photos = children.REGIME.model_copy(update={"data": "photos"})
        regime = regimes.define(session, "photos", photos)
    create(1, regime_id=regime)
    run()
    time.sleep(0.5)
    assert (jobs()[0].state, jobs()[0].attempt) == ("queued", 0)
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "photos.npz").touch()
    assert until(lambda: jobs()[0].state == "failed")


def test_jobs_that_need_a_gpu_wait_for_a_worker_that_has_one(run, queue, jobs, live):
    live(children.ends_with_error)
    queue(2)
    jobs("needs_gpu = true WHERE id = 2")
    run()
    assert until(lambda: [job.state for job in jobs()] == ["failed", "queued"])
    run(GPU, name="with a GPU")
    assert until(lambda: jobs()[1].state == "failed")
    assert jobs()[1].worker == "with a GPU"


def test_a_worker_takes_no_job_while_its_disk_is_full_and_says_so(
    run, queue, jobs, database, caplog, monkeypatch
):
    full = threading.Event()
    full.set()
    real = ground.room

    def room(folder):
        found = real(folder)
        return replace(found, free=found.size // 25) if full.is_set() else found

    monkeypatch.setattr(ground, "room", room)
    queue(1)
    run()
    assert until(lambda: refused(database) is not None)
    assert "has 4.0 % free, and new jobs need 5 %" in refused(database)
    assert [job.state for job in jobs()] == ["queued"]
    assert caplog.text.count("no new job is taken") == 1
    full.clear()
    assert until(lambda: jobs()[0].state == "done", 60)
    assert until(lambda: refused(database) is None)


def test_a_job_at_work_goes_on_while_the_disk_is_full(run, queue, jobs, live, monkeypatch):
    full = threading.Event()
    real = ground.room
    monkeypatch.setattr(
        ground,
        "room",
        lambda folder: replace(real(folder), free=0 if full.is_set() else 10**12),
    )
    queue(2)
    run(slots=1)
    assert until(lambda: "running" in {job.state for job in jobs()})
    full.set()
    assert until(lambda: {job.state for job in jobs()} == {"done", "queued"}, 60)
    full.clear()
    assert until(lambda: {job.state for job in jobs()} == {"done"}, 60)


def test_a_worker_whose_data_folder_is_replaced_takes_no_job_and_makes_none_anew(
    run, queue, jobs, database, tmp_path
):
    folder = tmp_path / "data"
    run(data_dir=folder)
    assert until(lambda: roster_of(database))
    folder.rename(tmp_path / "moved")
    assert until(lambda: refused(database) is not None)
    assert "was deleted or replaced" in refused(database)
    queue(1)
    seen = roster_of(database)[0].silent_ms
    assert until(lambda: roster_of(database)[0].silent_ms < seen + 1000)
    assert [job.state for job in jobs()] == ["queued"]
    assert not folder.exists()
    (tmp_path / "moved").rename(folder)
    assert until(lambda: jobs()[0].state == "done", 60)


def test_a_worker_says_what_its_disk_has_left_and_what_takes_it(run, database, tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mine.npz").write_bytes(b"x" * 100_000)
    run()
    assert until(lambda: roster_of(database))
    disk = roster_of(database)[0].disk
    assert 0 < disk.free < disk.size
    assert disk.used["datasets"] >= 100_000


def roster_of(database):
    with database.read() as session:
        return roster.every(session)


def refused(database):
    return next((one.refuses for one in roster_of(database)), None)
