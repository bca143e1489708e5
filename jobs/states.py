"""The states of a job, and what some of them have in common.

    queued -> running -> done | failed | cancelled | dead        queued <-> paused

`done` has a result. `failed`, `cancelled` and `dead` (no attempts left) have none, and only a
person leads a job out of them. `services.work.transitions` writes them.
"""

from __future__ import annotations

from typing import Final, Literal

State = Literal["queued", "paused", "running", "done", "failed", "cancelled", "dead"]

QUEUED: Final = "queued"
PAUSED: Final = "paused"  # all who want it are
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
DEAD: Final = "dead"

Ending = Literal["done", "failed", "cancelled", "dead"]

WAITING: tuple[State, ...] = (QUEUED, PAUSED)
OPEN: tuple[State, ...] = (*WAITING, RUNNING)
"""It has not ended."""
BROKEN: tuple[State, ...] = (FAILED, DEAD)
"""It ended by itself, without a result."""
RESULTLESS: tuple[State, ...] = (*BROKEN, CANCELLED)
"""It ended without a result, however."""
FINAL: tuple[State, ...] = (DONE, *RESULTLESS)
"""It has ended."""
