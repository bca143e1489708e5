"""What a listener has heard: the version of each population that it was told last.

It is the id of the last event, so a listener that comes back brings it as `Last-Event-ID`, to
whichever web process, and is told what has another version by now. The database's name stands
in front (`services.reading.identity`): of another one, or of one from before a restart, nothing
was heard.

Source: HTML, section 9.2 (server-sent events).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from services.work.progress import Activity

MOST = 100
"""Populations that an id names, those told last; what it no longer names is told again."""
HEADER = "Last-Event-ID"

PAIR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")


@dataclass
class Heard:
    """Versions by population, the last told last, and which of them are there."""

    database: str
    pairs: dict[int, str] = field(default_factory=dict)  # population-version, as in the id
    before: dict[int, int] = field(default_factory=dict)  # those of an earlier stream
    there: set[int] = field(default_factory=set)  # told, and not told to be gone since

    @classmethod
    def read(cls, id: str | None, database: str) -> Heard:
        """What the id of an event says; nothing was heard where it says nothing of this."""
        name, _, pairs = (id or "").partition(":")
        if not database or name != database:
            return cls(database)
        said = PAIR.findall(pairs)[-MOST:]  # one that is written names no more
        versions = {int(id): int(version) for id, version in said}
        told = {id: _pair(id, versions[id]) for id in versions}
        return cls(database, told, versions, {*versions})

    def is_news(self, activity: Activity) -> bool:
        """Whether it was not heard by an earlier stream; what is at work has moved in any case.

        This process may not know yet what another one has told: that is waited for.
        """
        known = self.before.get(activity.population, -1)
        if activity.version < known:
            return False
        self.before.pop(activity.population, None)
        return activity.version > known or bool(activity.running)

    def told(self, activity: Activity) -> str:
        """It is told this, too: the id of the event that tells it."""
        id = activity.population
        self.pairs.pop(id, None)
        self.pairs[id] = _pair(id, activity.version)
        self.there.add(id)
        while len(self.pairs) > MOST:
            del self.pairs[next(iter(self.pairs))]
        return self._id

    def told_gone(self, id: int) -> str:
        """It is told that this one is gone: the id of the event that tells it."""
        self.pairs.pop(id, None)
        self.there.discard(id)
        return self._id

    @property
    def _id(self) -> str:
        return f"{self.database}:{','.join(self.pairs.values())}"


@lru_cache(maxsize=4_096)  # most who listen were told the same, and hold one text of it
def _pair(population: int, version: int) -> str:
    return f"{population}-{version}"
