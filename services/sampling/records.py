"""Records: stored populations as they are read, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    DesignSpaceRow,
    PopulationRow,
    RegimeRow,
)
from db.people import UserRow
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.audit import Deed
from services.acting.permission import visible
from services.errors import NotFound
from services.sampling.origins import Origin, origin
from services.work import progress
from services.work.progress import Progress


@dataclass(frozen=True)
class PopulationRecord:
    """A stored population and how far it is."""

    id: int
    name: str
    space_id: int
    space_name: str
    regime_id: int
    regime_name: str
    n: int
    whole: bool  # all networks of the space inside the windows
    windows: dict[str, str]
    seed: int
    training_seed: int
    paused: bool
    priority: int
    inherits: int | None
    inherited: int  # how many of its networks come from there
    tried: int
    refused: dict[str, int]
    archive: str | None  # SHA-256 of the file it was imported from
    provenance: dict[str, Any] | None  # where that one was measured
    owner: str | None  # the account's name; None: nobody's
    visibility: str
    mine: bool  # the transaction's actor may change it
    deed: Deed | None  # the last thing that somebody but its owner did to it, for who may see
    version: int
    created_at: int  # ms since 1970
    progress: Progress

    @property
    def origin(self) -> Origin:
        return origin(self.name, self.archive)


def get(session: Session, id: int) -> PopulationRecord:
    """The population `id`, or NotFound."""
    records = _records(session, PopulationRow.id == id)
    if not records:
        raise NotFound("population", id)
    return records[0]


def every(session: Session, after: int = 0, most: int | None = None) -> list[PopulationRecord]:
    """All populations, oldest first; those behind the id `after`, as many as `most`."""
    if most is None:
        return _records(session, PopulationRow.id > after)
    ids = select(PopulationRow.id).where(
        PopulationRow.id > after, visible(session, PopulationRow)
    )
    page = session.scalars(ids.order_by(PopulationRow.id).limit(most)).all()
    return _records(session, PopulationRow.id.in_(page))


def _records(session: Session, which: Any) -> list[PopulationRecord]:
    found = session.execute(
        select(PopulationRow, DesignSpaceRow.name, RegimeRow.name, UserRow.name)
        .join(DesignSpaceRow, DesignSpaceRow.id == PopulationRow.space_id)
        .join(RegimeRow, RegimeRow.id == PopulationRow.regime_id)
        .outerjoin(UserRow, UserRow.id == PopulationRow.owner_id)
        .where(which, visible(session, PopulationRow))
        .order_by(PopulationRow.id)
    ).all()
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
            space_id=row.space_id,
            space_name=space_name,
            regime_id=row.regime_id,
            regime_name=regime_name,
            n=row.n,
            whole=row.whole,
            windows=row.windows,
            seed=row.seed,
            training_seed=row.training_seed,
            paused=row.paused,
            priority=row.priority,
            inherits=row.inherits,
            inherited=row.inherited,
            tried=row.tried,
            refused=row.refused,
            archive=row.archive,
            provenance=row.provenance,
            owner=owner,
            visibility=row.visibility,
            mine=permission.may_change(actor, row.owner_id),
            deed=deeds.get(row.id),
            version=row.version,
            created_at=row.created_at,
            progress=counts[row.id],
        )
        for row, space_name, regime_name, owner in found
    ]
