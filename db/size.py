"""How large the database is."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session


def on_disk(session: Session) -> int:
    """Bytes on disk: of SQLite's file and its logs, or of PostgreSQL's one database."""
    engine = session.get_bind()
    if engine.dialect.name != "sqlite":
        of_this = text("SELECT pg_database_size(current_database())")
        return int(session.execute(of_this).scalar_one())
    file = engine.engine.url.database or ""
    total = 0
    for name in (file, f"{file}-wal", f"{file}-shm"):
        with suppress(OSError):  # there is no log
            total += Path(name).stat().st_size
    return total
