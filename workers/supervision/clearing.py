"""Clearing: what lies in a data folder and nobody comes back for, found and removed.

Nothing is named here that a running job needs: a checkpoint goes when its job has ended, by the
database's word, and else only when nobody has written it for long. A worker clears every minute
by itself; `netspace gc` says and does the same, and what is slower.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.messages import Claim
from workers.disk import checkpoints, locks, spool
from workers.disk.checkpoints import Checkpoint
from workers.disk.room import size_of
from workers.packing import store

HOUR = 3600.0
DAY = 24 * HOUR
UNFINISHED_SECONDS = spool.UNFINISHED_SECONDS
STRANGE_SECONDS = DAY
"""A checkpoint of a job that the database does not know may be another database's."""
CORRUPT_SECONDS = 30 * DAY
CORRUPT_BYTES = 64 * 2**20
"""Of ends of jobs that were set aside: the oldest go first."""
PACKING_SECONDS = 7 * DAY
"""Packing that was killed goes on where it was, for so long."""
LOG_BYTES = 64 * 2**20
"""Of a log of the stack's servers; its end stays, beside it."""
LOG_KEPT_BYTES = 2**20
LOGS = ("broker/log", "postgres/log")


@dataclass(frozen=True)
class Waste:
    """Something that can go."""

    what: str
    bytes: int
    why: str
    remove: Callable[[], None]


@dataclass(frozen=True)
class Known:
    """What the database says of jobs."""

    ended: Callable[[Sequence[int]], Sequence[Claim]]  # those of some ids that have
    unknown: Callable[[Sequence[int]], set[int]]  # ids that no job has


def of_jobs(data_dir: Path, known: Known) -> Iterator[Waste]:
    """Checkpoints of jobs that have ended; half written files of killed workers."""
    found = {file: _job_of(file) for file in (data_dir / checkpoints.FOLDER).glob("*")}
    ids = sorted({id for id in found.values() if id is not None})
    over = {Checkpoint(claim, data_dir).file for claim in known.ended(ids)} if ids else set()
    strangers = known.unknown(ids) if ids else set()
    for file, id in found.items():
        if file in over:
            yield _file(data_dir, file, f"job {id} has ended")
        elif id in strangers and _age(file) > STRANGE_SECONDS:
            yield _file(data_dir, file, f"there is no job {id}, and nobody wrote it for a day")
        elif _age(file) > checkpoints.WEEK_SECONDS:
            yield _file(data_dir, file, "nobody came back for it within a week")
        elif file.suffix == ".new" and _age(file) > UNFINISHED_SECONDS:
            yield _file(data_dir, file, "its worker was killed while it wrote it")


def of_spool(data_dir: Path) -> Iterator[Waste]:
    """Ends that can't be read, when they are old or too much; half written ones."""
    folder = data_dir / spool.FOLDER
    for file in folder.glob("*.new"):
        if _age(file) > UNFINISHED_SECONDS:
            yield _file(data_dir, file, "its worker was killed while it wrote it")
    newest_first = sorted(folder.glob("*.corrupt"), key=_age)
    total = 0
    for file in newest_first:
        total += size_of(file)
        if _age(file) > CORRUPT_SECONDS:
            yield _file(data_dir, file, "it can't be read, and was set aside a month ago")
        elif total > CORRUPT_BYTES:
            yield _file(data_dir, file, f"newer ones that can't be read take {CORRUPT_BYTES:,}")


def of_packing(data_dir: Path) -> Iterator[Waste]:
    """What was packed by a process that was killed, and what a restore left behind."""
    for folder in (data_dir / store.FOLDER).glob(".*.packing"):
        if _age(folder) > PACKING_SECONDS and _is_nobodys(folder):
            yield _folder(data_dir, folder, "packing ended in the middle a week ago")
    for folder in data_dir.glob(".*.reading"):
        if _is_nobodys(folder):
            yield _folder(data_dir, folder, "a restore was killed")


def of_logs(data_dir: Path) -> Iterator[Waste]:
    """Logs of the stack's servers that have grown large."""
    for name in LOGS:
        file = data_dir / name
        if (size := size_of(file)) > LOG_BYTES:

            def cut(file: Path = file) -> None:
                _cut(file)

            yield Waste(name, size - LOG_KEPT_BYTES, "its last megabyte stays beside it", cut)


def all_of(data_dir: Path, known: Known) -> Iterator[Waste]:
    """All that can go of a data folder."""
    yield from of_jobs(data_dir, known)
    yield from of_spool(data_dir)
    yield from of_packing(data_dir)
    yield from of_logs(data_dir)


def clear(found: Iterable[Waste]) -> int:
    """Remove it; how many bytes. What is gone already is nobody's loss."""
    cleared = 0
    for one in found:
        with contextlib.suppress(OSError):
            one.remove()
            cleared += one.bytes
    return cleared


def _job_of(file: Path) -> int | None:
    """The job that a checkpoint's name says."""
    number = file.name.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() else None


def _age(path: Path) -> float:
    """Seconds since it was written; of what is gone, none."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _file(data_dir: Path, file: Path, why: str) -> Waste:
    name = file.relative_to(data_dir).as_posix()
    return Waste(name, size_of(file), why, lambda: file.unlink(missing_ok=True))


def _folder(data_dir: Path, folder: Path, why: str) -> Waste:
    name = folder.relative_to(data_dir).as_posix()
    return Waste(name, size_of(folder), why, lambda: shutil.rmtree(folder))


def _is_nobodys(folder: Path) -> bool:
    """Whether no process holds it."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        return locks.take(opened)
    finally:
        os.close(opened)


def _cut(file: Path) -> None:
    """Empty a log that a server appends to; its end is kept under another name."""
    with file.open("r+b") as log:
        log.seek(-LOG_KEPT_BYTES, os.SEEK_END)
        kept = log.read()
        file.with_suffix(".cut").write_bytes(kept)
        log.truncate(0)
