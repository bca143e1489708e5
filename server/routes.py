"""Routes: what a route declares, looked up once and not with each request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Fact = TypeVar("Fact")


def once_a_route(look: Callable[[Any], Fact]) -> Callable[[Any], Fact]:
    """A function of a route, which never changes, computed once for each."""
    known: dict[int, tuple[Any, Fact]] = {}  # a route has no hash

    @wraps(look)
    def found(route: Any) -> Fact:
        kept = known.get(id(route))
        if kept is None or kept[0] is not route:
            kept = known[id(route)] = route, look(route)
        return kept[1]

    return found
