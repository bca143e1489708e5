"""`netspace restore`: a lab as it was, in the place of nothing or, if meant so, of another.

All of the file is read and compared first, the database migrated beside, and only then put in
its place, in one transaction. It gets another name (`services.reading.identity`): browsers,
snapshots and event streams keep nothing of the one that was there.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from db import grants, migrations
from db.base import Base
from db.session import Database
from netspace import addresses
from netspace.backups import archive, files, postgresql, sqlite
from netspace.backups.archive import NoBackup, Reader
from netspace.backups.manifest import Manifest
from netspace.backups.saving import check, database_of
from netspace.settings import Settings
from netspace.stack.errors import CannotStart
from services.reading import identity

STAGED = "restored"


def restore(settings: Settings, file: Path, replace: bool = False) -> Manifest:
    """Put a backup in the place of the settings' database and data folder.

    The stack may be at work: it goes on with what was restored.

    Args:
        replace: whether what is there may go. Data sets that the backup does not have stay.

    Raises:
        NoBackup: the file is none, is not whole, or is of a newer netspace.
        CannotStart: something is there, or can't be written.
    """
    with archive.reading(file) as reader:
        _require_ours(settings, reader)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not replace:
            _require_empty(settings, reader.manifest)
        with archive.staging(settings.data_dir / STAGED, "reading") as folder:
            try:
                _restore(settings, reader, folder)
            except OSError as error:
                said = f"{settings.data_dir} can't be written: {error.strerror}"
                raise CannotStart(said) from None
        return reader.manifest


def _restore(settings: Settings, reader: Reader, folder: Path) -> None:
    copy = folder / "database"
    reader.verify()
    reader.extract(database_of(reader), copy)
    check(reader, copy)
    tops = files.extract(reader, folder, settings.data_dir)
    if settings.on_sqlite:
        _put_sqlite(settings, copy)
    else:
        _put_postgresql(settings, copy)
    for top in tops:
        files.put(top, settings.data_dir / top.relative_to(folder))


def _put_sqlite(settings: Settings, copy: Path) -> None:
    url = addresses.sqlite(copy)
    migrations.upgrade(url)
    database = Database(url)
    try:
        with database.durable() as session:
            identity.bear(session)
        database.shrink_log()
    finally:
        database.dispose()
    sqlite.load(settings.database, copy)


def _put_postgresql(settings: Settings, copy: Path) -> None:
    ours = {"alembic_version", *Base.metadata.tables}
    with postgresql.loaded(settings.database, copy, ours) as connection:
        migrations.upgrade_on(connection)
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            identity.bear(session)
            session.commit()
        if settings.roles:
            grants.grant_on(connection, *settings.roles)


def _require_ours(settings: Settings, reader: Reader) -> None:
    contents = reader.manifest.contents
    here = "sqlite" if settings.on_sqlite else "postgresql"
    if contents.database != here:
        raise CannotStart(
            f"{reader.file} is of {contents.database}, and the database here is {here}: set "
            "NETSPACE_DATABASE_URL to one of that kind"
        )
    if not migrations.is_known(contents.migration):
        raise NoBackup(
            f"{reader.file} is of netspace {reader.manifest.netspace}, whose tables "
            f"({contents.migration}) are newer than this one's: install that one, or a newer"
        )


def _require_empty(settings: Settings, manifest: Manifest) -> None:
    part = sqlite if settings.on_sqlite else postgresql
    if not part.is_empty(settings.database):
        raise CannotStart("there is a database already; --replace puts the backup in its place")
    if differing := files.differing(settings.data_dir, manifest):
        raise CannotStart(
            f"data set {differing[0]} is another here; --replace puts the backup's in its place"
        )
