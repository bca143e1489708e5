"""Requests over asyncio, at little cost: whoever asks shares the cores with whoever answers.

httpx takes more of a processor than the server does; httptools, which uvicorn reads by, takes
a twentieth of it.
"""

import asyncio
import contextlib
import time
import zlib
from dataclasses import dataclass, field

from httptools import HttpResponseParser

PATIENCE = 30.0
"""Seconds that an answer may take."""


@dataclass
class Answer:
    """What came back, and how long it took."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    first: float = 0.0  # seconds to its head
    whole: float = 0.0  # seconds to its end


class Connection(asyncio.Protocol):
    """One connection: a request at a time.

    Args:
        hear: is told each piece of an answer's body; else the body is kept.
    """

    def __init__(self, hear=None):
        self._hear = hear
        self._answer = self._over = self._parser = self._transport = None

    @classmethod
    async def open(cls, port, hear=None):
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: cls(hear), "127.0.0.1", port)
        return made

    @property
    def is_open(self):
        return self._transport is not None and not self._transport.is_closing()

    def close(self):
        if self._transport is not None:
            self._transport.close()

    async def ask(self, method, path, headers, body=b"", patience=PATIENCE):
        """The answer.

        Raises:
            OSError: the connection ended before it was whole, or nothing came in time.
        """
        if not self.is_open:
            raise ConnectionResetError("the connection has ended")
        self._parser, self._answer = HttpResponseParser(self), Answer()
        self._over = asyncio.get_running_loop().create_future()
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        if body:
            lines.append(f"content-length: {len(body)}")
        self._since = time.perf_counter()
        self._transport.write("\r\n".join([*lines, "\r\n"]).encode() + body)
        try:
            async with asyncio.timeout(patience):  # `wait_for` of 3.11 can miss a cancellation
                return await self._over
        except TimeoutError:
            self.close()
            raise TimeoutError(f"no answer in {patience:g} s: {path}") from None

    def connection_made(self, transport):
        self._transport = transport

    def connection_lost(self, error):
        if self._over is not None and not self._over.done():
            self._over.set_exception(error or ConnectionResetError("the server hung up"))

    def data_received(self, data):
        self._parser.feed_data(data)

    def on_header(self, name, value):
        self._answer.headers[name.lower()] = value

    def on_headers_complete(self):
        self._answer.status = self._parser.get_status_code()
        self._answer.first = time.perf_counter() - self._since

    def on_body(self, piece):
        if self._hear is not None and self._answer.status == 200:
            self._hear(piece)
        else:
            self._answer.body += piece

    def on_message_complete(self):
        answer = self._answer
        answer.whole = time.perf_counter() - self._since
        if answer.headers.get(b"content-encoding") == b"gzip":
            answer.body = zlib.decompress(answer.body, wbits=31) if answer.body else b""
        if answer.headers.get(b"connection", b"").lower() == b"close":
            self.close()
        if not self._over.done():
            self._over.set_result(answer)


@contextlib.asynccontextmanager
async def opened(port, hear=None):
    """A connection, while the block runs."""
    made = await Connection.open(port, hear)
    try:
        yield made
    finally:
        made.close()


def asking(port, token):
    """The headers of everybody who asks."""
    return {"host": f"127.0.0.1:{port}", "authorization": f"Bearer {token}"}
