"""A database that is deleted or replaced under a web process: nothing lands in a ghost."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from netspace.settings import Settings
from netspace.web import create_app

SPACE = {"name": "mine", "space": {"family": "anynet"}}


@pytest.fixture
def file(sqlite):
    return Path(make_url(sqlite.url).database)


@pytest.fixture
def client(sqlite):
    settings = Settings(database_url=sqlite.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), base_url="http://127.0.0.1/api/v1") as client:
        assert client.get("populations").status_code == 200
        yield client


def said(answer):
    assert answer.status_code == 503
    return answer.json()["errors"][0]["message"]


def test_writes_and_reads_are_refused_in_words_when_the_file_is_deleted(client, file):
    file.unlink()
    for answer in (client.post("spaces", json=SPACE), client.get("populations")):
        assert "was deleted or replaced while this server runs" in said(answer)
    assert not file.exists()


def test_nothing_of_one_database_is_written_to_another_in_its_place(client, file, migrated):
    file.rename(file.with_suffix(".old"))
    file.write_bytes(migrated.read_bytes())
    assert "it has to be started anew" in said(client.post("spaces", json=SPACE))
    assert file.read_bytes() == migrated.read_bytes()
