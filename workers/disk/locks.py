"""Locks on open files: the kernel releases those of a process that ends, however it ends."""

from __future__ import annotations

import fcntl

SHARED, ALONE = fcntl.LOCK_SH, fcntl.LOCK_EX


def take(file: int, lock: int = ALONE) -> bool:
    """Lock an open file, unless somebody holds it otherwise; whether that worked.

    The lock is of the open file: it goes when that is closed, and children inherit it.
    """
    try:
        fcntl.flock(file, lock | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
