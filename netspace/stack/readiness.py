"""Readiness: a part tells its supervisor that it is ready, by a pipe that it was started with.

Web processes share an address, so a connection to it does not say which of them would take it.
"""

from __future__ import annotations

import contextlib
import os
import select

TELLS = "NETSPACE_READY_FD"
"""Environment variable with the descriptor to write to; unset where nobody waits."""


def tell() -> None:
    """Say once that this process is ready; what it starts does not inherit the word."""
    given = os.environ.pop(TELLS, "")
    if given.isdecimal():
        with contextlib.suppress(OSError):  # nobody waits any more
            os.write(int(given), b"1")
            os.close(int(given))


class Ready:
    """The supervisor's end of such a pipe."""

    def __init__(self) -> None:
        self._listens, self.tells = os.pipe()
        self._said = False

    def started(self) -> None:
        """The part has its end, so that this process needs it no more."""
        if self.tells >= 0:
            os.close(self.tells)
            self.tells = -1

    def said(self) -> bool:
        """Whether the part has said so."""
        if (
            not self._said
            and self._listens >= 0
            and select.select([self._listens], [], [], 0)[0]
        ):
            self._said = os.read(self._listens, 1) == b"1"
            self.close()
        return self._said

    def close(self) -> None:
        """Listen no more."""
        self.started()
        if self._listens >= 0:
            os.close(self._listens)
            self._listens = -1
