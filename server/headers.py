"""What each answer carries for the browser's own protection, and HEAD as GET without a body."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Nobody frames a page, guesses a type or learns an address. A whole Content-Security-Policy
needs pages without inline styles."""


class Secured:
    """Adds the headers to every answer; the application answers HEAD as it would GET."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURE.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["method"] == "HEAD":
            await self._head({**scope, "method": "GET"}, receive, secured)
        else:
            await self.app(scope, receive, secured)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The start of an answer; a stream is not followed."""
        begun = asyncio.Event()

        async def start_only(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif message.get("more_body", False):
                begun.set()

        answering = asyncio.ensure_future(self.app(scope, receive, start_only))
        streaming = asyncio.ensure_future(begun.wait())
        await asyncio.wait({answering, streaming}, return_when=asyncio.FIRST_COMPLETED)
        streaming.cancel()
        if not answering.done():
            answering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await answering
