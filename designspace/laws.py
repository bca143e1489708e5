"""Laws: how one parameter of a design space is drawn, as a finite table of probabilities.

Every parameter is quantised, so every law has finitely many values, and its probabilities can
be listed, drawn from and tested. A draw is exact integers: the number of units of `1 / per` in
the value, so that what follows does not depend on the floating point of one processor.

Source: the samplers of the paper's authors (their ranges are closed and quantised by a step);
the paper (arXiv 2003.13678, section 3.2) says only "log-uniform".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from designspace.constraints import Constraint
from designspace.network import Frozen


def exact(number: float) -> Fraction:
    """The decimal that `number` was written as: 0.1 is 1/10."""
    return Fraction(str(number))


@dataclass(frozen=True)
class Table:
    """Values and their probabilities, both of shape (k,): a law that is not drawn from."""

    values: NDArray[np.float64]
    probabilities: NDArray[np.float64]


class _Law(Frozen):
    """What all laws share: a table, and drawing from it."""

    law: str

    def table(self) -> list[tuple[Fraction, float]]:
        """(value, probability) of each value, ascending."""
        raise NotImplementedError

    @property
    def values(self) -> NDArray[np.float64]:
        """The values that can be drawn, ascending, shape (k,)."""
        return np.array([float(value) for value, _ in self.table()])

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The probability of each of `values`, shape (k,)."""
        return np.array([p for _, p in self.table()])

    def given(self, constraint: Constraint) -> Law:
        """The law of the values that pass, with as many as possible of its own words.

        Raises:
            ValueError: none passes.
        """
        kept = self.values[constraint.mask(self.values)].tolist()
        if not kept:
            lo, hi = self.values[0], self.values[-1]
            raise ValueError(f"no value passes {constraint}: there are {lo:g} .. {hi:g}")
        return self._of(kept)

    def is_given(self, other: _Law) -> bool:
        """Whether this law is `other` given that its value is one of this law's."""
        mine, theirs = self.table(), dict(other.table())
        share = sum(theirs.get(value, 0.0) for value, _ in mine)
        return all(abs(p * share - theirs.get(value, 0.0)) <= 1e-9 * share for value, p in mine)

    def _of(self, kept: list[float]) -> Law:
        """A law of just these of its values, ascending."""
        return Choice(choices=tuple(kept))

    def units(self, per: int = 1) -> NDArray[np.int64]:
        """The values as whole numbers of 1 / per: 2.5 is 25 for `per` 10. Shape (k,)."""
        return _units(self, per)

    def draw(self, rng: Generator, n: int, per: int = 1) -> NDArray[np.int64]:
        """n draws as whole numbers of 1 / per, shape (n,)."""
        return _units(self, per)[_find(self, rng.random(n))]


@lru_cache(maxsize=256)
def _units(law: _Law, per: int) -> NDArray[np.int64]:
    units = [value * per for value, _ in law.table()]
    if any(unit.denominator != 1 for unit in units):
        raise ValueError(f"{law!r} has values finer than 1/{per}")
    return np.array([int(unit) for unit in units], dtype=np.int64)


BUCKETS = 2**16
"""Of a guide; a power of two, so that a number's bucket is exact."""


def _find(law: _Law, u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which value each of `u` in [0, 1) falls on: how many edges are not above it."""
    edges, guide = _edges(law)
    if guide is None:
        return np.searchsorted(edges, u, side="right")
    known = guide[(u * BUCKETS).astype(np.int64)]
    found: NDArray[np.int64] = known + (edges[known] <= u)
    return found


@lru_cache(maxsize=256)
def _edges(law: _Law) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """The upper edges of the values' shares of [0, 1), the last one open.

    Also how many edges lie up to the start of each bucket, where no bucket has two of them: a
    look-up and one comparison then stand for a search.
    """
    # Rounded, because the last bits of logarithms differ between processors.
    edges = np.append(np.round(np.cumsum(law.probabilities)[:-1], 12), np.inf)
    starts = np.arange(BUCKETS) / BUCKETS
    guide = np.searchsorted(edges, starts, side="right")
    crowded = np.diff(np.append(guide, len(edges) - 1)).max() > 1
    return edges, None if crowded else guide


class _Range(_Law):
    """A closed range of multiples of `step`."""

    lo: float = Field(gt=0)
    hi: float = Field(gt=0)
    step: float = Field(1, gt=0)

    @model_validator(mode="after")
    def _on_the_grid(self) -> Self:
        if self.lo > self.hi:
            raise ValueError(f"reversed range {self.lo:g}..{self.hi:g}")
        for bound in (self.lo, self.hi):
            if exact(bound) % exact(self.step):
                below = exact(bound) // exact(self.step) * exact(self.step)
                raise ValueError(
                    f"{bound:g} is no multiple of {self.step:g}: "
                    f"take {float(below):g} or {float(below + exact(self.step)):g}"
                )
        return self

    def _of(self, kept: list[float]) -> Law:
        whole: Any = self.model_copy(update={"lo": kept[0], "hi": kept[-1]})
        law: Law = whole if len(whole.grid()) == len(kept) else super()._of(kept)
        return law

    def grid(self) -> list[Fraction]:
        """lo, lo + step .. hi."""
        step = exact(self.step)
        return [
            step * k for k in range(int(exact(self.lo) / step), int(exact(self.hi) / step) + 1)
        ]


class Uniform(_Range):
    """Every multiple of the step alike."""

    law: Literal["uniform"] = "uniform"

    def table(self) -> list[tuple[Fraction, float]]:
        grid = self.grid()
        return [(value, 1 / len(grid)) for value in grid]


class LogUniform(_Range):
    """exp U over (lo - min(step, lo / 2), hi], rounded up: v has mass ln(v / (v - step))."""

    law: Literal["log_uniform"] = "log_uniform"

    def table(self) -> list[tuple[Fraction, float]]:
        grid, step = self.grid(), exact(self.step)
        below = [grid[0] - min(step, grid[0] / 2), *grid[:-1]]
        masses = [math.log(v / u) for u, v in zip(below, grid, strict=True)]
        whole = sum(masses)
        return [(value, mass / whole) for value, mass in zip(grid, masses, strict=True)]


class PowerOfTwoOrLogUniform(_Law):
    """A power of two below `step`, from `step` on log-uniform in its multiples.

    An exponent is drawn uniformly from log2(lo) .. log2(hi); one that reaches the step gives
    way to a log-uniform draw. Group widths 1 .. 128, step 8: 1, 2, 4, then 8, 16, 24 ..
    """

    law: Literal["power2_or_log_uniform"] = "power2_or_log_uniform"
    lo: int = Field(ge=1)
    hi: int = Field(ge=1)
    step: int = Field(8, ge=1)

    @model_validator(mode="after")
    def _powers_of_two(self) -> Self:
        for name in ("lo", "hi", "step"):
            if (value := getattr(self, name)).bit_count() != 1:
                raise ValueError(f"{name} {value} is no power of two")
        if self.lo > self.hi:
            raise ValueError(f"reversed range {self.lo}..{self.hi}")
        return self

    def _of(self, kept: list[float]) -> Law:
        lo, hi = int(kept[0]), int(kept[-1])
        if lo >= self.step and len(kept) == (hi - lo) // self.step + 1:
            return LogUniform(lo=lo, hi=hi, step=self.step)
        if lo < self.step <= hi and hi.bit_count() == 1:
            whole = self.model_copy(update={"lo": lo, "hi": hi})
            if len(whole.table()) == len(kept):
                return whole
        return super()._of(kept)

    def table(self) -> list[tuple[Fraction, float]]:
        powers = [2**i for i in range(self.lo.bit_length() - 1, self.hi.bit_length())]
        small = [(Fraction(power), 1 / len(powers)) for power in powers if power < self.step]
        rest = 1 - len(small) / len(powers)
        if not rest:
            return small
        multiples = LogUniform(lo=max(self.lo, self.step), hi=self.hi, step=self.step)
        return small + [(value, rest * p) for value, p in multiples.table()]


class Choice(_Law):
    """Each of a few values alike. Powers of two make it log-uniform."""

    law: Literal["choice"] = "choice"
    choices: tuple[float, ...] = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if list(self.choices) != sorted(set(self.choices)) or self.choices[0] <= 0:
            raise ValueError(
                f"choices must be positive, distinct and ascending: {self.choices}"
            )
        return self

    def table(self) -> list[tuple[Fraction, float]]:
        return [(exact(value), 1 / len(self.choices)) for value in self.choices]


Law: TypeAlias = Annotated[
    Uniform | LogUniform | PowerOfTwoOrLogUniform | Choice, Field(discriminator="law")
]


def defaults_to(default: Uniform | LogUniform | PowerOfTwoOrLogUniform | Choice) -> Any:
    """The type of a field drawn by `default`, that may also be given as a plain list.

    A list keeps the law and gives its bounds, [lo, hi], or the choices: `depth=[12, 28]`.
    """

    def read(given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return given
        if isinstance(default, Choice):
            return {"law": "choice", "choices": given}
        if len(given) != 2:
            raise ValueError(f"give the bounds as [lo, hi], got {list(given)}")
        return default.model_dump() | {"lo": given[0], "hi": given[1]}

    return BeforeValidator(read)
