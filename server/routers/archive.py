"""Archives: populations with all their measurements, as one file; and such a file, imported.

Both take seconds where much was measured, so they happen one at a time (`services/turns.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from starlette.requests import ClientDisconnect

from server.dependencies import PartsDep
from server.etags import Tagged
from server.gate.doors import CREATE, SEE
from server.gate.intake import media_type
from server.once import Key, asked
from server.problems import CHANGING, MISSING, TAKEN, refused, responses
from server.schemas.archive import ImportRead
from services.defining.names import Id
from services.errors import Busy, Refused, TooLarge
from services.exchange import archives, exports, imports
from services.exchange.archives import LARGEST_FILE, MEDIA_TYPE

router = APIRouter(route_class=Tagged, prefix="/archive", tags=["archive"], dependencies=[SEE])

SECONDS = 120.0
"""In which a file has to be here: 16 MiB by a line of 1.2 Mbit/s."""


@router.get(
    "",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}} | MISSING | responses(413),
)
async def export_populations(
    parts: PartsDep,
    population: Annotated[
        list[Id], Query(min_length=1, max_length=100, description="ids of populations")
    ],
) -> Response:
    """Populations, spaces, regime, networks, results and epochs as a file (docs/archive.md)."""

    def packed() -> bytes:
        with parts.database.read() as session:
            return archives.pack(exports.archive(session, population))

    async with parts.archives.inside():
        file = await parts.archives.take(packed)
    name = f"netspace-{hashlib.sha256(file).hexdigest()[:12]}{archives.SUFFIX}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file, media_type=MEDIA_TYPE, headers=headers)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ImportRead,
    responses=CHANGING | TAKEN,
    dependencies=[CREATE],
    openapi_extra={"requestBody": {"required": True, "content": {MEDIA_TYPE: {}}}},
)
async def import_archive(
    request: Request, parts: PartsDep, key: Key = None
) -> ImportRead | Response:
    """Store what the file in the body has and this database lacks: all of it, or nothing."""
    async with parts.archives.inside():
        try:
            file = await asyncio.wait_for(_body(request), SECONDS)
        except TimeoutError:
            return refused(
                request.scope, 408, "file", None, f"the whole of it within {SECONDS:g} seconds"
            )
        except ClientDisconnect:
            raise Busy("nobody waits for the answer any more") from None
        once = asked(request, file, key)
        once.say = lambda _, report: ImportRead.model_validate(report).model_dump(mode="json")
        report = await parts.archives.take(lambda: imports.load(parts.database, file, once))
    return ImportRead.model_validate(report)


async def _body(request: Request) -> bytes:
    """The request's body; one that is too large is not read to its end."""
    if media_type(request.headers) != MEDIA_TYPE:  # a body of another type came no further
        raise Refused("content-type", request.headers.get("content-type"), MEDIA_TYPE)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > LARGEST_FILE):
        raise TooLarge("file", announced, f"at most {LARGEST_FILE:,} bytes")
    file = bytearray()
    async for piece in request.stream():
        file += piece
        if len(file) > LARGEST_FILE:
            raise TooLarge("file", len(file), f"at most {LARGEST_FILE:,} bytes")
    return bytes(file)
