"""Views: what a page shows, kept under a name, for oneself or for who sees its populations.

A view is an address: it shows the results there are when it is opened, not those there were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.keeping import ViewedRow, ViewRow
from db.models import PopulationRow
from db.people import UserRow
from services import rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb, Visibility, visible
from services.errors import Conflict, NotFound
from services.keeping import addresses, notes, sight
from services.keeping.notes import Note
from services.keeping.words import finds


@dataclass(frozen=True)
class Shown:
    """A population of a view."""

    id: int
    name: str | None  # None: it is deleted


@dataclass(frozen=True)
class View:
    """A view that was kept."""

    id: int
    name: str
    page: str
    query: str
    populations: tuple[Shown, ...]
    note: str
    tags: tuple[str, ...]
    owner: str | None
    visibility: str
    mine: bool  # the transaction's actor may change it
    version: int
    created_at: int  # ms since 1970
    changed_at: int


def keep(
    session: Session,
    name: str,
    page: str,
    query: str,
    visibility: str = Visibility.LAB,
    note: str = "",
    tags: Iterable[str] = (),
) -> int:
    """Keep what a page shows; its id.

    Raises:
        Refused: the address names no populations, is none, or is another page's.
        NotFound: one of them is not there.
        Conflict: whoever asks has a view of that name.
        Forbidden: whoever asks may keep none.
    """
    actor = who(session)
    permission.require(actor, Verb.CREATE)
    shown = _require_seen(session, page, query)
    _require_free(session, actor.id, name)
    row = ViewRow(
        name=name, page=page, query=query, visibility=visibility, owner_id=actor.id, version=1
    )
    session.add(row)
    session.flush()
    _show(session, row.id, shown)
    audit.record(session, "kept", "view", row.id, name=name, page=page)
    if note or (tags := [*tags]):
        notes.write_of_view(session, row.id, note, [*tags])
    return row.id


def get(session: Session, id: int) -> View:
    """The view `id`, or NotFound."""
    sight.view(session, id)
    [found] = _read(session, ViewRow.id == id)
    return found


def every(
    session: Session,
    page: str = "",
    search: str = "",
    tag: str = "",
    population_id: int | None = None,
    after: int = 0,
) -> list[View]:
    """Views that are there for the actor, oldest first, from behind the id `after` on.

    Args:
        page: only of this one.
        search: words that are all in the name, the note, the tags, the owner's name, or the
            names of the populations.
        population_id: only of this population.
    """
    which = [ViewRow.id > after, sight.is_seen(session)]
    if page:
        which.append(ViewRow.page == page)
    if population_id is not None:
        of = select(ViewedRow.view_id).where(ViewedRow.population_id == population_id)
        which.append(ViewRow.id.in_(of))
    found = _read(session, *which)
    return [one for one in found if (not tag or tag in one.tags) and _is_found(one, search)]


def deleted(session: Session) -> list[View]:
    """Deleted ones that the actor may restore, oldest first."""
    return _read(session, permission.deleted(session, ViewRow))


def change(
    session: Session,
    id: int,
    name: str | None = None,
    query: str | None = None,
    visibility: str | None = None,
    read: int | None = None,
) -> None:
    """Give a view another name, what it shows, or who sees it; None: as it was.

    Args:
        read: the version that was read.

    Raises:
        NotFound: no such view, or no such population.
        Forbidden: it is somebody else's.
        Refused: the address is none.
        Conflict: the name is taken, or somebody has changed it since.
    """
    row = _steered(session, id)
    if read is not None and read != row.version:
        raise Conflict(f"somebody has changed the view since: it is version {row.version}")
    before = (row.name, row.query, row.visibility)
    if name is not None and name != row.name:
        _require_free(session, row.owner_id, name)
        audit.record(session, "renamed", "view", id, before=row.name, name=name)
        row.name = name
    if query is not None and query != row.query:
        _show(session, id, _require_seen(session, row.page, query))
        audit.record(session, "changed", "view", id)
        row.query = query
    if visibility is not None and visibility != row.visibility:
        permission.require_of(session, Verb.SHARE, row)
        audit.record(
            session, "shared", "view", id, before=row.visibility, visibility=visibility
        )
        row.visibility = visibility
    if before != (row.name, row.query, row.visibility):
        row.version, row.changed_at = row.version + 1, now_ms()


def remove(session: Session, id: int) -> None:
    """Delete a view; `restore` brings it back.

    Raises:
        NotFound: no such view.
        Forbidden: it is somebody else's.
    """
    row = _steered(session, id)
    row.deleted_at = now_ms()
    audit.record(session, "deleted", "view", id, name=row.name)


def restore(session: Session, id: int) -> None:
    """Bring a deleted view back.

    Raises:
        NotFound: none that the actor may restore.
        Conflict: its owner has another of that name.
    """
    mine = (ViewRow.id == id) & permission.deleted(session, ViewRow)
    row = session.scalar(select(ViewRow).where(mine).with_for_update())
    if row is None:
        raise NotFound("deleted view", id)
    permission.require_of(session, Verb.STEER, row)
    _require_free(session, row.owner_id, row.name)
    row.deleted_at = None
    audit.record(session, "restored", "view", id, name=row.name)


def _steered(session: Session, id: int) -> ViewRow:
    row = sight.view(session, id)
    permission.require_of(session, Verb.STEER, row)
    session.refresh(row, with_for_update=True)
    return row


def _require_seen(session: Session, page: str, query: str) -> list[int]:
    """The populations of an address of a page, which the actor sees.

    Raises:
        Refused: it is none, or another page's.
        NotFound: there is no such population for him.
    """
    ids = addresses.of_page(page, query)
    for id in ids:
        rows.get(session, PopulationRow, id)
    return ids


def _require_free(session: Session, owner_id: int | None, name: str) -> None:
    """Of two people who take a name of theirs at once both have it: nothing goes by it."""
    same = (ViewRow.name == name) & ViewRow.owner_id.is_not_distinct_from(owner_id)
    taken = select(ViewRow.id).where(same, ViewRow.deleted_at.is_(None))
    if session.scalar(taken.limit(1)) is not None:
        raise Conflict(f"view {name!r} exists")


def _show(session: Session, id: int, population_ids: list[int]) -> None:
    session.execute(delete(ViewedRow).where(ViewedRow.view_id == id))
    values = [{"view_id": id, "population_id": one} for one in population_ids]
    session.execute(insert(ViewedRow), values)


def _is_found(view: View, search: str) -> bool:
    names = (shown.name for shown in view.populations)
    return finds(search, view.name, view.note, view.owner, *view.tags, *names)


def _read(session: Session, *which: ColumnElement[bool]) -> list[View]:
    session.flush()
    found = session.execute(
        select(ViewRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == ViewRow.owner_id)
        .where(*which)
        .order_by(ViewRow.id)
        .execution_options(populate_existing=True)
    ).all()
    ids = [row.id for row, _ in found]
    noted, shown, actor = notes.of_views(session, ids), _shown(session, ids), who(session)
    return [
        View(
            id=row.id,
            name=row.name,
            page=row.page,
            query=row.query,
            populations=_in_order(row.query, shown[row.id]),
            owner=owner,
            visibility=row.visibility,
            mine=permission.may_change(actor, row.owner_id),
            version=row.version,
            created_at=row.created_at,
            changed_at=row.changed_at,
            **_said(noted.get(row.id)),
        )
        for row, owner in found
    ]


def _said(note: Note | None) -> dict[str, Any]:
    return notes.as_values(note or notes.NOTHING)


def _shown(session: Session, ids: Iterable[int]) -> dict[int, dict[int, Shown]]:
    """The populations of some views."""
    found: dict[int, dict[int, Shown]] = {id: {} for id in ids}
    for some in rows.chunks([*found]):
        there = PopulationRow.id == ViewedRow.population_id
        named = (
            select(ViewedRow.view_id, ViewedRow.population_id, PopulationRow.name)
            .outerjoin(PopulationRow, there & visible(session, PopulationRow))
            .where(ViewedRow.view_id.in_(some))
        )
        for view, population, name in session.execute(named):
            found[view][population] = Shown(population, name)
    return found


def _in_order(query: str, shown: dict[int, Shown]) -> tuple[Shown, ...]:
    return tuple(shown[id] for id in addresses.populations(query) if id in shown)
