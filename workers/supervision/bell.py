"""A bell that wakes all idle slots, however many wait and whenever it rings."""

from __future__ import annotations

import threading


class Bell:
    """Counts its rings, so that one between "nothing to do" and waiting is not missed."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often it rang; read it *before* looking for work."""
        return self._rings

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._rung:
            self._rings += 1
            self._rung.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Until it has rung more than `seen` times, `seconds` at most."""
        with self._rung:
            self._rung.wait_for(lambda: self._rings != seen, seconds)
