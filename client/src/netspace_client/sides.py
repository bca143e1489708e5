"""Constraints on columns, and the sides of a comparison, in the grammar of REST.

A constraint is text (`5..8`, closed, either end may be empty; `8,16`; `depth=4`), a number, a
range as a tuple of two (None: no end), or a list of numbers that are taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import SupportsFloat, TypeAlias

Number: TypeAlias = SupportsFloat
Constraint: TypeAlias = (
    str | Number | tuple[Number | None, Number | None] | list[Number] | list[str]
)
Constraints: TypeAlias = Mapping[str, Constraint]


def text(constraint: Constraint) -> str:
    """A constraint as REST reads it."""
    if isinstance(constraint, str):
        return constraint
    if isinstance(constraint, tuple):
        if len(constraint) != 2:
            raise ValueError(
                f"a range is (from, to), a list is taken as it is; got {constraint}"
            )
        return "..".join("" if end is None else _number(end) for end in constraint)
    if isinstance(constraint, list):
        return ",".join(one if isinstance(one, str) else _number(one) for one in constraint)
    return _number(constraint)


def texts(constraints: Constraints | None) -> dict[str, str]:
    """Constraints by column as REST reads them."""
    return {column: text(one) for column, one in (constraints or {}).items()}


def _number(value: Number) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


@dataclass(frozen=True)
class Side:
    """A population under constraints: what is compared."""

    population: int
    constraints: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column, constraint in self.constraints.items():
            if ";" in column + constraint or "=" in column:
                said = f"{column}={constraint}"
                raise ValueError(f"one constraint a column, without ; or =, got {said!r}")

    def __str__(self) -> str:
        parts = [f"{column}={one}" for column, one in self.constraints.items()]
        return ";".join([str(self.population), *parts])
