"""Tables of others: a file looked at, imported as a population, and gone again."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from fastapi import APIRouter, Request, status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.orm import Session

from server.dependencies import AnalysisDep, PartsDep, ReadDep, SnapshotDep
from server.etags import Tagged
from server.gate import intake
from server.gate.doors import CREATE, SEE
from server.lists import Fields, as_json, only
from server.once import Key, OnceDep, asked
from server.problems import CHANGING, MISSING, TAKEN
from server.schemas.base import Body
from server.schemas.populations import PopulationRead
from server.schemas.tables import (
    ReportRead,
    SetCreate,
    TableImport,
    TableLook,
    TableLookRead,
    TableRead,
    TableRowRead,
)
from server.uploads import MEDIA_TYPE, Upload, uploaded
from services.comparing import sets
from services.defining.names import Id
from services.exchange.tables import storing
from services.exchange.tables.limits import LARGEST_FILE
from services.exchange.tables.prepared import Look, Preparation
from services.exchange.tables.storing import File
from services.processes import Run
from services.reading import table_rows
from services.sampling import records, tables

router = APIRouter(route_class=Tagged, tags=["tables"], dependencies=[SEE])

Form = TypeVar("Form", bound=Body)

LOOK, IMPORT = "/tables/look", "/tables"
PATHS = (LOOK, IMPORT)
"""Whose bodies are forms with a file."""


def form_of(model: type[Body]) -> dict[str, Any]:
    """What the document says of a form: a file, and the fields of a model beside it."""
    described = model.model_json_schema(ref_template="#/components/schemas/{model}")
    described.pop("$defs", None)
    properties = {"file": {"type": "string", "format": "binary"}} | described["properties"]
    schema = described | {
        "properties": properties,
        "required": ["file", *described.get("required", ())],
    }
    return {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}}


@router.post(
    LOOK,
    responses=CHANGING | TAKEN,
    dependencies=[CREATE],
    openapi_extra=form_of(TableLook),
)
async def look_at_table(request: Request, parts: PartsDep) -> TableLookRead:
    """The first rows of a file, as a plan reads them, and why. Nothing is stored."""
    async with parts.uploads.inside(), uploaded(request, LARGEST_FILE) as upload:
        said = _fields(TableLook, upload)
        look = Look(upload.path, upload.name, said.plan, said.partial, said.again)
        found = await parts.lookers.attend(request.is_disconnected, lambda run: run(look))
    return TableLookRead.model_validate(found)


@router.post(
    IMPORT,
    status_code=status.HTTP_201_CREATED,
    response_model=TableRead,
    responses=CHANGING | TAKEN,
    dependencies=[CREATE],
    openapi_extra=form_of(TableImport),
)
async def import_table(request: Request, parts: PartsDep, key: Key = None) -> Any:
    """The rows of a file as a population: all that can be read, and a report; or nothing."""
    async with parts.uploads.inside(), uploaded(request, LARGEST_FILE) as upload:
        said = _fields(TableImport, upload)

        def load(run: Run) -> TableRead:
            file = File(upload.path, upload.name)
            words = json.dumps(upload.fields, sort_keys=True) + file.digest
            once = asked(request, words.encode(), key)
            once.say = _said
            prepared = run(Preparation(upload.path, upload.name, said.plan, upload.folder))
            id = storing.load(parts.database, said.name, file, prepared, said.visibility, once)
            with parts.database.read() as session:
                return _table(session, id)

        return as_json(await parts.readers.attend(request.is_disconnected, load))


@router.get("/populations/{population_id}/report", responses=MISSING)
def read_report(population_id: Id, session: ReadDep) -> ReportRead:
    """What became of the rows of the file that a table was."""
    return ReportRead.model_validate(tables.report(session, population_id))


@router.get(
    "/populations/{population_id}/rows/{row_id}",
    response_model=TableRowRead,
    responses=MISSING,
)
def read_row(snapshot: SnapshotDep, row_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """A row of a table, and the network that it is, if it is one."""
    found = table_rows.get(session, snapshot, row_id)
    return only(TableRowRead.model_validate(found), fields)


@router.post(
    "/sets",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[CREATE, AnalysisDep],
)
def create_set(parts: PartsDep, body: SetCreate, once: OnceDep) -> PopulationRead:
    """The networks of some sides, as they are now, as a population that stays as it is."""
    once.say = lambda session, id: _population(session, id).model_dump(mode="json")
    id = sets.create(
        parts.database, parts.snapshots, body.name, body.sides, body.visibility, once
    )
    with parts.database.read() as session:
        return _population(session, id)


def _fields(model: type[Form], upload: Upload) -> Form:
    """What is said beside a file, through the gate that JSON comes in by."""
    said: dict[str, Any] = {}
    for name, text in upload.fields.items():
        if name in ("plan", "partial"):
            if problems := intake.wrong(text.encode(errors="surrogatepass")):
                raise RequestValidationError(
                    [{"loc": ("body", name, f), "input": v, "msg": m} for f, v, m in problems]
                )
            said[name] = json.loads(text or "null")
        else:
            said[name] = text
    try:
        return model.model_validate_json(json.dumps(said))
    except ValidationError as error:
        raise RequestValidationError(
            [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        ) from None


def _population(session: Session, id: int) -> PopulationRead:
    return PopulationRead.model_validate(records.get(session, id))


def _table(session: Session, id: int) -> TableRead:
    return TableRead(
        population=_population(session, id),
        report=ReportRead.model_validate(tables.report(session, id)),
    )


def _said(session: Session, id: int) -> Any:
    return _table(session, id).model_dump(mode="json")
