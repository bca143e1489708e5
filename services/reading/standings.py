"""Standings: at which state populations are, and who may see them: what is asked each time.

What was read of a population before holds as long as its standing is the same, so this is one
statement of some columns, where a row of the ORM takes three times as long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.base import Base
from db.models import IdentityRow, PopulationRow
from services.acting.actor import Actor
from services.acting.permission import sees


@dataclass(frozen=True)
class Standing:
    """What a population is at."""

    database: str  # name: `services.reading.identity`
    id: int
    version: int
    n: int
    owner_id: int | None
    visibility: str
    deleted_at: int | None

    @property
    def state(self) -> tuple[str, int, int, int]:
        """What no other state of any population, of any database, has."""
        return self.database, self.id, self.version, self.n

    def is_seen_by(self, actor: Actor) -> bool:
        """Whether the population is there for an actor."""
        return self.deleted_at is None and sees(actor, self.owner_id, self.visibility)


COLUMNS = ("id", "version", "n", "owner_id", "visibility", "deleted_at")
POPULATIONS = Base.metadata.tables[PopulationRow.__tablename__]
IDENTITY = Base.metadata.tables[IdentityRow.__tablename__]
ASKED = select(
    select(IDENTITY.c.token).scalar_subquery(),
    *(POPULATIONS.c[name] for name in COLUMNS),
).where(POPULATIONS.c.id.in_(bindparam("ids", expanding=True)))


def current(session: Session, ids: Iterable[int]) -> dict[int, Standing]:
    """Where populations stand now, by id; none of one that there is not."""
    found = session.execute(ASKED, {"ids": [*ids]})
    return {id: Standing(name or "", id, *rest) for name, id, *rest in found}
