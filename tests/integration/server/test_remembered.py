"""Answers that are kept: given again while they are right, and to whoever may see them."""

import asyncio
import threading
from dataclasses import replace

import accounts
import kinds
import loops
import pytest
from fastapi.testclient import TestClient

from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Finished
from server import remembered
from server.standings import Standings
from services.defining import regimes, spaces
from services.reading import queries, standings
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

# What has changed, and who may see it, the database says: those tests have both.
database = kinds.database

API = accounts.API
EDF = f"{API}/populations/1/edf?depth=3.."
LIST = f"{API}/populations/1/networks?limit=5"
COMPARED = f"{API}/quantiles?side=1&side=2"


@pytest.fixture
def lab(database):
    """An application with accounts and two populations that have three results each."""
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    for seed in range(2):
        spec = Spec(f"p{seed}", space, regime, 5, {"flops": "100k..300k"}, training_seed=seed)
        populations.create(database, spec)
    for _ in range(6):
        measure(database)
    with accounts.people(database) as (app, browsers):
        yield database, app, browsers


def measure(database):
    with database.durable() as session:
        claim = leases.claim(session, "train", "a worker", 30)
        ended = Finished(quantities={"error": 5.0 + claim.job_id, "loss": 0.1}, conditions={})
        results.record(session, claim, ended)


def told(answer):
    """Its headers, but for the id that each request has of its own."""
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


@pytest.fixture
def computed(monkeypatch):
    """Every EDF that is computed."""
    asked, compute = [], queries.edf_of
    monkeypatch.setattr(queries, "edf_of", lambda *given: (asked.append(1), compute(*given))[1])
    return asked


@kinds.of(kinds.BOTH)
def test_what_was_answered_is_not_computed_again_until_something_has_changed(lab, computed):
    database, _, browsers = lab
    first = browsers["ann"].get(EDF)
    again = browsers["ann"].get(EDF)
    assert (again.content, len(computed)) == (first.content, 1)
    assert told(again) == told(first)
    measure(database)
    after = browsers["ann"].get(EDF)
    assert len(computed) == 2
    assert after.json()["selection"]["version"] == first.json()["selection"]["version"] + 1
    assert after.headers["etag"] != first.headers["etag"]


def test_others_who_may_see_a_population_are_given_the_same(lab, computed):
    _, _, browsers = lab
    answers = [browsers[name].get(EDF) for name in ("ann", "max", "vera")]
    assert len({answer.content for answer in answers}) == len(computed) == 1


@pytest.mark.parametrize("path", [EDF, LIST, COMPARED])
def test_what_somebody_may_not_see_any_more_is_not_there_for_him(lab, path):
    _, _, browsers = lab
    before = [browsers[name].get(path).status_code for name in ("ann", "vera")]
    hidden = browsers["ann"].patch(f"{API}/populations/1", json={"visibility": "private"})
    assert hidden.status_code == 200
    between = [browsers[name].get(path).status_code for name in ("ann", "vera")]
    browsers["ann"].patch(f"{API}/populations/1", json={"visibility": "lab"})
    after = [browsers[name].get(path).status_code for name in ("ann", "vera")]
    assert (before, between, after) == ([200, 200], [200, 404], [200, 200])


@kinds.of(kinds.BOTH)
def test_what_is_private_is_given_to_its_owner_alone(lab):
    _, _, browsers = lab
    owned = {"visibility": "private", "owner": "max"}
    assert browsers["ann"].patch(f"{API}/populations/1", json=owned).status_code == 200
    for _ in range(2):
        asked = {name: browsers[name].get(EDF).status_code for name in ("max", "vera", "ann")}
        assert asked == {"max": 200, "vera": 404, "ann": 200}  # an administrator sees all


def test_a_token_that_may_not_read_is_given_nothing_that_is_kept(lab):
    database, app, browsers = lab
    assert browsers["ann"].get(EDF).status_code == 200
    with database.read() as session:
        ann = accounts.users.every(session)[0].id
    mute = accounts.script(app, database, ann, "metrics")
    assert mute.get(EDF).status_code == 403
    assert TestClient(app, accounts.HERE).get(EDF).status_code == 401


def test_a_kept_answer_has_the_forms_and_tags_that_it_had(lab, computed):
    ann = lab[2]["ann"]
    tables = {}
    for accept in ("application/json", "text/csv"):
        for encoding in ("identity", "gzip"):
            headers = {"accept": accept, "accept-encoding": encoding}
            first, again = ann.get(EDF, headers=headers), ann.get(EDF, headers=headers)
            assert told(again) == told(first)
            assert ("gzip" in again.headers.get("content-encoding", "")) == (encoding == "gzip")
            tables[accept, encoding] = again.content
    assert len(computed) == 4
    assert len(set(tables.values())) == 2
    tag = ann.get(EDF).headers["etag"]
    for kept in (tag, "*", f'"other", {tag[2:]}'):
        answer = ann.get(EDF, headers={"if-none-match": kept})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "Accept" in answer.headers["vary"]
    assert ann.get(EDF, headers={"if-none-match": '"other"'}).status_code == 200
    head = ann.head(EDF)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


def test_what_goes_is_said_with_a_kept_answer_too(lab):
    ann = lab[2]["ann"]
    cursor = ann.get(LIST).json()["next"] or "1.0~0"
    for _ in range(2):
        answer = ann.get(f"{LIST}&cursor={cursor}")
        assert answer.headers["deprecation"].startswith("@")


def test_a_refusal_is_refused_each_time_and_a_file_is_whole_each_time(lab):
    ann = lab[2]["ann"]
    for _ in range(2):
        assert ann.get(f"{EDF}&nonsense=1").status_code == 422
        file = ann.get(f"{API}/populations/1/networks.csv")
        assert len(file.text.splitlines()) == 6


def test_what_is_kept_is_bounded_and_what_was_asked_for_last_stays(lab, computed, monkeypatch):
    ann = lab[2]["ann"]
    size = len(ann.get(EDF, headers={"accept-encoding": "identity"}).content)
    monkeypatch.setattr(remembered, "MOST_BYTES", 3 * size)
    plain = {"accept-encoding": "identity"}
    for depth in range(9):
        ann.get(f"{API}/populations/1/edf?depth={depth}..", headers=plain)
    computed.clear()
    ann.get(f"{API}/populations/1/edf?depth=8..", headers=plain)
    assert computed == []
    ann.get(f"{API}/populations/1/edf?depth=0..", headers=plain)
    assert computed == [1]
    monkeypatch.setattr(remembered, "LARGEST", 10)
    for _ in range(2):
        ann.get(f"{API}/populations/1/edf?depth=..20", headers=plain)
    assert computed == [1, 1, 1]


def test_while_the_database_is_away_nothing_that_is_kept_is_given(lab):
    _, app, browsers = lab
    assert browsers["ann"].get(EDF).status_code == 200
    parts, away = app.state.parts, Database("postgresql+psycopg://x:y@127.0.0.1:1/x")
    app.state.parts = replace(parts, database=away, standings=Standings(away))
    assert browsers["ann"].get(EDF).status_code == 503
    app.state.parts = parts
    assert browsers["ann"].get(EDF).status_code == 200
    away.dispose()


def test_means_over_seeds_which_other_populations_change_are_not_kept(lab, computed):
    for _ in range(2):
        assert lab[2]["ann"].get(f"{EDF}&seeds=mean").status_code == 200
    assert len(computed) == 2


def test_who_asks_while_standings_are_read_waits_for_a_reading_that_begins_later(
    sqlite, monkeypatch
):
    """Else he could be told of a state that had ended before he asked."""
    begun, let_go, read = threading.Event(), threading.Event(), standings.current
    asked = []

    def slowly(session, ids):
        asked.append(sorted(ids))
        begun.set()
        assert let_go.wait(10)
        return read(session, ids)

    monkeypatch.setattr(standings, "current", slowly)
    found = Standings(sqlite)

    async def ask():
        first = asyncio.create_task(found.of([1]))
        await asyncio.to_thread(begun.wait)
        later = [asyncio.create_task(found.of([id])) for id in (2, 3, 2)]
        await asyncio.sleep(0.05)
        assert asked == [[1]]
        let_go.set()
        await asyncio.gather(first, *later)

    loops.run(ask())
    assert asked == [[1], [2, 3]]
