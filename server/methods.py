"""Methods of an address: all that its routes take, where the router names those of one."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def taken(routes: Iterable[BaseRoute], scope: Scope) -> list[str]:
    """The methods that the path of a request takes; HEAD with GET.

    Files (a mount takes any method and refuses them itself) are read only.
    """
    # A mount that has refused the request has made its own prefix part of the root.
    root = scope.get("app_root_path", scope.get("root_path", ""))
    answering = [route for route in routes if not isinstance(route, Mount)]
    found = [
        method
        for method in METHODS
        if any(
            route.matches({**scope, "method": method, "root_path": root})[0] is Match.FULL
            for route in answering
        )
    ] or ["GET"]
    return ["GET", "HEAD", *found[1:]] if found[0] == "GET" else found
