"""Locks on files: held by a process, and gone with it, however it ends."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from netspace.stack.errors import CannotStart
from workers.disk import locks


def take(file: int, wait: float = 0) -> bool:
    """Lock the open `file` for this process, trying for `wait` seconds; whether that worked."""
    deadline = time.monotonic() + wait
    while not locks.take(file):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def hold(lock: Path, server: str) -> None:
    """Lock a server's data for the life of this process, exec and children included.

    Two servers would ruin each other's files; the one before may take a moment to end.

    Raises:
        CannotStart: another one runs on the folder of `lock`.
    """
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(held, True)
    if not take(held, wait=5):
        raise CannotStart(f"another {server} runs on {lock.parent}")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Be the only supervisor of a data folder, which is made where it is missing.

    Yields:
        Whether the one before was killed, so that its parts may just be ending.

    Raises:
        CannotStart: another one is at work, or the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = (folder / "lock").open("a+")
    except OSError as error:
        raise CannotStart(
            f"the data folder {folder} can't be used: {error.strerror} (NETSPACE_DATA_DIR)"
        ) from None
    with opened as lock:
        lock.seek(0)
        holder = lock.read().strip()  # its process id; empty after an orderly end
        if not take(lock.fileno()):
            raise CannotStart(
                f"netspace is up already on {folder} (process {holder}): stop it or set "
                "NETSPACE_DATA_DIR and NETSPACE_PORT"
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield bool(holder)
        finally:
            lock.truncate(0)
