"""What passes by itself: a database that is busy, restarting or unreachable."""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

DATABASE_AWAY = (OperationalError, InterfaceError, NoConnectionLeft)
"""No reason to lose work, or to stop."""


def briefly(error: Exception) -> str:
    """What the database said, without the statement it was told."""
    return str(error).partition("\n")[0]
