"""The folder where web processes of one address keep their numbers: server/metrics/meters.py.

It is this user's alone, new when the processes start, and gone with them; what a supervisor
left that was killed is removed by the next one. What a process held goes when it ends; what it
had counted stays, or the sums would fall.

It lies in memory where the system has a place for that: the processes write by mmap, and a full
disk would end them by a signal. So that it doesn't grow by each process that ever was, what the
dead had counted is added up in one file.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from netspace.stack.errors import CannotStart

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""By which prometheus-client finds it, when it is imported."""
MEMORY = Path("/dev/shm")  # nosec B108
PREFIX = "netspace-metrics-"
LOCK = "lock"
"""In the folder: who reads all files shares it (server/metrics/meters.py)."""
COUNTED = ("counter", "histogram")
"""Kinds of numbers that are added up for ever."""


@contextmanager
def folder(memory: Path = MEMORY) -> Iterator[Path]:
    """One for the processes that are about to start.

    Raises:
        CannotStart: there is no place for temporary files.
    """
    in_memory = memory.is_dir() and os.access(memory, os.W_OK | os.X_OK)
    try:
        place = memory if in_memory else Path(tempfile.gettempdir())
        _remove_dead(place)
        made = tempfile.TemporaryDirectory(
            prefix=f"{PREFIX}{os.getpid()}-", dir=place, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise CannotStart(
            f"no folder for temporary files ({error.strerror}): set TMPDIR"
        ) from None
    with made as name:
        path = Path(name)
        (path / LOCK).touch()
        yield path


def forget(path: Path, pid: int) -> None:
    """A process has ended: it holds nothing any more, and what it had counted is the dead's."""
    from prometheus_client.multiprocess import mark_process_dead

    # Somebody has emptied the folder, or it was killed while it wrote: then all stays as it is.
    with suppress(OSError, ValueError, RuntimeError, struct.error), _alone(path):
        mark_process_dead(pid, str(path))
        for kind in COUNTED:
            _add(path / f"{kind}_{pid}.db", path / f"{kind}_dead.db")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While nobody reads the folder, who would count twice, or not at all."""
    with open(path / LOCK) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _add(file: Path, total: Path) -> None:
    """Add the numbers of one file to those of another, and remove it."""
    from prometheus_client.mmap_dict import MmapedDict

    if not file.exists():
        return
    values = [*MmapedDict.read_all_values_from_file(str(file))]
    kept = MmapedDict(str(total))
    try:
        for key, value, *_ in values:
            before, _ = kept.read_value(key)
            kept.write_value(key, before + value, 0.0)
    finally:
        kept.close()
    file.unlink()


def _remove_dead(place: Path) -> None:
    """Remove what supervisors of this user have left who do not live any more."""
    for found in place.glob(f"{PREFIX}*-*"):
        pid = found.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not _lives(int(pid)) and found.stat().st_uid == os.geteuid():
            shutil.rmtree(found, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
