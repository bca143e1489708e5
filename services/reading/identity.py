"""Identity: a random name of the database, so that nothing of another is taken for its own.

Browsers keep answers by address, and the next database on the same address may be another
lab's, an empty one, or a backup that goes on to other results under the same version numbers.
So the name is not for ever: each web process that starts gives a new one, and then everybody
reads anew, once. It is in the database because several web processes answer for one.

A second name is for as long as the database lives: only what is restored is given another. A
page that was open meanwhile sees by it that another database answers, and begins anew.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.insert import insert_for
from db.models import IdentityRow


def renew(session: Session) -> None:
    """Give the database another name."""
    token = secrets.token_hex(8)
    insert = insert_for(session, IdentityRow).values(id=1, token=token)
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"token": token}))


def bear(session: Session) -> None:
    """Give the database, which was restored, another name of either kind."""
    renew(session)
    born = secrets.token_hex(8)
    session.execute(update(IdentityRow).values(born=born))


def born(session: Session) -> str:
    """The name that the database has for as long as it lives."""
    return session.scalar(select(IdentityRow.born)) or ""


def current(session: Session) -> str:
    """The database's name; empty where it was never given one."""
    return session.scalar(select(IdentityRow.token)) or ""
