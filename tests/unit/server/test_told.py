"""What one listener is told of a change: what he may see, once, and what is no longer there."""

from dataclasses import replace

from server.events import News
from server.heard import Heard
from server.routers.events import Followed, event
from services.acting.actor import Actor, Role
from services.work.progress import Activity, Progress

ANN = Actor("ann", Role.MEMBER, id=1)
PROGRESS = Progress(4, 0, 0, 0, 0, 4, 0, 0.0, None)
OPEN = News(Activity(7, 3, False, PROGRESS, [], None, owner_id=2), 1, "a database", 0.0)
HIDDEN = replace(OPEN, activity=replace(OPEN.activity, version=4, visibility="private"))
DELETED = replace(OPEN, gone=True)


def named(*news, actor=ANN, population=None):
    """The names of the events that somebody hears of some news."""
    wanted = Followed(population, actor, Heard("a database"), ())
    told = b"".join(event(one, wanted) for one in news).decode()
    lines = told.splitlines()
    return [line.removeprefix("event: ") for line in lines if line.startswith("event")]


def test_what_is_no_longer_shown_to_somebody_is_gone_for_him_and_not_for_its_owner():
    assert named(OPEN, HIDDEN) == ["activity", "gone"]
    assert named(OPEN, HIDDEN, actor=replace(ANN, id=2)) == ["activity", "activity"]


def test_who_was_not_told_of_a_population_is_not_told_that_it_is_gone():
    assert named(HIDDEN) == named(DELETED) == []
    assert named(OPEN, DELETED, DELETED) == ["activity", "gone"]
    assert named(OPEN, DELETED, population=8) == []
