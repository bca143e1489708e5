"""JSON of the database that may be spoilt: it is told from what is whole, and stops nothing.

SQLite keeps any text in a column of JSON, and raises in the middle of a statement where it is
asked for a part of one that is none (an infinity, as Python writes it, is none). PostgreSQL
refuses to store such a text.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

SHOWN = 80


def loads(text: str) -> Any:
    """A column of JSON; what is none becomes an object that is no definition of anything."""
    try:
        return json.loads(text)
    except ValueError:
        return {"unreadable": text[:SHOWN]}


class text_at(FunctionElement[str]):
    """The text at a key of a JSON column; NULL where there is none, or no JSON."""

    name = "text_at"
    type = String()
    inherit_cache = True

    def __init__(self, column: Any, key: str) -> None:
        self.key = key
        super().__init__(column)


@compiles(text_at)
def _compiled(element: Any, compiler: Any, **how: Any) -> str:
    (column,) = element.clauses
    return f"({compiler.process(column, **how)} ->> '{element.key}')"


@compiles(text_at, "sqlite")
def _compiled_for_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    (column,) = element.clauses
    text = compiler.process(column, **how)
    return f"CASE WHEN json_valid({text}) THEN json_extract({text}, '$.{element.key}') END"
