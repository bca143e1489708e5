"""A request that is sent again is done once; and quotas, as REST says them.

The second half of attack 27 of the list in docs/threat-model.md; the first is in
tests/integration/services/test_quotas.py.
"""

from concurrent.futures import ThreadPoolExecutor

import accounts
import kinds
import pytest
from accounts import API
from fastapi.testclient import TestClient
from sqlalchemy import text

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.exchange import archives, exports

# Keys are rows: where they are unique and locked, tests have both.
database = kinds.database

SPACE = PRESETS["RegNetX small"].model_dump(mode="json")
REGIME = DIGITS.model_dump(mode="json")


@pytest.fixture
def server(database):
    """The application, and browsers of people."""
    with accounts.people(database) as (app, browsers):
        yield app, browsers


@pytest.fixture
def max_(server):
    return server[1]["max"]


def post(client, path, body, key="k1"):
    return client.post(f"{API}{path}", json=body, headers={"idempotency-key": key})


def count(database, table):
    with database.read() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}"))


def population(client, database, **given):
    """What asks for a population of two networks."""
    client.post(f"{API}/spaces", json={"name": "x", "space": SPACE})
    client.post(f"{API}/regimes", json={"name": "digits", "regime": REGIME})
    wanted = {"name": "p", "space_id": 1, "regime_id": 1, "n": 2}
    return wanted | {"windows": {"flops": "100k..300k"}} | given


@kinds.of(kinds.BOTH)
def test_the_same_key_and_body_is_done_once_and_answered_the_same(database, max_):
    body = population(max_, database)
    first = post(max_, "/populations", body)
    again = post(max_, "/populations", body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert count(database, "populations") == 1
    for path, more in ((f"/populations/{first.json()['id']}/networks", {"n": 1}),):
        first, again = (post(max_, path, more, "k2") for _ in range(2))
        assert (first.status_code, first.json()) == (200, again.json())
        assert first.json()["n"] == 3
    assert count(database, "draws") == 3


def test_another_body_or_address_under_a_key_is_refused(database, max_):
    assert post(max_, "/spaces", {"name": "a", "space": SPACE}).status_code == 201
    for path, body in (
        ("/spaces", {"name": "b", "space": SPACE}),
        ("/regimes", {"name": "a", "regime": REGIME}),
    ):
        refused = post(max_, path, body)
        assert refused.status_code == 422
        assert refused.json()["detail"][0]["field"] == "Idempotency-Key"
    assert count(database, "design_spaces") == 1
    assert count(database, "regimes") == 0


@kinds.of(kinds.BOTH)
def test_anybody_elses_key_is_another(server, database):
    max_, ann = server[1]["max"], server[1]["ann"]
    assert post(max_, "/spaces", {"name": "a", "space": SPACE}).status_code == 201
    assert post(ann, "/spaces", {"name": "b", "space": SPACE}).status_code == 201
    assert count(database, "design_spaces") == 2


def test_what_failed_may_be_asked_again_under_its_key(database, max_):
    body = population(max_, database)
    assert post(max_, "/populations", body | {"space_id": 9}).status_code == 404
    assert post(max_, "/populations", body).status_code == 201


def test_a_key_is_forgotten_after_a_day(database, max_):
    post(max_, "/spaces", {"name": "a", "space": SPACE})
    with database.durable() as session:
        session.execute(text("UPDATE answers SET at = at - 86400001"))
    assert post(max_, "/spaces", {"name": "b", "space": SPACE}).status_code == 201
    assert count(database, "answers") == 1


def test_an_archive_is_imported_once(database, max_):
    post(max_, "/populations", population(max_, database))
    with database.read() as session:
        file = archives.pack(exports.archive(session, [1]))
    headers = {"content-type": archives.MEDIA_TYPE, "idempotency-key": "k2"}
    first, again = (
        max_.post(f"{API}/archive", content=file, headers=headers) for _ in range(2)
    )
    assert first.status_code == again.status_code == 201, first.text
    assert first.json() == again.json()
    other = max_.post(f"{API}/archive", content=b"x" + file, headers=headers)
    assert other.status_code == 422


@kinds.of(kinds.BOTH)
def test_asked_ten_times_at_once_it_has_one_effect(server, database):
    max_ = server[1]["max"]
    body = population(max_, database)
    cookies, headers = max_.cookies, accounts.OURS

    def ask(_):
        client = TestClient(server[0], accounts.HERE, cookies=cookies, headers=headers)
        return post(client, "/populations", body)

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(ask, range(10)))
    assert {one.status_code for one in answers} <= {201, 503}  # 503: too many sample
    assert len({one.text for one in answers if one.status_code == 201}) == 1
    assert count(database, "populations") == 1
    assert count(database, "draws") == 2


def test_a_key_that_is_none_is_refused(max_):
    body = {"name": "a", "space": SPACE}
    for key in ("", "x" * 256, "a b", "ü".encode()):
        answer = max_.post(f"{API}/spaces", json=body, headers={"idempotency-key": key})
        assert answer.status_code == 422, key


def test_who_goes_beyond_his_quota_is_told_what_is_left(server, database):
    max_, ann = server[1]["max"], server[1]["ann"]
    body = population(max_, database)
    limit = {"role": "member", "what": "queued_jobs", "most": 3}
    made = ann.put(f"{API}/quotas", json=limit)
    assert made.status_code == 200
    assert made.json() | limit == made.json()
    assert ann.get(f"{API}/quotas").json() == {"items": [made.json()]}
    assert post(max_, "/populations", body).status_code == 201
    refused = post(max_, "/populations", body | {"name": "q", "training_seed": 1}, "k2")
    assert refused.status_code == 422
    (told,) = refused.json()["detail"]
    assert told["field"] == "quota"
    assert told["message"] == "2 of 3 jobs that have not ended used; this asks for 2"
    mine = {one["what"]: one for one in max_.get(f"{API}/me/quota").json()["items"]}
    assert mine["queued_jobs"] == {"what": "queued_jobs", "used": 2, "most": 3}
    assert mine["gpu_hours"]["most"] is None
    assert max_.get(f"{API}/quotas").status_code == 403
    assert max_.put(f"{API}/quotas", json=limit | {"most": 99}).status_code == 403
    assert ann.delete(f"{API}/quotas/{made.json()['id']}").status_code == 204
    assert post(max_, "/populations", body | {"name": "q", "training_seed": 1}, "k2").is_success


def test_every_address_that_creates_takes_a_key_but_those_that_tell_a_secret(server):
    # 201 Created: RFC 9110, 15.3.2
    for path, methods in server[0].openapi()["paths"].items():
        route = methods.get("post", {"responses": {}})
        if "201" in route["responses"]:
            taken = {one["name"] for one in route.get("parameters", ())}
            assert "Idempotency-Key" in taken, path


def test_what_tells_a_secret_takes_no_key_and_says_why(database, server):
    ann = server[1]["ann"]
    for path, body in (
        ("/me/tokens", {"name": "t", "scopes": ["read"]}),
        ("/invitations", {"role": "member"}),
        ("/people/2/password-link", None),
    ):
        refused = ann.post(f"{API}{path}", json=body, headers={"idempotency-key": "k"})
        assert refused.status_code == 422
        [problem] = refused.json()["detail"]
        assert problem["field"] == "Idempotency-Key"
        assert "secret" in problem["message"]
    assert count(database, "tokens") == 0


def test_a_watch_is_begun_once(database, max_):
    made = population(max_, database)
    for seed in (0, 1):
        body = made | {"name": f"p{seed}", "training_seed": seed}
        assert post(max_, "/populations", body, f"p{seed}").status_code == 201
    first, again = (post(max_, "/watches", {"a": "1", "b": "2"}, "w") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert count(database, "watches") == 1
