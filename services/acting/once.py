"""Once: a request with an Idempotency-Key is carried out once, and answered the same again.

The key, what was asked and what was answered are a row in the transaction of the act: who asks
the same at the same moment waits for its end. An act that failed left nothing, so it may be
asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.accounting import AnswerRow
from db.clock import now_ms
from db.insert import insert_for
from services.acting.actor import who
from services.errors import Refused, Repeated

DAY_MS = 86_400_000
FIELD = "Idempotency-Key"


def _itself(session: Session, result: Any) -> Any:
    return result


@dataclass
class Once:
    """What is asked under a key; without one it is done as often as it is asked."""

    key: str | None = None
    digest: str = ""  # of what was asked
    say: Callable[[Session, Any], Any] = _itself
    """What is answered, as JSON, where the act gave something else."""
    answer: Any = None

    def look(self, session: Session) -> None:
        """Whether it was done before, asked before work that takes long.

        Raises:
            Repeated: it was; with the answer.
            Refused: the key was used for something else.
        """
        if self.key is not None and (row := session.scalar(self._mine(session))) is not None:
            self._repeat(row)

    def begin(self, session: Session) -> None:
        """Do it now and nobody else, in this transaction: before anything else is locked.

        Raises:
            As `look`.
        """
        if self.key is None:
            return
        session.execute(delete(AnswerRow).where(AnswerRow.at < now_ms() - DAY_MS))
        values = {"asker": _asker(session), "key": self.key, "digest": self.digest}
        new = insert_for(session, AnswerRow).values(values).on_conflict_do_nothing()
        if session.scalar(new.returning(AnswerRow.id)) is None:
            self._repeat(session.scalars(self._mine(session)).one())

    def end(self, session: Session, result: Any) -> None:
        """It is done, and this is what came of it."""
        if self.key is not None:
            session.flush()
            self.answer = self.say(session, result)
            mine = (AnswerRow.asker == _asker(session)) & (AnswerRow.key == self.key)
            answer = json.dumps(self.answer)
            session.execute(update(AnswerRow).where(mine).values(answer=answer))

    def _mine(self, session: Session) -> Any:
        return select(AnswerRow).where(
            AnswerRow.asker == _asker(session),
            AnswerRow.key == self.key,
            AnswerRow.at >= now_ms() - DAY_MS,
        )

    def _repeat(self, row: AnswerRow) -> None:
        if row.digest != self.digest:
            raise Refused(FIELD, self.key, "a key that was not used for something else")
        raise Repeated(json.loads(row.answer or "null"))


OFTEN = Once()
"""What has no key."""


def _asker(session: Session) -> str:
    actor = who(session)
    return actor.name if actor.id is None else f"user {actor.id}"
