"""Sessions: one transaction each, committed when the block ends and rolled back on an error.

Three kinds, because they differ in what they may cost. `write` survives the death of any
process but not a power cut (claims, heartbeats: a lost one is caught by its lease); `durable`
survives both (results); `read` never waits behind a writer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

from db import json
from db.sameness import Same, SameFile, of_server

BUSY_SECONDS = 30


class Database:
    """Engines of one database: `sqlite:///FILE` or `postgresql+psycopg://..`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._info: dict[str, object] = {}
        self._file: SameFile | None = None
        if make_url(url).get_backend_name() == "sqlite":
            self._file = same = SameFile(_file_of(url))
            self._write = _sqlite(url, same=same, begin="BEGIN IMMEDIATE", synchronous="NORMAL")
            self._durable = _sqlite(url, same=same, begin="BEGIN IMMEDIATE", synchronous="FULL")
            self._read = _sqlite(
                url, same=same, begin="BEGIN", synchronous="NORMAL", read_only=True
            )
        else:
            server = Same("the database")
            self._durable = self._read = _postgresql(url, server, synchronous_commit="on")
            self._write = _postgresql(url, server, synchronous_commit="off")

    def of(self, actor: object) -> Database:
        """The same database, each of whose transactions is somebody's, as its `info` tells."""
        bound = copy(self)
        bound._info = {"actor": actor}
        return bound

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that a power cut may undo."""
        with self._session(self._write) as session:
            yield session

    @contextmanager
    def durable(self) -> Iterator[Session]:
        """A transaction that is on disk when the block ends."""
        with self._session(self._durable) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with self._session(self._read) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with (
            Session(engine, expire_on_commit=False, info=self._info) as session,
            session.begin(),
        ):
            yield session

    @property
    def one_writer(self) -> bool:
        """Whether one transaction at a time writes: those who wait look again every 0.1 s."""
        return make_url(self.url).get_backend_name() == "sqlite"

    def lost(self) -> str | None:
        """Why nothing can be read or written until this process is started anew, in a line.

        Of a file; a server tells when it is connected to.
        """
        return None if self._file is None else self._file.lost()

    def shrink_log(self) -> bool:
        """Put SQLite's write-ahead log into its file; whether the log is empty now.

        By itself it grows for as long as anybody reads, and stays as long as it has grown.
        Waits for nobody: with a reader or writer at work it is for the next time. PostgreSQL
        sees to its own.
        """
        url = make_url(self.url)
        if url.get_backend_name() != "sqlite" or url.database is None or self.lost():
            return True
        # A connection that waits would hold up every writer until the last reader has ended.
        with closing(sqlite3.connect(url.database, timeout=0, isolation_level=None)) as alone:
            try:
                busy, *_ = alone.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                return False
        return not busy

    def dispose(self) -> None:
        """Close all connections."""
        for engine in {self._write, self._durable, self._read}:
            engine.dispose()


def _file_of(url: str) -> Path:
    file = make_url(url).database
    if not file or file == ":memory:":
        raise ValueError("SQLite needs a file: processes share it")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    return Path(file)


def _sqlite(
    url: str, *, same: SameFile, begin: str, synchronous: str, read_only: bool = False
) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, json_deserializer=json.loads
    )

    @event.listens_for(engine, "do_connect")
    def look(*_: Any) -> None:
        same.check()  # SQLite would make a file that is not there

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # The driver would open transactions on its own and defer them: a read that turns into
        # a write then fails at once when another process has written, whatever the timeout.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            f"synchronous = {synchronous}",
            "foreign_keys = ON",
            f"query_only = {int(read_only)}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        same.check()
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: str, same: Same, *, synchronous_commit: str) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={"options": f"-c synchronous_commit={synchronous_commit}"},
    )

    @event.listens_for(engine, "connect")
    def look(connection: Any, _: Any) -> None:
        try:
            same.require(of_server(connection))
        except BaseException:
            connection.close()
            raise

    return engine
