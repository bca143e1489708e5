"""`netspace backup`: the database at one moment, data sets, ends that wait to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from netspace.backups import archive, files, postgresql, sqlite
from netspace.backups.archive import NoBackup, Reader, Writer
from netspace.backups.manifest import Contents, Manifest, Member, version
from netspace.settings import Settings
from netspace.stack.errors import CannotStart


@dataclass(frozen=True)
class Saved:
    """A backup that was written."""

    manifest: Manifest
    bytes: int


def save(
    settings: Settings, file: Path, data_sets: bool = True, replace: bool = False
) -> Saved:
    """Write a backup, which others may not read; the stack may be at work.

    It is written beside its name and gets that when it is whole.

    Args:
        data_sets: whether those of the data folder are in it.
        replace: whether a file of that name may go.

    Raises:
        CannotStart: the file is there, can't be written, or the database can't be read.
    """
    file = file.absolute()
    _require_free(file, replace)
    with archive.staging(file, "writing") as folder:
        try:
            with archive.writing(folder / "backup") as writer:
                manifest = _write(writer, settings, folder, data_sets)
            _require_free(file, replace)
            archive.put(folder / "backup", file)
            return Saved(manifest, file.stat().st_size)
        except OSError as error:
            raise CannotStart(f"{file} can't be written: {error.strerror}") from None


def verify(file: Path) -> Manifest:
    """Read a whole backup, its database too, and compare it with its manifest.

    Raises:
        NoBackup: what is wrong with it.
    """
    with archive.reading(file) as reader, archive.staging(file.absolute(), "reading") as folder:
        reader.verify()
        copy = folder / "database"
        try:
            reader.extract(database_of(reader), copy)
        except OSError as error:
            raise CannotStart(f"{folder.parent} can't be written: {error.strerror}") from None
        check(reader, copy)
        return reader.manifest


def check(reader: Reader, copy: Path) -> None:
    """Read all of a backup's database, unpacked.

    Raises:
        NoBackup: it is not what the manifest says.
    """
    contents = reader.manifest.contents
    try:
        if contents.database == "sqlite":
            sqlite.check(copy, contents)
        else:
            postgresql.check(copy, contents)
    except NoBackup as wrong:
        raise NoBackup(f"{reader.file}: {wrong}") from None


def database_of(reader: Reader) -> Member:
    """The member that is the database.

    Raises:
        NoBackup: there is none.
    """
    on_sqlite = reader.manifest.contents.database == "sqlite"
    name = sqlite.MEMBER if on_sqlite else postgresql.MEMBER
    member = reader.manifest.member(name)
    if member is None:
        raise NoBackup(f"{reader.file} has no {name}")
    return member


def _write(writer: Writer, settings: Settings, folder: Path, data_sets: bool) -> Manifest:
    left_out = list(files.NEVER)
    # Before the database: an end that is stored meanwhile is in both, which changes nothing.
    for file in (*files.settings(settings.data_dir), *files.spooled(settings.data_dir)):
        _add(writer, settings.data_dir, file)
    contents = _add_database(writer, settings, folder)
    if data_sets:
        for file in files.data_sets(settings.data_dir):
            _add(writer, settings.data_dir, file)
    else:
        left_out.insert(0, files.DATA_SETS)
    manifest = Manifest(
        netspace=version(),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        contents=contents,
        members=tuple(writer.members),
        left_out=tuple(left_out),
    )
    writer.finish(manifest)
    return manifest


def _add_database(writer: Writer, settings: Settings, folder: Path) -> Contents:
    dump, name = (
        (sqlite.dump, sqlite.MEMBER)
        if settings.on_sqlite
        else (postgresql.dump, postgresql.MEMBER)
    )
    copy = folder / name
    contents = dump(settings.database, copy)
    with copy.open("rb") as stream:
        writer.add(name, stream)
    copy.unlink()  # its place may be needed for data sets
    return contents


def _add(writer: Writer, data_dir: Path, file: Path) -> None:
    try:
        stream = file.open("rb")
    except FileNotFoundError:  # stored, or removed, meanwhile
        return
    with stream:
        writer.add(files.name_of(data_dir, file), stream)


def _require_free(file: Path, replace: bool) -> None:
    if file.exists() and not (replace and file.is_file()):
        raise CannotStart(f"{file} is there already: another name, or --replace")
