"""Whose something is, and who sees it: over REST, as three people and a guest."""

import gzip
import json

import accounts
import pytest
from accounts import API, HERE

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.acting.actor import Actor, Role
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec


@pytest.fixture
def here(sqlite):
    with accounts.people(sqlite) as (app, browsers):
        yield app, browsers


@pytest.fixture
def defined(sqlite):
    with sqlite.durable() as session:
        return {
            "space": spaces.define(session, "RegNetX small", PRESETS["RegNetX small"]),
            "regime": regimes.define(session, "digits", DIGITS),
        }


def create(database, defined, name, owner, visibility="private", n=6, seed=0):
    """A population of somebody's; owner: the id of an account, with its role."""
    by = database.of(Actor("x", Role.ADMIN if owner == 1 else Role.MEMBER, owner))
    spec = Spec(name, defined["space"], defined["regime"], n, {}, seed, visibility=visibility)
    return populations.create(by, spec)


def addresses(id, network):
    """Every way to read a population."""
    of = f"{API}/populations/{id}"
    return [
        of,
        *(f"{of}/{what}" for what in ("networks", "networks.csv", "columns", "edf", "ranges")),
        f"{of}/networks/{network}",
        f"{of}/networks/{network}.json",
        f"{API}/events?population={id}",
        f"{API}/jobs?population={id}",
        f"{API}/quantiles?side={id}",
        f"{API}/stability?side={id}",
        f"{API}/efficiency?side={id}",
        f"{API}/comparison?side={id}&side={id};depth=1..",
        f"{API}/archive?population={id}",
        f"/app/figures/edf.html?population={id}",
        f"/app/figures/scatters.html?population={id}",
        f"/app/figures/widths.html?population={id}",
        *(
            f"/app/figures/one/{name}.json?population={id}"
            for name in ("edf", "scatters", "matters", "parallel")
        ),
        f"/app/figures/one/trends-ranges.json?side={id}",
        f"/app/figures/one/compare-edf.json?side={id}&side={id};depth=1..",
        f"/app/figures/one/network-widths.csv?population={id}&network={network}",
    ]


def test_what_is_private_is_not_there_for_others_however_they_ask(here, sqlite, defined):
    _, browsers = here
    id = create(sqlite, defined, "mine", owner=2)
    network = browsers["max"].get(f"{API}/populations/{id}/networks").json()["items"][0]["id"]
    for path in addresses(id, network):
        answer = browsers["vera"].get(path)
        assert answer.status_code == 404, path
        assert answer.json()["detail"][0]["message"] == f"no population {id}", path
        if "events" not in path:  # a stream without an end
            assert browsers["max"].get(path).status_code != 404, path


def test_what_is_deleted_is_not_there_for_its_owner_either_however_he_asks(
    here, sqlite, defined
):
    _, browsers = here
    id = create(sqlite, defined, "mine", owner=2, visibility="lab")
    network = browsers["max"].get(f"{API}/populations/{id}/networks").json()["items"][0]["id"]
    for path in addresses(id, network):
        if "events" not in path:  # in every memory that there is
            browsers["max"].get(path)
    assert browsers["max"].delete(f"{API}/populations/{id}").status_code == 204
    for path in addresses(id, network):
        for who in ("max", "ann"):
            answer = browsers[who].get(path)
            assert answer.status_code == 404, path
            assert answer.json()["detail"][0]["message"] == f"no population {id}", path
    assert browsers["max"].post(f"{API}/populations/{id}/restore").status_code == 200
    for path in addresses(id, network):
        if "events" not in path:
            assert browsers["max"].get(path).status_code != 404, path


def test_nor_in_lists_and_counts(here, sqlite, defined):
    _, browsers = here
    create(sqlite, defined, "mine", owner=2)
    open_one = create(sqlite, defined, "ours", owner=2, visibility="lab", n=3, seed=9)

    def seen(who):
        listed = browsers[who].get(f"{API}/populations").json()["items"]
        jobs = browsers[who].get(f"{API}/jobs?group=waiting").json()
        return [one["name"] for one in listed], jobs["counts"]["waiting"], len(jobs["items"])

    assert seen("max") == (["mine", "ours"], 9, 9)
    assert seen("ann") == seen("max")
    assert seen("vera") == (["ours"], 3, 3)
    jobs = browsers["vera"].get(f"{API}/jobs?group=waiting").json()["items"]
    assert {one["population_id"] for one in jobs} == {open_one}


def test_a_training_that_both_want_is_shown_as_the_visible_ones(here, sqlite, defined):
    _, browsers = here
    hidden = create(sqlite, defined, "mine", owner=2, n=6)
    shown = create(sqlite, defined, "ours", owner=1, visibility="lab", n=3)  # the same seed
    jobs = browsers["vera"].get(f"{API}/jobs?group=waiting").json()
    assert jobs["counts"]["waiting"] == 3
    assert {one["population_id"] for one in jobs["items"]} == {shown}
    mine = browsers["max"].get(f"{API}/jobs?group=waiting").json()
    assert {one["population_id"] for one in mine["items"]} == {hidden}


CHANGES = [
    ("PATCH", "", {"paused": True}),
    ("PATCH", "", {"priority": -5}),
    ("PATCH", "", {"visibility": "private"}),
    ("POST", "/networks", {"n": 2}),
    ("POST", "/benchmarks", None),
    ("POST", "/cancel", None),
    ("POST", "/retry", None),
]


@pytest.mark.parametrize(("method", "what", "body"), CHANGES)
def test_what_is_seen_is_changed_by_its_owner_and_administrators_only(
    here, sqlite, defined, method, what, body
):
    _, browsers = here
    id = create(sqlite, defined, "ours", owner=1, visibility="lab")
    path = f"{API}/populations/{id}{what}"
    before = browsers["ann"].get(f"{API}/populations/{id}").json()
    for who in ("max", "vera"):
        answer = browsers[who].request(method, path, json=body)
        assert answer.status_code == 403, answer.text
    assert browsers["ann"].get(f"{API}/populations/{id}").json() == before
    assert browsers["ann"].request(method, path, json=body).is_success


def test_a_job_that_others_want_too_is_not_cancelled_for_one(here, sqlite, defined):
    _, browsers = here
    create(sqlite, defined, "ann's", owner=1, n=3)
    mine = create(sqlite, defined, "max's", owner=2, n=6)
    jobs = browsers["max"].get(f"{API}/jobs?group=waiting&population={mine}").json()["items"]
    codes = [browsers["max"].post(f"{API}/jobs/{one['id']}/cancel").status_code for one in jobs]
    assert sorted(codes) == [200, 200, 200, 403, 403, 403]
    assert browsers["ann"].post(f"{API}/jobs/{jobs[0]['id']}/cancel").status_code in (200, 409)


def test_a_population_is_no_wider_than_its_space(here, sqlite, defined):
    _, browsers = here
    max = browsers["max"]
    body = PRESETS["RegNetX small"].model_dump(mode="json")
    space = max.post(
        f"{API}/spaces", json={"name": "s", "space": body, "visibility": "private"}
    )
    assert browsers["vera"].get(f"{API}/spaces/{space.json()['id']}").status_code == 404
    asked = {
        "name": "p",
        "space_id": space.json()["id"],
        "regime_id": defined["regime"],
        "n": 3,
    }
    refused = max.post(f"{API}/populations", json=asked | {"visibility": "lab"})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["field"] == "visibility"
    made = max.post(f"{API}/populations", json=asked | {"visibility": "private"})
    assert made.status_code == 201, made.text
    path = f"{API}/populations/{made.json()['id']}"
    assert max.patch(path, json={"visibility": "lab"}).status_code == 422
    shared = max.patch(f"{API}/spaces/{space.json()['id']}", json={"visibility": "lab"})
    assert shared.status_code == 200
    assert max.patch(path, json={"visibility": "lab"}).json()["visibility"] == "lab"
    assert browsers["vera"].get(path).status_code == 200
    narrowed = max.patch(f"{API}/spaces/{space.json()['id']}", json={"visibility": "private"})
    assert narrowed.status_code == 422


def archive_of(browser, id, name):
    """A population's archive, in which it has another name."""
    whole = json.loads(gzip.decompress(browser.get(f"{API}/archive?population={id}").content))
    whole["populations"][0]["name"] = name
    return gzip.compress(json.dumps(whole).encode())


def imported(browser, archive):
    headers = {"content-type": "application/gzip"}
    answer = browser.post(f"{API}/archive", content=archive, headers=headers)
    assert answer.status_code == 201, answer.text
    (id,) = answer.json()["population_ids"]
    return id


def test_a_population_that_is_imported_is_no_wider_than_its_space(here, sqlite, defined):
    _, browsers = here
    body = PRESETS["RegNetX small"].model_dump(mode="json")
    asked = {"name": "s", "space": body, "visibility": "private"}
    space = browsers["max"].post(f"{API}/spaces", json=asked).json()["id"]
    id = create(sqlite, defined | {"space": space}, "p", owner=2)
    made = imported(browsers["max"], archive_of(browsers["max"], id, "q"))
    assert made != id
    path = f"{API}/populations/{made}"
    assert browsers["max"].get(path).json()["visibility"] == "private"
    assert browsers["vera"].get(path).status_code == 404


def test_who_answers_jobs_of_a_population_by_an_archive_is_written(here, sqlite, defined):
    _, browsers = here
    id = create(sqlite, defined, "ours", owner=1, visibility="lab", n=3)
    whole = json.loads(gzip.decompress(archive_of(browsers["max"], id, "ours")))
    result = {"attempt": 1, "quantities": {"error": 1.0, "loss": 0.1}, "conditions": {}}
    for job in whole["jobs"]:
        job |= {"state": "done", "attempt": 1, "ended_at": 1, "result": result}
    assert imported(browsers["max"], gzip.compress(json.dumps(whole).encode())) == id
    deed = browsers["ann"].get(f"{API}/populations/{id}").json()["deed"]
    assert (deed["actor"], deed["what"]) == ("max", "results imported")


def test_only_an_administrator_gives_something_to_somebody(here, sqlite, defined):
    _, browsers = here
    id = create(sqlite, defined, "mine", owner=2)
    path = f"{API}/populations/{id}"
    assert browsers["max"].patch(path, json={"owner": "vera"}).status_code == 403
    assert browsers["ann"].patch(path, json={"owner": "nobody"}).status_code == 404
    assert browsers["ann"].patch(path, json={"owner": "vera"}).json()["owner"] == "vera"
    assert browsers["max"].get(path).status_code == 404


def test_a_guest_sees_what_is_public_and_changes_nothing(sqlite, defined):
    app = accounts.application(sqlite, public=True)
    accounts.join(sqlite, "ann", "admin")
    with sqlite.durable() as session:
        from services.sampling import sharing

        for kind in ("design space", "regime"):
            sharing.change(session, kind, 1, "public", None)
    shown = create(sqlite, defined, "open", owner=1, visibility="public")
    hidden = create(sqlite, defined, "lab's", owner=1, visibility="lab", seed=3)
    with accounts.browser(app) as guest:
        listed = guest.get(f"{API}/populations").json()["items"]
        assert [one["id"] for one in listed] == [shown]
        assert guest.get(f"{API}/populations/{shown}/edf").status_code == 200
        assert guest.get(f"{API}/populations/{hidden}/edf").status_code == 404
        answer = guest.post(f"{API}/populations/{shown}/cancel", headers={"origin": HERE})
        assert answer.status_code == 403


def test_the_same_etag_answers_nobody_who_may_not_see(here, sqlite, defined):
    _, browsers = here
    id = create(sqlite, defined, "mine", owner=2)
    kept = browsers["max"].get(f"{API}/populations/{id}/edf").headers["etag"]
    answer = browsers["vera"].get(
        f"{API}/populations/{id}/edf", headers={"if-none-match": kept}
    )
    assert answer.status_code == 404


def test_who_did_what_to_whose_is_written(here, sqlite, defined):
    _, browsers = here
    id = create(sqlite, defined, "mine", owner=2, visibility="lab")
    browsers["ann"].patch(f"{API}/populations/{id}", json={"paused": True})
    found = browsers["ann"].get(f"{API}/audit?kind=population&object_id={id}").json()["items"]
    assert [(one["actor"], one["what"]) for one in found] == [
        ("ann", "paused"),
        ("x", "created"),
    ]
    assert browsers["max"].get(f"{API}/audit").status_code == 403


def test_the_owner_sees_who_held_his_work_up(here, sqlite, defined):
    _, browsers = here
    id = create(sqlite, defined, "mine", owner=2, visibility="lab")
    path = f"{API}/populations/{id}"
    assert browsers["max"].get(path).json()["deed"] is None
    browsers["max"].patch(path, json={"priority": 3})
    browsers["ann"].patch(path, json={"paused": True})
    deed = browsers["max"].get(path).json()["deed"]
    assert (deed["actor"], deed["what"]) == ("ann", "paused")
    (first, *_) = browsers["max"].get(f"{API}/jobs?group=waiting").json()["items"]
    browsers["ann"].post(f"{API}/jobs/{first['id']}/cancel")
    assert browsers["max"].get(path).json()["deed"]["what"] == "job cancelled"
    assert browsers["vera"].get(path).json()["deed"] is None
