"""The web server: uvicorn, which hangs up on event streams when it is asked to stop.

A stream never ends by itself. uvicorn waits for it, then cancels it, which looks like a failed
request: an error and a traceback for every open page. A listener that is hung up on leaves
like one that closed its page, and comes back by itself.

Nor does uvicorn bound what comes before a body: while it reads 10 MB of headers, or an address
of 40 MB, nobody is answered for ten seconds. So a request's head has a longest length.

A process that leaves (SIGHUP: another has taken its place) takes no new connection, tells those
that it has by `Connection: close`, ends event streams, and waits for what was asked.

Nor does it end what never ends: a head or a body of a byte a second, an answer that nobody
takes, connections until the process can open no more files. So each has its time, and there is
a number of connections.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from netspace.stack import readiness

PATIENCE = 0.5
"""Seconds that requests have to end before their connections are closed."""

IDLE_SECONDS = 8.0
"""Of a process that leaves: that a connection without a request is kept for the next one."""
LAST_SECONDS = 60.0
"""Of a process that leaves: that a request may take."""

LONGEST_HEAD = 65_536
"""Bytes of a request's address and headers; of what is not complete, one reading more."""

HEAD_SECONDS = 20.0
"""In which a request's address and headers are here; whoever asks nothing has as long."""
BODY_SECONDS = 180.0
"""In which its body is here; the application gives most of them less."""
STUCK_SECONDS = 300.0
"""In which a client takes what lies ready for it."""

CONNECTIONS = 2_000
FILES, OTHER_FILES = 4_096, 256
"""Files that a process may have open, where the system allows as many, and those of them that
are no connections."""
FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 whose requests begin within LONGEST_HEAD bytes (400 answers others), and whose
    connections are hung up on when nothing comes or goes for long, or if there are too many."""

    _beginning = False
    _complete = _read = 0  # bytes of the head that were parsed, and that have come
    _asking: asyncio.TimerHandle | None = None  # while a request comes, or could
    _stuck: asyncio.TimerHandle | None = None

    # Of TCP, as uvicorn has it; asyncio's own is of any transport.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.write(FULL)
            transport.close()
        else:
            self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        self._unstick()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._beginning:
            self._read += len(data)
            if self._read > LONGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("The request's head is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._beginning, self._complete, self._read = True, 0, 0
        self._wait(HEAD_SECONDS)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + len(": \r\n"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._beginning = False
        self._wait(BODY_SECONDS)
        super().on_headers_complete()
        if leaving.is_set():
            self.answer_last()

    def on_message_complete(self) -> None:
        self._wait(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._asking is None and self.cycle.response_complete:
            self._wait(HEAD_SECONDS)  # uvicorn's own patience ends with the first byte

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._unstick()
        super().resume_writing()

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def answer_last(self) -> None:
        """Close when the request that is here is answered, and say so in the answer."""
        if self.cycle is not None:
            self.cycle.keep_alive = False

    def _wait(self, seconds: float | None) -> None:
        """Hang up unless the next part of a request is here in time; None: none is awaited."""
        if self._asking is not None:
            self._asking.cancel()
        self._asking = None
        if seconds is not None:
            self._asking = self.loop.call_later(seconds, self.transport.abort)

    def _unstick(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _count(self, size: int) -> None:
        self._complete += size
        if self._complete > LONGEST_HEAD:
            raise ValueError("the request's head is too long")  # which uvicorn answers


def most_connections() -> int:
    """How many this process may have: CONNECTIONS, or what its open files leave."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(CONNECTIONS, files - OTHER_FILES) if files > 0 else CONNECTIONS


def open_more_files() -> None:
    """Systems give a process 1,024 until it asks for more."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 < files < FILES:
        wanted = FILES if most < 0 else min(FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def config(app: str, **given: Any) -> uvicorn.Config:
    """How an application is served, by the name of what makes it. It has no websockets."""
    made = uvicorn.Config(app, factory=True, http=Protocol, ws="none", **given)
    logging.getLogger("uvicorn.access").addFilter(_no_secret)
    return made


def _no_secret(line: logging.LogRecord) -> bool:
    """Of an address below the way in, which may let somebody in, nothing is logged, and of
    none its query."""
    if isinstance(line.args, tuple):
        client, method, address, *rest = line.args
        address = str(address).partition("?")[0]
        line.args = (client, method, address, *rest)
        before, way_in, _ = address.partition("/auth/")
        if way_in:
            line.args = (client, method, f"{before}{way_in}..", *rest)
    return True


leaving = threading.Event()
"""Whether this process takes no new connection."""
to_tell: list[Callable[[], None]] = []
"""Called in the event loop when it begins to leave: who has streams ends them."""


class Server(uvicorn.Server):
    """Runs one application until SIGTERM, Ctrl-C or, when all is answered, SIGHUP."""

    _hurries = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        open_more_files()
        await super().startup(sockets)
        # What is loaded by now stays: to look through it all for garbage takes half a second,
        # in which nobody is answered.
        gc.freeze()
        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.leave)
        if self.started:
            readiness.tell()

    def leave(self) -> None:
        """End when what was asked is answered."""
        leaving.set()
        self.should_exit = True

    def handle_exit(self, sig: int, frame: Any) -> None:
        self._hurries = True  # stopped while it leaves
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if leaving.is_set() and not self._hurries:
            await self._see_out(sockets or [])
        later = asyncio.get_running_loop().call_later(PATIENCE, self._hang_up)
        await super().shutdown(sockets)
        later.cancel()

    async def _see_out(self, sockets: list[socket.socket]) -> None:
        """Take no new connection, and wait until those that are here have their answers."""
        for server in self.servers:
            server.close()
        for listening in sockets:
            listening.close()
        for connection in self._connections():
            connection.answer_last()
        for tell in to_tell:
            tell()
        began = time.monotonic()
        while self.server_state.connections and not self._hurries:
            waited = time.monotonic() - began
            for connection in self._connections():
                if waited > (IDLE_SECONDS if connection.is_idle else LAST_SECONDS):
                    connection.transport.close()
            await asyncio.sleep(0.05)

    def _connections(self) -> list[Protocol]:
        return cast(list[Protocol], list(self.server_state.connections))

    def _hang_up(self) -> None:
        for connection in self.server_state.connections:
            connection.transport.close()
