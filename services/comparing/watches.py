"""Watches: two populations that stop when it is decided which one is better.

A watch is set up before looking, so that its level and plan are fixed; then any worker may look
as often as it likes, because the verdict is valid at every look. When it is decided, what is
queued of both populations is paused, once: a person may let them go on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.models import PopulationRow, SampledRow, WatchRow
from db.outages import DATABASE_AWAY
from db.session import Database
from population.comparing import sequential
from population.comparing.sequential import Look
from services import numbers, rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.permission import Verb
from services.comparing.comparisons import followed
from services.comparing.sides import Side, parse_side, side
from services.errors import Forbidden, NotFound, Refused
from services.reading.snapshots import Snapshots
from services.work import schedule

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watch:
    """A stored watch; `outcome` None while it is open."""

    id: int
    a: str
    b: str
    level: float
    planned: int
    created_at: int  # ms since 1970
    outcome: str | None
    found: dict[str, float] | None  # n, m, estimate, lower, upper where it was decided
    decided_at: int | None


def start(
    session: Session, a: Side, b: Side, level: float = 0.95, planned: int = sequential.PLANNED
) -> Watch:
    """Tell two populations to stop when decided.

    Raises:
        Refused: one population on both sides: there is nothing else to stop for.
        Refused: a plan below the fewest networks that decide.
        Forbidden: a population that is somebody else's.
    """
    if a.population_id == b.population_id:
        raise Refused("side", b.text, "two different populations")
    if planned < sequential.FEWEST:
        raise Refused("planned", planned, f"at least {sequential.FEWEST} networks a side")
    for one in (a, b):
        _require_steering(session, one.text)
    row = WatchRow(a=a.text, b=b.text, level=level, planned=planned)
    session.add(row)
    session.flush()
    audit.record(session, "watch begun", "watch", row.id, a=a.text, b=b.text)
    return _record(row)


def every(session: Session) -> list[Watch]:
    """All watches of populations that the actor sees, oldest first."""
    found = session.scalars(select(WatchRow).order_by(WatchRow.id))
    return [_record(row) for row in found if _is_shown(session, row)]


def of_pair(session: Session, a: str, b: str) -> Watch | None:
    """The newest watch of two sides, whichever comes first."""
    found = [one for one in every(session) if {one.a, one.b} == {a, b}]
    return found[-1] if found else None


def forget(session: Session, id: int) -> None:
    """The populations go on whatever is decided.

    Raises:
        NotFound: no such watch.
        Forbidden: a population that is somebody else's.
    """
    row = rows.get(session, WatchRow, id)
    if not _is_shown(session, row):
        raise NotFound("watch", id)
    for side_text in (row.a, row.b):
        _require_steering(session, side_text)
    session.delete(row)
    audit.record(session, "watch forgotten", "watch", id, a=row.a, b=row.b)


def may_stop(session: Session, *side_texts: str) -> bool:
    """Whether the transaction's actor may hold up the populations of all sides."""
    try:
        for text in side_texts:
            _require_steering(session, text)
    except Forbidden:
        return False
    return True


def _is_shown(session: Session, row: WatchRow) -> bool:
    """Whether a watch is there: for an administrator also one whose sides are no sides."""
    ids = [numbers.whole(text.partition(";")[0]) for text in (row.a, row.b)]
    found = [None if id is None else session.get(PopulationRow, id) for id in ids]
    if any(one is not None and one.deleted_at is not None for one in found):
        return False
    seen = (one is not None and rows.is_there(session, one) for one in found)
    return who(session).is_admin or all(seen)


def _require_steering(session: Session, text: str) -> None:
    """Refuse to hold up the population of a side that is somebody else's."""
    population = rows.get(session, SampledRow, parse_side(text)[0])
    permission.require_of(session, Verb.STEER, population)


class Watcher:
    """Looks at the open watches whose populations have changed since it last did."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshots = Snapshots(database)
        self._seen: dict[int, tuple[int, int]] = {}  # versions by watch
        self._refused: dict[int, str] = {}  # why it can't be looked at, said once

    def look(self) -> list[Watch]:
        """Stop what is decided; the watches that this look has decided."""
        with self._database.read() as session:
            open_ones = [watch for watch in every(session) if watch.outcome is None]
        return [watch for watch in open_ones if self._tried(watch)]

    def _tried(self, watch: Watch) -> bool:
        """Whether this look has decided it; one that can't be looked at stops no other."""
        try:
            settled = self._settled(watch)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            if str(error) != self._refused.get(watch.id):
                self._refused[watch.id] = str(error)
                log.warning("watch %d (%s, %s): %s", watch.id, watch.a, watch.b, error)
            return False
        self._refused.pop(watch.id, None)
        return settled

    def _settled(self, watch: Watch) -> bool:
        a, b = side(self._snapshots, watch.a), side(self._snapshots, watch.b)
        versions = (a.view.snapshot.version, b.view.snapshot.version)
        if self._seen.get(watch.id) == versions:
            return False
        looks = followed(a, b, watch.level, watch.planned).looks
        self._seen[watch.id] = versions
        decided = next((one for one in looks if one.decided), None)
        if decided is None:
            return False
        with self._database.durable() as session:
            return _settle(session, watch, decided, (a, b))


def _settle(session: Session, watch: Watch, decided: Look, sides: Sequence[Side]) -> bool:
    """Write down the verdict and pause both; False where another worker was first."""
    found = {
        "n": decided.n,
        "m": decided.m,
        "estimate": decided.estimate,
        "lower": decided.lower,
        "upper": decided.upper,
    }
    first: Any = session.execute(
        update(WatchRow)
        .where(WatchRow.id == watch.id, WatchRow.outcome.is_(None))
        .values(outcome=decided.outcome, found=found, decided_at=now_ms())
    )
    if not first.rowcount:
        return False
    for population in sorted(one.population_id for one in sides):
        schedule.stop(session, population)
    return True


def _record(row: WatchRow) -> Watch:
    return Watch(
        row.id,
        row.a,
        row.b,
        row.level,
        row.planned,
        row.created_at,
        row.outcome,
        row.found,
        row.decided_at,
    )
