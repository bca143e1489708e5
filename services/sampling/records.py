"""Records: stored populations as they are read, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import (
    SAMPLED,
    TABLE,
    DesignSpaceRow,
    PopulationRow,
    RegimeRow,
    SampledRow,
    TableRow,
)
from db.people import UserRow
from population.population import ERROR
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.audit import Deed
from services.acting.permission import is_kept, shown, visible
from services.errors import NotFound
from services.keeping import notes
from services.keeping.words import finds
from services.sampling.origins import Origin, origin
from services.work import progress
from services.work.progress import Progress

Kind = Literal["sampled", "table"]


@dataclass(frozen=True)
class PopulationRecord:
    """A stored population and how far it is."""

    id: int
    name: str
    kind: Kind
    criterion: str  # what its networks are judged by, unless another column is asked for
    space_id: int | None  # none of a table; nor are the others that may be None
    space_name: str | None
    regime_id: int | None
    regime_name: str | None
    n: int
    whole: bool  # all networks of the space inside the windows
    windows: dict[str, str]
    seed: int | None
    training_seed: int | None
    paused: bool
    priority: int
    inherits: int | None
    inherited: int  # how many of its networks come from there
    tried: int | None
    refused: dict[str, int]
    archive: str | None  # SHA-256 of the file it was imported from
    provenance: dict[str, Any] | None  # where that one was measured
    owner: str | None  # the account's name; None: nobody's
    visibility: str
    mine: bool  # the transaction's actor may change it
    deed: Deed | None  # the last thing that somebody but its owner did to it, for who may see
    version: int
    created_at: int  # ms since 1970
    study: str | None  # a label that people group populations by
    archived_at: int | None  # put away: nothing of it runs
    deleted_at: int | None
    note: str
    tags: tuple[str, ...]
    progress: Progress

    @property
    def origin(self) -> Origin:
        return origin(self.name, self.archive)


@dataclass(frozen=True)
class Sought:
    """Which populations are looked for."""

    search: str = ""  # words that are all in names of it, its study, space, regime, owner, or
    # in its note and tags
    tag: str = ""
    study: str = ""
    archived: bool | None = None  # None: whether or not


def get(session: Session, id: int) -> PopulationRecord:
    """The population `id`, or NotFound."""
    records = _records(session, PopulationRow.id == id)
    if not records:
        raise NotFound("population", id)
    return records[0]


def every(
    session: Session, after: int = 0, most: int | None = None, sought: Sought | None = None
) -> list[PopulationRecord]:
    """All populations, oldest first; those behind the id `after`, as many as `most`.

    Args:
        sought: only those of them that it finds.
    """
    which = PopulationRow.id > after
    if sought is not None:
        which &= PopulationRow.id.in_(_found(session, sought, after))
    if most is None:
        return _records(session, which)
    ids = select(PopulationRow.id).where(which, visible(session, PopulationRow))
    page = session.scalars(ids.order_by(PopulationRow.id).limit(most)).all()
    return _records(session, PopulationRow.id.in_(page))


def deleted(session: Session) -> list[PopulationRecord]:
    """Deleted ones that the actor may restore, oldest first."""
    return _records(session, permission.deleted(session, PopulationRow), kept=False)


def _found(session: Session, sought: Sought, after: int) -> list[int]:
    """Ids of those that are looked for: words are compared here, as no database compares them
    as the other does."""
    which = [PopulationRow.id > after, visible(session, PopulationRow)]
    if sought.study:
        which.append(PopulationRow.study == sought.study)
    if sought.archived is not None:
        away = PopulationRow.archived_at.is_not(None)
        which.append(away if sought.archived else ~away)
    named = session.execute(
        select(
            PopulationRow.id,
            PopulationRow.name,
            PopulationRow.study,
            DesignSpaceRow.name,
            RegimeRow.name,
            UserRow.name,
        )
        .outerjoin(DesignSpaceRow, DesignSpaceRow.id == SampledRow.space_id)
        .outerjoin(RegimeRow, RegimeRow.id == SampledRow.regime_id)
        .outerjoin(UserRow, UserRow.id == PopulationRow.owner_id)
        .where(*which)
    ).all()
    noted = notes.of_populations(session, [id for id, *_ in named])
    found = []
    for id, *texts in named:
        note = noted.get(id, notes.NOTHING)
        if sought.tag and sought.tag not in note.tags:
            continue
        if finds(sought.search, *texts, note.text, *note.tags):
            found.append(id)
    return found


def _records(session: Session, which: Any, kept: bool = True) -> list[PopulationRecord]:
    there: ColumnElement[bool] = shown(session, PopulationRow)
    if kept:
        there &= is_kept(PopulationRow)
    found = session.execute(
        select(PopulationRow, DesignSpaceRow.name, RegimeRow.name, UserRow.name)
        .outerjoin(DesignSpaceRow, DesignSpaceRow.id == SampledRow.space_id)
        .outerjoin(RegimeRow, RegimeRow.id == SampledRow.regime_id)
        .outerjoin(UserRow, UserRow.id == PopulationRow.owner_id)
        .where(which, there)
        .order_by(PopulationRow.id)
    ).all()
    noted = notes.of_populations(session, [row.id for row, *_ in found])
    actor = who(session)
    counts = progress.by_population(session, which)
    owners = {
        row.id: row.owner_id
        for row, *_ in found
        if row.owner_id is not None and permission.may_change(actor, row.owner_id)
    }
    deeds = audit.by_others(session, "population", owners) if owners else {}
    return [
        PopulationRecord(
            id=row.id,
            name=row.name,
            space_name=space_name,
            regime_name=regime_name,
            n=row.n,
            archive=row.archive,
            provenance=row.provenance,
            owner=owner,
            visibility=row.visibility,
            mine=permission.may_change(actor, row.owner_id),
            deed=deeds.get(row.id),
            version=row.version,
            created_at=row.created_at,
            progress=counts[row.id],
            study=row.study,
            archived_at=row.archived_at,
            deleted_at=row.deleted_at,
            **notes.as_values(noted.get(row.id, notes.NOTHING)),
            **_of_kind(row),
        )
        for row, space_name, regime_name, owner in found
    ]


def _of_kind(row: PopulationRow) -> dict[str, Any]:
    """What is said of a sampled population, or of a table in its place."""
    if isinstance(row, SampledRow):
        said = {name: getattr(row, name) for name in OF_SAMPLED}
        return said | {"kind": SAMPLED, "criterion": ERROR}
    assert isinstance(row, TableRow)
    return OF_SAMPLED | {"kind": TABLE, "criterion": row.layout["criterion"]}


OF_SAMPLED: dict[str, Any] = {
    "space_id": None,
    "regime_id": None,
    "whole": False,
    "windows": {},
    "seed": None,
    "training_seed": None,
    "paused": False,
    "priority": 0,
    "inherits": None,
    "inherited": 0,
    "tried": None,
    "refused": {},
}
"""What only a sampled population has, as it is said of a table."""
