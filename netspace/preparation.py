"""Preparation: the database before a stack starts on it, and the studies beside the live one.

What this imports stands in its functions: the supervisor starts at once, and the broker needs
none of it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from netspace import addresses, logs
from netspace.settings import Settings, variable
from netspace.stack.errors import CannotStart


def upgrade(settings: Settings) -> None:
    """Migrate the database, and let the roles of its parts do what they need, where it has any.

    Raises:
        CannotStart: its folder can't be written, or it can't be read.
        WrongSettings: of the roles' addresses.
    """
    from db import grants, migrations

    roles = settings.roles
    with readable(settings):
        migrations.upgrade(settings.database)
        if roles:
            grants.grant_to(settings.database, *roles)


def folder(settings: Settings) -> None:
    """The data folder is there, and made where it is missing.

    Raises:
        CannotStart: it can't be used.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = f"{settings.data_dir} can't be used: {error.strerror}"
        raise CannotStart(f"the data folder {said} ({variable('data_dir')})") from None


def require_migrated(settings: Settings, patient: bool = False) -> None:
    """Refuse a database that this version of the code can't read.

    Args:
        patient: one that is away is waited for by whoever asks.

    Raises:
        CannotStart: it is another version's, or nobody has prepared it.
    """
    from sqlalchemy.exc import DBAPIError

    from db import probe

    try:
        newest = probe.is_newest(settings.database)
    except DBAPIError:
        if not patient:
            raise
        return
    if not newest:
        at = addresses.shown(settings.database)
        if probe.is_empty(settings.database):
            raise CannotStart(f"{at} has no tables yet; `netspace migrate` makes them")
        raise CannotStart(
            f"{at} is another version's; `netspace migrate` brings it to this one"
        )


@contextmanager
def readable(settings: Settings) -> Iterator[None]:
    """The settings' database answers; what else is wrong with it is told in a line, too.

    Raises:
        CannotStart: the data folder can't be written, or the database not read.
    """
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    from db.session import Database

    folder(settings)
    database = None
    try:
        database = Database(settings.database)
        with database.read() as session:
            session.connection()
        yield
    except OSError as error:
        said = f"{settings.data_dir} can't be used: {error.strerror}"
        raise CannotStart(f"the data folder {said} ({variable('data_dir')})") from None
    except (DBAPIError, CommandError) as broken:
        said = str(getattr(broken, "orig", broken)).strip().splitlines()[0]
        raise CannotStart(
            f"no database at {addresses.shown(settings.database)}: {said}"
        ) from None
    finally:
        if database is not None:
            database.dispose()


def prepare(settings: Settings) -> None:
    """Migrate the database, define what is ready-made, put the demo study into an empty one."""
    logs.say(f"preparing {settings.data_dir}")
    upgrade(settings)
    from db.session import Database
    from netspace.studies.demo import create_if_empty, define_ready_made

    database = Database(settings.database)
    try:
        if not settings.demo:
            define_ready_made(database)
        elif create_if_empty(database):
            logs.say("queued the demo study")
    finally:
        database.dispose()


def import_behind(settings: Settings) -> None:
    """Import them with what the cores have left: Linux gives each thread a niceness."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
    import_reference(settings)


def import_reference(settings: Settings) -> None:
    """Import the reference folder's studies that are not in the database yet.

    Whatever is wrong with them is told, and stops nothing.
    """
    if not settings.demo:
        return
    from db.session import Database
    from netspace.studies import archive

    database = Database(settings.database)
    try:
        for line in archive.load_reference(database, settings):
            logs.say(line)
    except Exception as error:
        logs.say(f"no reference study: {error}", error=True)
    finally:
        database.dispose()
