"""Notes, tags and views: who writes, who sees, what is found, on both databases."""

import pytest
from accounts import join
from foreign_tables import stored
from sqlalchemy import text

from services.acting.actor import Actor, Role
from services.errors import Conflict, Forbidden, NotFound, Refused
from services.keeping import notes, views
from services.sampling import managing, records
from services.sampling.records import Sought


@pytest.fixture
def write(database):
    def write(act, *given, by=None, **more):
        with (by or database).durable() as session:
            return act(session, *given, **more)

    return write


@pytest.fixture
def people(database):
    """The database as its owner and another member have it."""
    return {
        name: database.of(Actor(name, Role.MEMBER, join(database, name)))
        for name in ("max", "mia")
    }


def give(write, id, owner, visibility):
    values = f"owner_id = {owner}, visibility = '{visibility}'"
    write(
        lambda session: session.execute(
            text(f"UPDATE populations SET {values} WHERE id = {id}")
        )
    )


def network_of(write, id):
    query = text(f"SELECT network_id FROM draws WHERE population_id = {id} ORDER BY ordinal")
    return write(lambda session: session.execute(query).scalars().first())


# ---------------------------------------------------------------- notes and tags


def test_a_note_is_written_in_place_of_the_one_before_and_never_over_one_not_read(
    create, write
):
    id = create(3)
    assert write(notes.of_population, id).version == 0
    first = write(notes.write_of_population, id, "seeds 0 to 2", ["baseline", "a"], read=0)
    assert (first.text, first.tags, first.version) == ("seeds 0 to 2", ("a", "baseline"), 1)
    second = write(notes.write_of_population, id, "all seeds", ["baseline"], read=1)
    assert (second.text, second.tags, second.version) == ("all seeds", ("baseline",), 2)
    with pytest.raises(Conflict, match="it is version 2, not 1"):
        write(notes.write_of_population, id, "mine", [], read=1)
    record = write(records.get, id)
    assert (record.note, record.tags) == ("all seeds", ("baseline",))


def test_a_network_has_a_note_in_each_population_of_its_own(create, write):
    first, second = create(3, name="a"), create(3, name="b")  # of the same networks
    network = network_of(write, first)
    written = write(notes.write_of_network, first, network, "best of all", ["best"])
    assert (written.kind, written.network_id, written.of) == ("network", network, "a")
    assert write(notes.of_network, second, network).text == ""
    assert write(records.get, first).tags == ()  # that is of the whole
    for id in (0, 10**6):
        with pytest.raises(NotFound, match=f"network in population {first}: {id}"):
            write(notes.write_of_network, first, id, "x", [])


def test_a_row_of_a_table_has_one_by_its_place(database, write, tmp_path):
    id = stored(database, tmp_path)
    assert write(notes.write_of_network, id, 40, "the last row", []).text == "the last row"
    with pytest.raises(NotFound):
        write(notes.write_of_network, id, 41, "behind it", [])


def test_notes_are_found_by_words_and_tags(create, write):
    first, second = create(3, name="wide ones"), create(3, name="b", seed=1)
    write(notes.write_of_population, first, "Second try, Straße", ["talk"])
    write(notes.write_of_network, first, network_of(write, first), "second best", [])
    write(notes.write_of_population, second, "", ["talk", "old"])

    def found(**sought):
        return [(one.kind, one.of) for one in write(notes.every, **sought)]

    wide, deep = ("population", "wide ones"), ("population", "b")
    assert found(search="SECOND") == [wide, ("network", "wide ones")]
    assert found(search="strasse") == [wide]
    assert found(tag="talk") == [wide, deep]
    assert found(population_id=second) == [deep]
    assert write(notes.tags) == {"old": 1, "talk": 2}
    assert [one.id for one in write(records.every, sought=Sought(tag="old"))] == [second]
    assert [one.id for one in write(records.every, sought=Sought("try"))] == [first]
    write(notes.write_of_population, second, "", [])
    assert found(population_id=second) == []  # nothing is left of it


def test_who_may_not_steer_a_population_reads_its_note_and_writes_none(create, write, people):
    id = create(3)
    give(write, id, 1, "lab")
    write(notes.write_of_population, id, "mine", ["a"], by=people["max"])
    assert write(notes.of_population, id, by=people["mia"]).author == "max"
    with pytest.raises(Forbidden):
        write(notes.write_of_population, id, "yours", [], by=people["mia"])
    give(write, id, 1, "private")
    assert write(notes.every, by=people["mia"]) == []
    assert write(notes.tags, by=people["mia"]) == {}
    with pytest.raises(NotFound):
        write(notes.of_population, id, by=people["mia"])


def test_notes_of_what_is_deleted_come_back_with_it(create, write):
    id = create(3)
    write(notes.write_of_population, id, "kept", ["a"])
    write(managing.remove, id)
    assert (write(notes.every), write(notes.tags)) == ([], {})
    write(managing.restore, id)
    assert write(notes.of_population, id).text == "kept"


# ---------------------------------------------------------------- views


def test_a_view_is_an_address_under_a_name(create, write):
    first, second = create(3, name="a"), create(3, name="b", seed=1)
    query = f"?population={second}&against={first}&depth=3..6"
    id = write(views.keep, "shallow", "explore", query, note="of Monday", tags=["talk"])
    kept = write(views.get, id)
    assert (kept.name, kept.page, kept.query) == ("shallow", "explore", query)
    assert [(one.id, one.name) for one in kept.populations] == [(second, "b"), (first, "a")]
    assert (kept.note, kept.tags, kept.version) == ("of Monday", ("talk",), 1)
    write(views.change, id, name="shallower", query=f"?population={first}&depth=..4", read=1)
    changed = write(views.get, id)
    assert [one.name for one in changed.populations] == ["a"]
    assert (changed.name, changed.version) == ("shallower", 2)
    with pytest.raises(Conflict, match="it is version 2"):
        write(views.change, id, name="mine", read=1)


def test_a_view_shows_populations_that_there_are(create, write):
    with pytest.raises(NotFound, match="no population 7"):
        write(views.keep, "none", "explore", "?population=7")
    with pytest.raises(Refused, match="names its populations"):
        write(views.keep, "none", "explore", "?depth=3..6")


def test_views_are_found_by_page_population_words_and_tags(create, write):
    first, second = create(3, name="wide"), create(3, name="deep", seed=1)
    write(views.keep, "one", "explore", f"?population={first}", tags=["talk"])
    write(views.keep, "two", "compare", f"?side={first}&side={second}", note="for Monday")

    def found(**sought):
        return [one.name for one in write(views.every, **sought)]

    assert found() == ["one", "two"]
    assert found(page="compare") == found(search="monday") == found(population_id=second)
    assert found(population_id=second) == found(search="deep") == ["two"]
    assert found(tag="talk") == ["one"]


def test_a_view_is_deleted_and_comes_back_unless_its_name_is_taken(create, write):
    population = create(3)
    query = f"?population={population}"
    id = write(views.keep, "one", "explore", query)
    with pytest.raises(Conflict, match="view 'one' exists"):
        write(views.keep, "one", "explore", query)
    write(views.remove, id)
    with pytest.raises(NotFound):
        write(views.get, id)
    assert [one.id for one in write(views.deleted)] == [id]
    other = write(views.keep, "one", "explore", query)
    with pytest.raises(Conflict):
        write(views.restore, id)
    write(views.change, other, name="another")
    write(views.restore, id)
    assert [one.name for one in write(views.every)] == ["one", "another"]


def test_a_view_is_there_for_who_sees_all_its_populations(create, write, people):
    open_one, closed = create(3, name="a"), create(3, name="b", seed=1)
    give(write, open_one, 1, "lab")
    give(write, closed, 1, "private")
    max_, mia = people["max"], people["mia"]
    query = f"?side={open_one}&side={closed}"
    both = write(views.keep, "both", "compare", query, by=max_)
    own = write(views.keep, "own", "explore", f"?population={open_one}", "private", by=max_)
    shared = write(views.keep, "shared", "explore", f"?population={open_one}", by=max_)

    def seen(by):
        return [one.id for one in write(views.every, by=by)]

    assert seen(max_) == [both, own, shared]
    assert seen(mia) == [shared]
    for id in (both, own):
        with pytest.raises(NotFound):
            write(views.get, id, by=mia)
        with pytest.raises(NotFound):
            write(notes.of_view, id, by=mia)
    for act in (views.change, views.remove):
        with pytest.raises(Forbidden):
            write(act, shared, by=mia)
    with pytest.raises(NotFound):  # nor does she keep what she does not see
        write(views.keep, "hers", "compare", query, by=mia)
    write(views.keep, "shared", "explore", f"?population={open_one}", by=mia)  # a name of hers
    give(write, closed, 1, "lab")
    assert both in seen(mia)


def test_a_view_whose_population_is_deleted_says_so_and_stays_hidden_where_it_was(
    create, write, people
):
    first, second = create(3, name="a"), create(3, name="b", seed=1)
    give(write, first, 1, "lab")
    give(write, second, 1, "private")
    query = f"?side={first}&side={second}"
    id = write(views.keep, "both", "compare", query, by=people["max"])
    write(managing.remove, second)
    [kept] = write(views.every, by=people["max"])
    assert [(one.id, one.name) for one in kept.populations] == [(first, "a"), (second, None)]
    assert write(views.every, by=people["mia"]) == []
    write(managing.restore, second)
    assert write(views.get, id, by=people["max"]).populations[1].name == "b"
