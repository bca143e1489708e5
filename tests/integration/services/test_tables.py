"""A table of somebody else's results is a population like any other, on both databases."""

import json

import numpy as np
import pytest
from foreign_tables import stored, table
from sqlalchemy import func, select

from dashboard.pages.explore import constraints, kept
from db.models import BlockRow, NetworkRow
from designspace.naming.members import member
from population.population import Status
from services.comparing import comparisons, sets, sides, stability
from services.errors import Conflict, NotFound, Refused
from services.reading import columns, listings, networks, queries, table_rows
from services.reading.snapshots import Snapshots
from services.sampling import managing, records
from services.work import progress, schedule


@pytest.fixture
def snapshots(database):
    return Snapshots(database)


@pytest.fixture
def theirs(database, tmp_path):
    return stored(database, tmp_path)


def test_the_rows_come_back_to_the_digit_and_nothing_is_read_before_it_is_asked_for(
    snapshots, theirs
):
    read, snapshot = table(), snapshots.get(theirs)
    assert snapshot.table.columns.nbytes == 0
    for name, values in read.numbers.items():
        np.testing.assert_array_equal(snapshot.population.columns[name], values)
    np.testing.assert_array_equal(
        snapshot.table.texts["model"], read.texts["model"].to_pylist()
    )


def test_an_infinite_error_diverged_and_a_row_without_one_is_left_out_and_counted(
    snapshots, theirs
):
    view = queries.view(snapshots.get(theirs), {})
    assert (view.results.counts.n, view.diverged, view.pending) == (39, 1, 0)
    assert view.failed == {"no error": 1}


def test_the_edf_of_a_constraint_is_that_of_the_rows_that_pass(snapshots, theirs):
    read = table().numbers
    found = queries.edf_of(queries.view(snapshots.get(theirs), {"depth": "10..20"}), None)
    inside = (read["depth"] >= 10) & (read["depth"] <= 20) & np.isfinite(read["error"])
    np.testing.assert_array_equal(found.curve.error, np.unique(read["error"][inside]))


def test_rows_can_be_judged_by_any_column_and_those_without_it_are_counted(snapshots, theirs):
    snapshot = snapshots.get(theirs).judged_by("images_per_second")
    view = queries.view(snapshot, {})
    assert view.convention.startswith("F(e) = share of networks with images_per_second")
    np.testing.assert_array_equal(
        view.edf.errors, np.sort(table().numbers["images_per_second"])
    )
    assert view.failed == {}
    with pytest.raises(Refused, match="the population's columns: error, depth"):
        snapshots.get(theirs).judged_by("width")


def test_a_table_without_errors_is_judged_by_what_it_has(database, snapshots, tmp_path):
    id = stored(database, tmp_path, read=table(error=None))
    snapshot = snapshots.get(id)
    assert snapshot.population.criterion == "images_per_second"
    assert (snapshot.population.status == Status.MEASURED).all()
    assert queries.best_ranges(queries.view(snapshot, {}))["depth"].n == 40


def test_a_table_is_listed_beside_sampled_populations_with_all_its_work_done(
    database, create, theirs
):
    sampled = create()
    with database.read() as session:
        found = {one.id: one for one in records.every(session)}
        done = progress.activities(session, [theirs])[theirs].progress
    assert [found[sampled].kind, found[theirs].kind] == ["sampled", "table"]
    assert found[theirs].space_id is None
    assert (done.total, done.done, done.complete) == (40, 40, True)


def test_a_page_of_rows_has_their_names_and_a_file_of_them_too(snapshots, theirs):
    snapshot, read = snapshots.get(theirs), table()
    best = int(np.nanargmin(read.numbers["error"]))
    [first] = listings.page(snapshot, {}, "", 1, None).items
    assert (first.id, first.texts) == (best + 1, {"model": f"net_{best}"})
    assert listings.table(snapshot, {}, "").columns["model"][0] == f"net_{best}"


def test_a_row_is_read_without_any_column_whole(database, snapshots, theirs):
    snapshot, read = snapshots.get(theirs), table()
    with database.read() as session:
        row = table_rows.get(session, snapshot, 8)
    assert row.columns == {name: values[7] for name, values in read.numbers.items()}
    assert row.texts == {"model": "net_7"}
    assert snapshot.table.columns.nbytes == snapshot.table.texts.nbytes == 0


def test_controls_of_a_table_are_made_once_and_keep_none_of_its_columns(
    snapshots, theirs, monkeypatch
):
    snapshot, made = snapshots.get(theirs), []
    control = constraints.control
    monkeypatch.setattr(constraints, "control", lambda *a: made.append(a[0]) or control(*a))
    found = kept.controls(snapshot)
    assert kept.controls(snapshots.get(theirs)) is found
    assert [one.name for one in made] == [*table().numbers]
    assert snapshot.table.columns.nbytes == 0
    speed = next(one for one in found if one.name == "images_per_second")
    ends = [fold(table().numbers["images_per_second"]) for fold in (np.min, np.max)]
    assert [speed.stops[0], speed.stops[-1]] == ends


def test_a_network_of_a_table_leaves_as_a_file_for_the_images_of_its_plan(
    database, theirs, tmp_path
):
    network = member("regnet_x_400mf").network
    id = stored(database, tmp_path, name="named", read=table(networks={0: network}))
    with database.read() as session:
        network_id = session.scalars(select(NetworkRow.id)).one()
        file = networks.file(session, id, network_id, "yaml")
        with pytest.raises(NotFound, match=f"in population {theirs}"):
            networks.file(session, theirs, network_id, "yaml")
    assert "DEPTHS" in file.text
    assert "NUM_CLASSES: 1000" in file.text


def test_columns_travel_without_what_identifies_their_rows_in_the_same_order(snapshots, theirs):
    snapshot, read = snapshots.get(theirs), table()
    bare = columns.encode(snapshot, ("depth",), marks=False)
    best = np.argsort(np.where(np.isnan(read.numbers["error"]), np.inf, read.numbers["error"]))
    np.testing.assert_array_equal(
        np.frombuffer(bare, "<f4")[-40:][:38], read.numbers["depth"][best][:38]
    )
    n = int(np.frombuffer(bare, "<u4", 1)[0])
    assert len(bare) == 4 + n + 4 * 40
    assert json.loads(bare[4 : 4 + n])["judged"]["label"] == "top-1 error"


def test_columns_travel_by_name_best_first(snapshots, theirs):
    bytes = columns.encode(snapshots.get(theirs), ("error",))
    n = int(np.frombuffer(bytes, "<u4", 1)[0])
    assert b'"others":["depth","images_per_second"]' in bytes[4 : 4 + n]
    errors = np.frombuffer(bytes, "<f4")[-40:]
    assert (np.diff(errors[:39]) >= 0).all()
    assert np.isnan(errors[39])


def test_what_needs_a_space_or_jobs_says_that_a_table_has_none(database, snapshots, theirs):
    with database.durable() as session, pytest.raises(Refused, match="theirs is a table"):
        schedule.queue_benchmarks(session, theirs)
    with pytest.raises(Refused, match="theirs is a table"):
        stability.trusted(database, sides.side(snapshots, str(theirs)))


def test_rows_that_are_networks_are_stored_once_and_drawn_and_counted(
    database, snapshots, tmp_path
):
    network = member("regnet_x_400mf").network
    read = table(networks={0: network, 7: network})
    id = stored(database, tmp_path, read=read)
    with database.read() as session:
        rows = [table_rows.get(session, snapshots.get(id), place) for place in (1, 2, 8)]
    assert rows[1].network is None
    assert rows[0].network == rows[2].network == network
    assert rows[0].network_id == rows[2].network_id
    assert rows[0].counted["params"] == 5_157_512  # the authors' 5.158 M of RegNetX-400MF
    assert rows[0].texts == {"model": "net_0"}


def test_a_deleted_table_is_not_there_and_comes_back_and_a_purged_one_leaves_nothing(
    database, snapshots, theirs
):
    rows = len(snapshots.get(theirs).population)
    with database.durable() as session:
        managing.remove(session, theirs)
    with pytest.raises(NotFound):
        snapshots.get(theirs)
    with database.durable() as session:
        managing.restore(session, theirs)
    assert len(snapshots.get(theirs).population) == rows
    with database.durable() as session:
        managing.remove(session, theirs)
        managing.purge(session, theirs)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(BlockRow)) == 0
    with pytest.raises(NotFound):
        snapshots.get(theirs)


def test_a_name_is_taken_by_whatever_population_has_it(database, create, theirs, tmp_path):
    with pytest.raises(Conflict, match="'theirs' exists"):
        create(name="theirs")
    create(name="ours")
    with pytest.raises(Conflict, match="'ours' exists"):
        stored(database, tmp_path, name="ours")
    with database.read() as session:
        assert len(records.every(session)) == 2


def test_two_tables_are_compared_like_two_samples(database, snapshots, theirs, tmp_path):
    better = table(seed=1)
    better.numbers["error"][:] = better.numbers["error"] / 2
    other = stored(database, tmp_path, name="halved", read=better)
    found = comparisons.compared(sides.sides(snapshots, [str(theirs), str(other)], 2))
    assert found.pairs[0].oriented.a == 1
    assert found.pairs[0].p < 0.05


def test_what_is_judged_by_different_things_is_not_compared(
    database, snapshots, theirs, tmp_path
):
    timings = stored(database, tmp_path, name="timings", read=table(error=None))
    texts = [str(theirs), str(timings)]
    with pytest.raises(Refused, match="judged by error, images_per_second"):
        sides.sides(snapshots, texts, 2)
    assert len(sides.sides(snapshots, texts, 2, of="images_per_second")) == 2


class TestSets:
    def test_a_set_has_the_rows_that_pass_of_every_side_once(
        self, database, snapshots, theirs, tmp_path
    ):
        other = stored(database, tmp_path, name="others", read=table(seed=1))
        texts = [f"{theirs};depth=10..20", f"{theirs};depth=15..25", f"{other};depth=3"]
        id = sets.create(database, snapshots, "some", texts)
        read = snapshots.get(id)
        depths = [table(seed=seed).numbers["depth"] for seed in (0, 1)]
        first = depths[0][(depths[0] >= 10) & (depths[0] <= 25)]
        np.testing.assert_array_equal(
            np.sort(read.population.columns["depth"]),
            np.sort([*first, *depths[1][depths[1] == 3]]),
        )
        assert set(read.table.texts["origin"]) <= {"theirs", "others"}

    def test_a_set_keeps_what_each_row_was(self, database, snapshots, theirs):
        id = sets.create(database, snapshots, "all", [str(theirs)])
        a, b = (queries.view(snapshots.get(one), {}) for one in (theirs, id))
        np.testing.assert_array_equal(a.edf.errors, b.edf.errors)
        assert (a.failed, a.diverged) == (b.failed, b.diverged)
        with database.read() as session:
            [said] = records.get(session, id).provenance["sides"]
        assert (said["population"], said["version"], said["networks"]) == (theirs, 0, 40)

    def test_nothing_that_is_still_to_come_is_in_a_set(self, database, snapshots, create):
        sampled = create()
        with pytest.raises(Refused, match="0 networks"):
            sets.create(database, snapshots, "none yet", [str(sampled)])
