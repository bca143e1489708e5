"""A request is known by its id in its answer and in all lines of the log that it causes."""

import json
import logging

import accounts
import pytest

from db.models import PopulationRow
from db.people import UserRow
from netspace import logs
from services.acting import audit

GIVEN = {"x-request-id": "a-proxys-own.1"}


@pytest.fixture
def database(sqlite):
    return sqlite


@pytest.fixture
def lines():
    """What is logged meanwhile, as objects."""
    said = []

    class Kept(logging.Handler):
        def emit(self, record):
            said.append(json.loads(self.format(record)))

    kept = Kept()
    kept.setFormatter(logs.Lines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield said
    root.removeHandler(kept)
    root.setLevel(before)


@pytest.fixture
def people(sqlite, tmp_path):
    with accounts.people(sqlite, data_dir=tmp_path) as (app, browsers):
        yield app, browsers


def test_an_id_that_is_given_comes_back_and_others_are_made(people):
    client = accounts.browser(people[0])
    assert client.get("/healthz", headers=GIVEN).headers["x-request-id"] == "a-proxys-own.1"
    made = [client.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert made[0] != made[1]
    for wrong in (b"", b"a b", b"x" * 65, b'quote"', b"-x", "ü".encode()):
        answer = client.get("/healthz", headers={b"x-request-id": wrong})
        assert answer.headers["x-request-id"].encode() != wrong, wrong


@pytest.mark.parametrize(
    ("headers", "code"), [({"host": "evil.example"}, 400), ({}, 401), ({"accept": "x/y"}, 401)]
)
def test_what_is_refused_has_one_too(people, headers, code):
    client = accounts.browser(people[0])
    answer = client.get("/api/v1/populations", headers=headers | GIVEN)
    assert (answer.status_code, answer.headers["x-request-id"]) == (code, "a-proxys-own.1")


def test_a_deed_is_a_line_with_request_person_and_population(people, create, database, lines):
    id = create(n=2)
    max = people[1]["max"]
    with database.durable() as session:
        owner = session.query(UserRow).filter_by(name="max").one().id
        session.get_one(PopulationRow, id).owner_id = owner
    answer = max.patch(f"/api/v1/populations/{id}", json={"paused": True}, headers=GIVEN)
    assert answer.status_code == 200, answer.text
    [deed] = [one for one in lines if one["message"] == f"paused: population {id}"]
    told = {name: deed[name] for name in ("request", "person_id", "population")}
    assert told == {"request": "a-proxys-own.1", "person_id": owner, "population": id}


def test_a_deed_that_failed_is_no_line(sqlite, lines):
    def fail():
        with sqlite.durable() as session:
            audit.record(session, "undone", "population", 1)
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not [one for one in lines if "undone" in one["message"]]
