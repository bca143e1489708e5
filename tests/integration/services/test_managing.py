"""Populations renamed, grouped, archived, deleted, restored and purged, on both databases."""

import pytest
from sqlalchemy import func, select, text

from db.models import DrawRow, JobRow, ResultRow
from jobs.messages import Finished
from services.acting import audit
from services.acting.actor import Actor, Role
from services.acting.audit import Search
from services.comparing import sets, watches
from services.comparing.sides import side
from services.errors import Conflict, Forbidden, NotFound
from services.keeping import notes
from services.reading.snapshots import Snapshots
from services.sampling import managing, records
from services.sampling.records import Sought
from services.work import jobs, leases, results, schedule, versions


@pytest.fixture
def write(database):
    """Does one thing in a transaction of its own."""

    def write(act, *given, **more):
        with database.durable() as session:
            return act(session, *given, **more)

    return write


def measure(database, most=100):
    """Measure what is claimed; how many jobs that were."""
    for number in range(most):
        with database.durable() as session:
            claim = leases.claim(session, "train", "a worker", 30)
            if claim is None:
                return number
            quantities = {"error": 20.0 + number, "loss": 0.5}
            results.record(session, claim, Finished(quantities=quantities, conditions={}))
    return most


def counted(session, table):
    return session.scalar(select(func.count()).select_from(table))


def names(session):
    return [one.name for one in records.every(session)]


def done(session, id, kind="population"):
    found = audit.found(session, Search(kind=kind, object_id=id))
    return [one.what for one in reversed(found)]


# ---------------------------------------------------------------- names and studies


def test_a_population_gets_another_name_and_answers_say_so(database, create, write):
    id, snapshots = create(3), Snapshots(database)
    before = snapshots.get(id)
    write(managing.rename, id, "a better name")
    after = snapshots.get(id)
    assert (after.name, after.version) == ("a better name", before.version + 1)
    assert write(names) == ["a better name"]
    [*_, deed] = write(done, id)
    assert deed == "renamed"


def test_a_name_is_of_one_population_among_those_that_are_not_deleted(create, write):
    first, second = create(3, name="a"), create(3, name="b", seed=1)
    with pytest.raises(Conflict, match="'a' exists"):
        write(managing.rename, second, "a")
    write(managing.remove, first)
    write(managing.rename, second, "a")
    with pytest.raises(Conflict, match="'a' exists"):
        write(managing.restore, first)
    write(managing.restore, first, "the first a")
    assert write(names) == ["the first a", "a"]
    with pytest.raises(Conflict, match="'a' exists"):
        create(3, name="a", seed=2)


def test_the_database_itself_lets_no_two_have_one_name(database, create):
    create(3, name="a")
    create(3, name="b", seed=1)
    with pytest.raises(Exception, match="(?i)unique"), database.durable() as session:
        session.execute(text("UPDATE populations SET name = 'a'"))


def test_a_study_groups_populations_and_finds_them(create, write):
    first, second = create(3, name="a"), create(3, name="b", seed=1)
    write(managing.group, first, "depth")

    def found(**sought):
        return [one.id for one in write(records.every, sought=Sought(**sought))]

    assert found(study="depth") == [first]
    assert found(search="DEPTH a") == [first]
    assert found(search="regnetx") == [first, second]  # the space of both
    write(managing.group, first, "")
    assert found(study="depth") == []


# ---------------------------------------------------------------- put away


def test_jobs_of_an_archived_population_wait_and_go_on_when_it_is_taken_out(
    database, create, write
):
    id = create(3)
    write(managing.archive, id, True)
    assert write(leases.claim, "train", "a worker", 30) is None
    record = write(records.get, id)
    assert (record.progress.paused, record.paused) == (3, False)
    assert record.archived_at is not None
    write(managing.archive, id, False)
    assert measure(database) == 3


def test_a_job_that_another_population_wants_is_not_held_for_one_that_is_put_away(
    database, create, write
):
    first, second = create(3, name="a"), create(3, name="b")  # the same networks
    write(managing.archive, first, True)
    assert write(records.get, second).progress.queued == 3
    write(managing.remove, second)
    assert write(leases.claim, "train", "a worker", 30) is None
    write(managing.archive, first, False)
    assert measure(database) == 3


def test_one_that_was_paused_before_stays_so(create, write):
    id = create(3)
    write(schedule.set_paused, id, True)
    write(managing.archive, id, True)
    write(managing.archive, id, False)
    assert write(records.get, id).progress.paused == 3


# ---------------------------------------------------------------- deleted and restored


def test_what_is_deleted_is_not_there_and_comes_back_as_it_was(database, create, write):
    id, snapshots = create(4), Snapshots(database)
    measure(database, 2)
    before = snapshots.get(id).population.columns["error"].tolist()
    write(managing.remove, id)
    for read in (
        lambda: snapshots.get(id),
        lambda: write(records.get, id),
        lambda: write(schedule.set_paused, id, True),
        lambda: write(managing.remove, id),
        lambda: write(notes.of_population, id),
    ):
        with pytest.raises(NotFound, match=f"no population {id}"):
            read()
    assert write(names) == []
    assert id not in write(versions.current)
    assert write(leases.claim, "train", "a worker", 30) is None
    [gone] = write(records.deleted)
    assert (gone.id, gone.progress.done) == (id, 2)
    write(managing.restore, id)
    again = snapshots.get(id).population.columns["error"].tolist()
    assert str(again) == str(before)  # nan is not itself
    assert measure(database) == 2
    assert write(done, id)[-2:] == ["deleted", "restored"]


def test_who_runs_the_queue_reads_no_deleted_population_into_it(create, write):
    id = create(3)
    write(managing.remove, id)
    assert write(jobs.listed, "waiting").counts["waiting"] == 0


def test_a_population_in_use_is_deleted_only_by_who_was_told_which(
    database, create, write, defined
):
    parent = create(8, name="parent")
    measure(database)
    heir = create(10, name="heir", inherits=parent)
    kept = sets.create(database, Snapshots(database), "kept", [f"{parent};depth=1.."])
    with pytest.raises(Conflict) as refused:
        write(managing.remove, parent)
    assert f"population {heir} 'heir' began with its networks" in str(refused.value)
    assert f"set {kept} 'kept' was taken of it" in str(refused.value)
    write(managing.remove, parent, used=True)
    assert write(names) == ["heir", "kept"]
    assert measure(database) == 2  # the heir goes on


def test_a_watch_uses_its_populations_until_it_is_decided(database, create, write):
    first, second = create(3, name="a"), create(3, name="b", seed=1)
    snapshots = Snapshots(database)
    write(watches.start, side(snapshots, str(first)), side(snapshots, str(second)))
    with pytest.raises(Conflict, match="waits for its results"):
        write(managing.remove, second)
    write(managing.remove, second, used=True)
    assert write(watches.every) == []
    write(managing.restore, second)
    assert len(write(watches.every)) == 1


# ---------------------------------------------------------------- purged


def test_only_what_is_deleted_is_purged_and_results_of_networks_stay(database, create, write):
    id = create(4, name="a")
    measure(database, 2)
    with pytest.raises(NotFound):
        write(managing.purge, id)
    write(notes.write_of_population, id, "a note", ["tagged"])
    write(managing.remove, id)
    write(managing.purge, id)
    assert write(records.deleted) == []
    assert write(notes.tags) == {}
    assert (write(counted, DrawRow), write(counted, ResultRow)) == (0, 2)
    states = write(lambda session: [*session.scalars(select(JobRow.state).order_by(JobRow.id))])
    assert sorted(states) == ["cancelled", "cancelled", "done", "done"]
    assert write(leases.claim, "train", "a worker", 30) is None
    again = create(4, name="a")
    assert again > id  # its id names no other
    assert write(records.get, again).progress.done == 2  # measured before, so not again


def test_a_purge_ends_no_job_that_another_wants(database, create, write):
    first, second = create(3, name="a"), create(3, name="b")
    write(managing.remove, first)
    write(managing.purge, first)
    assert write(records.get, second).progress.queued == 3
    assert measure(database) == 3


def test_what_others_began_with_is_not_purged_before_them(database, create, write):
    parent = create(8, name="parent")
    measure(database)
    heir = create(10, name="heir", inherits=parent)
    write(managing.remove, heir)
    write(managing.remove, parent)
    with pytest.raises(Conflict, match="'heir' began with its networks"):
        write(managing.purge, parent)
    write(managing.purge, heir)
    write(managing.purge, parent)


# ---------------------------------------------------------------- whose it is


def test_only_its_owner_and_administrators_manage_a_population(database, create, write):
    from accounts import join

    owner, other = join(database, "max"), join(database, "mia")
    id = create(3, name="a")
    write(lambda session: session.execute(text(f"UPDATE populations SET owner_id = {owner}")))
    mine = database.of(Actor("max", Role.MEMBER, owner))
    theirs = database.of(Actor("mia", Role.MEMBER, other))
    for act, *given in (
        (managing.rename, "b"),
        (managing.group, "s"),
        (managing.archive, True),
        (managing.remove,),
    ):
        with theirs.durable() as session, pytest.raises(Forbidden):
            act(session, id, *given)
        with mine.durable() as session:
            act(session, id, *given)
    with theirs.durable() as session:
        assert records.deleted(session) == []
        with pytest.raises(NotFound):
            managing.restore(session, id)
    with mine.durable() as session, pytest.raises(Forbidden):
        managing.purge(session, id)
    with mine.durable() as session:
        assert [one.id for one in records.deleted(session)] == [id]
        managing.restore(session, id)


def test_who_uses_it_is_not_named_to_who_does_not_see_that(database, create, write):
    from accounts import join

    owner, other = join(database, "max"), join(database, "mia")
    parent = create(8, name="parent")
    measure(database)
    heir = create(10, name="secret heir", inherits=parent)
    write(
        lambda session: session.execute(
            text(
                f"UPDATE populations SET owner_id = {owner}, visibility = 'lab' "
                f"WHERE id = {parent}"
            )
        )
    )
    write(
        lambda session: session.execute(
            text(
                f"UPDATE populations SET owner_id = {other}, visibility = 'private' "
                f"WHERE id = {heir}"
            )
        )
    )
    mine = database.of(Actor("max", Role.MEMBER, owner))
    with mine.durable() as session, pytest.raises(Conflict) as refused:
        managing.remove(session, parent)
    assert "secret" not in str(refused.value)
    assert "population that you don't see began with its networks" in str(refused.value)
