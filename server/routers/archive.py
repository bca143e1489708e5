"""Archives: populations with all their measurements, as one file; and such a file, imported."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from starlette.concurrency import run_in_threadpool

from server.dependencies import PartsDep, ReadDep
from server.problems import CHANGING, MISSING, TAKEN, responses
from server.schemas import ImportRead
from services import archives, exports, imports
from services.archives import LARGEST_FILE, MEDIA_TYPE
from services.errors import Refused, TooLarge
from services.names import Id

router = APIRouter(prefix="/archive", tags=["archive"])


@router.get(
    "",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}} | MISSING | responses(413),
)
def export_populations(
    session: ReadDep,
    population: Annotated[
        list[Id], Query(min_length=1, max_length=100, description="ids of populations")
    ],
) -> Response:
    """Populations, spaces, regime, networks, results and epochs as a file (docs/archive.md)."""
    file = archives.pack(exports.archive(session, population))
    name = f"netspace-{hashlib.sha256(file).hexdigest()[:12]}{archives.SUFFIX}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file, media_type=MEDIA_TYPE, headers=headers)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | TAKEN,
    openapi_extra={"requestBody": {"required": True, "content": {MEDIA_TYPE: {}}}},
)
async def import_archive(request: Request, parts: PartsDep) -> ImportRead:
    """Store what the file in the body has and this database lacks: all of it, or nothing."""
    file = await _body(request)
    report = await run_in_threadpool(imports.load, parts.database, file)
    return ImportRead.model_validate(report)


async def _body(request: Request) -> bytes:
    """The request's body; one that is too large is not read to its end.

    A page of somebody else's could make a browser send a body of the usual types unasked.
    """
    given = request.headers.get("content-type")
    if given != MEDIA_TYPE:
        raise Refused("content-type", given, MEDIA_TYPE)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > LARGEST_FILE):
        raise TooLarge("file", announced, f"at most {LARGEST_FILE:,} bytes")
    file = bytearray()
    async for piece in request.stream():
        file += piece
        if len(file) > LARGEST_FILE:
            raise TooLarge("file", len(file), f"at most {LARGEST_FILE:,} bytes")
    return bytes(file)
