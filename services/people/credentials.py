"""Credentials: what requests show, and whom it lets in, remembered for a few seconds.

A page asks many times a second, and the database need not be asked each time. What is ended is
published, and forgotten by every process at once; where that is lost, in REMEMBERED_SECONDS.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from db.session import Database
from services.acting.actor import Actor
from services.people import secrets, sessions, tokens

REMEMBERED_SECONDS = 5.0
MOST = 10_000
"""Of those remembered; wrong ones are never."""


class Credentials:
    """Whom a secret lets in."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()
        self._forgotten = 0
        self._keeping = Lock()

    def remembered(self, secret: str) -> Actor | None:
        """Whom it let in a moment ago; costs no look into the database."""
        with self._keeping:
            known = self._known.get(secrets.digest(secret))
        return known[1] if known is not None and known[0] > self._clock() else None

    def look(self, secret: str) -> Actor | None:
        """Whom it lets in now; reads the database, and remembers who was found."""
        forgotten = self._forgotten
        find = tokens.actor if secret.startswith(secrets.PREFIX) else sessions.actor
        with self._database.read() as session:
            actor = find(session, secret)
        if actor is None:
            return None
        with self._keeping:
            if forgotten == self._forgotten:  # nothing was ended meanwhile
                key = secrets.digest(secret)
                self._known[key] = (self._clock() + REMEMBERED_SECONDS, actor)
                self._known.move_to_end(key)
                while len(self._known) > MOST:
                    self._known.popitem(last=False)
        return actor

    def forget(self) -> None:
        """Something was ended: everybody is looked up again."""
        with self._keeping:
            self._forgotten += 1
            self._known.clear()

    def mark(self, secret: str, actor: Actor) -> None:
        """Remember in the database that it was used; a writer may be waited for."""
        with self._database.write() as session:
            if actor.token is not None:
                tokens.used(session, secret)
            elif actor.session is not None:
                sessions.seen(session, actor.session)
