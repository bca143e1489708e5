"""Managing: populations renamed, grouped, put away, deleted, restored, purged.

What is deleted is there for nobody until somebody restores it, and nothing of it is lost: its
jobs wait, its results are of its networks, which others may share. Only what is purged is gone:
its name, draws or rows, notes; results of networks stay, as jobs belong to no population.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.models import DrawRow, PopulationRow, SampledRow, TableRow, WatchRow
from services import numbers, rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb
from services.errors import Conflict, NotFound
from services.keeping import notes
from services.reading import blocks
from services.work import schedule, versions

SAID = 3
"""Names of those that use a population that a refusal says."""


@dataclass(frozen=True)
class Use:
    """Something that goes by a population."""

    what: str  # population, set, watch
    id: int
    name: str | None  # None: the actor does not see it
    how: str

    def __str__(self) -> str:
        name = "that you don't see" if self.name is None else f"{self.id} {self.name!r}"
        return f"{self.what} {name} {self.how}"


def rename(session: Session, id: int, name: str) -> None:
    """Give a population another name.

    Raises:
        NotFound: no such population.
        Forbidden: it is somebody else's.
        Conflict: the name is taken.
    """
    row = _steered(session, id)
    if row.name == name:
        return
    before = row.name
    _name(session, row, name)
    versions.raise_for(session, id)  # it stands in answers
    audit.record(session, "renamed", "population", id, before=before, name=name)


def group(session: Session, id: int, study: str) -> None:
    """Say which study a population is of; empty: of none.

    Raises:
        NotFound: no such population.
        Forbidden: it is somebody else's.
    """
    row = _steered(session, id)
    if (row.study or "") != study:
        row.study = study or None
        versions.raise_for(session, id)  # who follows it hears of it
        audit.record(session, "grouped", "population", id, study=study)


def archive(session: Session, id: int, archived: bool) -> None:
    """Put a population away, or take it out again: nothing of it runs, no list offers it.

    Raises:
        NotFound: no such population.
        Forbidden: it is somebody else's.
    """
    row = _steered(session, id)
    if (row.archived_at is not None) == archived:
        return
    _put_away(session, row, archived_at=now_ms() if archived else None)
    audit.record(session, "archived" if archived else "unarchived", "population", id)


def remove(session: Session, id: int, used: bool = False) -> None:
    """Delete a population; `restore` brings it back.

    Args:
        used: also where others go by it.

    Raises:
        NotFound: no such population.
        Forbidden: it is somebody else's.
        Conflict: others go by it; which.
    """
    row = _steered(session, id)
    if not used and (found := uses(session, id)):
        allowed = "used=true deletes it all the same"
        raise Conflict(f"population {row.name!r} is in use: {_listed(found)}; {allowed}")
    _put_away(session, row, deleted_at=now_ms())
    audit.record(session, "deleted", "population", id, name=row.name, n=row.n)


def restore(session: Session, id: int, name: str | None = None) -> None:
    """Bring a deleted population back.

    Args:
        name: another, where its own was taken meanwhile.

    Raises:
        NotFound: none that the actor may restore.
        Conflict: the name is taken.
    """
    mine = (PopulationRow.id == id) & permission.deleted(session, PopulationRow)
    row = session.scalar(select(PopulationRow).where(mine).with_for_update())
    if row is None:
        raise NotFound("deleted population", id)
    permission.require_of(session, Verb.STEER, row)
    _require_free(session, row, name or row.name)
    if name is not None:
        row.name = name
    try:
        _put_away(session, row, deleted_at=None)
    except IntegrityError:
        raise _taken(row.name) from None
    audit.record(session, "restored", "population", id, name=row.name)


def purge(session: Session, id: int) -> None:
    """Remove a deleted population for good, with its draws or rows, and its notes.

    Raises:
        NotFound: no such population is deleted.
        Forbidden: only an administrator may.
        Conflict: a population began with its networks.
    """
    permission.require(who(session), Verb.PURGE)
    row = session.get(PopulationRow, id)
    if row is None or row.deleted_at is None:
        raise NotFound("deleted population", id)
    if found := _heirs(session, id, deleted=True):
        raise Conflict(f"population {row.name!r} stays: {_listed(found)}")
    if isinstance(row, SampledRow):
        schedule.cancel_own(session, row)
        session.execute(delete(DrawRow).where(DrawRow.population_id == id))
    blocks.remove(session, id)
    notes.forget(session, id)
    audit.record(session, "purged", "population", id, name=row.name, n=row.n)
    session.delete(row)


def uses(session: Session, id: int) -> list[Use]:
    """What goes by a population: those that inherit from it, sets of it, watches of it."""
    return [*_heirs(session, id), *_sets(session, id), *_watches(session, id)]


def _heirs(session: Session, id: int, deleted: bool = False) -> list[Use]:
    heirs = select(SampledRow).where(SampledRow.inherits == id).order_by(SampledRow.id)
    if not deleted:
        heirs = heirs.where(SampledRow.deleted_at.is_(None))
    return [
        Use("population", one.id, _name_of(session, one), "began with its networks")
        for one in session.scalars(heirs)
    ]


def _sets(session: Session, id: int) -> list[Use]:
    every = select(TableRow).where(TableRow.deleted_at.is_(None), TableRow.id != id)
    return [
        Use("set", one.id, _name_of(session, one), "was taken of it")
        for one in session.scalars(every.order_by(TableRow.id))
        if any(side["population"] == id for side in (one.provenance or {}).get("sides", ()))
    ]


def _watches(session: Session, id: int) -> list[Use]:
    every = select(WatchRow).where(WatchRow.outcome.is_(None)).order_by(WatchRow.id)
    return [
        Use("watch", one.id, f"{one.a} and {one.b}", "waits for its results")
        for one in session.scalars(every)
        if id in {numbers.whole(side.partition(";")[0]) for side in (one.a, one.b)}
    ]


def _name_of(session: Session, row: PopulationRow) -> str | None:
    seen = permission.sees(who(session), row.owner_id, row.visibility)
    return row.name if seen else None


def _listed(found: Sequence[Use]) -> str:
    more = len(found) - SAID
    said = "; ".join(map(str, found[:SAID]))
    return f"{said}; and {more} more" if more > 0 else said


def _put_away(session: Session, row: PopulationRow, **when: object) -> None:
    if isinstance(row, SampledRow):
        schedule.put_away(session, row, **when)
    else:
        for name, value in when.items():
            setattr(row, name, value)
        session.flush()
    versions.raise_for(session, row.id)  # who follows it hears of it
    session.refresh(row)


def _name(session: Session, row: PopulationRow, name: str) -> None:
    _require_free(session, row, name)
    row.name = name
    try:
        session.flush()
    except IntegrityError:  # taken at the same moment
        raise _taken(name) from None


def _require_free(session: Session, row: PopulationRow, name: str) -> None:
    same = (PopulationRow.name == name) & permission.is_kept(PopulationRow)
    taken = select(PopulationRow.id).where(same, PopulationRow.id != row.id)
    if session.scalar(taken) is not None:
        raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict(f"population {name!r} exists")


def _steered(session: Session, id: int) -> PopulationRow:
    row = rows.get(session, PopulationRow, id)
    permission.require_of(session, Verb.STEER, row)
    return row
