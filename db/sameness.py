"""Sameness: whether a database is still the one that a process began with.

A file that was deleted goes on to exist for whoever has it open, and what is written there is
lost with the last of them; one that was put in its place is another database, whose rows have
the same numbers. So it is asked for by its inode before each transaction, and a server by its
name and the database's number whenever it is connected to.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from db.outages import Replaced

SERVER = "SELECT system_identifier FROM pg_control_system()"
NUMBER = "SELECT oid FROM pg_database WHERE datname = current_database()"


class Same:
    """Remembers what was found first, and refuses what is found otherwise."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._first: Hashable = None
        self._beginning = threading.Lock()

    def require(self, found: Hashable) -> None:
        """Refuse another one than the first.

        Raises:
            Replaced: it is.
        """
        with self._beginning:
            if self._first is None:
                self._first = found
        if found != self._first:
            raise Replaced(self.said)

    @property
    def begun(self) -> bool:
        """Whether there was a first one."""
        return self._first is not None

    @property
    def said(self) -> str:
        """What is wrong, in a line."""
        return f"{self._what} was deleted or replaced while this process runs: start it anew"


class SameFile(Same):
    """A file, by its inode."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"the database {file}")
        self._file = file

    def check(self) -> None:
        """Once it was there it has to be there, and the same.

        Raises:
            Replaced: it is not.
        """
        found = None
        with suppress(OSError):
            about = self._file.stat()
            found = (about.st_dev, about.st_ino)
        if found is not None or self.begun:
            self.require(found)

    def lost(self) -> str | None:
        """What is wrong with it now, if anything."""
        try:
            self.check()
        except Replaced as wrong:
            return str(wrong)
        return None


def of_server(connection: Any) -> tuple[Any, Any]:
    """What a new connection of psycopg's tells a database by; its transaction is left ended."""
    found = []
    for question in (SERVER, NUMBER):
        try:
            found.append(connection.execute(question).fetchone())
        except psycopg.errors.InsufficientPrivilege:  # of a server that is somebody else's
            found.append(None)
        connection.rollback()
    return found[0], found[1]
