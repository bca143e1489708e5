"""Whether a column is one of many whole numbers, which go to the database as one value.

As a value each, a thousand of them take a statement longer to be read than to be done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


def among(column: Any, numbers: Iterable[int]) -> ColumnElement[bool]:
    """The condition that the column is one of the numbers."""
    listed: ColumnElement[bool] = column.bool_op("IN")(_listed(literal(json.dumps([*numbers]))))
    return listed


class _listed(FunctionElement[int]):
    """The numbers of a JSON array, a row each."""

    name = "listed"
    type = BigInteger()
    inherit_cache = True


@compiles(_listed, "sqlite")
def _sqlite(element: Any, compiler: Any, **how: Any) -> str:
    (array,) = element.clauses
    return f"(SELECT value FROM json_each({compiler.process(array, **how)}))"  # nosec B608


@compiles(_listed, "postgresql")
def _postgresql(element: Any, compiler: Any, **how: Any) -> str:
    (array,) = element.clauses
    text = f"CAST({compiler.process(array, **how)} AS JSON)"
    return f"(SELECT CAST(value AS BIGINT) FROM json_array_elements_text({text}))"  # nosec B608
