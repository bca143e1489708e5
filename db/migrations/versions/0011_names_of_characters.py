"""Names are of characters: code points that are none (unassigned) or private become their escapes.

A name that has one can't be given any more (services/defining/names.py), so an archive of it
could not be written. It gets the mark ` (mended)`, and a number where that is taken; what was is
kept in `mended`.

Revision: 0011
"""

from __future__ import annotations

import time
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MARK = " (mended)"
MEANINGLESS = {"Cn", "Co"}


def upgrade() -> None:
    mended = sa.table("mended", *map(sa.column, ("row", "name", "definition", "mended_at")))
    now = int(time.time() * 1000)
    for kind in ("design_spaces", "regimes", "populations"):
        table = sa.table(kind, sa.column("id"), sa.column("name"))
        query = sa.select(table.c.id, table.c.name).order_by(table.c.id)
        for id, name in list(op.get_bind().execute(query)):
            if (new := spelt(name)) == name:
                continue
            values = {"name": _free(table, new + MARK)}
            op.execute(table.update().where(table.c.id == id).values(values))
            kept = {"row": f"{kind} {id}", "name": name, "definition": None, "mended_at": now}
            op.execute(mended.insert().values(kept))


def downgrade() -> None:
    pass  # nothing of the tables has changed


def _free(table: Any, name: str) -> str:
    """The name, with a number where it is taken."""
    wanted, number = name, 1
    while op.get_bind().execute(sa.select(table.c.id).where(table.c.name == wanted)).first():
        number += 1
        wanted = f"{name} ({number})"
    return wanted


def spelt(name: str) -> str:
    """The name with what is no character to everybody as escapes."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if unicodedata.category(letter) in MEANINGLESS
        else letter
        for letter in name
    )
