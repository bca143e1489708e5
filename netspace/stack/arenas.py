"""Arenas: the heaps that the C library keeps for the threads of a process.

glibc gives up to eight a core, and what a thread has freed stays in its own. Forty threads that
take turns at large arrays would hold as much as if all were at work at once.

Source: mallopt(3).
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
FEW = 2


def keep_few() -> None:
    """From now on threads share them; nothing happens where the C library is another."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, FEW)
