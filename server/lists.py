"""Lists: a page of one, and only the fields that are named.

A cursor is the place of the last thing shown, not a number of things: what is added or goes
between two pages moves nothing that was not seen yet.

Source: RFC 8288 (Link, `rel="next"`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json

from server.beside import say
from server.forms import JSON
from server.parameters import parted
from server.schemas.base import PageOf
from services import numbers
from services.errors import Refused
from services.numbers import Whole

Item = TypeVar("Item", bound=BaseModel)

LARGEST = 1_000
CURSOR = "the `next` of the page before"

Fields = Annotated[
    str, Query(description="only these fields of each, by comma; all by default")
]
After = Annotated[str | None, Query(description=CURSOR)]


@dataclass(frozen=True)
class Place:
    """Where something stands in its list."""

    of: Callable[[Any], Any] = attrgetter("id")
    read: Callable[[str], Any] = numbers.whole  # of a cursor; None: it is none
    descending: bool = False


OLDEST_FIRST = Place()
NEWEST_FIRST = Place(descending=True)
BY_NAME = Place(attrgetter("name"), str)


@dataclass(frozen=True)
class Asked:
    """Which part of a list."""

    request: Request
    limit: int | None
    after: str | None
    fields: str

    def answer(
        self, read: type[Item], things: Iterable[Any], place: Place = OLDEST_FIRST
    ) -> Any:
        """The page of things that are in the order of their places, as `read` says them.

        Raises:
            Refused: a field that there is none of, or a cursor that was not given out.
        """
        things = self._behind(list(things), place)
        page = things if self.limit is None else things[: self.limit]
        more = str(place.of(page[-1])) if len(page) < len(things) else None
        link(self.request, more)
        items = [read.model_validate(thing) for thing in page]
        return said_in_part(PageOf(items=items, next=more), read, self.fields)

    def _behind(self, things: list[Any], place: Place) -> list[Any]:
        if self.after is None:
            return things
        last = place.read(self.after)
        if last is None:
            raise Refused("after", self.after, CURSOR)
        if place.descending:
            return [thing for thing in things if place.of(thing) < last]
        return [thing for thing in things if place.of(thing) > last]

    @property
    def after_id(self) -> int:
        """The id that a list in the order of ids goes on behind.

        Raises:
            Refused: a cursor that was not given out.
        """
        last = 0 if self.after is None else numbers.whole(self.after)
        if last is None:
            raise Refused("after", self.after, CURSOR)
        return last


async def asked(
    request: Request,
    limit: Annotated[
        Whole | None, Query(ge=1, le=LARGEST, description="things of a page; all by default")
    ] = None,
    after: After = None,
    fields: Fields = "",
) -> Asked:
    return Asked(request, limit, after, fields)


ListDep = Annotated[Asked, Depends(asked)]


def link(request: Request, more: object | None) -> None:
    """Say where the next page is, relative to this one's address."""
    if more is not None:
        others = request.url.remove_query_params(["cursor", "before", "offset"])
        query = others.include_query_params(after=more).query
        say(request, "Link", f'<?{query}>; rel="next"')


def only(read: BaseModel, fields: str) -> Any:
    """One thing, or what of it is named.

    Raises:
        Refused: a field that there is none of.
    """
    named = _named(type(read), fields)
    return as_json(read, {*named}) if named else read


def said_in_part(page: Any, item: type[BaseModel], fields: str) -> Any:
    """A page whose `items` are said as `item`, or what of each is named.

    Raises:
        Refused: a field that there is none of.
    """
    named = _named(item, fields)
    if not named:
        return page
    whole = dict.fromkeys(_names(page), True)
    return as_json(page, whole | {"items": {"__all__": {*named}}})


def as_json(said: Any, include: Any = None) -> Response:
    """What of a model or record is included, as it is: numbers that are not finite are null."""
    return Response(to_json(said, include=include, inf_nan_mode="null"), media_type=JSON)


def _names(page: Any) -> list[str]:
    if isinstance(page, BaseModel):
        return list(type(page).model_fields)
    return [field.name for field in dataclasses.fields(page)]


def _named(read: type[BaseModel], fields: str) -> list[str]:
    named = parted(fields)
    if unknown := [name for name in named if name not in read.model_fields]:
        raise Refused("fields", ", ".join(unknown), ", ".join(read.model_fields))
    return named
