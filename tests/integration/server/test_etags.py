"""Which reads say whether what a client has kept is still right: all that REST documents."""

import accounts
import kinds
import pytest
from foreign_tables import stored
from sqlalchemy import text

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Finished
from services.defining import regimes, spaces
from services.keeping import views
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

# A tag is of versions, which services read from either kind: their tests have both.
lasting = kinds.lasting

API = accounts.API

QUERIES = {
    "/comparison": "?side=1;depth=..6&side=1;depth=7..",
    "/comparison/matched": "?side=1;depth=..6&side=1;depth=7..&match=flops",
    "/efficiency": "?side=1",
    "/trends": "?side=1",
    "/populations/1/speed": "?time=loss",
    "/stability": "?side=1",
    "/quantiles": "?side=1",
    "/archive": "?population=1",
}
"""What these addresses can't be asked without."""

NONE = {
    "/events": "never ends",
    "/audit.jsonl": "written while it leaves: its first line is sent before its last is read",
    "/jobs": "says what time it is, by which its other times are told: never twice the same",
    "/workers": "says for how long each has been silent",
    "/me/sessions": "says when each was used last: whoever asks has just used one",
    "/sessions": "the same of everybody's",
}
"""The reads that are sent each time, and why."""


IDS = ("population_id", "network_id", "space_id", "regime_id", "job_id", "view_id")

OF_TABLES = ("/report", "/rows/{row_id}")
"""Ends of addresses of a table alone."""


@pytest.fixture(scope="module")
def admin(lasting, tmp_path_factory):
    """An administrator of a server with a population of 30 measured networks."""
    with lasting.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    populations.create(lasting, Spec("p", space, regime, 30, {"flops": "100k..300k"}))
    stored(lasting, tmp_path_factory.mktemp("table"), name="a table")
    with lasting.durable() as session:
        for error in range(30):
            claim = leases.claim(session, "train", "a worker", 30)
            quantities = {"error": error + 5.0, "loss": 0.5}
            results.record(session, claim, Finished(quantities=quantities, conditions={}))
        # Rates of the last two minutes move by themselves.
        session.execute(text("UPDATE jobs SET ended_at = ended_at - 3600000"))
    with lasting.durable() as session:
        views.keep(session, "a view", "explore", "?population=1")
    with accounts.people(lasting) as (_, browsers):
        yield browsers["ann"]


def reads(document):
    """The address of every GET route below /api/v1, for the things that are there."""
    for path, methods in document["paths"].items():
        if "get" in methods and path.startswith(API):
            path = path.removeprefix(API).replace("{form}", "json")
            if path.endswith(OF_TABLES):
                path = path.replace("{population_id}", "2").replace("{row_id}", "1")
            for name in IDS:
                path = path.replace(f"{{{name}}}", "1")
            yield path


def test_every_read_but_those_named_has_a_tag_and_is_not_sent_to_whoever_has_it(admin):
    paths = [*reads(admin.app.openapi())]
    assert NONE.keys() <= set(paths)
    for path in paths:
        if path in NONE:
            continue
        address = f"{API}{path}{QUERIES.get(path, '')}"
        first = admin.get(address)
        assert first.status_code == 200, (path, first.text)
        tag = first.headers["etag"]
        assert tag.startswith('W/"'), path
        again = admin.get(address, headers={"If-None-Match": f'"other", {tag[2:]}'})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == tag


def test_what_is_not_the_same_twice_is_sent_each_time(admin):
    for path in NONE.keys() - {"/events"}:
        answer = admin.get(f"{API}{path}", headers={"If-None-Match": '"kept"'})
        assert (answer.status_code, answer.content != b"") == (200, True), path


def test_a_file_of_one_network_is_another_than_that_of_another(admin):
    tags = {
        admin.get(f"{API}/populations/1/networks/{id}.json").headers["etag"] for id in (1, 2)
    }
    assert len(tags) == 2
