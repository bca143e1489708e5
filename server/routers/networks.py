"""The networks of a population: lists, one network, and all columns at once as bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from designspace.naming.written import Form
from server.dependencies import ReadDep, SnapshotDep
from server.etags import Tagged
from server.forms import ARROW, CSV, JSON, PARQUET, SUFFIXES, AnyFormDep, FileDep, offered
from server.forms import Form as Asked
from server.gate.doors import SEE
from server.lists import After, Fields, as_json, link, only, said_in_part
from server.parameters import CONSTRAINTS, ConstraintsDep, parted
from server.problems import MISSING
from server.schemas.base import Items
from server.schemas.networks import NetworkPage, NetworkRead, NetworkRow, QuantityRead
from services.defining.names import Id
from services.errors import Refused
from services.numbers import Whole
from services.reading import columns as encoded
from services.reading import listings, networks
from services.reading.snapshots import Snapshot

router = APIRouter(
    route_class=Tagged,
    prefix="/populations/{population_id}",
    tags=["networks"],
    responses=MISSING,
    dependencies=[SEE],
)


Sort = Annotated[
    str, Query(description="a column; - in front: largest first; by default the criterion")
]
OF_PAGES = ("limit", "after", "cursor", "fields")

Columns = Annotated[str, Query(description="names, by comma; all by default")]


@router.get(
    "/networks",
    response_model=NetworkPage,
    responses=offered(CSV, PARQUET, ARROW),
    openapi_extra=CONSTRAINTS,
)
def list_networks(
    request: Request,
    form: AnyFormDep,  # before the snapshot: the answer's tag names it
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    sort: Sort = "",
    limit: Annotated[Whole, Query(ge=1, le=1000)] = 100,
    after: After = None,
    cursor: Annotated[str | None, Query(description="now `after`", deprecated=True)] = None,
    fields: Fields = "",
    columns: Columns = "",
) -> Any:
    """Networks that pass the constraints, measured or not.

    In JSON by pages; as a file all of them, as `/networks.csv` and its siblings have them.
    """
    if form.media_type != JSON:
        _require_no_page(request, form)
        return _file(form, snapshot, constraints, sort, columns)
    if after is not None and cursor is not None:
        raise Refused("cursor", cursor, "not beside `after`, which is its name now")
    last = cursor if after is None else after
    page = listings.page(snapshot, constraints, sort, limit, last, parted(columns))
    link(request, page.next)
    said = said_in_part(page, NetworkRow, fields)
    return as_json(page) if said is page else said  # it needs no checking


def _require_no_page(request: Request, form: Asked) -> None:
    """Refuse what only pages have, where a file has all."""
    for name in OF_PAGES:
        if name in request.query_params:
            allowed = f"of pages, which are JSON: {form.media_type} has all networks"
            raise Refused(name, request.query_params[name], allowed)


def _file(
    form: Asked, snapshot: Snapshot, constraints: dict[str, str], sort: str, columns: str
) -> Response:
    table = listings.table(snapshot, constraints, sort, parted(columns))
    return form.file(table, f"population-{snapshot.id}-version-{snapshot.version}")


def _files(route: Callable[..., Response]) -> Callable[..., Response]:
    """The route at an address for each form of file."""
    for media_type, suffix in SUFFIXES.items():
        router.get(
            f"/networks.{suffix}",
            response_class=StreamingResponse,
            responses=offered(media_type),
            openapi_extra=CONSTRAINTS,
        )(route)
    return route


@_files
def export_networks(
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    form: FileDep,
    sort: Sort = "",
    columns: Columns = "",
) -> Response:
    """All networks that pass the constraints as a file, in base units.

    A diverged network has the error `inf`; a cell is empty where a network lacks the value, and
    null in Parquet and Arrow, whose columns say their label and unit in their metadata.
    """
    return _file(form, snapshot, constraints, sort, columns)


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


@router.get("/quantities")
def list_quantities(snapshot: SnapshotDep) -> Items[QuantityRead]:
    """The columns that a population has, in words."""
    every = snapshot.quantities.values()
    return Items(items=[QuantityRead.model_validate(one) for one in every])


@router.get(
    "/columns",
    response_class=Response,
    responses={200: {"content": {encoded.MEDIA_TYPE: {}}}},
)
def read_columns(
    snapshot: SnapshotDep,
    columns: Columns = "",
    marks: Annotated[
        bool, Query(description="false: only the columns, of rows that one has the marks of")
    ] = True,
) -> Response:
    """Columns as bytes (layout: `services/reading/columns.py`), best rows first."""
    names = listings.named(snapshot, parted(columns))
    content = encoded.encode(snapshot, tuple(names), marks)
    return Response(content, media_type=encoded.MEDIA_TYPE)
