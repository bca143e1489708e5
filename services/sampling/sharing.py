"""Sharing: who sees a population, a design space or a regime, and whose it is.

A population is seen by nobody who doesn't see its space and its regime, so neither is ever
narrower than a population of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import DesignSpaceRow, PopulationRow, RegimeRow, SampledRow
from services import rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb, Visibility
from services.errors import Refused
from services.people import users
from services.work import versions

WIDTHS = list(Visibility)
"""From nobody but the owner to everybody."""

Kind = Literal["population", "design space", "regime"]
Shared = PopulationRow | DesignSpaceRow | RegimeRow
TABLES: dict[Kind, Any] = {
    "population": PopulationRow,
    "design space": DesignSpaceRow,
    "regime": RegimeRow,
}


def change(
    session: Session, kind: Kind, id: int, visibility: str | None, owner: str | None
) -> None:
    """Say who sees something, and whose it is; None: as it was.

    Raises:
        NotFound: there is none, or no such account.
        Forbidden: it is somebody else's; only an administrator gives anything away.
        Refused: a population would be wider than its space or regime.
    """
    row: Shared = rows.get(session, TABLES[kind], id)
    if visibility is not None:
        _share(session, kind, row, Visibility(visibility))
    if owner is not None:
        _give(session, kind, row, owner)


def _share(session: Session, kind: Kind, row: Shared, visibility: Visibility) -> None:
    permission.require_of(session, Verb.SHARE, row)
    if row.visibility == visibility:
        return
    before, row.visibility = row.visibility, visibility
    if isinstance(row, PopulationRow):
        require_seen(session, row)
        versions.raise_for(session, row.id)  # who follows it hears of it
    else:
        _require_no_wider(session, row)
    audit.record(session, "shared", kind, row.id, before=before, visibility=visibility)


def _give(session: Session, kind: Kind, row: Shared, owner: str) -> None:
    permission.require(who(session), Verb.PEOPLE)
    row.owner_id = users.named(session, owner).id
    if isinstance(row, PopulationRow):
        versions.raise_for(session, row.id)
    audit.record(session, "given", kind, row.id, owner=owner)


def widest(session: Session, space_id: int, regime_id: int) -> Visibility:
    """The lab, or whoever sees both the space and the regime where those are fewer."""
    of = (
        session.get_one(DesignSpaceRow, space_id).visibility,
        session.get_one(RegimeRow, regime_id).visibility,
    )
    return min(Visibility.LAB, *map(Visibility, of), key=WIDTHS.index)


def require_seen(session: Session, population: PopulationRow) -> None:
    """Refuse a sampled population that is wider than its space or its regime.

    Raises:
        Refused: which, and who sees that.
    """
    if not isinstance(population, SampledRow):
        return
    width = WIDTHS.index(Visibility(population.visibility))
    of: tuple[DesignSpaceRow | RegimeRow, ...] = (
        session.get_one(DesignSpaceRow, population.space_id),
        session.get_one(RegimeRow, population.regime_id),
    )
    for row in of:
        if width > WIDTHS.index(Visibility(row.visibility)):
            allowed = (
                f"at most {row.visibility}, as its {rows.NAMES[type(row)]} {row.name!r} is"
            )
            raise Refused("visibility", population.visibility, allowed)


def require_within(session: Session, visibility: str, population_ids: Iterable[int]) -> None:
    """Refuse that more people see something than see every one of some populations.

    Raises:
        NotFound: no such population.
        Refused: one is seen by fewer.
    """
    for id in population_ids:
        row = rows.get(session, PopulationRow, id)
        if WIDTHS.index(Visibility(visibility)) > WIDTHS.index(Visibility(row.visibility)):
            allowed = f"at most {row.visibility}, as population {id} {row.name!r} is"
            raise Refused("visibility", visibility, allowed)


def _require_no_wider(session: Session, row: DesignSpaceRow | RegimeRow) -> None:
    of = SampledRow.space_id if isinstance(row, DesignSpaceRow) else SampledRow.regime_id
    wider = WIDTHS[WIDTHS.index(Visibility(row.visibility)) + 1 :]
    found = select(SampledRow.id).where(of == row.id, SampledRow.visibility.in_(wider))
    if session.scalar(found.limit(1)) is not None:
        allowed = "no narrower than the populations of it"
        raise Refused("visibility", row.visibility, allowed)
