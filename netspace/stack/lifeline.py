"""The lifeline: a part of the stack ends soon after its supervisor, however that one died.

A supervisor that is asked to stop stops its parts; one that is killed can't. So every part
watches the supervisor: a thread waits on its pidfd, which the kernel makes readable when the
process ends. Nothing is polled where pidfds exist (Linux since 5.3).
"""

from __future__ import annotations

import functools
import logging
import os
import select
import signal
import sys
import threading
import time

from workers.supervision.orphans import signal_on_parents_death

SUPERVISOR = "NETSPACE_SUPERVISOR_PID"
"""Environment variable that tells a part who supervises it; unset where nobody does."""

GRACE = 1.5
"""Seconds between asking this process to stop and killing it."""

log = logging.getLogger(__name__)


@functools.cache  # one thread, however often it is called
def watch(grace: float = GRACE) -> None:
    """From now on this process ends with its supervisor; nothing happens where it has none."""
    pid = os.environ.get(SUPERVISOR)
    if pid is not None:
        threading.Thread(
            target=_end_with, args=(int(pid), grace), name="lifeline", daemon=True
        ).start()


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """From now on this process gets a signal when its parent dies, also after an exec.

    Linux only.
    """
    if not sys.platform.startswith("linux"):
        return
    parent = int(os.environ.get(SUPERVISOR, os.getppid()))
    signal_on_parents_death(number)
    if os.getppid() != parent:  # it died in between
        os.kill(os.getpid(), number)


def _end_with(supervisor: int, grace: float) -> None:
    wait_for_end(supervisor)
    log.warning("the supervisor (process %d) is gone: stopping", supervisor)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    # A part leads its own process group, and what it started must not outlive it.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_end(pid: int) -> None:
    """Block until process `pid` is gone."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # no pidfds here: not Linux, an old one, or a sandbox
        while _exists(pid):
            time.sleep(0.5)
        return
    try:
        ended = select.poll()
        ended.register(watched, select.POLLIN)
        ended.poll()
    finally:
        os.close(watched)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, so it is there
        pass
    return True
