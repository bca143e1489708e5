"""Backup and restore: a lab in one file, and back to the byte, on both databases."""

import contextlib
import io
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import threading
import time

import kinds
import psycopg
import pytest
from fastapi.testclient import TestClient
from places import FIXTURES
from sqlalchemy import create_engine, inspect, text
from stacks import PYTHON, environment
from typer.testing import CliRunner
from waiting import until

from db import grants
from db.migrations import upgrade
from netspace.backups import archive, restoring, saving
from netspace.backups.archive import NoBackup
from netspace.backups.manifest import Manifest
from netspace.cli import app
from netspace.settings import Settings
from netspace.stack.errors import CannotStart
from netspace.web import create_app

RELEASE = FIXTURES / "release-0.1"
BEGAN_MS = int(time.time() * 1000)
CLOCK = re.compile(r',"now":\d+')
"""What the database's clock says when it is asked."""
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module", params=kinds.BOTH)
def kind(request):
    return request.param


UNASKED = kinds.of(kinds.MOSTLY_SQLITE, "kind")
"""What is of the file, whatever database is in it."""


@contextlib.contextmanager
def databases(kind, request, folders):
    """Makes databases of a kind, without tables or as one that is at rest; their URLs."""
    with contextlib.ExitStack() as stack:

        def make(like=None):
            if kind == "sqlite":
                file = folders.mktemp("data") / "netspace.db"
                if like:
                    shutil.copyfile(like.removeprefix("sqlite:///"), file)
                return f"sqlite:///{file}"
            server = request.getfixturevalue("postgres_server")
            return stack.enter_context(server.like(like or "template0"))

        yield make


@pytest.fixture
def make(kind, request, tmp_path_factory):
    """Makes databases of the test's own, as `databases` says."""
    with databases(kind, request, tmp_path_factory) as make:
        yield make


def settings_of(url, folder):
    folder.mkdir(exist_ok=True)
    return Settings(database_url=url, data_dir=folder, broker_url=NOWHERE, demo=False)


def fill(url, kind):
    """The release's database as it was."""
    script = (RELEASE / f"{kind}.sql").read_text()
    if kind == "sqlite":
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            database.executescript(script)
        database.close()
    else:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as database:
            database.execute(script)


@pytest.fixture(scope="module")
def upgraded(kind, request, tmp_path_factory):
    """The URL of the release's database with today's tables; tests have copies."""
    with databases(kind, request, tmp_path_factory) as make:
        url = make()
        fill(url, kind)
        upgrade(url)
        yield url


@pytest.fixture
def today(kind, request):
    """The URL of a database with today's tables and no rows; tests have copies."""
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('migrated')}"
    return request.getfixturevalue("postgres_server").template


@pytest.fixture
def folder(tmp_path):
    """Of a lab, with a data set and an end that waits to be stored."""
    data_dir = tmp_path / "lab"
    for name, content in {
        "datasets/mine.npz": b"arrays",
        "datasets/packed/manifest.json": b"{}",
        "datasets/packed/train-pixels.npy": b"pixels" * 1000,
        "spool/7-1-abcdefgh.json": b"an end",
        "checkpoints/7-abc.checkpoint": b"state",
        "broker/password": b"secret",
        "netspace.toml": b"port = 8051",
    }.items():
        (data_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (data_dir / name).write_bytes(content)
    return data_dir


@pytest.fixture
def release(make, kind, folder):
    """A lab of release 0.1, as it was."""
    url = make()
    fill(url, kind)
    return settings_of(url, folder)


@pytest.fixture
def lab(make, upgraded, folder):
    """The same with today's tables."""
    return settings_of(make(upgraded), folder)


def rows_of(url):
    """All rows of all tables, in the order of their first columns; the name is not to be."""
    engine = create_engine(url)
    found = {}
    with engine.connect() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
            found[table] = sorted(undated(repr(row)) for row in rows)
    engine.dispose()
    return found | {"identity": len(found["identity"])} if "identity" in found else found


def undated(row):
    """A row but for the time at which a migration mended it, just now."""
    return re.sub(r"\b\d{13}\b", lambda ms: ms[0] if int(ms[0]) < BEGAN_MS else "now", row)


def answers_of(settings):
    """What REST says of all that the fixture's lab has."""
    paths = ["spaces", "regimes", "populations?limit=1000", "watches", "jobs?group=waiting"]
    with TestClient(create_app(settings), base_url="http://127.0.0.1/api/v1") as client:
        ids = [one["id"] for one in client.get("populations").json()["items"]]
        for id in ids:
            paths += [f"populations/{id}/{what}" for what in ("networks", "edf", "columns")]
        answers = {path: client.get(path) for path in paths}
        tags = {path: answer.headers.get("etag") for path, answer in answers.items()}
        return {path: CLOCK.sub("", one.text) for path, one in answers.items()}, tags


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in ("datasets", "spool")
        for path in (folder / part).rglob("*")
        if path.is_file()
    }


def test_a_lab_is_restored_to_the_byte(lab, make, tmp_path):
    file = tmp_path / "lab.tar"
    before = rows_of(lab.database)
    said, tags = answers_of(lab)
    saving.save(lab, file)
    other = settings_of(make(), tmp_path / "other")
    restoring.restore(other, file)
    assert rows_of(other.database) == before
    assert files_of(other.data_dir) == files_of(lab.data_dir)
    assert (other.data_dir / "netspace.toml").read_bytes() == b"port = 8051"
    now, other_tags = answers_of(other)
    assert now == said
    named = [path for path in tags if path.endswith(("edf", "columns"))]
    # Browsers ask by them: what one has kept of the other is never taken for this one's.
    assert named
    assert all(tags[path] != other_tags[path] for path in named)


def test_a_lab_of_release_0_1_is_backed_up_as_it_is_and_restored_upgraded(
    release, make, kind, tmp_path
):
    file = tmp_path / "lab.tar"
    manifest = saving.save(release, file).manifest
    assert manifest.contents.migration < "0008"
    assert manifest.contents.counts["populations"] >= 8
    saving.verify(file)
    other = settings_of(make(), tmp_path / "other")
    restoring.restore(other, file)
    upgrade(release.database)
    assert rows_of(other.database) == rows_of(release.database)
    said = json.loads((RELEASE / f"{kind}.json").read_text())
    now, _ = answers_of(other)
    names = {one["name"] for one in json.loads(now["populations?limit=1000"])["items"]}
    assert names >= {one["name"] for one in said["populations"]}


def test_a_backup_is_whole_and_only_its_owner_reads_it(lab, tmp_path):
    file = tmp_path / "lab.tar"
    saved = saving.save(lab, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_size == saved.bytes
    assert saving.verify(file) == saved.manifest
    names = {one.name.split("/")[0] for one in saved.manifest.members}
    assert names - {"database.sqlite", "database.pgdump"} == {
        "datasets",
        "spool",
        "netspace.toml",
    }
    assert any("checkpoints" in one for one in saved.manifest.left_out)
    assert [path.name for path in tmp_path.iterdir()] == ["lab", "lab.tar"]


@UNASKED
def test_data_sets_stay_out_where_that_is_said(lab, tmp_path):
    manifest = saving.save(lab, tmp_path / "lab.tar", data_sets=False).manifest
    assert not manifest.below("datasets")
    assert "data sets" in manifest.left_out


@UNASKED
def test_a_file_that_is_there_is_written_over_only_if_that_is_meant(lab, tmp_path):
    file = tmp_path / "lab.tar"
    file.write_text("mine")
    with pytest.raises(CannotStart, match="is there already"):
        saving.save(lab, file)
    assert file.read_text() == "mine"
    saving.save(lab, file, replace=True)
    saving.verify(file)


def test_what_is_there_is_replaced_only_if_that_is_meant(lab, make, today, tmp_path):
    file = tmp_path / "lab.tar"
    saving.save(lab, file)
    other = settings_of(make(today), tmp_path / "other")
    (other.data_dir / "datasets").mkdir()
    (other.data_dir / "datasets" / "mine.npz").write_bytes(b"other arrays")
    (other.data_dir / "netspace.toml").write_bytes(b"port = 8052")
    before = rows_of(other.database)
    with pytest.raises(CannotStart, match="there is a database already; --replace"):
        restoring.restore(other, file)
    assert rows_of(other.database) == before
    restoring.restore(other, file, replace=True)
    assert rows_of(other.database) == rows_of(lab.database)
    assert files_of(other.data_dir) == files_of(lab.data_dir)
    assert (other.data_dir / "netspace.toml").read_bytes() == b"port = 8052"  # that machine's


def test_an_older_lab_takes_the_place_of_a_newer_one(lab, make, kind, tmp_path):
    # Tables and functions that the older one never had are in the way of its migrations.
    file, old = tmp_path / "old.tar", settings_of(make(), tmp_path / "old")
    fill(old.database, kind)
    saving.save(old, file)
    restoring.restore(lab, file, replace=True)
    upgrade(old.database)
    assert rows_of(lab.database) == rows_of(old.database)


@pytest.mark.parametrize(
    "cut",
    [pytest.param(0.2, marks=pytest.mark.long), 0.6, pytest.param(0.9, marks=pytest.mark.long)],
)
def test_a_backup_that_was_cut_short_is_refused_and_nothing_is_touched(lab, tmp_path, cut):
    file = tmp_path / "lab.tar"
    saving.save(lab, file)
    file.write_bytes(file.read_bytes()[: int(cut * file.stat().st_size)])
    before = rows_of(lab.database)
    with pytest.raises(NoBackup, match="not whole"):
        restoring.restore(lab, file, replace=True)
    assert rows_of(lab.database) == before


@UNASKED
def test_a_backup_with_one_spoilt_byte_is_refused_with_the_member_that_has_it(lab, tmp_path):
    file = tmp_path / "lab.tar"
    saving.save(lab, file)
    with tarfile.open(file) as opened:
        entry = opened.getmember("datasets/packed/train-pixels.npy")
    with file.open("r+b") as stream:
        stream.seek(entry.offset_data + 17)
        stream.write(b"\xff")
    for read in (saving.verify, lambda one: restoring.restore(lab, one, replace=True)):
        with pytest.raises(NoBackup, match="train-pixels.npy is not what was written"):
            read(file)


@UNASKED
def test_a_backup_of_a_newer_netspace_is_refused(lab, tmp_path):
    file = tmp_path / "lab.tar"
    saving.save(lab, file)
    rewrite(file, lambda contents: {**contents, "migration": "9999"})
    with pytest.raises(NoBackup, match="9999.* are newer than this one's"):
        restoring.restore(lab, file, replace=True)


def test_a_backup_of_the_other_kind_of_database_is_refused(lab, kind, tmp_path):
    file = tmp_path / "lab.tar"
    saving.save(lab, file)
    other = "postgresql" if kind == "sqlite" else "sqlite"
    rewrite(file, lambda contents: {**contents, "database": other})
    with pytest.raises(CannotStart, match=f"is of {other}, and the database here is {kind}"):
        restoring.restore(lab, file, replace=True)


@UNASKED
@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "datasets/../../outside"])
def test_a_member_that_leads_out_of_the_folder_is_refused(lab, tmp_path, name):
    file = tmp_path / "lab.tar"
    saving.save(lab, file)
    with archive.reading(file) as reader:
        manifest = reader.manifest.model_dump(mode="json")
    manifest["members"][0]["name"] = name
    put_manifest(file, Manifest.model_validate(manifest))
    with pytest.raises(NoBackup, match="is no place of a backup"):
        restoring.restore(lab, file, replace=True)


def rewrite(file, change):
    """Another manifest of the same members."""
    with archive.reading(file) as reader:
        manifest = reader.manifest.model_dump(mode="json")
    manifest["contents"] = change(manifest["contents"])
    put_manifest(file, Manifest.model_validate(manifest))


def put_manifest(file, manifest):
    with tarfile.open(file, "a") as opened:
        content = manifest.model_dump_json().encode()
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(content)
        opened.addfile(entry, io.BytesIO(content))


def test_a_database_is_copied_while_it_is_written_to(lab, tmp_path):
    # In steps SQLite's copy would begin anew at each write, and never end.
    engine, stop, written = create_engine(lab.database), threading.Event(), []

    def write():
        while not stop.is_set():
            with engine.begin() as connection:
                connection.execute(
                    text("INSERT INTO attempts (key, at) VALUES ('somebody', 1)")
                )
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert until(lambda: len(written) > 3)
        saved = saving.save(lab, tmp_path / "lab.tar")
    finally:
        stop.set()
        writer.join()
        engine.dispose()
    assert 0 < saved.manifest.contents.counts["attempts"] <= len(written)
    saving.verify(tmp_path / "lab.tar")


def test_a_server_that_runs_goes_on_with_what_was_restored(lab, make, today, tmp_path):
    file, other = tmp_path / "lab.tar", settings_of(make(today), tmp_path / "other")
    saving.save(lab, file)
    with TestClient(create_app(other), base_url="http://127.0.0.1/api/v1") as client:
        assert client.get("populations").json()["items"] == []
        restoring.restore(other, file, replace=True)
        names = {one["name"] for one in client.get("populations").json()["items"]}
        assert {"first", "heir", "paused"} <= names
        assert client.get("populations/1/edf").status_code == 200


@kinds.of(["postgresql"], "kind")  # SQLite has no roles
def test_roles_may_do_the_same_to_a_database_that_was_restored(lab, make, tmp_path):
    file, url = tmp_path / "lab.tar", make()
    saving.save(lab, file)
    place = url.rpartition("@")[2]
    web, worker = (f"postgresql+psycopg://restored_{name}:pw@{place}" for name in "ab")
    other = settings_of(url, tmp_path / "other").model_copy(
        update={"web_database_url": web, "worker_database_url": worker}
    )
    restoring.restore(other, file)
    granted = grants.sql(url, grants.Roles("restored_a", "restored_b"))
    assert any("restored_a" in line for line in granted)
    with psycopg.connect(worker.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM jobs").fetchone()[0] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM users")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for role in ("restored_a", "restored_b"):
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")


KILLED = """
import os, signal, sys
from netspace.backups import {module}, postgresql, sqlite
from netspace.settings import load

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{point} = die
{act}
"""
POINTS = [
    ("saving", "saving.archive.put", "saving.save(load(), path, replace=True)"),
    ("saving", "saving.Writer.finish", "saving.save(load(), path, replace=True)"),
    ("restoring", "restoring.identity.bear", "restoring.restore(load(), path, replace=True)"),
]


@pytest.mark.parametrize(("module", "point", "act"), POINTS)
def test_whoever_is_killed_in_the_middle_leaves_what_was_there(
    lab, make, today, tmp_path, module, point, act
):
    file = tmp_path / "lab.tar"
    saving.save(lab, file)
    before = file.read_bytes()
    other = settings_of(make(today), tmp_path / "other")
    rows = rows_of(other.database)
    code = KILLED.format(module=module, point=point, act=act)
    code = f"from pathlib import Path\npath = Path({str(file)!r})\n{code}"
    own = environment(other.data_dir, NETSPACE_DATABASE_URL=other.database, PYTHONPATH=".")
    done = subprocess.run([PYTHON, "-c", code], env=own, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert file.read_bytes() == before
    assert rows_of(other.database) == rows
    # What it left behind is in nobody's way.
    saving.save(lab, file, replace=True)
    restoring.restore(other, file, replace=True)
    assert rows_of(other.database) == rows_of(lab.database)


def test_the_commands_say_what_is_in_a_backup_and_what_is_not(lab, make, tmp_path):
    file, runner = tmp_path / "lab.tar", CliRunner()
    own = {"NETSPACE_DATABASE_URL": lab.database, "NETSPACE_DATA_DIR": str(lab.data_dir)}
    done = runner.invoke(app, ["backup", str(file), "--verify"], env=own)
    assert done.exit_code == 0, done.output
    assert re.search(r"[89] populations, \d+ networks, \d+ results, 0 users", done.output)
    assert "2 data sets; 1 ends not stored yet" in done.output
    assert "not in it: checkpoints" in done.output
    assert "verified" in done.output
    done = runner.invoke(app, ["restore", str(file), "--verify"], env=own)
    assert done.exit_code == 0, done.output
    assert "is whole" in done.output
    done = runner.invoke(app, ["restore", str(file)], env=own)
    assert done.exit_code == 1
    assert "--replace" in done.output
    own = {"NETSPACE_DATABASE_URL": make(), "NETSPACE_DATA_DIR": str(tmp_path / "other")}
    done = runner.invoke(app, ["restore", str(file)], env=own)
    assert done.exit_code == 0, done.output


@UNASKED
def test_what_is_no_backup_is_told_in_a_line(tmp_path, lab):
    (tmp_path / "no.tar").write_text("no tar at all")
    own = {"NETSPACE_DATABASE_URL": lab.database, "NETSPACE_DATA_DIR": str(lab.data_dir)}
    for name in ("no.tar", "nothing.tar"):
        done = CliRunner().invoke(app, ["restore", str(tmp_path / name), "--replace"], env=own)
        assert done.exit_code == 1
        assert "Traceback" not in done.output
