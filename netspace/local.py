"""Local: this machine's database, asked as a server would be, where none runs.

The web application answers in this process, and to reads alone: nothing listens, nothing is
queued, and no event is followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import make_url

from netspace import preparation
from netspace.settings import Settings
from netspace.stack.errors import CannotStart

START = "start one: `netspace up`, or `make up` in a checkout"
STREAMS = ("/events",)


class InProcess(httpx.BaseTransport):
    """The way of a client to an application in this process."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self._way = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" or request.url.path.endswith(STREAMS):
            raise CannotStart(f"this needs a server, and none runs here; {START}")
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._way.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        body = b"".join([piece async for piece in answer.stream])
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body)
        )


@contextmanager
def answering(settings: Settings) -> Iterator[InProcess]:
    """The way to the settings' database, for whoever can read it on this machine.

    Raises:
        CannotStart: there is none, it can't be read, or is another version's.
    """
    _require_there(settings)
    with preparation.readable(settings):
        preparation.require_migrated(settings)
    from netspace.web import create_app

    # Nobody reaches this process, and its user reads the database in any case.
    app = create_app(settings.model_copy(update={"host": "127.0.0.1", "auth": "none"}))
    parts = app.state.parts
    try:
        with start_blocking_portal() as portal:
            yield InProcess(app, portal)
    finally:
        parts.samplers.close()
        parts.readers.close()
        parts.database.dispose()


def _require_there(settings: Settings) -> None:
    """Refuse a file that there is none of; SQLite would make it."""
    file = make_url(settings.database).database if settings.on_sqlite else None
    if file is not None and not Path(file).exists():
        raise CannotStart(f"no server at {settings.here}, and no database {file}; {START}")
