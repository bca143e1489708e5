"""The server in numbers, as Prometheus reads them."""

import re
import time

import accounts
import kinds
import promtool
import pytest
from fastapi.testclient import TestClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as parsed
from sqlalchemy import update

from db.models import JobRow
from db.session import Database
from jobs.messages import Failed, Finished
from services.acting.actor import NOBODY
from services.errors import Forbidden
from services.work import census, leases, results, roster

# What the database says of the queue has both.
database = kinds.database

METRICS = "/metrics"
HERE = "http://127.0.0.1:8050"


def samples(answer):
    """The numbers of an answer, by name and labels."""
    assert answer.status_code == 200, answer.text
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in parsed(answer.text)
        for one in family.samples
    }


def number(answer, name, **labels):
    return samples(answer).get((name, *sorted(labels.items())))


@pytest.fixture
def app(database, tmp_path):
    return accounts.application(database, auth="none", data_dir=tmp_path)


@pytest.fixture
def client(app):
    with TestClient(app, HERE, follow_redirects=False) as client:
        yield client


def test_requests_are_counted_by_route_method_and_class_of_status(client):
    for _ in range(3):
        client.get("/api/v1/populations/999")
    client.get("/nothing/of/the/kind")
    client.get("/api/v1/populations")
    client.get("/healthz")
    found = client.get(METRICS)
    of = "netspace_http_requests_total"
    one = "/api/v1/populations/{population_id}"
    assert number(found, of, route=one, method="GET", status="4xx") == 3
    assert number(found, of, route="/api/v1/populations", method="GET", status="2xx") == 1
    assert number(found, of, route="none", method="GET", status="4xx") == 1
    assert number(found, of, route="/healthz", method="GET", status="2xx") == 1
    assert number(found, "netspace_http_first_byte_seconds_count", route=one, method="GET") == 3


def test_whatever_people_ask_for_makes_no_new_series(client):
    before = len(samples(client.get(METRICS)))
    for i in range(30):
        client.get(f"/nothing/{i}")
        client.request(f"ODD{i}", "/api/v1/populations")
        client.get(f"/app/assets/{i}.js")
        client.get(f"/api/v1/populations/{i}?x={i}")
        client.get("/api/v1/populations", headers={"host": f"evil{i}.example"})
    found = samples(client.get(METRICS))
    assert len(found) - before < 120
    assert not [name for name in found if re.search(r"evil|ODD|x=", str(name))]


@kinds.of(kinds.BOTH)
def test_the_queue_is_told_by_kind_state_and_class_of_end(client, create, database):
    create(n=5)
    with database.durable() as session:
        done, failed, running = (
            leases.claim(session, "train", "a worker", 60) for _ in range(3)
        )
        results.record(session, done, Finished(quantities={"error": 5.0}, conditions={}))
        broken = Failed(failure="out_of_memory", detail="needs 3 GB")
        results.record_failure(session, failed, broken, False, 1)
        roster.report(session, "a worker", "a CPU", False, 4, [])
        gone = update(JobRow).where(JobRow.id == running.job_id)
        session.execute(gone.values(lease_expires_at=1))
    found = client.get(METRICS)
    assert number(found, "netspace_jobs", kind="train", state="queued") == 2
    assert number(found, "netspace_jobs", kind="train", state="running") == 1
    assert number(found, "netspace_jobs", kind="benchmark", state="queued") == 0
    assert number(found, "netspace_jobs_ended", **{"kind": "train", "class": "done"}) == 1
    lack = {"kind": "train", "class": "out_of_memory"}
    assert number(found, "netspace_jobs_ended", **lack) == 1
    assert number(found, "netspace_leases") == 1
    assert number(found, "netspace_leases_expired") == 1
    assert number(found, "netspace_workers", state="alive") == 1
    assert number(found, "netspace_worker_slots", worker="a worker") == 4
    assert number(found, "netspace_worker_silent_seconds", worker="a worker") < 5
    assert 0 <= number(found, "netspace_oldest_waiting_job_seconds", kind="train") < 60
    assert number(found, "netspace_populations", kind="sampled") == 1
    assert number(found, "netspace_database_up") == 1
    assert number(found, "netspace_database_bytes") > 10_000
    assert number(found, "netspace_data_folder_free_bytes") > 0


@kinds.of(kinds.BOTH)
def test_what_waits_is_as_old_as_its_population_or_as_its_latest_retry(create, database):
    create(n=2)
    with database.durable() as session:
        minute = update(census.SampledRow).values(
            created_at=census.SampledRow.created_at - 60_000
        )
        session.execute(minute)
    with database.read() as session:
        assert 60_000 <= census.take(session).oldest_ms["train"] < 90_000
    with database.durable() as session:
        session.execute(update(JobRow).values(retried_at=census.now_ms() - 5_000))
    with database.read() as session:
        assert 5_000 <= census.take(session).oldest_ms["train"] < 35_000


def test_what_the_process_holds_is_told(client, create):
    id = create(n=4)
    for _ in range(3):
        client.get(f"/api/v1/populations/{id}/edf")
    time.sleep(2.2)  # it looks at itself every two seconds
    found = client.get(METRICS)
    assert number(found, "netspace_snapshots") == 1
    assert number(found, "netspace_snapshots_bytes") > 0
    assert number(found, "netspace_answers_kept") >= 1
    assert number(found, "netspace_answers_repeated_total") >= 1
    assert number(found, "netspace_web_memory_bytes") > 10_000_000
    assert number(found, "netspace_event_streams") == 0
    edf = {"route": "/api/v1/populations/{population_id}/edf", "method": "GET"}
    assert number(found, "netspace_http_requests_total", status="2xx", **edf) == 3


def test_however_often_it_is_asked_the_database_is_asked_once(client, monkeypatch):
    taken = []
    take = census.take
    monkeypatch.setattr(census, "take", lambda session: taken.append(1) or take(session))
    for _ in range(20):
        assert client.get(METRICS).status_code == 200
    assert len(taken) <= 2


def test_without_a_database_the_rest_is_told(app, sqlite, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def away(session):
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(census, "take", away)
    with TestClient(app, HERE) as client:
        found = client.get(METRICS)
    assert number(found, "netspace_database_up") == 0
    assert number(found, "netspace_jobs", kind="train", state="queued") is None
    assert number(found, "netspace_web_processes") == 1


def test_it_is_for_a_token_of_its_scope_and_for_administrators(sqlite, tmp_path):
    with accounts.people(sqlite, data_dir=tmp_path) as (app, browsers):
        assert accounts.browser(app).get(METRICS).status_code == 401
        codes = {name: browsers[name].get(METRICS).status_code for name in browsers}
        assert codes == {"ann": 200, "max": 403, "vera": 403}
        assert accounts.script(app, sqlite, 1, "metrics").get(METRICS).status_code == 200
        for scope in ("read", "submit", "worker", "admin"):
            script = accounts.script(app, sqlite, 1, scope)
            assert script.get(METRICS).status_code == 403, scope


def test_the_numbers_of_all_are_counted_for_nobody_who_may_not_see_them(sqlite):
    with Database.of(sqlite, NOBODY).read() as session, pytest.raises(Forbidden):
        census.take(session)


def test_both_forms_are_as_their_parsers_want_them(client):
    client.get("/api/v1/populations")
    names = {family.name for family in parsed(client.get(METRICS).text)}
    asked = {"accept": "application/openmetrics-text; version=1.0.0"}
    answer = client.get(METRICS, headers=asked)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert len(names) >= 20
    assert len([*openmetrics(answer.text)]) >= 20
    for name in names:
        assert name.startswith("netspace_"), name


def test_promtool_finds_nothing_to_mend(client, create):
    create(n=3)
    client.get("/api/v1/populations")
    text = client.get(METRICS).text
    said = promtool.check("metrics", text=text)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
