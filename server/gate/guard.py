"""Who may ask: the Host that a request names, and the page that it comes from.

A page of another origin must not be able to make a browser send a request, which carries the
person's session: not by a form (Origin, Sec-Fetch-Site), nor by a name of its own that leads to
this machine (Host). Requests of no browser, which send neither, pass. Source of the rules: Go
1.25's CrossOriginProtection.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.problems import refused

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
NAMED = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.IGNORECASE)
LOOPBACK = {"localhost", "[::1]"}
"""Names of this machine; with them all addresses 127.0.0.0/8."""
EVERY = "*"


class Guard:
    """Refuses requests to an unknown Host (400), or from another origin (403).

    Args:
        hosts: names, beside those of loopback, that this server is reached by; `*`: any.
        address: that browsers reach this server by where a proxy stands before it: a page at
            its name is ours by this scheme alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str] = (),
        address: str | None = None,
    ) -> None:
        self.app, self._address = app, (address or "").lower()
        self._hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        answer = self._refusal(scope)
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that may not be made; None if it may."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        if not self._knows(host):
            allowed = "a name of this server: see NETSPACE_ALLOWED_HOSTS"
            return refused(scope, 400, "host", ", ".join(hosts), allowed)
        if scope["type"] == "http" and scope["method"] in SAFE:
            return None
        foreign = _foreign(headers, self._origins(host.lower()))
        if foreign is not None:
            field, value = foreign
            return refused(scope, 403, field, value, "a page of this server, or no browser")
        return None

    def _origins(self, host: str) -> Collection[str]:
        """The origins of our pages, where a request names this Host."""
        both = f"http://{host}", f"https://{host}"
        return {self._address} if self._address in both else both

    def _knows(self, host: str) -> bool:
        """Whether this server is reached by a name, at whatever port."""
        match = NAMED.fullmatch(host)
        if match is None:
            return False
        name = match[1].lower()
        if self._hosts & {EVERY, name, host.lower()} or name in LOOPBACK:
            return True
        try:
            return ipaddress.ip_address(name.strip("[]")).is_loopback
        except ValueError:
            return False


def _foreign(headers: Headers, ours: Collection[str]) -> tuple[str, str] | None:
    """The header that says that a request comes from another origin's page, and its value."""
    sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
    for site in sites:
        if site not in ("same-origin", "none"):
            return "sec-fetch-site", site
    for origin in origins:
        if len(origins) > 1 or origin.lower() not in ours:
            return "origin", origin
    if not sites and not origins and "cookie" in headers:
        return "origin", ""
    return None
