"""Migrations: the schema they build is the one the models describe."""

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect

from db.migrations import configuration, upgrade
from db.session import Database


def test_the_migrated_schema_is_that_of_the_models(migrated):
    command.check(configuration(f"sqlite:///{migrated}"))  # raises where they differ


def test_a_downgrade_leaves_nothing_and_an_upgrade_comes_back(tmp_path):
    url = f"sqlite:///{tmp_path / 'x.db'}"
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
