"""Room: what a data folder's disk has left, and which of its parts takes how much."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DATABASE = "database"
OTHER = "other"


@dataclass(frozen=True)
class Room:
    """Bytes of the file system that a folder is on."""

    size: int
    free: int  # for whoever is no administrator

    @property
    def free_percent(self) -> float:
        return 100 * self.free / self.size if self.size else 0.0


def room(folder: Path) -> Room:
    """What a folder's disk has.

    Raises:
        OSError: the folder is not there.
    """
    found = shutil.disk_usage(folder)
    return Room(found.total, found.free)


def size_of(path: Path) -> int:
    """Bytes that a file, or all below a folder, takes on the disk; 0 where it is gone."""
    try:
        if not path.is_dir():
            return 512 * path.stat(follow_symlinks=False).st_blocks
        return sum(size for entry in os.scandir(path) for size in _sizes(entry))
    except OSError:
        return 0


def used(folder: Path) -> dict[str, int]:
    """Bytes on the disk by part of a data folder: its folders, the database's files, others.

    What can't be read is not counted.
    """
    parts: dict[str, int] = {}
    with suppress(OSError):
        for entry in os.scandir(folder):
            part = entry.name if entry.is_dir(follow_symlinks=False) else _part(entry.name)
            size = sum(_sizes(entry))
            parts[part] = parts.get(part, 0) + size
    return {part: size for part, size in sorted(parts.items()) if size}


def _part(file: str) -> str:
    return DATABASE if ".db" in file else OTHER


def _sizes(entry: os.DirEntry[str]) -> Iterator[int]:
    """Of a file, or of all below a folder: what they take on the disk."""
    with suppress(OSError):  # it is gone, or another's
        if entry.is_dir(follow_symlinks=False):
            for below in os.scandir(entry):
                yield from _sizes(below)
        else:
            yield 512 * entry.stat(follow_symlinks=False).st_blocks
