"""What any network costs, and how others write it, without storing it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from designspace.naming import members
from designspace.naming.written import Form
from server.dependencies import ReadDep
from server.etags import Tagged
from server.gate.doors import SEE
from server.problems import CHANGING, MISSING
from server.schemas.counts import CountRead, CountRequest, PublishedList
from services.reading import lookups

router = APIRouter(route_class=Tagged, tags=["networks"], dependencies=[SEE])


@router.post("/counts", responses=CHANGING)
def count(request: CountRequest, session: ReadDep) -> CountRead:
    """Parameters, multiply-adds and activations of a network, by a name or as it is written."""
    found = lookups.find(request.asked)
    return CountRead.of(found, lookups.drawn(session, found.network))


@router.post("/counts.{form}", responses=CHANGING | MISSING, response_class=Response)
def write(form: Form, request: CountRequest) -> Response:
    """The same network as a file; the forms are those of a population's networks."""
    file = lookups.file(request.asked, form)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.text, media_type=file.media_type, headers=headers)


@router.get("/published-networks")
def list_published() -> PublishedList:
    """The names of published networks that can be counted."""
    return PublishedList(names=members.names())
