"""The web server: uvicorn, which hangs up on event streams when it is asked to stop.

A stream never ends by itself. uvicorn waits for it, then cancels it, which looks like a failed
request: an error and a traceback for every open page. A listener that is hung up on leaves
like one that closed its page, and comes back by itself.
"""

from __future__ import annotations

import asyncio
import gc
import socket

import uvicorn

PATIENCE = 0.5
"""Seconds that requests have to end before their connections are closed."""


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
