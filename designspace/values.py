"""Values that people write: frozen, strict, finite, and exact where decimals matter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value: never changed, refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Definition(Frozen):
    """A value that people write: each number is finite, and a number; `true` is no 1."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)


def later(default: Any, **field: Any) -> Any:
    """A field that came after the first of its kind were stored: not written at its default.

    So what was stored before is written as it was, to the byte.
    """
    return Field(default, exclude_if=lambda value: value == default, **field)


def exact(number: float) -> Fraction:
    """The decimal that `number` was written as: 0.1 is 1/10."""
    return Fraction(str(number))
