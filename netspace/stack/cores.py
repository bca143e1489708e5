"""The cores of this machine."""

from __future__ import annotations

import os


def usable() -> int:
    """Cores that this process may use: in a container, fewer than the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
