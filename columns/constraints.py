"""Constraints: which networks of a population to look at, by the values of its columns.

    a..b     closed range; either end may be empty, and `..` asks only for a value
    a,b,c    one of these
    a        exactly this

Where the numbers of a column stand for names (an operation), a name can be written in place of
its number: operation_1_0=nor_conv_3x3,none.

A number is a decimal such as 8, -0.5, 2.90 or 1e-5, or one with a suffix k, M or G for
10^3, 10^6 or 10^9: flops=360M..400M. A network that lacks the value fails.

Both sides are rounded to float32 (seven digits) before they are compared: 2.9 matches a
stored 2.9 however it was computed, and a page that holds float32 columns selects the very
same networks. A window that networks are drawn in is exact on whole counts (`holds`): seven
digits would let 400,000,010 multiply-adds into `..400M`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from columns.arrays import Bools

ONE_A_COLUMN = "one constraint a column: write several values as a,b,c"
GRAMMAR = "`a..b` (closed, either end may be empty), `a,b,c` or `a`"
NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:(e[+-]?\d+)|([kMG]))?", re.ASCII)
SUFFIXES = {"k": "e3", "M": "e6", "G": "e9"}
NO_NAMES: Mapping[str, float] = MappingProxyType({})
BLOCK = 1 << 18  # networks judged at a time: what is made on the way stays in the cache


class ConstraintError(ValueError):
    """A constraint that is none: what was written, why it is refused, what is allowed."""

    def __init__(self, text: str, reason: str, allowed: str = GRAMMAR, column: str = ""):
        self.text, self.reason, self.allowed, self.column = text, reason, allowed, column
        written = f"{column}={text}" if column else repr(text)
        super().__init__(f"{written}: {reason}; allowed: {allowed}")

    def of(self, column: str) -> ConstraintError:
        """The same error, said of `column`."""
        return ConstraintError(self.text, self.reason, self.allowed, column)


@dataclass(frozen=True)
class Range:
    """lo <= x <= hi; an infinite end is open."""

    lo: float = -math.inf
    hi: float = math.inf

    def __post_init__(self) -> None:
        if math.isnan(self.lo) or math.isnan(self.hi):
            raise ConstraintError(str(self), "an end is not a number")
        if self.lo == math.inf or self.hi == -math.inf:
            raise ConstraintError(str(self), "no network lies beyond infinity")
        if self.lo > self.hi:
            raise ConstraintError(str(self), "the range is reversed", "a..b with a <= b")

    def __str__(self) -> str:
        return "..".join("" if math.isinf(end) else number(end) for end in (self.lo, self.hi))

    def mask(self, column: ArrayLike) -> Bools:
        """Which networks pass, shape (n,), by their values in `column`, shape (n,)."""
        x = float32(column)
        passes: Bools = x >= float32(self.lo)  # also where unbounded: nan fails
        if self.hi < math.inf:
            passes &= x <= float32(self.hi)
        return passes

    def holds(self, counts: ArrayLike) -> Bools:
        """Which whole counts are inside, to the last one, shape (n,)."""
        x = np.asarray(counts, dtype=np.float64)
        return np.asarray((x >= self.lo) & (x <= self.hi))


@dataclass(frozen=True)
class OneOf:
    """x is one of `values`, which are kept in order and once each."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ConstraintError("", "no value is given")
        if not all(math.isfinite(value) for value in self.values):
            raise ConstraintError(str(self), "a value is not a finite number")
        object.__setattr__(self, "values", tuple(sorted(set(self.values))))

    def __str__(self) -> str:
        return ",".join(number(value) for value in self.values)

    def mask(self, column: ArrayLike) -> Bools:
        """Which networks pass, shape (n,), by their values in `column`, shape (n,)."""
        return np.isin(float32(column), float32(self.values))

    def holds(self, counts: ArrayLike) -> Bools:
        """Which whole counts are among the values, to the last one, shape (n,)."""
        return np.isin(np.asarray(counts, dtype=np.float64), self.values)


Constraint: TypeAlias = Range | OneOf


def parse(text: str, names: Mapping[str, float] = NO_NAMES) -> Constraint:
    """The constraint that `text` writes.

    Args:
        names: of numbers, that may be written in their place.

    Raises:
        ConstraintError: empty, not of the grammar, a reversed range, a number not finite.
    """
    if not text.strip():
        raise ConstraintError(text, "the constraint is empty")
    try:
        if ".." not in text:
            return OneOf(tuple(parse_number(part, names) for part in text.split(",")))
        ends = text.split("..")
        if len(ends) > 2:
            raise ConstraintError(text, "more than two ends")
        lo, hi = (part.strip() for part in ends)
        return Range(
            parse_number(lo, names) if lo else -math.inf,
            parse_number(hi, names) if hi else math.inf,
        )
    except ConstraintError as error:
        raise ConstraintError(text, error.reason, error.allowed) from None


def parse_number(text: str, names: Mapping[str, float] = NO_NAMES) -> float:
    """A finite number, its suffix read as a power of ten; or what a name stands for."""
    if (named := names.get(text.strip())) is not None:
        return named
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        known = f", nor a name of {', '.join(names)}" if names else ""
        such = "is not a number such as 8, 2.9 or 400M"
        raise ConstraintError(text, f"{text.strip()!r} {such}{known}")
    value = float(match[1] + (match[2] or SUFFIXES.get(match[3], "")))
    if not math.isfinite(value):
        raise ConstraintError(text, f"{text.strip()!r} is not finite")
    return value


def format(constraint: Constraint) -> str:
    """The text of `constraint`, fit for a URL; `parse` gives the same constraint back."""
    return str(constraint)


def number(value: float) -> str:
    """The shortest text that parses to `value`; without "+", which URLs read as a space."""
    value = float(value)
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(value).replace("+", "")


def float32(values: ArrayLike) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # beyond 3e38 is infinite
        return np.asarray(values).astype(np.float32, copy=False)


def parse_all(
    texts: Mapping[str, str],
    columns: Iterable[str],
    names: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> dict[str, Constraint]:
    """The constraints written for a population that has `columns`.

    Args:
        names: of numbers, by the column that has them.

    Raises:
        ConstraintError: the first text that is refused or name that is none of `columns`.
    """
    columns = list(columns)
    constraints = {}
    for column, text in texts.items():
        require(column, columns, text)
        try:
            constraints[column] = parse(text, names.get(column, NO_NAMES))
        except ConstraintError as error:
            raise error.of(column) from None
    return constraints


def passing(
    columns: Mapping[str, NDArray[Any]], constraints: Mapping[str, Constraint]
) -> Bools:
    """Which of n networks pass every constraint, shape (n,); `columns` are of shape (n,).

    Raises:
        ConstraintError: a constraint on a name that is none of `columns`.
    """
    for column, constraint in constraints.items():
        require(column, columns, format(constraint))
    chosen = [(columns[column], constraint) for column, constraint in constraints.items()]
    n = len(next(iter(columns.values()), ()))
    passes = np.ones(n, dtype=bool)
    for start in range(0, n, BLOCK):
        block = slice(start, start + BLOCK)
        for values, constraint in chosen:
            passes[block] &= constraint.mask(values[block])
    return passes


def require(column: str, columns: Collection[str], text: str) -> None:
    """Refuse a constraint on a column that the population lacks."""
    if column not in columns:
        near = get_close_matches(column, columns, n=1)
        reason = "the population has no such column"
        reason += f" (did you mean {near[0]}?)" if near else ""
        raise ConstraintError(text, reason, "its columns " + ", ".join(columns), column)
