"""Populations: created whole or not at all, sharing measurements, paused and resumed."""

import numpy as np
import pytest
from sqlalchemy import text

from designspace.laws.laws import Choice
from designspace.spaces.cells.nasbench201 import NasBench201
from designspace.spaces.presets import PRESETS
from jobs.messages import Failed, Finished
from netspace.studies import demo
from services.comparing import sides
from services.defining import spaces
from services.errors import Conflict, NotFound, Refused
from services.reading import queries
from services.reading.snapshots import Snapshots
from services.sampling import populations, records
from services.work import leases, results, schedule


def finish(database, **quantities):
    """End the next job: with these quantities, or where none are given with a crash."""
    with database.durable() as session:
        claim = leases.claim(session, "train", "a worker", 30)
        if quantities:
            results.record(session, claim, Finished(quantities=quantities, conditions={}))
        else:
            failed = Failed(failure="crashed", detail="signal 11")
            results.record_failure(session, claim, failed, retry=False, max_attempts=3)


def counts(database):
    tables = ("populations", "draws", "jobs")
    with database.read() as session:
        return {t: session.scalar(text(f"SELECT count(*) FROM {t}")) for t in tables}


def test_a_population_has_one_job_a_network(database, create):
    create(7)
    assert counts(database) == {"populations": 1, "draws": 7, "jobs": 7}


def test_a_network_measured_already_is_not_measured_again(database, create):
    create(5, name="first")
    for _ in range(5):
        finish(database, error=10.0)
    id = create(8, name="more of the same seed")
    assert counts(database)["jobs"] == 8
    with database.read() as session:
        assert records.get(session, id).progress.done == 5


def test_another_training_seed_measures_again(database, create):
    create(5, name="seed 0")
    create(5, name="seed 1", training_seed=1)
    assert counts(database)["jobs"] == 10


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"windows": {"flops": "100k..101k"}, "n": 200}, Refused, "distinct networks in"),
        ({"windows": {"depth": "3..4"}}, Refused, "flops, params, activations"),
        ({"windows": {"flops": "9..1"}}, Refused, "reversed"),
        ({"space_id": 99}, NotFound, "no design space 99"),
        ({"regime_id": 99}, NotFound, "no regime 99"),
    ],
)
def test_a_population_that_is_refused_leaves_nothing_behind(
    database, create, given, error, said
):
    with pytest.raises(error, match=said):
        create(**given)
    assert counts(database) == {"populations": 0, "draws": 0, "jobs": 0}


def test_a_taken_name_is_a_conflict(create):
    create(3, name="twice")
    with pytest.raises(Conflict, match="'twice' exists"):
        create(3, name="twice")


def test_a_paused_population_gives_out_no_jobs_until_it_is_resumed(database, create):
    id = create(3)
    with database.durable() as session:
        schedule.set_paused(session, id, True)
        assert leases.claim(session, "train", "a worker", 30) is None
        assert records.get(session, id).progress.paused == 3
        schedule.set_paused(session, id, False)
        assert leases.claim(session, "train", "a worker", 30).job_id == 1


def test_pausing_does_not_hold_up_what_another_population_waits_for(database, create):
    three = create(3, name="three")
    create(2, name="two of them")
    with database.durable() as session:
        schedule.set_paused(session, three, True)
        progress = records.get(session, three).progress
    assert (progress.queued, progress.paused) == (2, 1)


def test_a_new_population_gets_the_paused_jobs_it_shares_going(database, create):
    paused = create(3, name="paused")
    with database.durable() as session:
        schedule.set_paused(session, paused, True)
    create(2, name="two of them")
    with database.read() as session:
        assert records.get(session, paused).progress.queued == 2


def test_a_snapshot_follows_the_version(database, create):
    id, snapshots = create(4), Snapshots(database)
    first = snapshots.get(id)
    assert snapshots.get(id) is first
    finish(database, error=10.0, loss=0.25)
    second = snapshots.get(id)
    assert second.version == first.version + 1
    assert np.isnan(first.population.error).all()  # a snapshot never changes
    assert second.population.error[0] == 10.0
    assert second.population.columns["loss"][0] == 0.25


def test_every_population_can_be_asked_for_one_bottleneck_ratio(database, create):
    with database.durable() as session:
        space = spaces.define(session, "free", PRESETS["AnyNetX_A small"])
    id = create(3, space_id=space)
    columns = Snapshots(database).get(id).population.columns
    stages = np.stack([columns[f"bottleneck_ratio_{i}"] for i in (1, 2, 3)])
    assert (stages != stages[0]).any(axis=0).all()  # all three have stages that differ
    assert np.isnan(columns["bottleneck_ratio"]).all()


def test_statistics_wait_for_the_networks_launched_before(database, create):
    id, snapshots = create(4), Snapshots(database)
    with database.durable() as session:
        slow = leases.claim(session, "train", "slow", 30)
    finish(database, error=20.0)
    assert len(snapshots.get(id).population.prefix()) == 0
    with database.durable() as session:
        results.record(session, slow, Finished(quantities={"error": 5.0}, conditions={}))
    prefix = snapshots.get(id).population.prefix()
    assert prefix.error.tolist() == [5.0, 20.0]


def test_diverged_networks_are_infinite_and_crashed_ones_are_no_results(database, create):
    id = create(4)
    finish(database, error=10.0)
    finish(database, diverged=1.0)
    finish(database)
    finish(database, error=90.0)  # of ten classes: as bad as guessing
    population = Snapshots(database).get(id).population
    assert population.results().error.tolist() == [10.0, np.inf, np.inf]
    assert population.counts.failed_by_cause == {"crashed": 1}


def test_the_demo_is_made_once_in_an_empty_database(database):
    assert demo.create_if_empty(database)
    assert not demo.create_if_empty(database)
    assert counts(database) == {"populations": 2, "draws": 300, "jobs": 300}
    with database.write() as session:
        order = [leases.claim(session, "train", "a worker", 30).job_id for _ in range(4)]
    assert order == [1, 151, 2, 152]  # the two populations take turns


def test_a_benchmark_a_network_is_queued_once_and_waits_beside_the_trainings(database, create):
    id = create(3)
    with database.durable() as session:
        assert schedule.queue_benchmarks(session, id) == 3
        assert schedule.queue_benchmarks(session, id) == 0
        assert records.get(session, id).progress.total == 3
    with database.write() as session:
        assert leases.waiting(session, "benchmark")
        assert leases.claim(session, "benchmark", "a worker", 30).kind == "benchmark"
        assert leases.claim(session, "train", "a worker", 30).kind == "train"


def test_benchmarks_of_shared_networks_are_shared(database, create):
    first, more = create(5, name="first"), create(8, name="more of the same seed")
    with database.durable() as session:
        assert schedule.queue_benchmarks(session, first) == 5
        assert schedule.queue_benchmarks(session, more) == 3


def test_benchmarks_of_a_paused_population_wait_until_it_goes_on(database, create):
    id = create(3)
    with database.durable() as session:
        schedule.set_paused(session, id, True)
        schedule.queue_benchmarks(session, id)
        assert not leases.waiting(session, "benchmark")
        schedule.set_paused(session, id, False)
        assert leases.waiting(session, "benchmark")


def test_benchmarks_of_no_population_are_not_queued(database):
    with database.durable() as session, pytest.raises(NotFound, match="no population 7"):
        schedule.queue_benchmarks(session, 7)


def test_a_failed_benchmark_is_no_failure_of_the_network(database, create):
    id = create(1)
    finish(database, error=12.0)
    with database.durable() as session:
        schedule.queue_benchmarks(session, id)
        claim = leases.claim(session, "benchmark", "a worker", 30)
        failed = Failed(failure="out_of_memory", detail="80 GiB")
        results.record_failure(session, claim, failed, retry=False, max_attempts=3)
    population = Snapshots(database).get(id).population
    assert population.columns["error"].tolist() == [12.0]
    assert not population.causes


# ---------------------------------------------------------------- all that there are

CELLS = NasBench201(operation=Choice(choices=(2, 4)), width=4, cells=1)  # 2^6 of them


def whole(database, create, **given):
    """A population of all networks of a space."""
    with database.durable() as session:
        space = spaces.define(session, "cells", CELLS)
    return create(0, space_id=space, windows={}, whole=True, **given)


def test_a_population_of_all_networks_has_each_once_in_an_order_that_is_not_the_spaces(
    database, create
):
    id = whole(database, create)
    snapshot = Snapshots(database).get(id)
    assert len(snapshot.population) == CELLS.count() == 64
    assert snapshot.whole
    assert snapshot.population.multiplicity.tolist() == [1] * 64
    first_edges = snapshot.population.columns["operation_1_0"]
    assert first_edges.tolist() != sorted(first_edges)
    with database.read() as session:
        one = records.get(session, id)
    assert (one.n, one.whole, one.tried, one.refused) == (64, True, 64, {})


def test_a_window_lets_all_networks_in_that_cost_as_much(database, create):
    snapshots = Snapshots(database)
    flops = snapshots.get(whole(database, create)).population.columns["flops"]
    window = {"flops": f"..{int(np.median(flops))}"}
    with database.read() as session:
        space = spaces.every(session)[-1].id
    inside = create(0, name="inside", space_id=space, windows=window, whole=True)
    found = snapshots.get(inside).population.columns["flops"]
    assert sorted(found) == sorted(flops[flops <= np.median(flops)])


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({}, "n", "'regnet' are drawn, not listed: give a number"),
        ({"windows": {"flops": "1..2"}}, "n", "no network is inside the windows"),
        ({"inherits": 1}, "inherits", "none where n is all"),
    ],
)
def test_all_networks_are_refused_where_there_are_too_many_none_or_some_besides(
    database, create, given, field, said
):
    with database.durable() as session:
        space = spaces.define(session, "cells", CELLS)
    own = {"space_id": space, "windows": {}} if given else {}
    with pytest.raises(Refused, match=said) as caught:
        create(0, whole=True, **(own | given))
    assert caught.value.field == field
    assert counts(database) == {"populations": 0, "draws": 0, "jobs": 0}


def test_a_population_of_all_networks_has_no_more_to_add(database, create):
    id = whole(database, create)
    with pytest.raises(Refused, match="has all 64 networks that there are"):
        populations.extend(database, id, 1)


def test_results_of_all_networks_are_a_sample_of_them_until_each_has_one(database, create):
    id = whole(database, create)
    snapshots = Snapshots(database)
    for place in range(20):
        finish(database, error=10.0 + place)
    view = queries.view(snapshots.get(id), {})
    assert (view.among, view.edf.n) == (64, 20)
    cheap = queries.view(snapshots.get(id), {"operation_1_0": "2"})
    assert cheap.among == 32
    by_error = queries.view(snapshots.get(id), {"error": "..20"})
    assert by_error.among is None  # who passes of those not measured is not known
    part = sides.side(snapshots, f"{id};ordinal=..40")
    assert part.view.among is None
    finish(database)  # one crashes: it is left out, and no curve can tell of it
    for place in range(43):
        finish(database, error=40.0 + place)
    view = queries.view(snapshots.get(id), {})
    assert (view.among, view.edf.n, sum(view.failed.values())) == (63, 63, 1)
    answer = queries.edf_of(view)
    assert answer.band.lower == pytest.approx(answer.curve.share)
    assert answer.band.upper == pytest.approx(answer.curve.share)


def test_a_population_that_was_drawn_is_a_sample_of_its_law(database, create):
    view = queries.view(Snapshots(database).get(create(5)), {})
    assert view.among is None
