"""Orphans: what becomes of a process whose parent dies."""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def signal_on_parents_death(number: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent dies: it holds after an exec.

    A change of user takes it back, so that comes first. Nothing happens but on Linux.
    """
    if not sys.platform.startswith("linux"):
        return
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
