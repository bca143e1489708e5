"""Layouts: what the columns of a table are, as its row in the database says it.

The numbers themselves are in blocks (`services.reading.blocks`).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from columns.quantities import Kind, Quantity, Role, declared

Mark = Literal["network", "line", "multiplicity", "status", "cause"]
"""What is known of each row beside its columns: the network that it is (0: none), its line in
the file, and what a population keeps (`population.population`).
"""
MARKS: tuple[Mark, ...] = ("network", "line", "multiplicity", "status", "cause")


class Described(BaseModel):
    """A column of numbers: what `Quantity` says of it, and whether no row lacks it."""

    model_config = ConfigDict(frozen=True)

    name: str
    symbol: str
    label: str
    unit: str
    role: Role
    prefix: str = ""
    decimals: int = 0
    log: bool = False
    kind: Kind = "range"
    complete: bool = False

    @classmethod
    def of(cls, quantity: Quantity, complete: bool) -> Described:
        given = {name: getattr(quantity, name) for name in cls.model_fields if name != COMPLETE}
        return cls(**given, complete=complete)

    @property
    def quantity(self) -> Quantity:
        """One of ours where it is one: words that were mended since then hold."""
        return declared(self.name) or Quantity(**self.model_dump(exclude={COMPLETE}))


COMPLETE = "complete"


class Layout(BaseModel):
    """The columns of a table in their order."""

    model_config = ConfigDict(frozen=True)

    numbers: tuple[Described, ...]
    texts: tuple[str, ...] = ()
    labels: dict[str, str] = {}  # of texts
    causes: tuple[str, ...] = ()  # of rows without the criterion
    criterion: str  # the column that rows are judged by, unless another is asked for
    images: tuple[int, int, int] | None = None  # resolution, channels, classes of its networks

    def described(self) -> dict[str, Quantity]:
        """Every column of numbers by its name."""
        return {one.name: one.quantity for one in self.numbers}


def layout_of(stored: Any) -> Layout:
    """As it was stored."""
    return Layout.model_validate(stored)
