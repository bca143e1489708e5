"""Transactions: what a database of either kind keeps, and what it costs."""

import time
from pathlib import Path

from sqlalchemy import make_url, text

from db.session import BUSY_SECONDS


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
