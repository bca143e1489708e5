"""Migrations: the schema they build is the one the models describe."""

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect

from db.migrations import configuration, upgrade
from db.session import Database


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path / 'x.db'}"


@pytest.fixture
def postgresql_url(postgres_server):
    with postgres_server.empty() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    """An empty database."""
    return request.getfixturevalue(f"{request.param}_url")


def test_the_migrated_schema_is_that_of_the_models(database):
    command.check(configuration(database.url))  # raises where they differ


def test_a_downgrade_leaves_nothing_and_an_upgrade_comes_back(url):
    upgrade(url)
    command.downgrade(configuration(url), "base")
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(url)
    assert "jobs" in inspect(engine).get_table_names()
    engine.dispose()


def test_a_database_in_memory_is_refused_because_processes_share_it():
    with pytest.raises(ValueError, match="needs a file"):
        Database("sqlite://")
