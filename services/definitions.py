"""Definitions: rows of JSON as the values they stand for.

A row may be of another version, or spoilt. It concerns those who ask for it, by name; lists
leave it out, and whoever waits for somebody else's jobs never hears of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import ValidationError

from db.models import DesignSpaceRow, DrawRow, NetworkRow, RegimeRow
from designspace.lines.fits import Fit
from designspace.lines.line import Line
from designspace.networks.network import Network
from designspace.regimes import Regime
from designspace.spaces import DESIGN_SPACE
from designspace.spaces.base import Family
from services.errors import Unreadable

log = logging.getLogger(__name__)

Row = TypeVar("Row", DesignSpaceRow, RegimeRow)
Value = TypeVar("Value")


def space(row: DesignSpaceRow) -> Family:
    """The design space of a row.

    Raises:
        Unreadable: it can't be read, as below.
    """
    return _read(f"design space {row.name!r}", _space, json.dumps(row.definition))


@lru_cache(maxsize=4_096)
def _space(text: str) -> Family:
    """Read once: it never changes, its laws are checked by their values, and lists are long."""
    return DESIGN_SPACE.validate_json(text)


def regime(row: RegimeRow) -> Regime:
    """The regime of a row."""
    return _read(f"regime {row.name!r}", Regime.model_validate, row.definition)


def network(row: NetworkRow) -> Network:
    """The network of a row."""
    return architecture(row.hash, row.architecture)


def architecture(hash: str, stored: Any) -> Network:
    """The network of that hash, of what its row holds."""
    return _read(f"network {hash}", Network.model_validate, stored)


def fit(row: DrawRow) -> Fit | None:
    """The line of a draw's block widths; none of a network that is no line of blocks."""
    numbers = (row.fit_w0, row.fit_wa, row.fit_wm, row.e_fit)
    if any(number is None for number in numbers):
        return None
    w0, wa, wm, e_fit = map(float, numbers)  # type: ignore[arg-type]
    return Fit(Line(w0, wa, wm), e_fit)


def readable(read: Callable[[Row], Value], rows: Iterable[Row]) -> list[Value]:
    """What `read` makes of those rows that can be read; the others are logged."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except Unreadable as reason:
            log.warning("left out: %s", reason)
    return found


def is_same(read: Callable[[Row], Value], row: Row, value: Value) -> bool:
    """Whether a row stands for a value; one that can't be read stands for none."""
    try:
        return bool(read(row) == value)
    except Unreadable:
        return False


def _read(what: str, read: Callable[[Any], Value], stored: Any) -> Value:
    try:
        return read(stored)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "definition"
        said = f"{where}: {first['msg']}"[:200]
        raise Unreadable(f"{what} can't be read by this version: {said}") from None
