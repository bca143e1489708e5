"""SQLite files without rows: migrated once a process, and copied."""

import functools
import tempfile
from pathlib import Path

from db.migrations import upgrade


def migrated(file):
    """The URL of a database of the newest schema in a new file."""
    Path(file).write_bytes(_template())
    return f"sqlite:///{file}"


@functools.cache
def _template():
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "netspace.db"
        upgrade(f"sqlite:///{file}")
        return file.read_bytes()
