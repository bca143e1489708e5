"""The networks of a population: lists, one network, and all columns at once as bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from designspace.naming.written import Form
from server.dependencies import ReadDep, SnapshotDep
from server.etags import Tagged
from server.gate.doors import SEE
from server.parameters import CONSTRAINTS, ConstraintsDep
from server.problems import MISSING
from server.schemas.networks import NetworkPage, NetworkRead
from services.defining.names import Id
from services.numbers import Whole
from services.reading import columns, listings, networks

router = APIRouter(
    route_class=Tagged,
    prefix="/populations/{population_id}",
    tags=["networks"],
    responses=MISSING,
    dependencies=[SEE],
)


@router.get("/networks", openapi_extra=CONSTRAINTS)
def list_networks(
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    sort: Annotated[str, Query(description="a column; - in front: largest first")] = "error",
    limit: Annotated[Whole, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(description="`next` of the page before")] = None,
) -> NetworkPage:
    """Networks that pass the constraints, measured or not."""
    page = listings.page(snapshot, constraints, sort, limit, cursor)
    return NetworkPage.model_validate(page, from_attributes=True)


@router.get("/networks.csv", response_class=StreamingResponse, openapi_extra=CONSTRAINTS)
def export_networks(
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    sort: Annotated[str, Query(description="a column; - in front: largest first")] = "error",
) -> StreamingResponse:
    """All networks that pass the constraints as CSV, in base units."""
    name = f"population-{snapshot.id}-version-{snapshot.version}.csv"
    return StreamingResponse(
        listings.csv_lines(snapshot, constraints, sort),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/networks/{network_id}.{form}", response_class=Response)
def export_network(population_id: Id, network_id: Id, form: Form, session: ReadDep) -> Response:
    """One network as a file: its own JSON, a PyTorch module, or a notation of others.

    `yaml` is a configuration of pycls, `nb201` and `nb101` are cells of NAS-Bench-201 and 101,
    `nats` widths of the size space, `ofa` a setting of Once-for-All.
    """
    file = networks.file(session, population_id, network_id, form)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.text, media_type=file.media_type, headers=headers)


@router.get("/networks/{network_id}")
def read_network(population_id: Id, network_id: Id, session: ReadDep) -> NetworkRead:
    """One network: stages, line, widths, learning curve, history of its job."""
    return NetworkRead.model_validate(networks.get(session, population_id, network_id))


@router.get("/columns", responses={200: {"content": {columns.MEDIA_TYPE: {}}}})
def read_columns(snapshot: SnapshotDep) -> Response:
    """All columns as bytes (layout: `services/reading/columns.py`), rows sorted by error."""
    return Response(columns.encode(snapshot), media_type=columns.MEDIA_TYPE)
