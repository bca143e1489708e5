"""Names are kept in one spelling, so those that look alike are one name.

That is Unicode's composed form without U+FE0E and U+FE0F (services/defining/names.py). Characters that
nobody sees and that 0009 left (fillers, selectors of a letter's form) become their escapes,
and the name gets the mark ` (mended)`: an archive of it could not be written. A name that is
taken then gets a number. What was is kept in `mended`.

Revision: 0010
"""

from __future__ import annotations

import re
import time
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MARK = " (mended)"
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u2800\u3164\ufe00-\ufe0d\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
STYLE = re.compile("[\ufe0e\ufe0f]")


def upgrade() -> None:
    mended = sa.table("mended", *map(sa.column, ("row", "name", "definition", "mended_at")))
    now = int(time.time() * 1000)
    for kind in ("design_spaces", "regimes", "populations"):
        table = sa.table(kind, sa.column("id"), sa.column("name"))
        query = sa.select(table.c.id, table.c.name).order_by(table.c.id)
        for id, name in list(op.get_bind().execute(query)):
            if (new := spelt(name)) == name:
                continue
            values = {"name": _free(table, new)}
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
    """The name in the spelling that is kept."""
    plain = unicodedata.normalize("NFC", STYLE.sub("", name)).strip() or "unnamed"
    if all(unicodedata.category(letter).startswith(("M", "Z")) for letter in plain):
        return plain.encode("unicode_escape").decode() + MARK
    if not BLANK.search(plain):
        return plain
    return BLANK.sub(lambda found: found[0].encode("unicode_escape").decode(), plain) + MARK
