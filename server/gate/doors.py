"""Doors: each route names what is done behind it, and asks whether the asker may.

    @router.patch("/{population_id}", dependencies=[STEER])

A route that names nothing lets nobody in. `services/acting/permission.py` is the table of who
may do what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Depends, Request

from server.parameters import needed
from server.routes import once_a_route
from services.acting import permission
from services.acting.actor import asking
from services.acting.permission import Verb
from services.errors import Forbidden


class _Door:
    """A dependency that lets those in who may do something."""

    def __init__(self, verb: Verb) -> None:
        self.verb = verb

    async def __call__(self) -> None:
        permission.require(asking.get(), self.verb)


def _door(verb: Verb) -> Any:
    return Depends(_Door(verb))


SEE = _door(Verb.SEE)
DEFINE = _door(Verb.DEFINE)
CREATE = _door(Verb.CREATE)
STEER = _door(Verb.STEER)
PURGE = _door(Verb.PURGE)
SHARE = _door(Verb.SHARE)
ACCOUNT = _door(Verb.ACCOUNT)
PEOPLE = _door(Verb.PEOPLE)
AUDIT = _door(Verb.AUDIT)
METRICS = _door(Verb.METRICS)


@once_a_route
def verbs(route: Any) -> set[Verb]:
    """What is done behind a route, as it declares."""
    calls: list[Callable[..., Any] | None] = [one.call for one in needed(route.dependant)]
    return {call.verb for call in calls if isinstance(call, _Door)}


async def only_declared(request: Request) -> None:
    """Refuse a route that names no verb."""
    if not verbs(request.scope["route"]):
        raise Forbidden("ask", "nobody may: this address declares no permission")
