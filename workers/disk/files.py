"""Files that a power cut or a kill leaves whole: the old one, the new one, or none.

A file is written under a new name, synchronised and renamed, and its folder synchronised. Its
first line is the SHA-256 of the rest, so what a failing disk or a stranger left is found out.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

DIGEST_LENGTH = 64
"""Hex digits of a SHA-256."""


class Corrupt(ValueError):
    """The file is not what was written."""


def write(file: Path, content: bytes) -> None:
    """Put `content` into `file` for good.

    Raises:
        OSError: the disk is full, or the data folder is gone, say; what was in `file` before
            is still there.
    """
    file.parent.mkdir(exist_ok=True)  # and no more: a data folder that was deleted is not made
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with new.open("wb") as stream:
            stream.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
            stream.flush()
            os.fsync(stream.fileno())
        new.rename(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    synchronise(file.parent)


def read(file: Path) -> bytes:
    """What `write` put there.

    Raises:
        FileNotFoundError: nothing.
        Corrupt: its checksum is not that of its content.
    """
    whole = file.read_bytes()
    digest, content = whole[:DIGEST_LENGTH], whole[DIGEST_LENGTH + 1 :]
    if digest != hashlib.sha256(content).hexdigest().encode():
        raise Corrupt(f"{file.name}: the checksum is not that of the content")
    return content


def synchronise(folder: Path) -> None:
    """Make the names in `folder` outlive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
