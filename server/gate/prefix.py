"""The prefix: a path that everything lies below for browsers, where a proxy stands before.

Inside there is none: routes, rights and limits know paths from `/` on, and what leads a browser
somewhere asks `app_root_path`. So a proxy may take the prefix off or leave it on, and who asks
this process itself, beside the proxy, may do either, too.

Starlette keeps the prefix in `root_path`, which its mounts expect at the beginning of `path`
(ASGI's rule): files would not be found behind a proxy that takes it off.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Takes a prefix off the paths of requests that have it.

    Args:
        root: the prefix, "/netspace", or "" where there is none.
    """

    def __init__(self, app: ASGIApp, root: str = "") -> None:
        self.app, self._root = app, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            scope["app_root_path"], scope["root_path"] = self._root, ""
            if self._root:
                scope["path"] = self._inner(scope["path"])
        await self.app(scope, receive, send)

    def _inner(self, path: str) -> str:
        if path == self._root or path.startswith(f"{self._root}/"):
            return path[len(self._root) :] or "/"
        return path
