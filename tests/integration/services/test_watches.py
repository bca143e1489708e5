"""Populations that stop when it is decided which one is better."""

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from jobs.messages import Finished
from netspace.settings import Settings
from netspace.web import create_app
from services.comparing import sides, watches
from services.errors import NotFound, Refused
from services.reading.snapshots import Snapshots
from services.sampling import records
from services.work import leases, results, schedule

SIZE = 40


@pytest.fixture
def record(database):
    def record(errors):
        with database.durable() as session:
            for error in errors:
                claim = leases.claim(session, "train", "a worker", 30)
                found = Finished(quantities={"error": float(error), "loss": 1}, conditions={})
                results.record(session, claim, found)

    return record


@pytest.fixture
def two(create, database):
    """Two populations; the jobs of A go first."""
    a, b = create(SIZE, name="A"), create(SIZE, name="B", seed=1, training_seed=1)
    with database.durable() as session:
        schedule.set_priority(session, a, -1)
    return a, b


def start(database, a, b, **given):
    snapshots = Snapshots(database)
    with database.durable() as session:
        return watches.start(
            session, sides.side(snapshots, str(a)), sides.side(snapshots, str(b)), **given
        )


def paused(database):
    with database.read() as session:
        return [one.paused for one in records.every(session)]


def test_both_populations_pause_once_it_is_decided_and_not_before(database, two, record):
    a, b = two
    watch = start(database, a, b)
    watcher = watches.Watcher(database)
    record(np.arange(SIZE) * 0.1 + 5)  # all of A, which is queued first
    record(np.arange(19) * 0.1 + 50)
    assert watcher.look() == []
    assert paused(database) == [False, False]
    record(np.arange(6) * 0.1 + 52)  # 20 at least, also where a network was drawn twice
    [decided] = watcher.look()
    assert (decided.id, paused(database)) == (watch.id, [True, True])
    with database.read() as session:
        [stored] = watches.every(session)
    assert stored.outcome == "A"
    assert 20 <= stored.found["m"] <= stored.found["n"] <= SIZE
    assert stored.found["lower"] > 0.5


def test_what_a_person_lets_go_on_is_not_paused_again(database, two, record):
    a, b = two
    start(database, a, b)
    record(np.arange(SIZE) * 0.1 + 5)
    record(np.arange(25) * 0.1 + 50)
    assert len(watches.Watcher(database).look()) == 1
    with database.durable() as session:
        schedule.set_paused(session, b, False)
    record([51.0])
    assert watches.Watcher(database).look() == []
    assert paused(database) == [True, False]


def test_only_one_of_two_workers_decides(database, two, record):
    a, b = two
    start(database, a, b)
    record(np.arange(SIZE) * 0.1 + 5)
    record(np.arange(25) * 0.1 + 50)
    first, second = watches.Watcher(database), watches.Watcher(database)
    assert [len(first.look()), len(second.look())] == [1, 0]


def test_a_watch_that_can_not_be_looked_at_stops_no_other(database, two, record, caplog):
    a, b = two
    insert = text(
        "INSERT INTO watches (a, b, level, planned, created_at) VALUES (:a, :b, .95, 100, 1)"
    )
    with database.durable() as session:
        for wrong in (f"{a};latency=..3", "99", f"{a};depth=9..3", "no side"):
            session.execute(insert, {"a": wrong, "b": str(b)})
    watch = start(database, a, b)
    record(np.arange(SIZE) * 0.1 + 5)
    record(np.arange(25) * 0.1 + 50)
    watcher = watches.Watcher(database)
    assert [one.id for one in watcher.look()] == [watch.id]
    assert watcher.look() == []
    said = [line for line in caplog.messages if line.startswith("watch")]
    assert len(said) == 4  # each once, however often it is looked at


def test_a_watch_can_be_forgotten_and_a_senseless_one_is_refused(database, two):
    a, b = two
    watch = start(database, a, b)
    with database.durable() as session:
        watches.forget(session, watch.id)
        assert watches.every(session) == []
        with pytest.raises(NotFound):
            watches.forget(session, watch.id)
    with pytest.raises(Refused, match="two different populations"):
        start(database, a, f"{a};depth=..6")
    with pytest.raises(Refused, match="at least 20"):
        start(database, a, b, planned=5)


def test_watches_are_made_listed_and_forgotten_over_rest(database, two):
    a, b = two
    settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1:8050") as client:
        at = "/api/v1/watches"
        made = client.post(at, json={"a": f"{a};depth=..6", "b": str(b)})
        assert made.status_code == 201
        assert client.get(at).json()["items"] == [made.json()]
        assert made.json()["outcome"] is None
        assert client.post(at, json={"a": str(a), "b": str(a)}).status_code == 422
        assert client.post(at, json={"a": "x", "b": str(a)}).status_code == 422
        assert client.delete(f"{at}/{made.json()['id']}").status_code == 204
        assert client.delete(f"{at}/{made.json()['id']}").status_code == 404
