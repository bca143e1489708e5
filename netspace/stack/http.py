"""The web server: uvicorn, which hangs up on event streams when it is asked to stop.

A stream never ends by itself. uvicorn waits for it, then cancels it, which looks like a failed
request: an error and a traceback for every open page. A listener that is hung up on leaves
like one that closed its page, and comes back by itself.

Nor does uvicorn bound what comes before a body: while it reads 10 MB of headers, or an address
of 40 MB, nobody is answered for ten seconds. So a request's head has a longest length.
"""

from __future__ import annotations

import asyncio
import gc
import socket

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE = 0.5
"""Seconds that requests have to end before their connections are closed."""

LONGEST_HEAD = 65_536
"""Bytes of a request's address and headers; of what is not complete, one reading more."""


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 whose requests begin within LONGEST_HEAD bytes; 400 answers others."""

    _beginning = False
    _complete = _read = 0  # bytes of the head that were parsed, and that have come

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._beginning:
            self._read += len(data)
            if self._read > LONGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("The request's head is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._beginning, self._complete, self._read = True, 0, 0

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + len(": \r\n"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._beginning = False
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._complete += size
        if self._complete > LONGEST_HEAD:
            raise ValueError("the request's head is too long")  # which uvicorn answers


class Server(uvicorn.Server):
    """Runs one application until SIGTERM or Ctrl-C."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What is loaded by now stays: to look through it all for garbage takes half a second,
        # in which nobody is answered.
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        later = asyncio.get_running_loop().call_later(PATIENCE, self._hang_up)
        await super().shutdown(sockets)
        later.cancel()

    def _hang_up(self) -> None:
        for connection in self.server_state.connections:
            connection.transport.close()
