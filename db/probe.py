"""A probe: whether a database can be reached, and at which version of the schema it is.

It asks by a connection of its own, so that a pool whose connections are all at work is no
sign of a database that is away, and never makes a file that there is none of.
"""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

from sqlalchemy import Engine, column, create_engine, inspect, make_url, select, table
from sqlalchemy.pool import NullPool

from db import migrations

TABLE = "alembic_version"
VERSIONS = select(table(TABLE, column("version_num")).c.version_num)


def is_newest(url: str, seconds: float = 2.0) -> bool:
    """Whether the database is at the newest version of its schema; it is only read.

    Args:
        seconds: to wait for it, each of connecting and asking; PostgreSQL waits two at least.

    Raises:
        sqlalchemy.exc.DBAPIError: it can't be reached, or read.
    """
    engine = _engine(url, seconds)
    try:
        with engine.connect() as connection:
            there = inspect(connection).has_table(TABLE)
            found = {*connection.scalars(VERSIONS)} if there else set()
    finally:
        engine.dispose()
    return found == migrations.heads()


def is_empty(url: str, seconds: float = 2.0) -> bool:
    """Whether the database has no table yet: nobody has prepared it. As `is_newest`."""
    engine = _engine(url, seconds)
    try:
        with engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def let_in(url: str, seconds: float = 2.0) -> None:
    """Connect, and ask nothing of any table.

    Raises:
        sqlalchemy.exc.DBAPIError: it can't be reached, or does not let us in.
    """
    engine = _engine(url, seconds)
    try:
        engine.connect().close()
    finally:
        engine.dispose()


def _engine(url: str, seconds: float) -> Engine:
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        asking = f"-c statement_timeout={1000 * math.ceil(seconds)}"
        given = {"connect_timeout": max(2, math.ceil(seconds)), "options": asking}
        return create_engine(url, poolclass=NullPool, connect_args=given)
    file = f"{Path(parts.database or '').absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(file, timeout=seconds, uri=True)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)
