"""What a listener has heard, from the id of its last event."""

from hypothesis import given
from hypothesis import strategies as st

from server.heard import MOST, Heard
from services.work.progress import Activity


def activity(population, version, running=()):
    return Activity(population, version, False, None, list(running), None)


VERSIONS = st.lists(st.tuples(st.integers(1, 120), st.integers(0, 10**9)), max_size=200)


@given(VERSIONS)
def test_an_id_says_the_last_version_of_each_of_the_populations_that_were_told_last(told):
    heard, id = Heard("name"), None
    for population, version in told:
        id = heard.told(activity(population, version))
    newest = dict(told)
    recent = [*dict.fromkeys(population for population, _ in reversed(told))][:MOST]
    for population in newest:
        version = newest[population]
        again = Heard.read(id, "name")
        assert again.is_news(activity(population, version)) == (population not in recent)
        assert Heard.read(id, "name").is_news(activity(population, version + 1))
    assert len(id or "") < 100 * len("120-1000000000,") + len("name:")


def test_what_is_at_work_has_always_moved():
    id = Heard("name").told(activity(1, 5))
    assert not Heard.read(id, "name").is_news(activity(1, 5))
    assert Heard.read(id, "name").is_news(activity(1, 5, running=["a job"]))


def test_a_process_that_lags_behind_tells_neither_the_past_nor_what_another_has_told():
    heard = Heard.read(Heard("name").told(activity(1, 5)), "name")
    assert not heard.is_news(activity(1, 4))
    assert not heard.is_news(activity(1, 5))
    assert heard.is_news(activity(1, 5))  # it has changed since, in what is no version
    assert heard.is_news(activity(1, 6))


def test_what_was_told_is_there_until_it_is_told_to_be_gone():
    heard = Heard("name")
    heard.told(activity(1, 5))
    id = heard.told(activity(2, 3))
    assert Heard.read(id, "name").there == {1, 2}
    assert Heard.read(heard.told_gone(1), "name").there == {2}


def test_an_id_that_names_more_than_we_write_is_read_as_far_as_we_would_have_written_it():
    # Of each that it names and that is not there an event is told, which names all the others.
    id = "name:" + ",".join(f"{population}-1" for population in range(1, 5000))
    assert Heard.read(id, "name").there == {*range(5000 - MOST, 5000)}


@given(st.text())
def test_any_other_id_has_heard_nothing(id):
    assert Heard.read(id, "a name").pairs == {} or id.startswith("a name:")
    assert Heard.read(id, "").pairs == {}
