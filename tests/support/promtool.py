"""Prometheus' own checker, Debian's (scripts/debian brings it)."""

import shutil
import subprocess

import pytest


def check(what, *files, text=None):
    """What promtool has to say of `what`, and its exit code; skipped where apt-get is not."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("no promtool: scripts/debian brings it")
    command = [program, "check", what, *files]
    return subprocess.run(command, input=text, capture_output=True, text=True)
