"""In which form an answer leaves: those that a route has, and the one that is asked for.

A statistic is JSON by default, and CSV by `Accept: text/csv` or, which counts more,
`?format=csv`; networks are Parquet and Arrow, too. A form that a route does not have is refused
before anything is computed.

Source: RFC 9110, section 12.5.1 (Accept), as werkzeug reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from columns import arrow, csv
from columns.table import Table
from server.beside import say
from server.gate.guard import SAFE
from server.routes import once_a_route
from services.errors import Refused
from services.exchange import provenance as made

JSON, CSV = "application/json", "text/csv"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.file"
SUFFIXES = {CSV: "csv", PARQUET: "parquet", ARROW: "arrow"}
"""Of files of rows, by media type: those that IANA has."""


def offered(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the answer is in these forms, too."""
    return {200: {"content": {one: {} for one in media_types}}}


AS_CSV = offered(CSV)


class NotOffered(Exception):
    """None of the forms that are accepted is one that the route has."""

    def __init__(self, accepted: str, offered: list[str]) -> None:
        super().__init__(f"none of {accepted} among {', '.join(offered)}")
        self.accepted, self.offered = accepted, offered


@dataclass(frozen=True)
class Form:
    """How an answer is to be written, and what else is to be said in it."""

    media_type: str
    asked: str  # the address, with all that was asked
    provenance: bool = False

    def answer(self, table: Table, name: str) -> Response | None:
        """The table as a file of that name, whole; None where JSON is asked for."""
        if self.media_type == JSON:
            return None
        return Response(b"".join(self._written(table)), **self._as_file(name))

    def file(self, table: Table, name: str) -> Response:
        """The table, written while it leaves."""
        return StreamingResponse(self._written(table), **self._as_file(name))

    def _written(self, table: Table) -> Iterator[bytes]:
        here = made.here()
        said = {"netspace": here["netspace"], "commit": here["commit"], "asked": self.asked}
        told = Table(table.columns, said | dict(table.notes), table.quantities)
        if self.media_type == PARQUET:
            return arrow.parquet(told, self.provenance)
        if self.media_type == ARROW:
            return arrow.feather(told, self.provenance)
        return (piece.encode() for piece in csv.pieces(told, self.provenance))

    def _as_file(self, name: str) -> dict[str, Any]:
        said = f'attachment; filename="{name}.{SUFFIXES[self.media_type]}"'
        return {"media_type": self.media_type, "headers": {"Content-Disposition": said}}


async def only_offered(request: Request) -> None:
    """Refuse to read in a form that the route does not have, by `Accept`.

    Raises:
        NotOffered: it has none of those that are accepted.
    """
    offered = _offered(request.scope["route"])
    accepted = request.headers.get("accept", "").strip()
    if request.method not in SAFE or not offered:
        return
    if len(offered) > 1:
        say(request, "Vary", "Accept")
        if "format" in request.query_params:
            return
    if accepted and parse_accept_header(accepted, MIMEAccept).best_match(offered) is None:
        raise NotOffered(accepted, offered)


@once_a_route
def _offered(route: APIRoute) -> list[str]:
    """The media types of a route's answer, its own first; none where they are not known."""
    given = route.response_class
    kind = given.value if isinstance(given, DefaultPlaceholder) else given
    declared = route.responses.get(200, {}).get("content", {})
    return list(dict.fromkeys([*filter(None, [kind.media_type]), *declared]))


Provenance = Annotated[
    bool,
    Query(
        description="of what, by which version: lines `# name: JSON` before a CSV, `netspace` "
        "in the metadata of Parquet and Arrow"
    ),
]
FORMAT = Query(description="counts more than `Accept`")


async def form(
    request: Request,
    format: Annotated[Literal["json", "csv"] | None, FORMAT] = None,
    provenance: Provenance = False,
) -> Form:
    """What is asked for of a route that has JSON and CSV."""
    return _chosen(request, [JSON, CSV], format, provenance)


async def any_form(
    request: Request,
    format: Annotated[Literal["json", "csv", "parquet", "arrow"] | None, FORMAT] = None,
    provenance: Provenance = False,
) -> Form:
    """The same of a route that has all of them."""
    return _chosen(request, [JSON, *SUFFIXES], format, provenance)


def _chosen(request: Request, offered: list[str], format: str | None, provenance: bool) -> Form:
    accepted = request.headers.get("accept", "").strip() or "*/*"
    best = parse_accept_header(accepted, MIMEAccept).best_match(offered)
    named = {"json": JSON} | {suffix: one for one, suffix in SUFFIXES.items()}
    media_type = (best or JSON) if format is None else named[format]
    if provenance and media_type == JSON:
        raise Refused("provenance", provenance, "not of JSON, which says itself what it is of")
    request.state.form = media_type
    return Form(media_type, _asked(request), provenance)


async def file(request: Request, provenance: Provenance = False) -> Form:
    """The same of a route that has one form of file alone."""
    [media_type] = set(_offered(request.scope["route"])) & SUFFIXES.keys()
    return Form(media_type, _asked(request), provenance)


def _asked(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


FormDep = Annotated[Form, Depends(form)]
AnyFormDep = Annotated[Form, Depends(any_form)]
FileDep = Annotated[Form, Depends(file)]
