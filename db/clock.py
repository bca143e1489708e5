"""The database's clock, in whole milliseconds since 1970: the only clock of leases.

Workers on several machines disagree about the time; the database they share does not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class now_ms(FunctionElement[int]):
    """Now, inside a statement."""

    type = BigInteger()
    inherit_cache = True


@compiles(now_ms, "sqlite")
def _sqlite(element: Any, compiler: Any, **_: Any) -> str:
    # unixepoch('subsec') is NULL, silently, before SQLite 3.42.
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(now_ms, "postgresql")
def _postgresql(element: Any, compiler: Any, **_: Any) -> str:
    # now() would be the start of the transaction.
    return "(extract(epoch from clock_timestamp()) * 1000)::bigint"
