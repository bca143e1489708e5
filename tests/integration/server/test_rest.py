"""REST: what is defined, created, asked and refused over HTTP."""

import contextlib
import csv
import io
import json
import re
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import kinds
import numpy as np
import pytest
from fastapi.testclient import TestClient
from places import ROOT
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from db.session import Database
from designspace.naming.exchange import from_json
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Finished
from netspace.settings import Settings
from netspace.studies import demo
from netspace.web import create_app
from population.curves import bootstrap
from population.curves.edf import edf
from services.defining import regimes, spaces
from services.reading.snapshots import Snapshots
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results, roster, schedule

# Of what is written, services' tests have both kinds: here names that are unique, versions,
# states, JSON and a database that is away. What is read has both.
database = kinds.database

API = "/api/v1"


def opened(database):
    """The application on a database; no broker, so it polls."""
    settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
    return TestClient(create_app(settings), "http://127.0.0.1:8050")


@pytest.fixture
def client(database):
    """The application on the test's database."""
    with opened(database) as client:
        yield client


def record(database, *errors):
    with database.durable() as session:
        for error in errors:
            claim = leases.claim(session, "train", "a worker", 30)
            quantities = {"error": float(error), "loss": 0.5}
            results.record(session, claim, Finished(quantities=quantities, conditions={}))


@pytest.fixture
def measured(database, create):
    """A population of 30 networks with errors of its own."""
    id = create(30)
    record(database, *np.random.default_rng(0).permutation(30) + 5.0)
    return id


def fill(database, of=30):
    """A population like `measured`, perhaps with networks to come. Its id."""
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    window = {"flops": "100k..300k"}
    id = populations.create(database, Spec("p", space, regime, of, window))
    record(database, *np.random.default_rng(0).permutation(30) + 5.0)
    return id


@pytest.fixture(scope="module")
def study(lasting):
    """A population like `measured`, to read."""
    return fill(lasting)


@pytest.fixture(scope="module")
def reader(lasting, study):
    """The application on it, for all tests that change nothing."""
    with opened(lasting) as client:
        yield client


def problems(answer):
    return {problem.get("field"): problem for problem in answer.json()["detail"]}


def test_a_space_is_defined_and_read_back_as_its_own_json(client):
    space = {"family": "regnet", "depth": [12, 20], "bottleneck_ratio": [1, 2]}
    made = client.post(f"{API}/spaces", json={"name": "mine", "space": space})
    assert made.status_code == 201
    again = client.get(f"{API}/spaces/{made.json()['id']}").json()
    assert again == made.json()
    assert again["space"]["depth"] == {"law": "uniform", "lo": 12, "hi": 20, "step": 1}
    assert again in client.get(f"{API}/spaces").json()["items"]


@kinds.of(kinds.BOTH)
def test_the_same_name_for_another_space_is_a_conflict(client):
    for depth, status in (([12, 20], 201), ([12, 20], 201), ([12, 24], 409)):
        body = {"name": "mine", "space": {"family": "regnet", "depth": depth}}
        assert client.post(f"{API}/spaces", json=body).status_code == status


@kinds.of(kinds.BOTH)
def test_a_population_is_created_and_its_progress_read(client, defined):
    body = {
        "name": "p",
        "space_id": 1,
        "regime_id": 1,
        "n": 3,
        "windows": {"flops": "100k..300k"},
    }
    made = client.post(f"{API}/populations", json=body)
    assert made.status_code == 201
    [item] = client.get(f"{API}/populations").json()["items"]
    assert item["progress"]["done"] == 0
    assert item["progress"]["total"] == 3
    assert item["tried"] == 3 + sum(item["refused"].values())


def test_the_study_that_the_readme_shows_can_be_created(client, database):
    # Where `make up` leaves it: the ready-made spaces and the demo's two populations.
    demo.create_if_empty(database)
    readme = (ROOT / "README.md").read_text()
    calls = re.findall(r"curl -s -X (\w+) \$api(/\S+).*? -d '(\{.*?\})'", readme, re.DOTALL)
    assert [method for method, _, _ in calls] == ["POST", "POST", "PATCH", "POST"]
    for method, path, body in calls:
        path = path.replace("$id", "3")
        answer = client.request(method, f"{API}{path}", json=json.loads(body))
        assert answer.is_success, (path, answer.text)


def test_all_networks_of_a_small_space_are_asked_for_by_a_word(client, database, defined):
    cells = {"family": "nasbench201", "operation": [2, 4], "width": 4, "cells": 1}
    space = client.post(f"{API}/spaces", json={"name": "cells", "space": cells}).json()["id"]
    body = {"name": "all", "space_id": space, "regime_id": 1, "n": "all"}
    made = client.post(f"{API}/populations", json=body)
    assert made.status_code == 201
    assert (made.json()["n"], made.json()["whole"]) == (64, True)
    path = f"{API}/populations/{made.json()['id']}"
    record(database, *range(5, 25))
    answer = client.get(f"{path}/edf").json()
    assert (answer["selection"]["n"], answer["selection"]["among"]) == (20, 64)
    assert answer["band"]["name"] == "pointwise hypergeometric 95 %, 20 of 64"
    more = client.post(f"{path}/networks", json={"n": 1})
    assert "all 64 networks that there are" in problems(more)["n"]["message"]


def test_all_networks_of_a_large_space_are_refused_in_words(client, defined):
    body = {"name": "all", "space_id": 1, "regime_id": 1, "n": "all"}
    refused = client.post(f"{API}/populations", json=body)
    assert refused.status_code == 422
    assert "drawn, not listed: give a number of them" in problems(refused)["n"]["message"]
    for wrong in ("every", 0, 100_001, True, 1.5):
        [problem] = problems(client.post(f"{API}/populations", json=body | {"n": wrong}))
        assert problem == "n"


@kinds.of(kinds.BOTH)
def test_pause_and_resume(client, create):
    id = create(3)
    for paused in (True, False):
        answer = client.patch(f"{API}/populations/{id}", json={"paused": paused}).json()
        assert answer["paused"] is paused
        assert answer["progress"]["paused"] == (3 if paused else 0)


def test_the_edf_is_that_of_the_networks_that_pass(reader, study):
    rows = reader.get(f"{API}/populations/{study}/networks?limit=100").json()["items"]
    weights = [r["multiplicity"] for r in rows if 3 <= r["columns"]["depth"] <= 6]
    errors = [r["columns"]["error"] for r in rows if 3 <= r["columns"]["depth"] <= 6]
    answer = reader.get(f"{API}/populations/{study}/edf?depth=3..6&points=all").json()
    assert answer["selection"]["n"] == len(errors)
    curve = edf(errors, weights)
    assert answer["error"] == curve.steps().error.tolist()
    assert answer["share"] == pytest.approx(curve.steps().share.tolist())
    assert answer["median"] == curve.median
    assert answer["band"]["name"] == "pointwise Clopper-Pearson 95 %"


def test_an_edf_has_512_points_by_default(reader, study):
    answer = reader.get(f"{API}/populations/{study}/edf").json()
    assert len(answer["error"]) == len(answer["band"]["upper"]) == 512
    assert (answer["share"][0], answer["share"][-1]) == (0, 1)


def test_an_edf_of_nothing_is_empty_not_an_error(client, create):
    answer = client.get(f"{API}/populations/{create(3)}/edf").json()
    assert answer["selection"]["n"] == 0
    assert answer["selection"]["pending"] == 3
    assert answer["error"] == []
    assert answer["median"] is None


def test_the_best_of_two_columns_together_are_points_that_hold_95_percent(reader, study):
    answer = reader.get(f"{API}/populations/{study}/ranges?columns=wm&pairs=w0:wa").json()
    best = answer["pairs"]["w0:wa"]
    rows = reader.get(f"{API}/populations/{study}/networks?limit=100").json()["items"]
    drawn = {(row["columns"]["w0"], row["columns"]["wa"]) for row in rows}
    assert {tuple(point) for point in best["points"]} <= drawn
    assert 0.95 <= sum(best["probability"]) <= 1.0 + 1e-9
    assert len(best["points"]) <= 14


def test_best_ranges_are_of_what_was_drawn_and_counted_unless_others_are_asked_for(
    reader, study
):
    path = f"{API}/populations/{study}"
    rows = reader.get(f"{path}/networks?limit=1").json()["items"][0]["columns"]
    assert {"error", "loss"} < rows.keys()
    ranges = reader.get(f"{path}/ranges").json()["ranges"]
    assert ranges.keys() == rows.keys() - {"error", "loss"}
    asked = reader.get(f"{path}/ranges?columns=loss,wm").json()["ranges"]
    assert asked.keys() == {"loss", "wm"}


def test_best_ranges_need_twenty_networks(reader, study):
    whole = reader.get(f"{API}/populations/{study}/ranges?columns=depth,wm").json()
    rows = reader.get(f"{API}/populations/{study}/networks?limit=100").json()["items"]
    expected = bootstrap.best_range(
        [row["columns"]["wm"] for row in rows],
        [row["columns"]["error"] for row in rows],
        [row["multiplicity"] for row in rows],
    )
    assert whole["ranges"]["wm"]["median"] == expected.median
    few = reader.get(f"{API}/populations/{study}/ranges?error=5..20").json()
    assert few["selection"]["n"] == 16
    assert set(few["ranges"].values()) == {None}


def test_pages_of_networks_show_each_once_in_order(reader, study):
    seen, cursor = [], None
    while True:
        page = reader.get(
            f"{API}/populations/{study}/networks",
            params={"limit": 7, "sort": "-wm", **({"after": cursor} if cursor else {})},
        ).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len({row["id"] for row in seen}) == len(seen) == page["passing"] == 30
    wm = [row["columns"]["wm"] for row in seen]
    assert wm == sorted(wm, reverse=True)


def test_csv_has_every_network_that_passes(reader, study):
    answer = reader.get(f"{API}/populations/{study}/networks.csv?error=5..9")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [float(row["error"]) for row in rows] == [5, 6, 7, 8, 9]
    assert {row["status"] for row in rows} == {"measured"}
    assert reader.get(f"{API}/populations/{study}/networks.csv?w9=5").status_code == 422


def test_one_network_tells_its_line_its_widths_and_its_job(reader, study):
    row = reader.get(f"{API}/populations/{study}/networks?limit=1").json()["items"][0]
    network = reader.get(f"{API}/populations/{study}/networks/{row['id']}").json()
    line, depth = network["line"], int(row["columns"]["depth"])
    assert network["line_widths"] == pytest.approx(
        [line["w0"] + line["wa"] * j for j in range(depth)]
    )
    assert len(network["quantised_widths"]) == len(network["compatible_widths"]) == depth
    assert network["job"]["state"] == "done"
    assert network["job"]["quantities"]["error"] == row["columns"]["error"] == 5.0
    assert [event["what"] for event in network["job"]["events"]] == ["claimed", "done"]


def test_a_network_leaves_as_json_pycls_configuration_and_pytorch_file(reader, study):
    row = reader.get(f"{API}/populations/{study}/networks?limit=1").json()["items"][0]
    at = f"{API}/populations/{study}/networks/{row['id']}"
    told = reader.get(at).json()
    files = {form: reader.get(f"{at}.{form}") for form in ("json", "yaml", "py")}
    for form, answer in files.items():
        name = f'attachment; filename="network-{told["hash"]}.{form}"'
        assert answer.headers["content-disposition"] == name
    assert from_json(files["json"].text).model_dump(mode="json") == told["network"]
    depths = [stage["depth"] for stage in told["network"]["stages"]]
    assert f"  DEPTHS: {depths}\n" in files["yaml"].text
    assert "  NUM_CLASSES: 10\n" in files["yaml"].text  # of the regime, digits
    first = files["py"].text.splitlines()[0]
    assert first.startswith(f'"""Network {told["hash"]}: {sum(depths)} X blocks in ')
    assert first.endswith(f" {told['params']:,} parameters.")


def test_a_form_that_is_none_or_a_network_that_is_not_there_is_refused(reader, study):
    at = f"{API}/populations/{study}/networks"
    wrong = reader.get(f"{at}/1.onnx")
    assert wrong.status_code == 422
    assert problems(wrong)["form"]["message"] == (
        "Input should be 'json', 'py', 'yaml', 'nb201', 'nats', 'nb101' or 'ofa'"
    )
    assert reader.get(f"{at}/100000.json").status_code == 404


def test_what_pycls_cannot_say_is_refused_with_the_reason(client, defined, create):
    space = {
        "family": "anynet",
        "block": "VR",
        "strides": [1, 2],
        "stem": {"width": 8, "stride": 1},
        "depth": [1, 3],
        "width": [8, 32],
    }
    made = client.post(f"{API}/spaces", json={"name": "VR", "space": space}).json()
    population = create(1, space_id=made["id"], windows={})
    at = f"{API}/populations/{population}/networks"
    [row] = client.get(at).json()["items"]
    refused = client.get(f"{at}/{row['id']}.yaml")
    assert refused.status_code == 422
    assert "VR blocks" in problems(refused)["network"]["message"]
    assert client.get(f"{at}/{row['id']}.py").status_code == 200


def test_columns_are_float32_rows_sorted_by_error(reader, study):
    answer = reader.get(f"{API}/populations/{study}/columns")
    size = int(np.frombuffer(answer.content[:4], "<u4")[0])
    header = json.loads(answer.content[4 : 4 + size])
    assert (4 + size) % 4 == 0
    types = {"uint32": "<u4", "float32": "<f4"}
    n, columns = header["n"], {}
    for i, column in enumerate(header["columns"]):
        start = 4 + size + 4 * n * i
        columns[column["name"]] = np.frombuffer(
            answer.content[start : start + 4 * n], types[column["type"]]
        )
    assert len(answer.content) == 4 + size + 4 * n * len(columns)
    assert columns["error"].tolist() == list(np.arange(30) + 5.0)
    rows = reader.get(f"{API}/populations/{study}/networks?limit=100").json()["items"]
    assert columns["id"].tolist() == [row["id"] for row in rows]
    wm = [row["columns"]["wm"] for row in rows]
    np.testing.assert_array_equal(columns["wm"], np.float32(wm))


VERSIONED = (
    "populations/1/columns",
    "populations/1/edf",
    "populations/1/edf?depth=3..6&points=all",
    "populations/1/ranges",
    "populations/1/networks?limit=3",
    "populations/1/networks.csv",
    "comparison?side=1;depth=..6&side=1;depth=7..",
    "comparison/matched?side=1;depth=..6&side=1;depth=7..&match=flops",
    "efficiency?side=1",
    "quantiles?side=1",
)
OTHERS = (
    "populations",
    "populations/1",
    "populations/1/networks/1",
    "spaces",
    "spaces/1/lineage",
    "regimes",
    "stability?side=1",
    "watches",
)


@kinds.of(kinds.BOTH)
def test_an_answer_that_a_client_has_is_not_sent_again(client, measured, database):
    # RFC 9110, 13.1.2: each of a list is compared weakly, `*` is any, and a 304 has the tag.
    with database.durable() as session:  # rates of the last two minutes move by themselves
        session.execute(text("UPDATE jobs SET ended_at = ended_at - 3600000"))
    for path in (*VERSIONED, *OTHERS):
        tag = client.get(f"{API}/{path}").headers["etag"]
        opaque = tag.removeprefix("W/")
        for kept in (tag, opaque, f'"x", {tag}', f'W/"a,b",{opaque} , "y"', "*"):
            again = client.get(f"{API}/{path}", headers={"If-None-Match": kept})
            assert (again.status_code, again.content) == (304, b""), (path, kept)
            assert again.headers["etag"] == tag
            assert "no-cache" in again.headers["cache-control"]


def test_an_answer_that_a_client_has_not_is_sent(reader, study):
    for kept in ('"30"', 'W/"30"', "30", '"*"', "", '"x", "y"'):
        answer = reader.get(f"{API}/populations/1/edf", headers={"If-None-Match": kept})
        assert (answer.status_code, answer.json()["selection"]["n"]) == (200, 30)


@kinds.of(kinds.BOTH)
def test_another_version_another_question_and_another_population_have_other_tags(
    client, measured, database, create
):
    other = create(30, name="the same networks")
    by_other = [
        path.replace("s/1/", f"s/{other}/").replace("side=1", f"side={other}")
        for path in VERSIONED
    ]
    tags = [client.get(f"{API}/{path}").headers["etag"] for path in (*VERSIONED, *by_other)]
    with database.durable() as session:
        schedule.set_priority(session, 1, 5)
    tags += [client.get(f"{API}/{path}").headers["etag"] for path in VERSIONED]
    assert len(set(tags)) == 3 * len(VERSIONED)


def test_what_is_refused_is_refused_whatever_a_client_has(reader, study):
    kept = {"If-None-Match": "*"}
    path = f"{API}/populations/{study}/edf"
    assert reader.get(f"{path}?dept=3", headers=kept).status_code == 422
    assert reader.get(f"{API}/populations/99/edf", headers=kept).status_code == 404


def test_a_database_that_was_copied_has_other_tags_from_its_next_start_on(sqlite, tmp_path):
    fill(sqlite)
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(sqlite.url.removeprefix("sqlite:///"))) as database:
        database.execute(f"VACUUM INTO '{copy}'")
    answers = []
    for url in (sqlite.url, f"sqlite:///{copy}", sqlite.url):
        settings = Settings(database_url=url, broker_url="redis://127.0.0.1:1/0")
        with TestClient(create_app(settings), "http://127.0.0.1:8050") as client:
            answers += [client.get(f"{API}/{path}") for path in VERSIONED]
    assert len({answer.headers["etag"] for answer in answers}) == 3 * len(VERSIONED)


def test_a_backup_that_goes_on_to_other_results_under_equal_versions_is_another_edition(
    sqlite, tmp_path
):
    fill(sqlite, of=31)
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(sqlite.url.removeprefix("sqlite:///"))) as database:
        database.execute(f"VACUUM INTO '{copy}'")
    restored = Database(f"sqlite:///{copy}")
    editions = {}
    for database, error in ((sqlite, 7.0), (restored, 8.0)):
        time.sleep(0.002)  # the clock of the database counts milliseconds
        record(database, error)
        snapshot = Snapshots(database).get(1)
        editions[snapshot.edition] = snapshot.version
    restored.dispose()
    assert [*editions.values()] == [31, 31]


def test_both_web_processes_of_a_lab_know_what_the_other_has_said(client, measured, database):
    settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1:8050") as other:
        path = f"{API}/populations/{measured}/edf"
        tag = other.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("lasting", ["sqlite"], indirect=True)  # none is asked
@pytest.mark.parametrize(
    ("query", "field", "value", "said"),
    [
        ("edf?dept=3", "dept", "3", "did you mean depth"),
        ("edf?dept=3", "dept", "3", "its columns depth, w0, wa, wm"),
        ("edf?depth=9..3", "depth", "9..3", "reversed"),
        ("edf?depth=", "depth", "", "empty"),
        ("edf?depth=3&depth=4", "depth", "4", "a,b,c"),
        ("edf?points=1", "points", "1", "2 to 10,000"),
        ("edf?level=1.5", "level", "1.5", "equal to 0.9999"),
        ("ranges?columns=w9", "columns", "w9", "depth, w0"),
        ("ranges?pairs=w0", "pairs", "w0", "x:y"),
        ("ranges?pairs=w0:w9", "pairs", "w9", "depth, w0"),
        ("networks?sort=w9", "sort", "w9", "- in front"),
        ("networks?limit=0", "limit", "0", "greater than or equal to 1"),
        ("networks?after=x", "after", "x", "next"),
    ],
)
def test_a_wrong_question_names_field_value_and_what_is_allowed(
    reader, study, query, field, value, said
):
    answer = reader.get(f"{API}/populations/{study}/{query}")
    assert answer.status_code == 422
    assert problems(answer)[field]["value"] == value
    assert said in problems(answer)[field]["message"]


def test_a_wrong_population_is_refused_by_field(reader):
    body = {"name": "", "space_id": 1, "regime_id": 1, "n": 0, "colour": "red"}
    found = problems(reader.post(f"{API}/populations", json=body))
    assert found["n"] == {
        "field": "n",
        "value": 0,
        "message": "a whole number from 1 to 100,000, or `all`",
    }
    assert {"name", "colour"} <= set(found)


def test_a_wrong_law_is_refused_by_its_place_in_the_space_alone(reader):
    space = {"family": "regnet", "wa": {"law": "uniform", "lo": "low", "hi": 8}}
    answer = reader.post(f"{API}/spaces", json={"name": "slopes", "space": space})
    assert answer.status_code == 422
    fields = [problem["field"] for problem in answer.json()["detail"]]
    assert any(field.startswith("space.regnet.wa") for field in fields)
    assert not any("[" in field for field in fields), fields


def test_what_is_not_there_is_a_json_404(reader):
    for path in ("/api/nope", f"{API}/nope", f"{API}/populations/9", f"{API}/spaces/9"):
        answer = reader.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json", path


def test_the_api_describes_itself(reader):
    paths = reader.get("/api/openapi.json").json()["paths"]
    assert f"{API}/populations/{{population_id}}/edf" in paths
    assert reader.get("/api/docs").status_code == 200


@kinds.of(kinds.BOTH)
def test_while_the_database_is_away_it_is_said_and_nothing_breaks(client):
    parts = client.app.state.parts
    away = Database("postgresql+psycopg://x:y@127.0.0.1:1/x")
    client.app.state.parts = replace(parts, database=away)
    answer = client.get(f"{API}/spaces")
    assert answer.status_code == 503
    assert problems(answer)[None]["message"].startswith("the database is away")
    client.app.state.parts = parts
    assert client.get(f"{API}/spaces").status_code == 200
    away.dispose()


@kinds.of(kinds.BOTH)
def test_when_all_connections_stay_busy_it_is_said_that_the_database_is_away(
    client, monkeypatch
):
    # A server that hangs holds every connection of the pool; here the test does.
    engine = client.app.state.parts.database._read
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    with contextlib.ExitStack() as busy:
        with contextlib.suppress(NoConnectionLeft):
            while True:
                busy.enter_context(engine.connect())
        answer = client.get(f"{API}/spaces")
    assert answer.status_code == 503
    assert problems(answer)[None]["message"].startswith("the database is away")
    assert client.get(f"{API}/spaces").status_code == 200


# ---------------------------------------------------------------- the queue


def queued_of(client, **which):
    return client.get(f"{API}/jobs", params={"group": "waiting"} | which).json()


@kinds.of(kinds.BOTH)
def test_a_job_is_cancelled_and_asked_for_again(client, create):
    create(2)
    first = queued_of(client)["items"][0]["id"]
    assert client.post(f"{API}/jobs/{first}/cancel").json()["state"] == "cancelled"
    assert queued_of(client)["counts"] == {"running": 0, "waiting": 1, "failed": 1, "done": 0}
    again = client.post(f"{API}/jobs/{first}/cancel")
    assert again.status_code == 409
    assert "is cancelled: only a job that has not ended" in again.text
    assert client.post(f"{API}/jobs/{first}/retry").json()["state"] == "queued"
    assert client.post(f"{API}/jobs/999/retry").status_code == 404


def test_a_population_is_steered_as_a_whole(client, create):
    of = f"{API}/populations/{create(3)}"
    assert client.patch(of, json={"priority": -5}).json()["priority"] == -5
    assert client.post(f"{of}/networks", json={"n": 2}).json()["n"] == 5
    assert client.post(f"{of}/benchmarks").json() == {"jobs": 5}
    assert {job["priority"] for job in queued_of(client)["items"]} == {-5}
    assert client.post(f"{of}/cancel").json() == {"jobs": 10}
    assert client.post(f"{of}/retry", json={"failures": ["crashed"]}).json() == {"jobs": 0}
    assert client.post(f"{of}/retry", json={}).json() == {"jobs": 10}
    assert client.post(f"{of}/cancel").json() == {"jobs": 10}
    assert client.post(f"{of}/retry").json() == {"jobs": 10}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("patch", {}, "should have at least one of"),
        ("patch", {"priority": 101}, "less than or equal to 100"),
        ("networks", {"n": 0}, "greater than or equal to 1"),
        ("retry", {"failures": ["bad luck"]}, "'impossible', 'out_of_memory'"),
    ],
)
def test_what_a_population_cannot_be_told_is_refused_with_what_is_allowed(
    client, create, path, body, said
):
    of = f"{API}/populations/{create(2)}"
    answer = (
        client.patch(of, json=body)
        if path == "patch"
        else client.post(f"{of}/{path}", json=body)
    )
    assert answer.status_code == 422
    assert said in problems(answer).popitem()[1]["message"]


@kinds.of(kinds.BOTH)
def test_workers_are_listed_with_their_device_and_jobs(client, database, create):
    create(2)
    with database.durable() as session:
        roster.report(session, "somewhere:1", "a processor", False, 2, ["digits"])
        leases.claim(session, "train", "somewhere:1", 30)
    (worker,) = client.get(f"{API}/workers").json()["items"]
    assert (worker["device"], worker["alive"], len(worker["jobs"])) == ("a processor", True, 1)


# ---------------------------------------------------------------- refining


@kinds.of(kinds.BOTH)
def test_a_population_is_refined_over_rest_and_the_chain_is_told(client, measured):
    asked = {"constraints": {"bottleneck_ratio": "1", "flops": "..250k"}}
    proposal = client.post(f"{API}/populations/{measured}/refinement", json=asked).json()
    assert proposal["space"]["bottleneck_ratio"]["choices"] == [1]
    assert proposal["windows"] == {"flops": "100000..250000"}
    space = {"name": "b = 1", "space": proposal["space"], "refined_from": 1}
    space_id = client.post(f"{API}/spaces", json=space).json()["id"]
    body = {
        "name": "refined",
        "space_id": space_id,
        "regime_id": proposal["regime_id"],
        "n": proposal["inherited"] + 2,
        "windows": proposal["windows"],
        "inherits": measured,
    }
    made = client.post(f"{API}/populations", json=body).json()
    assert (made["inherits"], made["inherited"]) == (measured, proposal["inherited"])
    assert made["progress"]["done"] == proposal["inherited"] > 0
    chain = client.get(f"{API}/spaces/{space_id}/lineage").json()["items"]
    assert [(one["name"], one["n"]) for one in chain] == [
        ("RegNetX small", 30),
        ("b = 1", proposal["inherited"]),
    ]


def test_a_heir_of_which_nothing_would_be_new_is_refused(client, measured):
    body = client.get(f"{API}/populations/{measured}").json()
    given = {name: body[name] for name in ("space_id", "regime_id", "windows")}
    asked = given | {"name": "nothing new", "n": 10, "inherits": measured}
    answer = client.post(f"{API}/populations", json=asked)
    assert answer.status_code == 422
    [detail] = answer.json()["detail"]
    assert (detail["field"], detail["value"]) == ("n", 10)
    assert "none would be new" in detail["message"]
    known = {one["name"] for one in client.get(f"{API}/populations").json()["items"]}
    assert "nothing new" not in known


def test_a_constraint_that_no_space_can_have_is_refused(reader, study):
    asked = {"constraints": {"e_fit": "..0.1"}}
    answer = reader.post(f"{API}/populations/{study}/refinement", json=asked)
    assert answer.status_code == 422
    assert "e_fit does not refine this space, only depth" in answer.text
