"""The document has an example of every call, and each does what it says."""

import json
import shlex

import accounts
import pytest
from foreign_tables import stored

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Finished
from server.examples import EXAMPLES, address
from services.defining import regimes, spaces
from services.exchange import archives, exports
from services.keeping import views
from services.sampling import managing, populations
from services.sampling.populations import Spec
from services.work import leases, results

API = accounts.API

NOT_SENT = {
    "get /events": "never ends: test_events.py",
    "post /me/password": "the password that the example has is not this one's",
    "delete /me/sessions/{session_id}": "ends the session that asks: last",
}


THEIRS = "model,top1_acc\nfirst,76.5\nsecond,78.25\n"


@pytest.fixture
def admin(sqlite, tmp_path):
    """An administrator of a server as the examples have it."""
    database = sqlite
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    window = {"flops": "100k..300k"}
    for seed in range(2):
        spec = Spec(f"p{seed}", space, regime, 30, window, training_seed=seed)
        populations.create(database, spec)
    stored(database, tmp_path, name="a table")
    for name in ("deleted", "to be purged"):
        spec = Spec(name, space, regime, 2, window)
        id = populations.create(database, spec)
        with database.durable() as session:
            managing.remove(session, id)
    with database.durable() as session:
        for name in ("a view", "a deleted view"):
            views.keep(session, name, "explore", "?population=1")
        views.remove(session, 2)
    with database.durable() as session:
        for error in range(30):
            claim = leases.claim(session, "train", "a worker", 30)
            quantities = {"error": error + 5.0, "loss": 0.5}
            results.record(session, claim, Finished(quantities=quantities, conditions={}))
    with accounts.people(database) as (_, browsers):
        yield browsers["ann"]


def documented(app):
    """Every call of REST in the document, by method and path."""
    for path, methods in app.openapi()["paths"].items():
        if path.startswith(API):
            for method, route in methods.items():
                yield f"{method} {path.removeprefix(API)}", route


def test_the_document_has_an_example_of_every_call(admin):
    routes = dict(documented(admin.app))
    assert routes.keys() == EXAMPLES.keys()
    for key, route in routes.items():
        [sample] = route["x-codeSamples"]
        words = shlex.split(sample["source"])
        assert words[0] == "curl", key
        assert any(word.startswith("$api/") for word in words)
        for parameter in route.get("parameters", ()):
            assert "example" in parameter or not parameter.get("required"), (
                key,
                parameter["name"],
            )
        body = route.get("requestBody", {}).get("content", {}).get("application/json")
        assert body is None or json.loads(words[words.index("-d") + 1]) == body["example"], key


def test_every_example_does_what_it_says(admin, sqlite):
    with sqlite.read() as session:
        file = archives.pack(exports.archive(session, [1]))
    # What makes something comes before what takes it away.
    order = sorted(EXAMPLES, key=lambda key: key.startswith("delete"))
    assert {"put /quotas", "post /me/tokens", "post /watches"} <= {*order}
    for key in order:
        example = EXAMPLES[key]
        if key in NOT_SENT:
            continue
        method = key.split()[0]
        if key == "delete /tokens/{token_id}":  # its own address has revoked the first
            body = EXAMPLES["post /me/tokens"].body
            assert admin.post(f"{API}/me/tokens", json=body).json()["token"]["id"] == 2
            example = type(example)(ids={"token_id": 2})
        given = {} if example.body is None else {"json": example.body}
        if example.form is not None:
            given = {"files": {"file": (example.file, THEIRS)}, "data": example.form}
        elif example.file:
            given = {"content": file, "headers": {"content-type": archives.MEDIA_TYPE}}
        answer = admin.request(method, f"{API}{address(key, example)}", **given)
        assert answer.is_success, (key, answer.text)
    own = "delete /me/sessions/{session_id}"
    assert admin.delete(f"{API}{address(own, EXAMPLES[own])}").status_code == 204
    assert admin.get(f"{API}/me").status_code == 401
