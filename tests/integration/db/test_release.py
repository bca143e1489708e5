"""Databases of release 0.1: every migration since runs on them, and they read as before.

`tests/fixtures/release-0.1/make.py` made them, and wrote down what the release said of them.
"""

import json
import math
import sqlite3

import psycopg
import pytest
from fastapi.testclient import TestClient
from places import FIXTURES
from sqlalchemy import create_engine, text

from db.migrations import upgrade
from db.session import Database
from designspace.spaces import DESIGN_SPACE
from netspace.settings import Settings
from netspace.web import create_app
from services.defining import names, regimes, spaces
from services.work import leases

RELEASE = FIXTURES / "release-0.1"


@pytest.fixture
def sqlite_release(tmp_path):
    """The release's SQLite database as it was."""
    file = tmp_path / "release.db"
    with sqlite3.connect(file) as database:
        database.executescript((RELEASE / "sqlite.sql").read_text())
    database.close()
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_release(postgres_server):
    """The release's PostgreSQL database as it was."""
    with postgres_server.empty() as url:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as database:
            database.execute((RELEASE / "postgresql.sql").read_text())
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def release(request):
    """A release's database brought to today's tables: what it said, and where it is."""
    said = json.loads((RELEASE / f"{request.param}.json").read_text())
    url = request.getfixturevalue(f"{request.param}_release")
    upgrade(url)
    return said, url


@pytest.fixture
def client(release):
    """Today's REST on it; no broker, so it polls."""
    _, url = release
    settings = Settings(database_url=url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), base_url="http://127.0.0.1/api/v1") as client:
        yield client


def read(client, path, **query):
    answer = client.get(path, params=query)
    assert answer.is_success, answer.text
    return answer.json()


def today(old, new):
    """What is said now of what was said then: fields may have been added."""
    match old:
        case dict():
            return {name: today(value, new[name]) for name, value in old.items()}
        case list() if len(old) == len(new):
            return [today(one, other) for one, other in zip(old, new, strict=True)]
        case _:
            return new


def test_spaces_and_regimes_of_the_release_read_as_before(release, client):
    said, _ = release
    for path in ("spaces", "regimes"):
        now = {one["id"]: one for one in read(client, path)["items"]}
        for old in said[path]:
            assert today(old, now[old["id"]]) == old


def test_populations_of_the_release_read_as_before(release, client):
    said, _ = release
    assert len(said["populations"]) == 8
    for old in said["populations"]:
        now = read(client, f"populations/{old['id']}")
        del old["version"]  # a migration may raise it: what was shown is asked for again
        # The release counted what somebody had cancelled as failed, and such a one complete.
        failed = old["progress"].pop("failed")
        assert now["progress"]["failed"] + now["progress"]["cancelled"] == failed
        del old["progress"]["complete"]
        assert today(old, now) == old


def test_networks_of_the_release_have_the_columns_and_multiplicities_they_had(release, client):
    said, _ = release
    for id, old in said["networks"].items():
        now = read(client, f"populations/{id}/networks", sort="ordinal")["items"]
        assert today(old, now) == old
    counted = [row["multiplicity"] for row in said["networks"]["1"]]
    assert max(counted) > 1


def test_edfs_of_the_release_are_the_same_curves(release, client):
    said, _ = release
    for id, old in said["edfs"].items():
        now = read(client, f"populations/{id}/edf", points="all")
        assert now["error"] == pytest.approx(old["error"])
        assert now["share"] == pytest.approx(old["share"])
        assert today(old, now)["median"] == old["median"]


def test_jobs_of_the_release_are_in_the_states_they_were_in(release):
    said, url = release
    engine = create_engine(url)
    with engine.connect() as connection:
        jobs = text("SELECT id, network_id, kind, state, attempt, failure FROM jobs")
        now = {row["id"]: dict(row) for row in connection.execute(jobs).mappings()}
    engine.dispose()
    assert {job["state"] for job in said["jobs"]} >= {
        "done",
        "failed",
        "cancelled",
        "queued",
        "paused",
    }
    for old in said["jobs"]:
        del old["error"]  # of its last epoch, in a table of its own
        assert now[old["id"]] == old


def test_watches_of_the_release_go_on(release, client):
    said, _ = release
    [old] = said["watches"]
    assert today(old, read(client, "watches")["items"][0]) == old


def test_no_row_of_the_release_keeps_a_worker_from_the_others_jobs(release, client):
    # The poisoned regime of the SQLite one stopped every claim of the release.
    said, url = release
    ended = next(one["id"] for one in said["populations"] if one["name"] == "cancelled")
    client.patch(f"populations/{ended}", json={"paused": False})
    assert client.post(f"populations/{ended}/retry", json={}).json() == {"jobs": 2}
    waiting = read(client, "jobs", group="waiting", limit=1000)["items"]
    mine = [job["id"] for job in waiting if job["population_id"] == ended]
    assert len(mine) == 2
    database, taken = Database(url), []
    for _ in waiting:
        with database.write() as session:
            claim = leases.claim(session, "train", "a worker", 30, data_sets=["digits"])
        if claim is not None:
            taken.append(claim.job_id)
    database.dispose()
    assert set(mine) <= set(taken)


def test_the_release_stored_the_poisoned_regime_on_sqlite_and_never_on_postgresql(
    sqlite_release, postgresql_release
):
    # Until a migration mends it, nobody needs to be able to read it.
    definitions = {}
    for name, url in (("sqlite", sqlite_release), ("postgresql", postgresql_release)):
        said = json.loads((RELEASE / f"{name}.json").read_text())
        engine = create_engine(url)
        with engine.connect() as connection:
            query = text("SELECT definition FROM regimes WHERE name = 'poison'")
            definitions[said["poison"]] = connection.execute(query).scalar()
        engine.dispose()
    assert '"weight_decay": Infinity' in definitions[201]
    assert definitions[500] is None


def test_a_regime_that_stopped_every_claim_is_mended_and_says_so(sqlite_release):
    upgrade(sqlite_release)
    database = Database(sqlite_release)
    with database.read() as session:
        [regime] = [one for one in regimes.every(session) if one.name.startswith("poison")]
        kept = session.execute(text("SELECT name, definition FROM mended")).one()
        jobs = session.execute(
            text("SELECT state, failure, detail FROM jobs WHERE regime_id = :id"),
            {"id": regime.id},
        ).all()
    assert regime.name == "poison (mended)"
    assert regime.regime.weight_decay == 1  # the nearest that is allowed
    assert kept.name == "poison"
    assert '"weight_decay": Infinity' in kept.definition
    why = "the regime could not be trained under: weight_decay was Infinity"
    assert jobs
    assert {tuple(job) for job in jobs} == {("failed", "impossible", why)}
    with database.durable() as session:  # the others' jobs can be claimed again
        assert leases.claim(session, "train", "a worker", 30) is not None
    database.dispose()


def test_only_what_could_not_be_read_is_mended(postgresql_release):
    upgrade(postgresql_release)
    database = Database(postgresql_release)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM mended")).scalar() == 0
    database.dispose()


LAW = {"law": "uniform", "lo": 1.0, "hi": 8.0, "step": 1.0}


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ({"width": LAW | {"hi": 4e5}}, {"width": LAW | {"hi": 8192.0}}),
        ({"depth": LAW | {"step": 0.5}}, {"depth": LAW}),
        (
            {"bottleneck_ratio": {"law": "choice", "choices": [1.0, math.inf]}},
            {"bottleneck_ratio": {"law": "choice", "choices": [1.0, 100.0]}},
        ),
        (
            {"limits": {"params": [math.inf, 1.0], "activations": math.inf}},
            {"limits": {"params": [1e6, 1.0], "activations": 1e6}},
        ),
    ],
)
def test_a_space_that_can_not_be_drawn_becomes_the_nearest_that_can(sqlite_url, broken, mended):
    upgrade(sqlite_url, "0007")
    space = DESIGN_SPACE.validate_python({"family": "anynet"}).model_dump(mode="json")
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        for name, one in (("broken", space | broken), ("whole", space), ("a\u202eb", space)):
            row = {"name": name, "definition": json.dumps(one)}
            connection.execute(
                text(
                    "INSERT INTO design_spaces (name, definition, created_at) "
                    "VALUES (:name, :definition, 0)"
                ),
                row,
            )
    engine.dispose()
    upgrade(sqlite_url)
    database = Database(sqlite_url)
    with database.read() as session:
        now = {one.name: one.space.model_dump(mode="json") for one in spaces.every(session)}
    database.dispose()
    assert set(now) == {"broken (mended)", "whole", "a\\u202eb (mended)"}
    assert now["whole"] == space
    assert now["broken (mended)"] == space | mended


def test_names_that_look_alike_are_told_apart_by_a_number(sqlite_url):
    upgrade(sqlite_url, "0009")
    given = ["caf\u00e9", "cafe\u0301", "\u2764\ufe0f", "a\u2800b", "plain", "\ufe0f"]
    store_spaces(sqlite_url, given)
    upgrade(sqlite_url)
    now, kept = names_of_spaces(sqlite_url)
    assert now == [
        "caf\u00e9",
        "caf\u00e9 (2)",
        "\u2764",
        "a\\u2800b (mended)",
        "plain",
        "unnamed",
    ]
    assert kept == [*given[1:4], given[5]]
    assert [names.given(name) for name in now] == now


def test_names_of_what_is_no_character_are_mended_and_told_apart(sqlite_url):
    upgrade(sqlite_url, "0010")
    given = ["a\ue000", "a\\ue000 (mended)", "\ufdd0", "plain"]
    store_spaces(sqlite_url, given)
    upgrade(sqlite_url)
    now, kept = names_of_spaces(sqlite_url)
    assert now == ["a\\ue000 (mended) (2)", given[1], "\\ufdd0 (mended)", "plain"]
    assert kept == [given[0], given[2]]
    assert [names.given(name) for name in now] == now


def store_spaces(url, given):
    space = DESIGN_SPACE.validate_python({"family": "anynet"}).model_dump_json()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO design_spaces (name, definition, created_at) "
                "VALUES (:name, :definition, 0)"
            ),
            [{"name": name, "definition": space} for name in given],
        )
    engine.dispose()


def names_of_spaces(url):
    """The names of all spaces, and those that were mended as they were."""
    database = Database(url)
    with database.read() as session:
        now = [one.name for one in spaces.every(session)]
        kept = session.execute(text("SELECT name FROM mended ORDER BY id")).scalars().all()
    database.dispose()
    return now, kept


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path / 'older.db'}"
