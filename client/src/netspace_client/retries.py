"""Trying again: how often, and how long to wait before.

Waits grow twofold and are drawn evenly from 0 to there ("full jitter"), so that many clients
that lost one server don't come back at once. What `Retry-After` asks for is waited for.

Source: M. Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015); RFC 9110,
section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = frozenset({429, 502, 503, 504})
"""Statuses that say: not now."""


@dataclass(frozen=True)
class Retries:
    """How a call is tried again that may be made twice."""

    attempts: int = 5
    first: float = 0.5  # seconds: the longest first wait; each next one is twice as long
    longest: float = 30.0  # seconds: no wait is longer
    patience: float = 120.0  # seconds: a longer Retry-After is an error, not a wait

    def wait(self, failures: int, told: float | None = None) -> float | None:
        """Seconds until the next attempt after so many failures; None where there is none.

        Args:
            failures: attempts so far, from 1.
            told: what Retry-After asks for, seconds.
        """
        if failures >= self.attempts or (told is not None and told > self.patience):
            return None
        if told is not None:
            return told + random.uniform(0, self.first)
        return random.uniform(0, min(self.longest, self.first * 2 ** (failures - 1)))


STREAM = Retries(attempts=12, first=1.0)
"""A stream is asked for again for some four minutes."""


def retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After asks for, given as seconds or as a date; None without one."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:  # -0000: of no zone, which for HTTP is UTC
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
