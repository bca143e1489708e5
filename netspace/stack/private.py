"""Files that only the user reads who runs netspace: passwords of the servers in the stack."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def password(folder: Path, name: str = "password") -> str:
    """A server's password, made on first use and kept in its `folder` under a name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / name
    if not kept.exists():
        write(kept, secrets.token_urlsafe(24))
    return kept.read_text().rstrip("\n")


def write(path: Path, text: str) -> None:
    """Write at once and for this user only."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
