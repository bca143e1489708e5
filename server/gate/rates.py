"""Rates: how often one person asks, so that nobody's script takes the server from the others.

Counted by each web process for itself and in its memory: a limit of courtesy, which tells a
loop that it is one. Whose session or token it is counts, and who has none by his address.
"""

from __future__ import annotations

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from services.acting.actor import Actor


class Rates:
    """Requests a minute, by person.

    Args:
        most: that one person may send; 0: as many as he likes.
    """

    def __init__(self, most: int) -> None:
        self._most = RateLimitItemPerMinute(most) if most else None
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def wait(self, actor: Actor) -> int:
        """Count a request; 0, or the seconds after which its sender may ask again."""
        if self._most is None:
            return 0
        person = f"user {actor.id}" if actor.id is not None else f"address {actor.address}"
        if self._limiter.hit(self._most, person):
            return 0
        reset = self._limiter.get_window_stats(self._most, person).reset_time
        return max(1, round(reset - time.time()))
