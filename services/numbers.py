"""Numbers in addresses, one spelling each: the digits 0 to 9, a point, an exponent.

Python and pydantic read more from text: `1_0`, `+1` and ` 1.0` are whole numbers to them, and
a link that means one population to a person would open another.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

WHOLE = re.compile(r"[0-9]+")
DECIMAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
LARGEST = 2**31 - 1
"""Of a whole number that is an id: what PostgreSQL's column holds, and no more on SQLite."""


def whole(text: str, least: int = 0, most: int = LARGEST) -> int | None:
    """The whole number that a text writes; None where it writes none from least to most."""
    if not WHOLE.fullmatch(text) or len(text) > 20:
        return None
    return number if least <= (number := int(text)) <= most else None


def decimal(text: str) -> float | None:
    """The number that a text writes; None where it writes none."""
    return float(text) if DECIMAL.fullmatch(text) else None


def _whole(given: Any) -> Any:
    if isinstance(given, str) and not WHOLE.fullmatch(given):
        raise ValueError("should be a whole number in the digits 0 to 9")
    return given


def _decimal(given: Any) -> Any:
    if isinstance(given, str) and not DECIMAL.fullmatch(given):
        raise ValueError("should be a number such as 8 or 0.95")
    return given


Whole = Annotated[int, BeforeValidator(_whole)]
"""The type of a whole number in a path or a query; a body has numbers of its own."""

Decimal = Annotated[float, BeforeValidator(_decimal)]
"""The type of any number in a query."""
