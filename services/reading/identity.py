"""Identity: a random name of the database, so that nothing of another is taken for its own.

Browsers keep answers by address, and the next database on the same address may be another
lab's, an empty one, or a backup that goes on to other results under the same version numbers.
So the name is not for ever: each web process that starts gives a new one, and then everybody
reads anew, once. It is in the database because several web processes answer for one.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.insert import insert_for
from db.models import IdentityRow


def renew(session: Session) -> None:
    """Give the database another name."""
    token = secrets.token_hex(8)
    insert = insert_for(session, IdentityRow).values(id=1, token=token)
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"token": token}))


def current(session: Session) -> str:
    """The database's name; empty where it was never given one."""
    return session.scalar(select(IdentityRow.token)) or ""
