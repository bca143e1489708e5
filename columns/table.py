"""A table: columns of equal length by name, as they are before they are written in any form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from numpy.typing import NDArray

from columns.quantities import Quantity


@dataclass(frozen=True)
class Coded:
    """Text by number: cell i is `texts[codes[i]]`, empty where the code is negative."""

    codes: NDArray[Any]  # of whole numbers, shape (n,)
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Any) -> Coded:
        return Coded(self.codes[rows], self.texts)


Column: TypeAlias = NDArray[Any] | Coded | Sequence[str | float | None]


@dataclass(frozen=True)
class Table:
    """Columns of equal length by name, and notes on where they are from."""

    columns: Mapping[str, Column]
    notes: Mapping[str, Any] = field(default_factory=dict)  # of what JSON can say
    quantities: Mapping[str, Quantity] = field(default_factory=dict)  # that columns are of
