"""Stacks of the tests' own: their settings, and what becomes of their processes."""

import os
import sys

PYTHON = sys.executable


def parent_of(command):
    """The command of a process that starts another, says its id, and waits for it."""
    start = (
        "import subprocess, sys\n"
        "child = subprocess.Popen(sys.argv[1:])\n"
        "print(child.pid, flush=True)\n"
        "child.wait()"
    )
    return [PYTHON, "-c", start, *command]


def environment(folder, **more):
    """Settings of a stack of its own; no supervisor, whoever runs the tests."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("NETSPACE_")}
    return {**own, "NETSPACE_DATA_DIR": str(folder), "NETSPACE_DEMO": "0", **more}
