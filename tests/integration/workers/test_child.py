"""A job's process: warm, repeatable, and never left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import children
import pytest
from children import claim
from places import ROOT
from waiting import lives, until

from jobs.messages import Epoch, Failed, Finished
from workers.supervision import processes
from workers.supervision.processes import Child, ColdForkServer, start_fork_server


@pytest.fixture(scope="module", autouse=True)
def fork_server():
    """Seconds that a child took to start."""
    return start_fork_server()


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Starts children, optionally with another life than a job's."""
    started = []

    def start(job=None, life=processes.run_job):
        monkeypatch.setattr(processes, "run_job", life)
        started.append(Child(job or claim(), tmp_path))
        return started[-1]

    yield start
    for child in started:
        child.stop()
        child.close()


def all_of(child):
    """Everything that a child says, to its end."""
    said = [child.receive(60)]
    while isinstance(said[-1], Epoch):
        said.append(child.receive(60))
    return said


def test_a_child_starts_at_once_with_all_that_training_needs(fork_server, start):
    assert fork_server < 1.0  # three seconds where torch has to be imported
    loaded = start(life=children.what_is_loaded).receive(30)
    assert {"torch", "sympy"} <= loaded  # sympy: what an optimiser's first step imports
    assert "sklearn" not in loaded  # the digits are read without it, in a fiftieth of the time


def test_a_fork_server_that_could_not_preload_torch_is_found_out(monkeypatch):
    monkeypatch.setattr(processes, "WARM", "workers.no_such_module")
    with pytest.raises(ColdForkServer, match="no_such_module"):
        start_fork_server()


def test_the_fork_servers_socket_lies_in_a_short_folder_where_tmpdir_is_long(
    tmp_path, monkeypatch
):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    folder = processes.place_of_sockets()
    assert folder in processes.SHORT
    with processes.temporary_folder(folder):
        assert tempfile.mkdtemp(prefix="pymp-").startswith(folder)
    assert tempfile.gettempdir() == str(long)
    assert not any(long.iterdir())


def test_without_a_folder_for_its_socket_the_fork_server_names_tmpdir(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 100)))
    monkeypatch.setattr(processes, "SHORT", (str(tmp_path / "missing"),))
    with pytest.raises(ColdForkServer, match="TMPDIR name one with a path of at most 75 bytes"):
        start_fork_server()


def test_one_seed_gives_the_same_bits_in_two_processes_and_another_seed_others(start):
    jobs = [claim(), claim(), claim(seed=1)]
    first, again, other = (all_of(child) for child in [start(job) for job in jobs])
    curve, repeated, different = (
        [(epoch.loss, epoch.error) for epoch in said[:-1]] for said in (first, again, other)
    )
    assert [epoch.epoch for epoch in first[:-1]] == [1, 2]
    assert curve == repeated != different
    assert isinstance(first[-1], Finished)
    assert first[-1].quantities["error"] == curve[-1][1]
    assert first[-1].conditions["threads"] == "1"


def test_a_failure_says_its_class(start):
    missing = children.REGIME.model_copy(update={"data": "missing"})
    (said,) = all_of(start(claim(regime=missing)))
    assert said.failure == "data"
    assert "missing.npz does not exist" in said.detail


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_child_that_dies_has_crashed_by_a_signal(start, number):
    child = start(life=children.parent_of_a_sleeper)
    child.receive(30)
    os.kill(child.pid, number)
    said = child.receive(30)
    assert isinstance(said, Failed)
    assert (said.failure, f"signal {int(number)}" in said.detail) == ("crashed", True)


def test_a_silent_child_is_waited_for_and_no_longer(start):
    child = start(life=children.sleeper)
    began = time.monotonic()
    assert child.receive(0.2) is None
    assert 0.2 <= time.monotonic() - began < 2


def test_stopping_ends_all_that_a_child_started(start):
    child = start(life=children.parent_of_a_sleeper)
    grandchild = child.receive(30)
    child.stop()
    assert until(lambda: not lives(child.pid) and not lives(grandchild), 2)


def test_a_child_that_ignores_sigterm_is_killed(start, monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.3)
    child = start(life=children.stubborn)
    assert child.receive(30) == "deaf"
    child.stop()
    assert until(lambda: not lives(child.pid), 2)


def test_children_and_what_they_started_die_with_a_killed_worker():
    worker = subprocess.Popen(
        [sys.executable, children.__file__],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with worker:
        torch_is_here, child, grandchild = json.loads(worker.stdout.readline())
        assert not torch_is_here  # it is the children's
        assert lives(child)
        assert lives(grandchild)
        worker.kill()
    assert until(lambda: not lives(child) and not lives(grandchild), 5)


def test_a_worker_never_imports_torch():
    code = "import netspace.worker, sys; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
