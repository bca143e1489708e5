"""The networks of a population: lists, one network, and all columns at once as bytes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from designspace.naming.written import Form
from server.dependencies import ReadDep, SnapshotDep
from server.etags import Tagged
from server.forms import AS_CSV, FileDep
from server.gate.doors import SEE
from server.lists import After, Fields, as_json, link, only, said_in_part
from server.parameters import CONSTRAINTS, ConstraintsDep, parted
from server.problems import MISSING
from server.schemas.networks import NetworkPage, NetworkRead, NetworkRow
from services.defining.names import Id
from services.errors import Refused
from services.numbers import Whole
from services.reading import columns as encoded
from services.reading import listings, networks

router = APIRouter(
    route_class=Tagged,
    prefix="/populations/{population_id}",
    tags=["networks"],
    responses=MISSING,
    dependencies=[SEE],
)


Sort = Annotated[str, Query(description="a column; - in front: largest first")]
Columns = Annotated[str, Query(description="names, by comma; all by default")]


@router.get("/networks", response_model=NetworkPage, openapi_extra=CONSTRAINTS)
def list_networks(
    request: Request,
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    sort: Sort = "error",
    limit: Annotated[Whole, Query(ge=1, le=1000)] = 100,
    after: After = None,
    cursor: Annotated[str | None, Query(description="now `after`", deprecated=True)] = None,
    fields: Fields = "",
    columns: Columns = "",
) -> Any:
    """Networks that pass the constraints, measured or not."""
    if after is not None and cursor is not None:
        raise Refused("cursor", cursor, "not beside `after`, which is its name now")
    last = cursor if after is None else after
    page = listings.page(snapshot, constraints, sort, limit, last, parted(columns))
    link(request, page.next)
    said = said_in_part(page, NetworkRow, fields)
    return as_json(page) if said is page else said  # it needs no checking


@router.get(
    "/networks.csv",
    response_class=StreamingResponse,
    responses=AS_CSV,
    openapi_extra=CONSTRAINTS,
)
def export_networks(
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    form: FileDep,
    sort: Sort = "error",
    columns: Columns = "",
) -> Response:
    """All networks that pass the constraints as CSV, in base units.

    A diverged network has the error `inf`; a cell is empty where a network lacks the value.
    """
    table = listings.table(snapshot, constraints, sort, parted(columns))
    return form.file(table, f"population-{snapshot.id}-version-{snapshot.version}")


@router.get("/networks/{network_id}.{form}", response_class=Response)
def export_network(population_id: Id, network_id: Id, form: Form, session: ReadDep) -> Response:
    """One network as a file: its own JSON, a PyTorch module, or a notation of others.

    `yaml` is a configuration of pycls, `nb201` and `nb101` are cells of NAS-Bench-201 and 101,
    `nats` widths of the size space, `ofa` a setting of Once-for-All.
    """
    file = networks.file(session, population_id, network_id, form)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.text, media_type=file.media_type, headers=headers)


@router.get("/networks/{network_id}", response_model=NetworkRead)
def read_network(
    population_id: Id, network_id: Id, session: ReadDep, fields: Fields = ""
) -> Any:
    """One network: stages, line, widths, learning curve, history of its job."""
    found = networks.get(session, population_id, network_id)
    return only(NetworkRead.model_validate(found), fields)


@router.get(
    "/columns",
    response_class=Response,
    responses={200: {"content": {encoded.MEDIA_TYPE: {}}}},
)
def read_columns(snapshot: SnapshotDep) -> Response:
    """All columns as bytes (layout: `services/reading/columns.py`), rows sorted by error."""
    return Response(encoded.encode(snapshot), media_type=encoded.MEDIA_TYPE)
