"""Rows that nothing goes by any more are counted and removed; what was measured stays."""

import os
import threading

import pyarrow as pa
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from netspace.cli import app
from services import clearing
from services.acting import once
from services.acting.actor import Actor, Role
from services.errors import Forbidden
from services.reading import blocks
from services.sampling import managing

LONG_AGO = 1_000_000_000_000


@pytest.fixture
def do(database):
    def do(statement, **values):
        with database.durable() as session:
            found = session.execute(text(statement), values)
            return found.all() if found.returns_rows else None

    return do


@pytest.fixture
def found(database):
    def found():
        with database.read() as session:
            return {one.what: one.rows for one in clearing.found(session)}

    return found


def clear(database):
    with database.durable() as session:
        return {one.what: one.rows for one in clearing.clear(session)}


def test_networks_go_with_the_last_population_that_drew_them_but_not_those_with_jobs(
    database, create, do, found
):
    kept, purged = create(4, name="kept"), create(3, name="purged", seed=7)
    assert found() == {}
    with database.durable() as session:
        managing.remove(session, purged)
        managing.purge(session, purged)
    # Jobs of networks are never removed, so their networks stay.
    assert found() == {}
    do("INSERT INTO networks (hash, architecture) VALUES ('none', '{}')")
    assert found() == {"networks": 1}
    assert clear(database) == {"networks": 1}
    assert found() == {}
    [(drawn,)] = do("SELECT count(*) FROM draws WHERE population_id = :id", id=kept)
    assert drawn == 4


def test_a_network_of_a_row_of_a_table_stays(database, do, found):
    do("INSERT INTO networks (id, hash, architecture) VALUES (7, 'a', '{}'), (8, 'b', '{}')")
    do(
        "INSERT INTO populations (id, name, kind, n, layout, report, created_at, version, "
        "visibility) VALUES (1, 'table', 'table', 2, '{}', '{}', 0, 0, 'lab')"
    )
    with database.durable() as session:
        blocks.store(session, 1, f"{blocks.MARK}network", blocks.packed(pa.array([0, 7])))
    assert found() == {"networks": 1}
    clear(database)
    assert do("SELECT id FROM networks") == [(7,)]


def test_what_has_expired_goes_and_what_has_not_stays(database, do, found):
    do(
        "INSERT INTO answers (asker, key, digest, at) VALUES ('a', 'old', 'd', :at)",
        at=LONG_AGO,
    )
    do("INSERT INTO attempts (key, at) VALUES ('account a', :at)", at=LONG_AGO)
    with database.durable() as session:
        [(now,)] = session.execute(text(clock(database))).all()
    day = once.DAY_MS
    for number, (expires, ended) in enumerate(
        [
            (now + day, None),
            (now - 8 * day, None),
            (now - day, None),
            (now + day, now - 8 * day),
        ]
    ):
        row = {"hash": str(number), "expires": expires, "ended": ended, "now": now}
        do(
            "INSERT INTO sessions (hash, agent, address, created_at, seen_at, expires_at, "
            "ended_at) VALUES (:hash, 'b', 'here', :now, :now, :expires, :ended)",
            **row,
        )
        do(
            "INSERT INTO links (hash, purpose, created_at, expires_at, used_at) "
            "VALUES (:hash, 'key', :now, :expires, :ended)",
            **row,
        )
    assert found() == {"answers": 1, "attempts": 1, "sessions": 2, "links": 2}
    clear(database)
    assert found() == {}
    assert do("SELECT hash FROM sessions ORDER BY hash") == [("0",), ("2",)]
    assert do("SELECT hash FROM links ORDER BY hash") == [("0",), ("2",)]
    [(what, detail)] = do("SELECT what, CAST(detail AS text) FROM audit")
    assert what == "cleared"
    assert '"sessions": 2' in detail


def clock(database):
    if database.one_writer:
        return "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"
    return "SELECT (extract(epoch from clock_timestamp()) * 1000)::bigint"


def test_only_an_administrator_clears(database):
    member = Actor(id=1, name="ann", role=Role.MEMBER)
    with pytest.raises(Forbidden), database.of(member).read() as session:
        clearing.found(session)
    with pytest.raises(Forbidden), database.of(member).durable() as session:
        clearing.clear(session)


def test_populations_are_drawn_while_it_clears(database, create):
    stop, wrong = threading.Event(), []

    def clearing_on_and_on():
        while not stop.is_set():
            try:
                clear(database)
            except Exception as error:
                wrong.append(error)

    thread = threading.Thread(target=clearing_on_and_on)
    thread.start()
    try:
        ids = [create(5, name=str(seed), seed=seed) for seed in range(4)]
    finally:
        stop.set()
        thread.join()
    assert wrong == []
    with database.read() as session:
        for id in ids:
            drawn = text("SELECT count(*) FROM draws WHERE population_id = :id")
            assert session.scalar(drawn, {"id": id}) == 5


def test_the_command_lists_and_removes(database, do, found, tmp_path):
    do("INSERT INTO networks (hash, architecture) VALUES ('none', '{}')")
    folder = tmp_path / "data" / "spool"
    folder.mkdir(parents=True)
    (folder / "1.2.new").write_bytes(b"x" * 5000)
    os.utime(folder / "1.2.new", (0, 0))
    own = {"NETSPACE_DATABASE_URL": database.url, "NETSPACE_DATA_DIR": str(tmp_path / "data")}
    done = CliRunner().invoke(app, ["gc", "--dry-run"], env=own)
    assert done.exit_code == 0, done.output
    assert "spool/1.2.new: its worker was killed while it wrote it" in done.output
    assert "1 networks: that nothing has" in done.output
    assert "would go" in done.output
    assert found() == {"networks": 1}
    assert (folder / "1.2.new").exists()
    done = CliRunner().invoke(app, ["gc"], env=own)
    assert done.exit_code == 0, done.output
    assert "are gone" in done.output
    assert found() == {}
    assert not (folder / "1.2.new").exists()
