"""Tables: rows of numbers and texts become a population, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from db.insert import insert_named
from db.models import TABLE, PopulationRow, TableRow
from services import rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb, Visibility
from services.errors import Conflict, Refused
from services.reading import blocks
from services.reading.layout import Layout


@dataclass(frozen=True)
class NewTable:
    """What a table is to be."""

    name: str
    layout: Layout
    n: int
    columns: Iterable[tuple[str, Iterable[bytes]]]  # by their name in the database, in blocks
    provenance: Mapping[str, Any]  # where it is from
    report: Mapping[str, Any]
    visibility: str = Visibility.LAB
    archive: str | None = None  # SHA-256 of the file


def store(session: Session, new: NewTable) -> int:
    """Store a table; its id.

    Raises:
        Conflict: the name is taken.
        Forbidden: whoever asks may create none.
    """
    actor = who(session)
    permission.require(actor, Verb.CREATE)
    id = insert_named(
        session,
        TableRow,
        kind=TABLE,
        name=new.name,
        n=new.n,
        layout=new.layout.model_dump(mode="json"),
        report=dict(new.report),
        provenance=dict(new.provenance),
        archive=new.archive,
        owner_id=actor.id,
        visibility=new.visibility,
    )
    if id is None:
        raise Conflict(f"population {new.name!r} exists")
    for column, data in new.columns:
        blocks.store(session, id, column, data)
    audit.record(session, "imported", "population", id, name=new.name, rows=new.n)
    return id


def report(session: Session, id: int) -> Mapping[str, Any]:
    """What reading a table has found.

    Raises:
        NotFound: no such population.
        Refused: it is no table.
    """
    row = rows.get(session, PopulationRow, id)
    if not isinstance(row, TableRow):
        raise Refused("population", id, f"a table; {row.name} was sampled here")
    return row.report
