"""What passes by itself: a database that is busy, restarting or unreachable.

A worker keeps its work and tries again; the web process answers 503.
"""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

DATABASE_AWAY = (OperationalError, InterfaceError, NoConnectionLeft)
"""No reason to lose work, or to stop.

The last one is the pool's: all its connections stay busy, as when the server hangs. To whoever
asks it is the same as a server that doesn't answer.
"""


def briefly(error: Exception) -> str:
    """What the database said, without the statement it was told."""
    return str(error).partition("\n")[0]
