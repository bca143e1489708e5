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


class Replaced(OperationalError):
    """The database is not the one that this process began with; that doesn't pass by itself."""

    def __init__(self, said: str) -> None:
        super().__init__(None, None, Exception(said))
        self._said = said

    def __str__(self) -> str:
        return self._said


def for_people(error: Exception) -> str:
    """What whoever asked is told of an outage."""
    if isinstance(error, Replaced):
        return (
            "the database was deleted or replaced while this server runs, so nothing is read "
            "or written: it has to be started anew"
        )
    return "the database is away; ask again soon"


def briefly(error: Exception) -> str:
    """What the database said, without the statement it was told."""
    return str(error).partition("\n")[0]
