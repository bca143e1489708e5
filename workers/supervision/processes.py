"""A child process for each job, seen from the slot that supervises it.

Children are forked from a fork server that holds torch ready (`workers.training.warm`); the
worker itself never imports torch. A child leads a process group of its own and dies with its
worker, however that dies: a thread in it waits for the worker's end, because the kernel's own
signal on a parent's death (set as well) watches the fork server only.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from jobs.messages import Claim, Epoch, Failed, Finished
from services.exchange.provenance import processor
from workers.supervision.config import Computer
from workers.supervision.orphans import signal_on_parents_death

GRACE = 2.0
"""Seconds between asking a child to end and killing it."""

NICENESS = 10
"""Training yields to whatever answers people."""

LOST = 255
"""The exit code that multiprocessing reports where the fork server died and took it along."""

WARM = "workers.training.warm"

# One thread computes in a child, and a pool of threads would not survive the fork: libraries
# look for this when the fork server loads them.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([WARM])

# Starting a process polls all others, and two polls of one process spoil its exit code.
_polling = threading.Lock()


SHORT = ("/tmp", "/var/tmp", "/dev/shm")  # nosec B108
"""Folders for a socket where the one that TMPDIR names won't do."""


class ColdForkServer(RuntimeError):
    """The fork server does not start, has not preloaded torch, or starts no process."""


class Child:
    """One job's process and the messages it sends."""

    def __init__(self, claim: Claim, data_dir: Path) -> None:
        self._pipe, pipe = _context.Pipe(duplex=False)
        self._process = _context.Process(target=run_job, args=(claim, data_dir, pipe))
        try:
            start(self._process)
        except ColdForkServer:
            self._pipe.close()
            raise
        finally:
            pipe.close()  # the child has its own end: when it dies, the pipe is at its end

    @property
    def pid(self) -> int:
        assert self._process.pid is not None  # it was started
        return self._process.pid

    def receive(self, seconds: float) -> Epoch | Finished | Failed | None:
        """The next message, or None where none came in time. A dead child's is `crashed`."""
        if not wait([self._pipe, self._process.sentinel], max(0.0, seconds)):
            return None
        with contextlib.suppress(EOFError, OSError):  # it died, perhaps while it was sending
            if self._pipe.poll():  # what it said before it died comes first
                message: Epoch | Finished | Failed = self._pipe.recv()
                return message
        return Failed(failure="crashed", detail=f"the process {self._ended()}")

    def stop(self) -> None:
        """End the process and all it started; kill what doesn't listen."""
        self._signal(signal.SIGTERM)
        wait([self._process.sentinel], GRACE)
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Wait for the process to end, and forget it."""
        if not wait([self._process.sentinel], GRACE):
            self._signal(signal.SIGKILL)
            wait([self._process.sentinel])
        with _polling:
            self._process.join()
            self._process.close()
        self._pipe.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # it ended
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:  # it doesn't lead its group yet
                os.kill(self.pid, number)

    def _ended(self) -> str:
        """How it ended, as the rest of a sentence."""
        with _polling:
            self._process.join(GRACE)
            code = self._process.exitcode
        if code == LOST:
            return "was lost with its fork server"
        if code is None or code >= 0:
            return f"ended with exit code {code}"
        return f"was ended by signal {-code} ({signal.strsignal(-code)})"


def run_job(claim: Claim, data_dir: Path, pipe: Connection) -> None:
    """A child's life."""
    lead_a_group_that_dies_with_the_worker()
    os.nice(NICENESS)
    from workers.training.child import run  # torch comes with it: never in the parent

    run(claim, data_dir, pipe)
    os._exit(0)  # nothing is left to tidy up, and tidying torch takes longer than forking it


def lead_a_group_that_dies_with_the_worker() -> None:
    """What a child does first."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # see `workers.training.warm`
    signal_on_parents_death(signal.SIGKILL)
    threading.Thread(target=_die_with_the_worker, daemon=True).start()


def _die_with_the_worker() -> None:
    worker = multiprocessing.parent_process()
    assert worker is not None  # this runs in children only
    wait([worker.sentinel])
    os.killpg(0, signal.SIGKILL)


def computer() -> Computer:
    """What children compute on, as one of them says: the worker itself never asks torch."""
    found: Computer = _ask(_say_computer)
    return found


def start_fork_server() -> float:
    """Start the fork server and try it: seconds that a child took to start, once it was warm.

    Raises:
        ColdForkServer: it does not start, or did not preload `workers.training.warm`; python
        skips that
            without a word.
    """
    with temporary_folder(place_of_sockets()):
        _ask(_say_whether_loaded, WARM)  # waits until the server is ready
    began = time.perf_counter()
    if not _ask(_say_whether_loaded, WARM):
        raise ColdForkServer(
            f"the fork server can't import {WARM}: install netspace (pip install -e .), "
            "or name its folder in PYTHONPATH"
        )
    return time.perf_counter() - began


def place_of_sockets() -> str:
    """A folder where a socket of multiprocessing's can be bound: its path is 107 bytes at most.

    TMPDIR's, where that is short enough; batch systems give long ones.

    Raises:
        ColdForkServer: there is none.
    """
    with contextlib.suppress(FileNotFoundError):  # no folder that can be written to
        for folder in (tempfile.gettempdir(), *SHORT):
            if _takes_sockets(folder):
                return folder
    raise ColdForkServer(
        "the fork server has no folder for its socket: let TMPDIR name one with a path of at "
        f"most 75 bytes that can be written to (tried: TMPDIR, {', '.join(SHORT)})"
    )


def _takes_sockets(folder: str) -> bool:
    """Whether a socket with a name as long as multiprocessing makes it can be bound there."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix="pymp-", dir=folder) as own,
            socket.socket(socket.AF_UNIX) as trial,
        ):
            trial.bind(os.path.join(own, "listener-12345678"))
    except OSError:  # too long, not there, not ours, full, or a file system without sockets
        return False
    return True


@contextlib.contextmanager
def temporary_folder(folder: str) -> Iterator[None]:
    """Meanwhile this is where multiprocessing makes its folder of sockets, which it keeps."""
    before, tempfile.tempdir = tempfile.tempdir, folder
    try:
        yield
    finally:
        tempfile.tempdir = before


def start(process: multiprocessing.context.ForkServerProcess) -> None:
    """Start a process, and the fork server where it is not running.

    Raises:
        ColdForkServer: that failed.
    """
    try:
        with _polling:
            process.start()
    except (OSError, EOFError) as error:
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise ColdForkServer(f"the fork server can't start a process: {said}") from None


def _ask(say: Callable[..., None], *about: str) -> Any:
    """What a child says."""
    answer, pipe = _context.Pipe(duplex=False)
    process = _context.Process(target=say, args=(pipe, *about))
    try:
        start(process)
    except ColdForkServer:
        answer.close()
        raise
    finally:
        pipe.close()
    try:
        return answer.recv()
    except EOFError:
        raise ColdForkServer("the fork server can't start a process") from None
    finally:
        with _polling:
            process.join()
        answer.close()


def _say_whether_loaded(pipe: Connection, module: str) -> None:
    pipe.send(module in sys.modules)


def _say_computer(pipe: Connection) -> None:
    import torch

    gpu = torch.cuda.is_available()
    name = torch.cuda.get_device_name() if gpu else processor() or "unknown"
    pipe.send(Computer(name, gpu))
