"""What each answer carries for the browser's own protection, and HEAD as GET without a body."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOBODY = (
    "accelerometer camera display-capture geolocation gyroscope microphone midi payment usb"
)


def policy(
    *, scripts: Iterable[str] = (), styles: Iterable[str] = (), markup: bool = False
) -> str:
    """A Content-Security-Policy: of this server's files only, and no text becomes a script.

    Args:
        scripts: hashes of scripts that stand in a page.
        styles: those of the `<style>` elements that scripts put into it.
        markup: whether its scripts may make markup of text, as Swagger UI does.
    """
    directives = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *scripts]),
        "style-src": " ".join(["'self'", *styles]),
        "style-src-attr": "'none'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    if not markup:
        directives |= {"require-trusted-types-for": "'script'", "trusted-types": "default"}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


POLICY = "Content-Security-Policy"

SECURE = {
    POLICY: policy(),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOBODY.split()),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Nobody frames a page, guesses a type, learns an address or puts a script in."""


FILES = ("text/css", "text/javascript", "application/javascript", "image/", "font/")
"""Types of what is the same for everybody."""


def _keep_apart(headers: MutableHeaders) -> None:
    """Let no cache give one person's answer to another, nor his browser without asking."""
    kind = headers.get("content-type", "")
    if kind and not kind.startswith(FILES):
        headers.setdefault("Cache-Control", "private, no-cache")
    if "private" in headers.get("cache-control", ""):
        headers.add_vary_header("Cookie, Authorization")


class Secured:
    """Adds the headers to every answer; the application answers HEAD as it would GET.

    Args:
        styles: hashes of the `<style>` elements that the pages' scripts put into them. They are
            two kilobytes, so only pages carry them.
    """

    def __init__(self, app: ASGIApp, styles: Iterable[str] = ()) -> None:
        self.app = app
        self._of_pages = policy(styles=styles)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault(POLICY, self._of_pages)
                for name, value in SECURE.items():
                    headers.setdefault(name, value)
                _keep_apart(headers)
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
