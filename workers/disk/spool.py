"""The spool: how jobs ended, on disk until the database has it.

A worker may be killed between the end of a child and the commit, or be stopped while the
database is away: whoever shares its data folder stores the rest, at the start and every few
seconds. Storing is idempotent, so a file that two workers read does no harm; a lock on it only
spares them the work.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from designspace.values import Frozen
from jobs.messages import Claim, Failed, Finished
from workers.disk import files, locks

log = logging.getLogger(__name__)

FOLDER = "spool"

UNFINISHED_SECONDS = 600.0
"""Nobody writes a file for so long: he was killed, and its job is tried again."""

Store = Callable[[Claim, Finished | Failed], None]
"""Puts an end into the database; raises what passes by itself, and anything else."""


class Ended(Frozen):
    """A job and how it ended: the content of one file."""

    claim: Claim
    end: Finished | Failed = Field(union_mode="smart")


class Spool:
    """The spool of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    @contextlib.contextmanager
    def keep(self, claim: Claim, end: Finished | Failed) -> Iterator[None]:
        """Hold the end on disk until the block has stored it; for longer where that fails."""
        file = self._folder / f"{claim.job_id}-{claim.attempt}-{claim.token[:8]}.json"
        try:
            files.write(file, Ended(claim=claim, end=end).model_dump_json().encode())
        except OSError as error:  # a full disk: the database may have room
            log.warning("job %d: not spooled: %s", claim.job_id, error)
        with _locked(file):
            yield
            _remove(file)

    def replay(self, store: Store, passing: tuple[type[Exception], ...]) -> int:
        """Store what others left; how many ends.

        Raises:
            Exception: one of `passing`, as `store` raised it; the files stay.
        """
        self._remove_unfinished()
        stored = 0
        for file in sorted(self._folder.glob("*.json")):
            with _locked(file) as mine:
                if mine and (ended := self._read(file)) is not None:
                    try:
                        store(ended.claim, ended.end)
                    except passing:
                        raise
                    except Exception:
                        log.exception("%s can't be stored", file.name)
                        _set_aside(file)
                    else:
                        _remove(file)
                        stored += 1
        return stored

    def _remove_unfinished(self) -> None:
        """What was being written when its worker was killed."""
        oldest = time.time() - UNFINISHED_SECONDS
        for file in self._folder.glob("*.new"):
            with contextlib.suppress(OSError):  # another worker was faster
                if file.stat().st_mtime < oldest:
                    file.unlink()

    def _read(self, file: Path) -> Ended | None:
        """What is in a file; None where it is gone, or set aside because it can't be read."""
        try:
            return Ended.model_validate_json(files.read(file))
        except FileNotFoundError:
            return None
        except (OSError, files.Corrupt, ValidationError) as error:
            log.error("%s can't be read: %s", file.name, error)
            _set_aside(file)
            return None


def _remove(file: Path) -> None:
    """What is stored; a file that stays is stored once more, which changes nothing."""
    with contextlib.suppress(OSError):
        file.unlink()


def _set_aside(file: Path) -> None:
    """Out of the way of all others, for a person to look at."""
    with contextlib.suppress(OSError):
        kept = file.rename(file.with_suffix(".corrupt"))
        log.error("set aside as %s", kept)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[bool]:
    """Hold the file for this process; whether it is there and nobody else holds it."""
    try:
        opened = os.open(file, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        yield locks.take(opened)
    finally:
        os.close(opened)  # and the lock with it
