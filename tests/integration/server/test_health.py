"""Whether a process answers, and could: what monitors ask, without a login."""

import asyncio
import shutil
import socket
import threading
import time
from pathlib import Path

import accounts
import loops
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from db.session import Database
from netspace.settings import Settings
from netspace.web import create_app
from server import readiness
from server.readiness import Check

HERE = "http://127.0.0.1:8050"
NOBODY_THERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def file(migrated, tmp_path):
    return Path(shutil.copy(migrated, tmp_path / "netspace.db"))


def served(file, **given):
    """The application on a file, whose data folder is the file's."""
    settings = Settings(
        **{
            "database_url": f"sqlite:///{file}",
            "data_dir": file.parent,
            "broker_url": NOBODY_THERE,
            **given,
        }
    )
    return TestClient(create_app(settings), HERE, follow_redirects=False)


def test_a_process_that_answers_is_alive_and_says_nothing_else(file):
    with served(file, auth="accounts") as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert answer.headers["cache-control"] == "no-store"


def test_one_whose_database_is_migrated_is_ready_though_the_broker_is_away(file):
    with served(file, auth="accounts") as client:
        answer = client.get("/readyz")
    assert answer.status_code == 200
    words = {"ready": True, "database": "ok", "data_folder": "ok", "broker": "away"}
    assert answer.json() == words


def test_a_broker_that_answers_is_said(file, broker_url):
    with served(file, broker_url=broker_url) as client:
        assert client.get("/readyz").json()["broker"] == "ok"


def test_postgresql_is_asked_as_well(postgresql, tmp_path):
    look = readiness.of(postgresql.url, tmp_path, NOBODY_THERE).look
    assert loops.run(look()).words["database"] == "ok"


def test_a_database_of_another_version_makes_it_unready(file):
    with served(file) as client:
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        engine.dispose()
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["ready"], answer.json()["database"]) == (False, "not migrated")


def test_a_database_that_is_gone_makes_it_unready_and_is_not_made_anew(file):
    with served(file) as client:
        for one in file.parent.glob("netspace.db*"):
            one.unlink()
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
        assert not file.exists()
    assert answer.status_code == 503
    assert answer.json()["database"] == "away"


def test_a_data_folder_that_is_gone_makes_it_unready(file, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    with served(file, data_dir=folder) as client:
        assert client.get("/readyz").json()["data_folder"] == "ok"
        folder.rmdir()
        time.sleep(1.1)  # what was found is remembered for a second
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["data_folder"]) == (503, "can't be written")


def test_a_database_that_says_nothing_holds_up_nobody_for_long(file):
    """A server that takes connections and never speaks."""
    with served(file) as client, socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql+psycopg://a:b@127.0.0.1:{port}/c"
        mute = readiness.of(url, file.parent, NOBODY_THERE)
        began = time.monotonic()
        found = client.portal.call(mute.look)
        assert time.monotonic() - began < 6
    assert not found.ready
    assert found.words["database"] in ("no answer", "away")


def test_many_who_ask_at_once_are_told_by_one_look(file):
    looks = []

    def look():
        looks.append(threading.get_ident())
        time.sleep(0.05)
        return "ok"

    with served(file) as client:

        async def ask():
            check = Check("database", look)
            return await asyncio.gather(*(check.word() for _ in range(20)))

        assert client.portal.call(ask) == ["ok"] * 20
    assert len(looks) == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_host_is_asked_for_and_how_often_one_asks_is_not(file, path):
    with served(file, auth="accounts", requests_per_minute=1) as client:
        assert client.get(path, headers={"host": "evil.example"}).status_code == 400
        assert {client.get(path).status_code for _ in range(5)} == {200}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_read_and_nothing_else(file, path):
    with served(file) as client:
        assert client.head(path).status_code == 200
        answer = client.post(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_they_stand_below_a_prefix_too(file):
    with served(file, auth="accounts", public_url=f"{HERE}/lab") as client:
        assert client.get("/lab/healthz").status_code == 200  # a proxy that passes it on
        assert client.get("/healthz").status_code == 200  # and one that takes it away
        assert client.get("/other/healthz").status_code == 401


def test_whoever_asks_learns_nothing_of_where_and_why(file, tmp_path):
    database = Database(f"sqlite:///{file}")
    app = accounts.application(database, data_dir=tmp_path / "none")
    with accounts.browser(app) as client:
        text = client.get("/readyz").text
    database.dispose()
    assert str(tmp_path) not in text
    assert "sqlite" not in text
