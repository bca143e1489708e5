"""Devices: many trainings, or one benchmark alone; nobody starves or waits for the dead."""

import fcntl
import multiprocessing
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import pytest
from waiting import until

from workers.disk.devices import Device


@pytest.fixture
def stop():
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def device(tmp_path):
    return Device(tmp_path, "cuda 0")


@pytest.fixture
def start(device, stop):
    """Starts a thread that uses the device; what it has, and what lets it go."""
    threads = []

    def start(how, on=device):
        has, leave = threading.Event(), threading.Event()

        def use():
            with getattr(on, how)(stop) as free:
                if free:
                    has.set()
                    leave.wait(60)

        threads.append(threading.Thread(target=use, daemon=True))
        threads[-1].start()
        return has, leave

    yield start
    stop.set()


def is_held(file):
    with file.open() as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_trainings_share_a_device(device, stop):
    with ExitStack() as stack:
        assert all(stack.enter_context(device.shared(stop)) for _ in range(8))


def test_a_benchmark_waits_for_the_trainings_and_they_for_it(start):
    training, training_ends = start("shared")
    assert training.wait(10)
    benchmark, benchmark_ends = start("alone")
    assert not benchmark.wait(0.1)
    training_ends.set()
    assert benchmark.wait(10)
    next_training, _ = start("shared")
    assert not next_training.wait(0.1)
    benchmark_ends.set()
    assert next_training.wait(10)


def test_no_two_benchmarks_run_at_once(start):
    first, ends = start("alone")
    assert first.wait(10)
    second, _ = start("alone")
    assert not second.wait(0.1)
    ends.set()
    assert second.wait(10)


def test_trainings_that_overlap_do_not_starve_a_benchmark_that_waits(device, start, stop):
    first, ends = start("shared")
    assert first.wait(10)
    benchmark, benchmark_ends = start("alone")
    assert until(lambda: is_held(device._gate))  # it has passed the gate, and closed it
    later = [start("shared")[0] for _ in range(4)]
    assert not any(one.wait(0.05) for one in later)
    ends.set()
    assert benchmark.wait(10)
    assert not any(one.is_set() for one in later)
    benchmark_ends.set()
    assert all(one.wait(10) for one in later)


def test_another_device_is_free(device, start, tmp_path):
    assert start("alone")[0].wait(10)
    assert start("alone", Device(tmp_path, "cuda 1"))[0].wait(10)


@pytest.mark.parametrize("how", ["shared", "alone"])
def test_who_waits_hears_at_once_that_the_worker_stops(device, start, stop, how):
    benchmark, _ = start("alone")
    assert benchmark.wait(10)
    answers = []

    def wait():
        with getattr(device, how)(stop) as free:
            answers.append(free)

    thread = threading.Thread(target=wait)
    thread.start()
    stop.set()
    thread.join(10)
    assert answers == [False]


HOLDER = """
import sys, threading
from pathlib import Path
from workers.disk.devices import Device
with getattr(Device(Path(sys.argv[1]), "cuda 0"), sys.argv[2])(threading.Event()) as free:
    print(free, flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize(("how", "other"), [("shared", "alone"), ("alone", "shared")])
def test_a_killed_worker_holds_no_device(device, start, tmp_path, how, other):
    worker = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), how], stdout=subprocess.PIPE, text=True
    )
    with worker:
        assert worker.stdout.readline() == "True\n"
        waiting, _ = start(other)
        assert not waiting.wait(0.1)
        worker.kill()
    assert waiting.wait(10)


def storm(folder, seconds, spans):
    """Uses a device in turns, and notes when."""
    device, stop, end = Device(folder, "cuda 0"), threading.Event(), time.monotonic() + seconds

    def use(how, pause):
        while time.monotonic() < end:
            with getattr(device, how)(stop) as free:
                began = time.monotonic()
                time.sleep(0.004)
                spans.put((how, free, began, time.monotonic()))
            time.sleep(pause)

    threads = [threading.Thread(target=use, args=("shared", 0.0)) for _ in range(3)]
    threads.append(threading.Thread(target=use, args=("alone", 0.02)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_in_a_hurry_never_overlap_where_they_should_not(tmp_path):
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        spans = manager.Queue()
        workers = [context.Process(target=storm, args=(tmp_path, 2.0, spans)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        found = [spans.get() for _ in range(spans.qsize())]
    alone = sorted((began, ended) for how, _, began, ended in found if how == "alone")
    shared = [(began, ended) for how, _, began, ended in found if how == "shared"]
    assert all(free for _, free, _, _ in found)
    assert alone
    assert shared
    assert all(ended <= began for (_, ended), (began, _) in zip(alone, alone[1:], strict=False))
    for began, ended in alone:
        assert not any(b < ended and began < e for b, e in shared)
