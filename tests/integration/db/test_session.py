"""Transactions: what a database of either kind keeps, and what it costs."""

import time
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from db.outages import DATABASE_AWAY, Replaced
from db.session import BUSY_SECONDS, Database


def log_size(database):
    """Bytes of SQLite's write-ahead log."""
    return Path(f"{make_url(database.url).database}-wal").stat().st_size


def write_much(database):
    """Two megabytes into a table of the test's own."""
    with database.write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS much (content TEXT)"))
        session.execute(text("INSERT INTO much VALUES (:content)"), {"content": "x" * 2**21})


def test_a_log_that_grew_under_a_reader_goes_back_when_the_reader_has_ended(sqlite):
    with sqlite.read() as reader:
        reader.execute(text("SELECT count(*) FROM jobs")).one()
        for _ in range(4):
            write_much(sqlite)
        began = time.monotonic()
        assert not sqlite.shrink_log()
        assert time.monotonic() - began < BUSY_SECONDS / 2  # it waits for nobody
        assert log_size(sqlite) > 8_000_000
        write_much(sqlite)  # and nobody was locked out
    assert sqlite.shrink_log()
    assert log_size(sqlite) == 0
    with sqlite.read() as session:
        assert session.scalar(text("SELECT count(*) FROM much")) == 5


def test_a_log_under_a_writer_is_left_for_later(sqlite):
    write_much(sqlite)
    with sqlite.write() as session:
        session.execute(text("DELETE FROM much"))
        sqlite.shrink_log()
    assert sqlite.shrink_log()
    assert log_size(sqlite) == 0


def test_postgresql_sees_to_its_own_log(postgresql):
    assert postgresql.shrink_log()


def test_nothing_is_written_to_a_file_that_was_deleted(sqlite):
    file = Path(make_url(sqlite.url).database)
    with sqlite.read() as session:
        session.execute(text("SELECT count(*) FROM jobs")).one()
    assert sqlite.lost() is None
    file.unlink()
    assert "was deleted or replaced" in sqlite.lost()
    for begin in (sqlite.read, sqlite.write, sqlite.durable):
        with pytest.raises(DATABASE_AWAY, match="start it anew"), begin() as session:
            session.execute(text("SELECT 1"))
    assert sqlite.shrink_log()
    assert not file.exists()  # and none was made in its place


def test_nothing_is_written_to_a_file_that_took_the_place_of_another(sqlite, migrated):
    file = Path(make_url(sqlite.url).database)
    with sqlite.durable() as session:
        session.execute(text("INSERT INTO networks (hash, architecture) VALUES ('a', '{}')"))
    before = file.rename(file.with_suffix(".before"))
    file.write_bytes(migrated.read_bytes())
    for begin in (sqlite.read, sqlite.write, sqlite.durable):
        with pytest.raises(Replaced), begin() as session:
            session.execute(text("DELETE FROM networks"))
    file.unlink()
    before.rename(file)  # it is put back
    with sqlite.durable() as session:
        assert session.scalars(text("SELECT hash FROM networks")).all() == ["a"]


def test_a_database_of_the_same_name_that_is_another_is_not_gone_on_with(postgres_server):
    with postgres_server.empty() as url:
        database = Database(url)
        with database.read() as session:
            session.execute(text("SELECT 1"))
        name = make_url(url).database
        postgres_server._do(f"DROP DATABASE {name} WITH (FORCE)")
        postgres_server._do(f"CREATE DATABASE {name}")
        for begin in (database.read, database.write, database.durable):
            with pytest.raises(DATABASE_AWAY), begin() as session:
                session.execute(text("SELECT 1"))
        with pytest.raises(Replaced), database.write() as session:
            session.execute(text("SELECT 1"))
        database.dispose()
