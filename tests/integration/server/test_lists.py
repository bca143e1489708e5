"""Lists: pages that show each thing once, whatever comes between, and fields that are named."""

import contextlib
from urllib.parse import urljoin

import accounts
import kinds
import pytest

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Finished
from services.defining import regimes, spaces
from services.keeping import notes, views
from services.sampling import managing, populations
from services.sampling.populations import Spec
from services.work import leases, results, schedule

API = accounts.API
PAGED = (
    "populations",
    "spaces",
    "regimes",
    "watches",
    "people",
    "tokens",
    "me/tokens",
    "audit",
    "jobs?group=waiting",
    "jobs?group=done",
    "jobs?group=failed",
    "populations?search=p",
    "populations?deleted=true",
    "views",
    "views?page=explore",
    "notes",
    "populations/1/networks",
    "populations/1/networks?sort=-depth",
)
"""Every list that grows."""
WHOLE = {
    "/spaces/{space_id}/lineage": "a chain of refinements",
    "/published-networks": "names that come with netspace",
    "/populations/{population_id}/quantities": "one a column",
    "/workers": "those of the last hour",
    "/tags": "words that people have chosen, each once",
    "/me/quota": "one of each kind",
    "/quotas": "one of each kind a person and role, by an administrator's hand",
    "/me/sessions": "by when each was used last, which asking changes; they end by themselves",
    "/sessions": "the same of everybody's",
    "/efficiency": "one a side",
    "/quantiles": "one a side",
    "/stability": "one a side",
}
"""Lists that have no pages, and why."""


@contextlib.contextmanager
def opened(database):
    """An administrator of a server on which there are some of everything."""
    with database.durable() as session:
        for i in range(4):
            space = spaces.define(session, f"space {i}", PRESETS["RegNetX small"])
            regime = regimes.define(session, f"regime {i}", DIGITS)
    window = {"flops": "100k..300k"}
    for seed in range(5):
        spec = Spec(f"p{seed}", space, regime, 8, window, training_seed=seed)
        populations.create(database, spec)
    with database.durable() as session:
        for i in range(12):
            claim = leases.claim(session, "train", "a worker", 30)
            quantities = {"error": 5.0 + i, "loss": 0.5}
            results.record(session, claim, Finished(quantities=quantities, conditions={}))
        schedule.set_paused(session, 3, True)
    schedule.cancel(database, 4)
    for seed in range(5, 8):
        spec = Spec(f"p{seed}", space, regime, 2, window, training_seed=seed)
        id = populations.create(database, spec)
        with database.durable() as session:
            managing.remove(session, id)
    with database.durable() as session:
        for i in range(1, 5):
            views.keep(session, f"view {i}", "explore", f"?population={i}", note="seen")
            notes.write_of_population(session, i, "a note", [f"tag-{i}", "all"])
    with accounts.people(database) as (_, browsers):
        ann = browsers["ann"]
        for a, b in ((1, 2), (1, 3), (2, 3), (1, 5)):
            made = ann.post(f"{API}/watches", json={"a": str(a), "b": str(b)})
            assert made.status_code == 201, made.text
        for i in range(4):
            body = {"name": f"token {i}", "scopes": ["read"]}
            assert ann.post(f"{API}/me/tokens", json=body).status_code == 201
        yield ann


@pytest.fixture(scope="module")
def admin(lasting):
    """One for all who only read."""
    with opened(lasting) as admin:
        yield admin


@pytest.fixture
def writer(database):
    """The test's own, to write to."""
    with opened(database) as admin:
        yield admin


UNASKED = kinds.of(kinds.MOSTLY_SQLITE, "lasting")
"""What is told before the database is asked, or of what it has answered."""


def name(item):
    return item.get("id", item.get("name"))


def walked(client, path, limit=3):
    """All items of a list, a page at a time, by the Link header alone."""
    joint = "&" if "?" in path else "?"
    address, items = f"{API}/{path}{joint}limit={limit}", []
    while True:
        page = client.get(address)
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        assert len(page.json()["items"]) <= limit
        link = page.headers.get("link")
        assert (link is None) == (page.json()["next"] is None)
        if link is None:
            return items
        target, relation = link.split("; ")
        assert relation == 'rel="next"'
        address = urljoin(address, target.strip("<>"))
        assert f"after={str(page.json()['next']).split('~')[0]}" in address


def test_every_list_is_walked_by_its_links_and_shows_each_once(admin):
    for path in PAGED:
        joint = "&" if "?" in path else "?"
        most = f"{joint}limit=1000" if path.startswith(("jobs", "audit", "pop")) else ""
        whole = admin.get(f"{API}/{path}{most}").json()
        assert whole["next"] is None
        assert len(whole["items"]) >= 3, path
        assert [*map(name, walked(admin, path))] == [*map(name, whole["items"])], path


@UNASKED
def test_a_list_that_grows_has_pages_in_the_document(admin):
    document = admin.app.openapi()
    for path, methods in document["paths"].items():
        path = path.removeprefix(API)
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        of = schema.get("$ref", "").rpartition("/")[2]
        fields = document["components"]["schemas"].get(of, {}).get("properties", {})
        if "items" not in fields and "names" not in fields and schema.get("type") != "array":
            continue
        taken = {one["name"] for one in methods["get"].get("parameters", ())}
        assert ({"limit", "after"} <= taken and "next" in fields) != (path in WHOLE), path


def test_what_comes_or_goes_between_two_pages_moves_nothing(writer, database):
    first = writer.get(f"{API}/jobs?group=waiting&limit=3").json()
    rest = writer.get(f"{API}/jobs?group=waiting&limit=1000").json()["items"][3:]
    with database.durable() as session:  # three of those that were shown are taken
        taken = {leases.claim(session, "train", "a worker", 30).job_id for _ in range(3)}
    assert taken == {job["id"] for job in first["items"]}
    second = writer.get(f"{API}/jobs?group=waiting&limit=1000&after={first['next']}").json()
    assert [job["id"] for job in second["items"]] == [job["id"] for job in rest]
    page = writer.get(f"{API}/me/tokens?limit=2").json()
    writer.post(f"{API}/me/tokens", json={"name": "newer", "scopes": ["read"]})
    after = writer.get(f"{API}/me/tokens?limit=9&after={page['next']}").json()["items"]
    assert [one["name"] for one in after] == ["token 1", "token 0"]


@pytest.mark.parametrize(
    "cursor", ["x", "-", "1~x", "9" * 30, "1.5", "~", "queued~0~0", "queued~0~0~2147483648"]
)
def test_a_cursor_that_was_not_given_out_is_refused_in_words(admin, cursor):
    for path in PAGED:
        if path == "people":  # a cursor is a name, and any text may be one
            continue
        joint = "&" if "?" in path else "?"
        answer = admin.get(f"{API}/{path}{joint}after={cursor}")
        assert answer.status_code == 422, (path, answer.text)
        [problem] = answer.json()["detail"]
        assert (problem["field"], problem["value"]) == ("after", cursor)
        assert "the `next` of the page before" in problem["message"]


def test_a_cursor_that_no_column_holds_is_refused_on_either_database(admin):
    for group, cursor in (("running", 2**31), ("done", f"1~{2**31}"), ("done", f"{2**63}~1")):
        answer = admin.get(f"{API}/jobs?group={group}&after={cursor}")
        assert answer.status_code == 422, answer.text


@UNASKED
def test_only_the_fields_that_are_named_are_said(admin):
    for path, fields in (
        ("populations", {"name", "version"}),
        ("spaces", {"id"}),
        ("regimes", {"id", "name"}),
        ("watches", {"outcome"}),
        ("people", {"name"}),
        ("tokens", {"prefix"}),
        ("audit", {"what", "at"}),
        ("jobs?group=done", {"id", "error"}),
        ("populations/1/networks", {"id", "status"}),
    ):
        joint = "&" if "?" in path else "?"
        asked = f"{API}/{path}{joint}limit=2"
        whole = admin.get(asked).json()
        said = admin.get(f"{asked}&fields={','.join(fields)}").json()
        assert said.keys() == whole.keys()
        kept = [{key: item[key] for key in fields} for item in whole["items"]]
        assert said | {"now": 0} == whole | {"items": kept, "now": 0}, path
    for path in (
        "populations/1",
        "populations/1/networks/1",
        "spaces/1",
        "regimes/1",
        "jobs/1",
    ):
        whole = admin.get(f"{API}/{path}").json()
        assert admin.get(f"{API}/{path}?fields=id").json() == {"id": whole["id"]}


@UNASKED
def test_a_field_that_there_is_none_of_is_refused_with_those_that_there_are(admin):
    for path in (*PAGED, "populations/1", "jobs/1"):
        joint = "&" if "?" in path else "?"
        answer = admin.get(f"{API}/{path}{joint}fields=id,colour")
        assert answer.status_code == 422, path
        [problem] = answer.json()["detail"]
        assert (problem["field"], problem["value"]) == ("fields", "colour")
        assert "name" in problem["message"] or "id, " in problem["message"]


@UNASKED
def test_networks_have_the_columns_that_are_named(admin):
    path = f"{API}/populations/1/networks"
    [row, *_] = admin.get(path).json()["items"]
    [some, *_] = admin.get(f"{path}?columns=wm,depth").json()["items"]
    assert some["columns"] == {name: row["columns"][name] for name in ("wm", "depth")}
    wrong = admin.get(f"{path}?columns=w9")
    assert wrong.status_code == 422
    assert "depth, w0" in wrong.json()["detail"][0]["message"]


@UNASKED
@pytest.mark.parametrize("old", ["populations/1/networks?cursor", "audit?before"])
def test_the_old_name_of_a_cursor_still_works_and_says_until_when(admin, old):
    path, _, name = old.partition("?")
    following = admin.get(f"{API}/{path}?limit=2").json()["next"]
    by_old = admin.get(f"{API}/{path}?limit=2&{name}={following}")
    by_new = admin.get(f"{API}/{path}?limit=2&after={following}")
    assert by_old.json() == by_new.json()
    assert "deprecation" not in by_new.headers
    assert by_old.headers["deprecation"] == "@1796083200"  # 2026-12-01, RFC 9745
    assert by_old.headers["sunset"] == "Wed, 01 Dec 2027 00:00:00 GMT"
    kept = {"If-None-Match": by_old.headers["etag"]}
    again = admin.get(f"{API}/{path}?limit=2&{name}={following}", headers=kept)
    assert again.status_code == 304
    assert again.headers["sunset"] == by_old.headers["sunset"]
    both = admin.get(f"{API}/{path}?after={following}&{name}={following}")
    assert both.status_code == 422
