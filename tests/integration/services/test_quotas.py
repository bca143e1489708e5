"""Quotas: how much of the lab a person may use, whoever asks at the same moment."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from accounts import PASSWORD
from sqlalchemy import text

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Epoch, Failed, Finished
from services.acting import audit
from services.acting.actor import SYSTEM, Actor, Role
from services.defining import regimes
from services.errors import Forbidden, NotFound, Refused
from services.people import users
from services.sampling import managing, populations, samplers, windows
from services.sampling.populations import Spec
from services.work import leases, quotas, results, schedule
from services.work.usage import What

WINDOWS = {"flops": "100k..300k"}
GPU, CPU = {"device": "NVIDIA H200"}, {"device": "cpu"}
DEEP = DIGITS.model_copy(update={"needs_gpu": True, "epochs": 10})


@pytest.fixture
def people(database):
    """Actors by name: a member each, and an administrator."""
    made = {}
    with database.durable() as session:
        for name, role in (("max", Role.MEMBER), ("moe", Role.MEMBER), ("ann", Role.ADMIN)):
            made[name] = Actor(name, role, users.create(session, name, role, PASSWORD))
    return made


@pytest.fixture
def max_(people):
    return people["max"]


@pytest.fixture
def deep(database):
    """The id of a regime that needs a GPU, of ten epochs."""
    with database.durable() as session:
        return regimes.define(session, "deep", DEEP)


@pytest.fixture
def ask(database, defined):
    """Asks for a population of n networks as somebody; its id."""
    numbers = itertools.count()

    def ask(actor, n=4, **given):
        spec = Spec(f"no {next(numbers)}", defined["space"], defined["regime"], n, WINDOWS)
        return populations.create(database.of(actor), replace(spec, **given))

    return ask


@pytest.fixture
def limit(database):
    """Sets a limit, as the system."""

    def limit(what, most, user=None, role=None):
        with database.durable() as session:
            return quotas.put(session, what, most, user, role)

    return limit


def used(database, actor):
    with database.of(actor).read() as session:
        return {one.what: one.used for one in quotas.mine(session)}


def flops(database, id):
    with database.read() as session:
        query = text(f"SELECT sum(flops) FROM draws WHERE population_id = {id}")
        return int(session.scalar(query))


def work(database, gpu=False, hours=1.0, conditions=None, end=None):
    """Somebody trains the next job for so long."""
    with database.durable() as session:
        claim = leases.claim(session, "train", "one", 30, gpu)
        ms = int(hours * 3_600_000)
        session.execute(text(f"UPDATE events SET at = at - {ms} WHERE job_id = {claim.job_id}"))
        session.execute(
            text(f"UPDATE charges SET at = at - {ms + 1000} WHERE job_id = {claim.job_id}")
        )
        for epoch in range(1, claim.regime.epochs + 1):
            seconds = hours * 3600 / claim.regime.epochs
            results.record_epoch(
                session, claim, Epoch(epoch=epoch, loss=1, error=1, seconds=seconds)
            )
        found = Finished(quantities={"error": 1, "loss": 1}, conditions=conditions or CPU)
        results.record_end(session, claim, end or found, 1)


# Jobs that wait


def test_who_has_no_quota_uses_what_he_likes_and_sees_how_much(database, ask, max_):
    id = ask(max_, 5)
    assert used(database, max_) == {
        What.GPU_HOURS: 0,
        What.QUEUED_JOBS: 5,
        What.COMPUTE: DIGITS.epochs * flops(database, id),
    }
    with database.of(SYSTEM).read() as session:
        assert quotas.mine(session) == []


def test_beyond_it_nothing_is_stored_and_it_is_said_what_is_left(database, ask, max_, limit):
    limit(What.QUEUED_JOBS, 9, user="max")
    ask(max_, 5)
    with pytest.raises(Refused) as told:
        ask(max_, 5, training_seed=1)
    assert told.value.field == "quota"
    assert told.value.allowed == "5 of 9 jobs that have not ended used; this asks for 5"
    ask(max_, 4, training_seed=1)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM populations")) == 2
        assert session.scalar(text("SELECT count(*) FROM jobs")) == 9


def test_a_hundred_submits_at_once_never_go_over_it(database, defined, max_, limit):
    most = 37
    limit(What.QUEUED_JOBS, most, user="max")
    space, inside = PRESETS["RegNetX small"], windows.parse(WINDOWS)
    found = samplers.here(space, 1, 0, inside, DIGITS)
    mine = database.of(max_)

    def submit(number):
        spec = Spec(f"no {number}", defined["space"], defined["regime"], 1, WINDOWS)
        try:
            with mine.durable() as session:
                populations.store(session, replace(spec, training_seed=number), found)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        stored = sum(threads.map(submit, range(100)))
    assert stored == most
    assert used(database, max_)[What.QUEUED_JOBS] == most


def test_what_somebody_has_paid_for_is_free_and_so_is_what_is_measured(
    database, ask, people, limit
):
    limit(What.QUEUED_JOBS, 4, role=Role.MEMBER)
    ask(people["max"], 4)
    ask(people["moe"], 4)  # the same networks, regime and seed
    assert used(database, people["moe"])[What.QUEUED_JOBS] == 0
    ask(people["moe"], 4, training_seed=1)
    with pytest.raises(Refused):
        ask(people["moe"], 1, training_seed=2)


def test_what_ended_waits_no_more_and_what_is_paused_does(database, ask, max_, limit):
    limit(What.QUEUED_JOBS, 4, user="max")
    id = ask(max_, 4)
    with database.of(max_).durable() as session:
        schedule.set_paused(session, id, True)
    assert used(database, max_)[What.QUEUED_JOBS] == 4
    schedule.cancel(database.of(max_), id)
    assert used(database, max_) == dict.fromkeys(What, 0), "nobody took one"


def test_what_is_archived_waits_for_its_owner_until_it_is_cancelled(database, ask, max_, limit):
    limit(What.QUEUED_JOBS, 4, user="max")
    id = ask(max_, 4)
    with database.of(max_).durable() as session:
        managing.archive(session, id, True)
    with pytest.raises(Refused):
        ask(max_, 1, training_seed=1)
    schedule.cancel(database.of(max_), id)
    ask(max_, 4, training_seed=1)


def test_more_networks_benchmarks_and_asking_again_are_asked_too(database, ask, max_, limit):
    limit(What.QUEUED_JOBS, 6, user="max")
    mine, id = database.of(max_), ask(max_, 4)
    with pytest.raises(Refused, match="asks for 3"):
        populations.extend(mine, id, 3)
    populations.extend(mine, id, 2)
    with pytest.raises(Refused, match="asks for 6"), mine.durable() as session:
        schedule.queue_benchmarks(session, id)
    schedule.cancel(mine, id)
    ask(max_, 3, training_seed=1)
    with pytest.raises(Refused, match="3 of 6 .* asks for 6"):
        schedule.retry(mine, id)
    with mine.durable() as session:
        job = session.scalar(text("SELECT min(id) FROM jobs"))
        schedule.retry_job(session, job)
    assert used(database, max_)[What.QUEUED_JOBS] == 4


def test_administrators_and_the_system_have_none_unless_one_is_set(
    database, ask, people, limit
):
    for role in Role:
        if role is not Role.NOBODY:
            limit(What.QUEUED_JOBS, 2, role=role)
    limit(What.QUEUED_JOBS, None, user="ann")
    ask(people["ann"], 5)
    ask(SYSTEM, 5, training_seed=1)
    limit(What.QUEUED_JOBS, 5, user="ann")
    with pytest.raises(Refused):
        ask(people["ann"], 1, training_seed=2)


def test_an_administrator_may_ask_for_more_at_the_cost_of_the_owner(
    database, ask, people, limit
):
    limit(What.QUEUED_JOBS, 2, user="max")
    id = ask(people["max"], 2)
    populations.extend(database.of(people["ann"]), id, 2)
    assert used(database, people["max"])[What.QUEUED_JOBS] == 4
    assert used(database, people["ann"])[What.QUEUED_JOBS] == 0


# Compute


def test_compute_is_epochs_times_flops_and_stays_used_when_it_is_done(
    database, ask, max_, limit
):
    id = ask(max_, 2)
    asked = DIGITS.epochs * flops(database, id)
    work(database)
    work(database, end=Failed(failure="impossible", detail=""))
    assert used(database, max_)[What.COMPUTE] == asked
    limit(What.COMPUTE, 1.5 * asked, user="max")
    with pytest.raises(Refused, match=r"M multiply-adds \(epochs x flops\) of 30 days used"):
        ask(max_, 2, training_seed=1)
    with database.durable() as session:
        session.execute(text("UPDATE charges SET at = at - 2678400000"))
    assert used(database, max_)[What.COMPUTE] == 0
    ask(max_, 2, training_seed=1)


# GPU hours


def test_gpu_hours_are_what_trainings_took_and_none_on_a_cpu(database, ask, max_, deep):
    ask(max_, 3, regime_id=deep)
    work(database, gpu=True, hours=2, conditions=GPU)
    work(database, gpu=True, hours=1, end=Failed(failure="impossible", detail=""))
    ask(max_, 1)
    work(database, hours=5)
    assert used(database, max_)[What.GPU_HOURS] == pytest.approx(3, abs=0.01)


def test_what_nobody_has_trained_is_let_in_and_what_is_like_it_is_estimated(
    database, ask, max_, limit, deep, people
):
    limit(What.GPU_HOURS, 40, user="max")
    ask(max_, 1, regime_id=deep)
    work(database, gpu=True, hours=38, conditions=GPU)
    with database.of(max_).read() as session:
        ((said, too_much),) = quotas.foreseen(session, deep, 1e6, 1)
    assert said == "38 of 40 GPU hours of 30 days used; this asks for about 38"
    assert too_much
    with pytest.raises(
        Refused, match="38 of 40 GPU hours of 30 days used; this asks for about 76"
    ):
        ask(max_, 2, regime_id=deep, training_seed=1)
    with database.durable() as session:
        short = DEEP.model_copy(update={"epochs": 1})
        like_it = regimes.define(session, "a tenth", short)
        unlike = DEEP.model_copy(update={"resolution": 16})
        unknown = regimes.define(session, "others", unlike)
    with pytest.raises(Refused, match="about 3.8"):
        ask(max_, 1, regime_id=like_it)
    ask(max_, 1, regime_id=unknown)
    with database.of(max_).read() as session:
        ((said, too_much),) = quotas.foreseen(session, unknown, 1e6, 1)
    assert said.endswith("; nobody knows yet how many this asks for")
    assert not too_much


def test_what_waits_counts_as_what_it_will_take(database, ask, max_, limit, deep):
    ask(max_, 1, regime_id=deep)
    work(database, gpu=True, hours=1, conditions=GPU)
    limit(What.GPU_HOURS, 4, user="max")
    ask(max_, 2, regime_id=deep, training_seed=1)
    assert used(database, max_)[What.GPU_HOURS] == pytest.approx(3, abs=0.01)
    with pytest.raises(
        Refused, match="3 of 4 GPU hours of 30 days used; this asks for about 2"
    ):
        ask(max_, 2, regime_id=deep, training_seed=2)


# Who sets them


def test_ones_own_limit_counts_and_not_that_of_the_role(database, limit, max_):
    limit(What.COMPUTE, 10, role=Role.MEMBER)
    limit(What.COMPUTE, 20, user="max")
    limit(What.QUEUED_JOBS, 5, role=Role.MEMBER)
    own = limit(What.QUEUED_JOBS, None, user="max")
    with database.read() as session:
        found = quotas.limits(session, max_.id)
    assert found == {What.GPU_HOURS: None, What.QUEUED_JOBS: None, What.COMPUTE: 20}
    with database.durable() as session:
        quotas.remove(session, own.id)
        assert quotas.limits(session, max_.id)[What.QUEUED_JOBS] == 5
        with pytest.raises(NotFound):
            quotas.remove(session, own.id)
    with database.read() as session:
        assert {one.what for one in audit.found(session, audit.Search())} >= {
            "quota set",
            "quota removed",
        }


def test_only_who_looks_after_people_sets_any(database, max_):
    with pytest.raises(Forbidden), database.of(max_).durable() as session:
        quotas.put(session, What.COMPUTE, 1e30, "max", None)
    with pytest.raises(Refused, match="not both"), database.durable() as session:
        quotas.put(session, What.COMPUTE, 1, "max", Role.MEMBER)
    with pytest.raises(NotFound), database.durable() as session:
        quotas.put(session, What.COMPUTE, 1, "nobody", None)
