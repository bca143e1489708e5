"""Cells of a table as people have it: numbers, nan where one is missing, or a named mistake."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from columns.arrays import Floats

LONGEST = 60
"""Characters of a cell that are shown."""


def numbers(name: str, values: ArrayLike) -> Floats:
    """A copy of a column as float64, of its shape.

    Missing, and so nan, are None, nan, blank text, what a mask hides, and the NA of pandas.

    Raises:
        ValueError: dates or complex numbers, or a cell that is no number: column, row (from 1)
            and cell.
    """
    kind = getattr(getattr(values, "dtype", None), "kind", "O")
    if kind in "cmM":
        raise ValueError(f"column {name!r} is not numbers: its type is {values.dtype}")  # type: ignore[union-attr]
    cells: Any = unmasked(values)
    try:
        return np.array(cells, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.array([number(name, row, cell) for row, cell in enumerate(cells, 1)])


def unmasked(values: Any) -> Any:
    """The values, None where a mask hides one: numpy would show what lies below it."""
    if isinstance(values, np.ma.MaskedArray):
        return values.tolist()
    if isinstance(values, list | tuple) and any(cell is np.ma.masked for cell in values):
        return [None if cell is np.ma.masked else cell for cell in values]
    return values


def number(name: str, row: int, cell: Any) -> float:
    """One cell; `row` counts from 1."""
    if is_missing(cell):
        return np.nan
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        shown = f"{cell!r}"[:LONGEST]
        raise ValueError(f"column {name!r} is not numbers: row {row} is {shown}") from None


def is_missing(cell: Any) -> bool:
    """Whether there is nothing in a cell."""
    if isinstance(cell, str | bytes):
        return not cell.strip()
    # By name: nobody needs pandas to have none of it.
    return cell is None or type(cell).__name__ in ("NAType", "NaTType")


def texts(values: ArrayLike) -> NDArray[np.object_]:
    """Cells as they are, "" where there is nothing, shape (n,)."""
    cells = list(unmasked(values))
    found = np.empty(len(cells), dtype=object)
    found[:] = ["" if is_missing(cell) or cell != cell else cell for cell in cells]
    return found
