"""Quantities of a table's own: what its numbers are, and how people read them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from columns.arrays import Floats
from columns.quantities import Quantity
from columns.quantities import Role as Kind
from services.exchange.tables.plan import ColumnPlan, Role

ROLES: Final[dict[Role, Kind]] = {
    "parameter": "parameter",
    "seed": "parameter",
    "complexity": "complexity",
    "time": "result",
    "result": "result",
    "error": "result",
}
CHOICES = 12
"""Different numbers that people pick among."""
SOME = 10_000
"""Rows that tell soon whether there are more."""
SYMBOL = 12
"""Characters of a symbol."""
DIGITS = 3
"""That are shown of a median, at least."""


def quantity_of(column: ColumnPlan, values: Floats) -> Quantity:
    """The quantity of a column: ours where it is one of ours."""
    if column.ours:
        return column.ours
    label = column.label or column.quantity.replace("_", " ")
    prefix = _prefix(column, values)
    return Quantity(
        column.quantity,
        label if len(label) <= SYMBOL else column.quantity[:SYMBOL],
        label,
        column.unit,
        ROLES[column.role],
        prefix=prefix,
        decimals=_decimals(values, prefix),
        log=column.log,
        kind="choice" if ROLES[column.role] == "parameter" and _few(values) else "range",
    )


def _prefix(column: ColumnPlan, values: Floats) -> str:
    """Times that are mostly below a second are shown in ms, bytes in MB."""
    if column.unit == "s" and _median(values) < 1:
        return "m"
    return "M" if column.unit == "B" else ""


def _median(values: Floats) -> float:
    there = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.median(there)) if there.size else 1.0


def _decimals(values: Floats, prefix: str) -> int:
    """None of whole numbers; else as many as show three digits of the median."""
    there = values[np.isfinite(values)]
    if not prefix and (there == np.rint(there)).all():
        return 0
    scale = {"m": 1e-3, "M": 1e6}.get(prefix, 1.0)
    digits = math.floor(math.log10(_median(values) / scale))
    return min(6, max(0, DIGITS - 1 - digits))


def _few(values: Floats) -> bool:
    some = values[np.isfinite(values)]
    if len(np.unique(some[:SOME])) > CHOICES:
        return False
    return len(np.unique(some)) <= CHOICES
