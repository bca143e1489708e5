"""Notes: plain text and tags on populations, on networks of one, and on views.

Who sees the thing sees its note; who may steer it writes it. A network's note stands in a
population: the same network of another, that others see, does not have it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.keeping import NoteRow, TagRow, ViewRow
from db.models import DrawRow, PopulationRow, SampledRow
from db.people import UserRow
from services import rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb, visible
from services.errors import Conflict, NotFound
from services.keeping import sight
from services.keeping.words import finds
from services.work import versions

Kind = Literal["population", "network", "view"]
WHOLE = 0
"""In place of a network: the population itself."""


@dataclass(frozen=True)
class Note:
    """What is written down of something; without text and tags: nothing."""

    kind: Kind
    population_id: int | None = None
    network_id: int | None = None
    view_id: int | None = None
    of: str = ""  # name of the population or view
    text: str = ""
    tags: tuple[str, ...] = ()
    version: int = 0  # 0: nobody has written anything
    changed_at: int | None = None  # ms since 1970
    author: str | None = None  # name of the account that wrote last
    id: int = 0


NOTHING = Note("population")


def of_populations(session: Session, ids: Collection[int]) -> dict[int, Note]:
    """The notes of some populations as wholes, by id; none of one without."""
    found: dict[int, Note] = {}
    for some in rows.chunks(ids):
        which = NoteRow.population_id.in_(some) & (NoteRow.network_id == WHOLE)
        found |= {one.population_id: one for one in _read(session, which) if one.population_id}
    return found


def of_views(session: Session, ids: Collection[int]) -> dict[int, Note]:
    """The notes of some views, by id."""
    found: dict[int, Note] = {}
    for some in rows.chunks(ids):
        read = _read(session, NoteRow.view_id.in_(some))
        found |= {one.view_id: one for one in read if one.view_id}
    return found


def of_population(session: Session, id: int, network_id: int = WHOLE) -> Note:
    """What is written down of a population, or of one of its networks.

    Raises:
        NotFound: no such population, or it has no such network.
    """
    row = _population(session, id, network_id)
    [found] = _read(session, _which(id, network_id)) or [
        Note("network" if network_id else "population", id, network_id or None, of=row.name)
    ]
    return found


def of_network(session: Session, population_id: int, network_id: int) -> Note:
    """What is written down of a network of a population.

    Raises:
        NotFound: no such population, or it has no such network.
    """
    _require_network(population_id, network_id)
    return of_population(session, population_id, network_id)


def of_view(session: Session, id: int) -> Note:
    """What is written down of a view, or NotFound."""
    row = sight.view(session, id)
    return next(
        iter(_read(session, NoteRow.view_id == id)), Note("view", view_id=id, of=row.name)
    )


def write_of_population(
    session: Session,
    id: int,
    text: str,
    tags: Sequence[str],
    network_id: int = WHOLE,
    read: int | None = None,
) -> Note:
    """Write the note of a population, or of one of its networks, in place of what was there.

    Args:
        read: the version that the writer had read.

    Raises:
        NotFound: as `of_population`.
        Forbidden: it is somebody else's.
        Conflict: somebody has written since.
    """
    row = _population(session, id, network_id)
    permission.require_of(session, Verb.STEER, row)
    place = {"population_id": id, "network_id": network_id}
    _write(session, _which(id, network_id), place, text, tags, read)
    if network_id == WHOLE:
        versions.raise_for(session, id)  # lists say its tags: who follows it hears of it
    detail: dict[str, Any] = {"network": network_id} if network_id else {}
    audit.record(session, "noted", "population", id, characters=len(text), **detail)
    return of_population(session, id, network_id)


def write_of_network(
    session: Session,
    population_id: int,
    network_id: int,
    text: str,
    tags: Sequence[str],
    read: int | None = None,
) -> Note:
    """Write the note of a network of a population; as `write_of_population`."""
    _require_network(population_id, network_id)
    return write_of_population(session, population_id, text, tags, network_id, read)


def write_of_view(
    session: Session, id: int, text: str, tags: Sequence[str], read: int | None = None
) -> Note:
    """Write the note of a view; as `write_of_population`."""
    permission.require_of(session, Verb.STEER, sight.view(session, id))
    _write(session, NoteRow.view_id == id, {"view_id": id}, text, tags, read)
    audit.record(session, "noted", "view", id, characters=len(text))
    return of_view(session, id)


def every(
    session: Session,
    search: str = "",
    tag: str = "",
    population_id: int | None = None,
    after: int = 0,
) -> list[Note]:
    """Notes of what the actor sees, oldest first, from behind the id `after` on.

    Args:
        search: words that are all in the text, the tags or the name of what it is of.
        tag: one that it has.
        population_id: only this population's, and those of its networks.

    Raises:
        NotFound: no such population.
    """
    which: list[ColumnElement[bool]] = [NoteRow.id > after, _is_seen(session)]
    if population_id is not None:
        rows.get(session, PopulationRow, population_id)
        which.append(NoteRow.population_id == population_id)
    if tag:
        which.append(NoteRow.id.in_(select(TagRow.note_id).where(TagRow.tag == tag)))
    found = [one for one in _read(session, *which) if one.text or one.tags]
    return [one for one in found if finds(search, one.of, one.text, *one.tags)]


def tags(session: Session) -> dict[str, int]:
    """Tags of what the actor sees, and of how many things each is, in the order of letters."""
    counted = (
        select(TagRow.tag, func.count())
        .join(NoteRow, NoteRow.id == TagRow.note_id)
        .where(_is_seen(session))
        .group_by(TagRow.tag)
    )
    return dict(sorted(session.execute(counted)))


def forget(session: Session, population_id: int) -> None:
    """Remove all notes of a population and its networks: it is purged."""
    mine = select(NoteRow.id).where(NoteRow.population_id == population_id)
    session.execute(delete(TagRow).where(TagRow.note_id.in_(mine)))
    session.execute(delete(NoteRow).where(NoteRow.population_id == population_id))


def _require_network(population_id: int, network_id: int) -> None:
    if network_id == WHOLE:
        raise NotFound(f"network in population {population_id}:", network_id)


def _which(population_id: int, network_id: int) -> ColumnElement[bool]:
    return (NoteRow.population_id == population_id) & (NoteRow.network_id == network_id)


def _is_seen(session: Session) -> ColumnElement[bool]:
    populations = select(PopulationRow.id).where(visible(session, PopulationRow))
    views = select(ViewRow.id).where(sight.is_seen(session))
    return or_(NoteRow.population_id.in_(populations), NoteRow.view_id.in_(views))


def _population(session: Session, id: int, network_id: int) -> PopulationRow:
    """The population, with that network.

    Raises:
        NotFound: no such population, or it has no such network.
    """
    row = rows.get(session, PopulationRow, id)
    if network_id == WHOLE:
        return row
    if isinstance(row, SampledRow):
        mine = (DrawRow.population_id == id) & (DrawRow.network_id == network_id)
        there = session.scalar(select(DrawRow.ordinal).where(mine)) is not None
    else:
        there = network_id <= row.n  # a row, by its place from 1
    if not there:
        raise NotFound(f"network in population {id}:", network_id)
    return row


def _write(
    session: Session,
    which: ColumnElement[bool],
    place: dict[str, int],
    text: str,
    tags: Sequence[str],
    read: int | None,
) -> None:
    row = session.scalar(select(NoteRow).where(which).with_for_update())
    now = 0 if row is None else row.version
    if read is not None and read != now:
        raise Conflict(f"somebody has changed the note since: it is version {now}, not {read}")
    if row is None:
        row = NoteRow(**place, text=text, version=1)
        session.add(row)
    else:
        row.text, row.version, row.changed_at = text, now + 1, now_ms()
    row.author_id = who(session).id
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("somebody writes the note just now") from None
    session.execute(delete(TagRow).where(TagRow.note_id == row.id))
    if kept := [{"note_id": row.id, "tag": tag} for tag in dict.fromkeys(tags)]:
        session.execute(insert(TagRow), kept)


def _read(session: Session, *which: ColumnElement[bool]) -> list[Note]:
    """The notes of some rows, oldest first, with their tags in the order of letters."""
    found = session.execute(
        select(NoteRow, PopulationRow.name, ViewRow.name, UserRow.name)
        .outerjoin(PopulationRow, PopulationRow.id == NoteRow.population_id)
        .outerjoin(ViewRow, ViewRow.id == NoteRow.view_id)
        .outerjoin(UserRow, UserRow.id == NoteRow.author_id)
        .where(*which)
        .order_by(NoteRow.id)
        .execution_options(populate_existing=True)
    ).all()
    tagged = _tags(session, [row.id for row, *_ in found])
    return [
        _note(row, population or view or "", author, tagged.get(row.id, ()))
        for row, population, view, author in found
    ]


def _tags(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for some in rows.chunks(ids):
        mine = select(TagRow.note_id, TagRow.tag).where(TagRow.note_id.in_(some))
        for id, tag in sorted(session.execute(mine)):
            found[id] = (*found.get(id, ()), tag)
    return found


def _note(row: NoteRow, of: str, author: str | None, tags: tuple[str, ...]) -> Note:
    kind: Kind = "view" if row.view_id else "network" if row.network_id else "population"
    return Note(
        kind=kind,
        population_id=row.population_id,
        network_id=row.network_id or None,
        view_id=row.view_id,
        of=of,
        text=row.text,
        tags=tags,
        version=row.version,
        changed_at=row.changed_at,
        author=author,
        id=row.id,
    )


def as_values(note: Note) -> dict[str, Any]:
    """What a list of populations or views says of a note."""
    return {"note": note.text, "tags": note.tags}
