"""What lies in a data folder beside the database: which of it is in a backup, and which not.

In it is what nobody could make again: data sets (whoever packed one may have lost its source),
settings, and ends of jobs that the database does not have yet. Not in it is what costs time at
most.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from netspace.backups.archive import Reader
from netspace.backups.manifest import Manifest, Member
from workers.disk import spool
from workers.disk.files import synchronise
from workers.packing import store

NEVER = (
    "checkpoints: a training begins anew",
    "wake-ups of the broker: workers look by themselves",
    "passwords of the stack's own PostgreSQL and broker: each folder makes its own",
    "logs and locks",
)
"""What no backup has."""
DATA_SETS = "data sets"
SETTINGS = "netspace.toml"
"""Settings that lie in the data folder; they may hold secrets."""


def settings(data_dir: Path) -> Iterator[Path]:
    """The file of settings, if it lies there."""
    if (file := data_dir / SETTINGS).is_file():
        yield file


def spooled(data_dir: Path) -> Iterator[Path]:
    """Ends of jobs that are not stored yet, those that can't be among them."""
    folder = data_dir / spool.FOLDER
    yield from sorted({*folder.glob("*.json"), *folder.glob("*.corrupt")})


def data_sets(data_dir: Path) -> Iterator[Path]:
    """The files of all data sets that are whole."""
    folder = data_dir / store.FOLDER
    yield from sorted(folder.glob("[!.]*.npz"))
    for manifest in sorted(folder.glob("[!.]*/manifest.json")):
        yield from sorted(path for path in manifest.parent.iterdir() if path.is_file())


def name_of(data_dir: Path, file: Path) -> str:
    """What a file is called in a backup."""
    return file.relative_to(data_dir).as_posix()


def sets_of(manifest: Manifest) -> dict[str, list[Member]]:
    """The data sets of a backup: the members of each, by its file or folder."""
    found: dict[str, list[Member]] = {}
    for member in manifest.below(store.FOLDER):
        top = member.name.split("/")[1]
        found.setdefault(top, []).append(member)
    return found


def differing(data_dir: Path, manifest: Manifest) -> list[str]:
    """Data sets of a backup that the folder has otherwise."""
    return [
        top
        for top, members in sets_of(manifest).items()
        if (data_dir / store.FOLDER / top).exists() and not _are_there(data_dir, members)
    ]


def extract(reader: Reader, to: Path, data_dir: Path) -> list[Path]:
    """Unpack what the folder has not yet into a folder beside; what is to be put in its place.

    Raises:
        NoBackup: it is not what was written.
        OSError: the disk is full, say.
    """
    manifest, tops = reader.manifest, []
    for top, members in sets_of(manifest).items():
        if not _are_there(data_dir, members):
            for member in members:
                reader.extract(member, to / member.name)
            tops.append(to / store.FOLDER / top)
    own = manifest.member(SETTINGS)
    if own is not None and not (data_dir / SETTINGS).exists():  # this machine's stay
        reader.extract(own, to / own.name)
        tops.append(to / own.name)
    for member in manifest.below(spool.FOLDER):
        reader.extract(member, to / member.name)
        tops.append(to / member.name)
    return tops


def put(staged: Path, at: Path) -> None:
    """Give what is whole its name; what had it goes."""
    at.parent.mkdir(parents=True, exist_ok=True)
    if at.is_dir():  # a name can't be given to a folder while a full one has it
        old = staged.with_name(f"{staged.name}.old")
        at.rename(old)
        staged.rename(at)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(staged, at)
    synchronise(at.parent)


def _are_there(data_dir: Path, members: list[Member]) -> bool:
    """Whether the folder has these files as they are in a backup."""
    files = ((data_dir / member.name, member) for member in members)
    return all(
        file.is_file()
        and file.stat().st_size == member.bytes
        and store.sha256(file) == member.sha256
        for file, member in files
    )
