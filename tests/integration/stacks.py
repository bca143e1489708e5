"""Stacks of the tests' own: their settings, and what becomes of their processes."""

import os
import sys
import time

PYTHON = sys.executable


def eventually(condition, seconds=10):
    """Whether `condition()` comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def gone(pid):
    """Whether a process has ended; one that nobody has reaped yet has."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def environment(folder, **more):
    """Settings of a stack of its own; no supervisor, whoever runs the tests."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("NETSPACE_")}
    return {**own, "NETSPACE_DATA_DIR": str(folder), "NETSPACE_DEMO": "0", **more}
