"""Ground: the data folder that a worker began with, and whether it may take jobs on it.

A folder that was deleted, or has another in its place, is noticed by its inode: nothing is
written where nobody looks for it. Jobs at work go on; what has nowhere to go stays unwritten.
"""

from __future__ import annotations

from pathlib import Path

from workers.disk.room import room


class Ground:
    """A data folder, as it is now.

    Args:
        least_free: percent of its disk, below which no job is taken.
    """

    def __init__(self, folder: Path, least_free: float) -> None:
        self._folder, self._least_free = folder, least_free
        folder.mkdir(parents=True, exist_ok=True)
        self._began = _identity(folder)

    @property
    def is_gone(self) -> bool:
        """Whether the folder is not the one that it was."""
        return _identity(self._folder) != self._began

    def refuses(self) -> str | None:
        """Why no job may be taken, in a line; None: nothing is wrong."""
        if self.is_gone:
            return (
                f"the data folder {self._folder} was deleted or replaced: start the worker anew"
            )
        try:
            found = room(self._folder)
        except OSError as error:
            return f"the data folder {self._folder} can't be read: {error.strerror}"
        if found.free_percent < self._least_free:
            return (
                f"the disk of {self._folder} has {found.free_percent:.1f} % free, and new jobs "
                f"need {self._least_free:g} %: `netspace gc --dry-run` says what can go"
            )
        return None


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
