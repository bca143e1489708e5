"""The folder where web processes keep their numbers."""

import os
import subprocess
import sys
import tempfile

import pytest

from netspace.stack import numbers
from netspace.stack.errors import CannotStart
from server.metrics.meters import LOCK, Meters


def test_it_is_this_users_alone_and_goes_with_the_stack(tmp_path):
    with numbers.folder(tmp_path) as kept:
        assert kept.parent == tmp_path
        assert kept.stat().st_mode & 0o077 == 0
        assert [file.name for file in kept.iterdir()] == [LOCK] == [numbers.LOCK]
    assert not kept.exists()


def test_what_a_killed_supervisor_left_is_removed_and_what_lives_stays(tmp_path):
    dead = tmp_path / f"netspace-metrics-{2**22 + 1}-x"  # beyond all processes of Linux
    alive = tmp_path / f"netspace-metrics-{os.getpid()}-x"
    others = tmp_path / "netspace-metrics-notes-x"
    for folder in (dead, alive, others):
        folder.mkdir()
    with numbers.folder(tmp_path):
        assert not dead.exists()
    assert alive.exists()
    assert others.exists()


def test_without_a_place_in_memory_it_is_among_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with numbers.folder(tmp_path / "none") as kept:
        assert kept.parent == tmp_path


def test_without_any_place_the_stack_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(CannotStart, match="set TMPDIR"), numbers.folder(tmp_path / "none"):
        pass


def test_a_process_that_ended_after_the_folder_was_emptied_stops_nothing(tmp_path):
    numbers.forget(tmp_path / "none", 17)


COUNT = """
import os, sys
from server.metrics.meters import Meters
meters = Meters()
for _ in range(int(sys.argv[1])):
    meters.requests.labels("/", "GET", "2xx").inc()
    meters.first_byte.labels("/", "GET").observe(0.2)
meters.processes.set(1)
print(os.getpid())
"""


def count(kept, times):
    """A process that counts and ends; its number."""
    own = {**os.environ, numbers.VARIABLE: str(kept)}
    ended = subprocess.run(
        [sys.executable, "-c", COUNT, str(times)],
        env=own,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(ended.stdout)


def told(kept, monkeypatch):
    """What all of them say."""
    monkeypatch.setenv(numbers.VARIABLE, str(kept))
    found = [one for family in Meters().collect() for one in family.samples]
    names = {one.name: one.value for one in found if "bucket" not in one.name}
    low = [one for one in found if one.labels.get("le") == "0.25"]
    return {**names, "quick": low[0].value}


def test_what_the_dead_had_counted_is_added_up_and_what_they_held_is_gone(
    tmp_path, monkeypatch
):
    with numbers.folder(tmp_path) as kept:
        pids = [count(kept, times) for times in (3, 4, 5)]
        before = told(kept, monkeypatch)
        for pid in pids[:2]:
            numbers.forget(kept, pid)
        after = told(kept, monkeypatch)
        files = {file.name for file in kept.glob("*.db")}
    assert (before["netspace_http_requests_total"], before["netspace_web_processes"]) == (12, 3)
    assert after.pop("netspace_web_processes") == 1
    assert before.items() >= after.items()
    assert after["quick"] == after["netspace_http_first_byte_seconds_count"] == 12
    last = f"_{pids[2]}.db"
    assert {name for name in files if not name.endswith(last)} == {
        "counter_dead.db",
        "histogram_dead.db",
    }
