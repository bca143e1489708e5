"""Managing, notes and views over REST: what is refused, by which status, and to whom."""

import accounts
import pytest
from accounts import API

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.acting.actor import Actor, Role
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec


@pytest.fixture
def here(sqlite):
    """Browsers of three people; population 1 is the member's, 2 the administrator's own."""
    with sqlite.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    with accounts.people(sqlite) as (_, browsers):
        for owner, role in ((2, Role.MEMBER), (1, Role.ADMIN)):
            by = sqlite.of(Actor("x", role, owner))
            visibility = "lab" if owner == 2 else "private"
            spec = Spec(f"p{owner}", space, regime, 3, {}, owner, visibility=visibility)
            populations.create(by, spec)
        yield browsers


def said(answer):
    return answer.status_code, answer.json()["errors"][0].get("field")


def test_a_population_is_changed_by_its_owner_in_one_request(here):
    body = {"name": "first", "study": "depth", "archived": True}
    one = here["max"].patch(f"{API}/populations/1", json=body).json()
    assert (one["name"], one["study"], one["archived_at"] > 0) == ("first", "depth", True)
    assert here["vera"].patch(f"{API}/populations/1", json=body).status_code == 403
    assert here["max"].patch(f"{API}/populations/2", json=body).status_code == 404
    back = here["max"].patch(f"{API}/populations/1", json={"study": "", "archived": False})
    assert (back.json()["study"], back.json()["archived_at"]) == (None, None)


def test_a_name_that_is_taken_is_a_conflict_whoever_has_it(here):
    answer = here["max"].patch(f"{API}/populations/1", json={"name": "p1"})
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        409,
        "population 'p1' exists",
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "a\u0000b"}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"tags": ["a,b"]}, "tags.0"),
        ({"tags": [str(i) for i in range(21)]}, "tags"),
        ({"text": "a", "version": -1}, "version"),
        ({"html": "<b>"}, "html"),
    ],
)
def test_what_is_no_note_is_refused_by_its_field(here, body, field):
    assert said(here["max"].put(f"{API}/populations/1/note", json=body)) == (422, field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"page": "queue"}, "page"),
        ({"query": "?depth=3"}, "query"),
        ({"query": "?side=1&side=1;depth=5..8"}, "query"),
        ({"query": "?population=1&side=1"}, "query"),
        ({"query": "?against=1"}, "query"),
        ({"query": "?population=1", "page": "compare"}, "query"),
        ({"query": "?population=1&against=1", "page": "speed"}, "query"),
        ({"query": "javascript:alert(1)"}, "query"),
        ({"query": "?population=1" + "&a=b" * 1_000}, "query"),
        ({"visibility": "everybody"}, "visibility"),
    ],
)
def test_what_is_no_view_is_refused_by_its_field(here, body, field):
    view = {"name": "v", "page": "explore", "query": "?population=1"} | body
    assert said(here["max"].post(f"{API}/views", json=view)) == (422, field)


def test_a_view_is_kept_once_for_a_key_and_never_of_what_one_does_not_see(here):
    view = {"name": "v", "page": "explore", "query": "?population=1"}
    key = {"Idempotency-Key": "one"}
    first = here["max"].post(f"{API}/views", json=view, headers=key)
    again = here["max"].post(f"{API}/views", json=view, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = view | {"query": "?population=2"}
    assert here["max"].post(f"{API}/views", json=other).status_code == 404
    assert here["vera"].post(f"{API}/views", json=view).status_code == 403
    assert [one["name"] for one in here["vera"].get(f"{API}/views").json()["items"]] == ["v"]


def test_only_an_administrator_purges_and_only_what_is_deleted(here):
    purge = f"{API}/populations/1/purge"
    assert here["max"].post(purge).status_code == 403
    assert here["ann"].post(purge).status_code == 404
    assert here["max"].delete(f"{API}/populations/1").status_code == 204
    listed = here["max"].get(f"{API}/populations?deleted=true").json()["items"]
    assert [(one["id"], one["deleted_at"] > 0) for one in listed] == [(1, True)]
    assert here["vera"].get(f"{API}/populations?deleted=true").json()["items"] == []
    assert here["ann"].post(purge).status_code == 204
    assert here["max"].get(f"{API}/populations?deleted=true").json()["items"] == []
    deeds = here["ann"].get(f"{API}/audit?kind=population&object_id=1").json()["items"]
    assert [one["what"] for one in deeds[:2]] == ["purged", "deleted"]


def test_a_search_beside_what_is_deleted_is_refused_and_a_tag_that_can_be_none(here):
    assert said(here["max"].get(f"{API}/populations?deleted=true&search=p"))[0] == 422
    assert said(here["max"].get(f"{API}/populations?tag=a,b")) == (422, "tag")
    assert said(here["max"].get(f"{API}/notes?tag=%20")) == (422, "tag")


def test_a_view_that_stays_as_it_is_keeps_its_version(here):
    body = {"name": "mine", "page": "explore", "query": "?population=1"}
    view = here["max"].post(f"{API}/views", json=body, headers={"Idempotency-Key": "k"}).json()
    path = f"{API}/views/{view['id']}"
    for same in ({}, {"name": "mine"}, {"query": view["query"]}):
        assert here["max"].patch(path, json=same).json()["version"] == 1
    assert here["max"].patch(path, json={"name": "other"}).json()["version"] == 2


@pytest.mark.parametrize("beside", ["search=x", "page=explore", "tag=a", "population=1"])
def test_deleted_views_are_listed_without_a_filter(here, beside):
    answer = here["max"].get(f"{API}/views?deleted=true&{beside}")
    assert said(answer) == (422, "deleted")


def test_a_read_note_is_not_sent_again(here):
    note = f"{API}/populations/1/note"
    here["max"].put(note, json={"text": "a", "tags": []})
    tag = here["vera"].get(note).headers["etag"]
    assert here["vera"].get(note, headers={"If-None-Match": tag}).status_code == 304
    here["max"].put(note, json={"text": "b", "tags": []})
    assert here["vera"].get(note, headers={"If-None-Match": tag}).status_code == 200
