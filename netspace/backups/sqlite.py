"""SQLite in a backup: a copy of the file at one moment, and a copy back in one transaction.

Both ways are SQLite's own (its online backup): out of a database that is written to, in one
step, since in several it would begin anew at each write; and into one that others have open,
who see the old one until the new one is committed. The file stays the same file, so nobody goes
on in one that has no name any more.

Source: https://sqlite.org/backup.html.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url

from netspace.backups.archive import PRIVATE, NoBackup
from netspace.backups.manifest import Contents
from netspace.stack.errors import CannotStart
from workers.disk.files import synchronise

MEMBER = "database.sqlite"


def file_of(url: str) -> Path:
    """The file of a database."""
    name = make_url(url).database
    assert name is not None  # the settings have checked it
    return Path(name)


def dump(url: str, to: Path) -> Contents:
    """Copy the database as it is at one moment to a new file; what is in it.

    Raises:
        CannotStart: there is none, or it can't be read.
    """
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    try:
        with closing(_opened(file_of(url))) as live, closing(sqlite3.connect(to)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whoever opens it
            return _contents(copy)
    except sqlite3.Error as error:
        raise CannotStart(f"{file_of(url)} can't be copied: {error}") from None


def check(copy: Path, contents: Contents) -> None:
    """Read all of a copy: whether it is whole, and what it should be.

    Raises:
        NoBackup: it is not.
    """
    try:
        with closing(sqlite3.connect(copy)) as opened:
            (said,) = opened.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise NoBackup(f"its database is spoilt: {said}")
            found = _contents(opened)
    except sqlite3.Error as error:
        raise NoBackup(f"its database can't be read: {error}") from None
    if found != contents:
        raise NoBackup("its database is another than its manifest says")


def is_empty(url: str) -> bool:
    """Whether there is no database, or one without tables."""
    if not file_of(url).exists():
        return True
    with closing(_opened(file_of(url))) as opened:
        return not _tables(opened)


def load(url: str, copy: Path) -> None:
    """Put a copy, migrated and in a file beside, into the database's place.

    Raises:
        CannotStart: the database can't be written.
    """
    file = file_of(url)
    if not file.exists():
        copy.replace(file)
        synchronise(file.parent)
        return
    try:
        with closing(sqlite3.connect(copy)) as new, closing(_opened(file)) as live:
            live.execute("PRAGMA synchronous = FULL")
            new.backup(live)
    except sqlite3.Error as error:
        raise CannotStart(f"{file} can't be replaced: {error}") from None


def _opened(file: Path) -> sqlite3.Connection:
    """A database that is there: one that is not is not made."""
    if not file.exists():
        raise CannotStart(f"no database {file}")
    return sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=30)


def _contents(opened: sqlite3.Connection) -> Contents:
    tables = _tables(opened)
    if "alembic_version" not in tables:
        raise CannotStart(
            "the database has no tables of netspace: `netspace migrate` makes them"
        )
    (migration,) = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    named = None
    if "identity" in tables:
        named = opened.execute("SELECT token FROM identity").fetchone()
    counts = {
        table: opened.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # nosec B608
        for table in tables
    }
    return Contents(
        database="sqlite",
        migration=migration,
        identity=named[0] if named else "",
        counts=counts,
    )


def _tables(opened: sqlite3.Connection) -> list[str]:
    listed = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return sorted(name for (name,) in opened.execute(listed))
