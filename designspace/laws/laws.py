"""Laws: how one parameter of a design space is drawn, as a finite table of probabilities.

Every parameter is quantised, so every law has finitely many values, and its probabilities can
be listed, drawn from and tested. A draw is exact integers: the number of units of `1 / per` in
the value, so that what follows does not depend on the floating point of one processor.

Source: the samplers of the paper's authors (their ranges are closed and quantised by a step);
the paper (arXiv 2003.13678, section 3.2) says only "log-uniform".
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeAlias

import numpy as np
from numpy.random import Generator
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from columns.arrays import Floats, Ints
from columns.constraints import Constraint
from designspace.values import Definition, exact

MOST = 30_000
"""Values of a law: RegNet's slopes from 0.1 to 256 in hundredths are 25,591."""
LARGEST = 10**6
PER = 10**6
"""Every value is a whole number of 1 / PER, so that it can be listed exactly."""


def _whole(number: float) -> int:
    """A value as a whole number of 1 / PER.

    Raises:
        ValueError: it is finer.
    """
    units = exact(number) * PER
    if units.denominator != 1:
        raise ValueError(
            f"{number:g} has more than six decimals: the finest step is {1 / PER:f}"
        )
    return int(units)


@dataclass(frozen=True)
class Table:
    """Values and their probabilities, both of shape (k,): a law that is not drawn from."""

    values: Floats
    probabilities: Floats


class AbstractLaw(Definition, ABC):
    """What all laws share: a table, and drawing from it."""

    law: str

    @abstractmethod
    def whole(self) -> Ints:
        """The values that can be drawn as whole numbers of 1 / PER, ascending, shape (k,)."""

    @abstractmethod
    def masses(self) -> list[float]:
        """The probability of each value."""

    def table(self) -> list[tuple[Fraction, float]]:
        """(value, probability) of each value, ascending."""
        values = (Fraction(value, PER) for value in self.whole().tolist())
        return list(zip(values, self.masses(), strict=True))

    @property
    def values(self) -> Floats:
        """The values that can be drawn, ascending, shape (k,)."""
        values: Floats = self.whole() / PER
        return values

    @property
    def probabilities(self) -> Floats:
        """The probability of each of `values`, shape (k,)."""
        return np.array(self.masses())

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

    def is_given(self, other: AbstractLaw) -> bool:
        """Whether this law is `other` given that its value is one of this law's."""
        theirs = dict(zip(other.whole().tolist(), other.masses(), strict=True))
        mine = list(zip(self.whole().tolist(), self.masses(), strict=True))
        share = sum(theirs.get(value, 0.0) for value, _ in mine)
        return all(abs(p * share - theirs.get(value, 0.0)) <= 1e-9 * share for value, p in mine)

    @property
    def even(self) -> bool:
        """Whether all of its values are equally likely."""
        masses = self.masses()
        return max(masses) - min(masses) <= 1e-9 * max(masses)

    def _of(self, kept: list[float]) -> Law:
        """A law of just these of its values, ascending."""
        return Choice(choices=tuple(kept))

    def units(self, per: int = 1) -> Ints:
        """The values as whole numbers of 1 / per: 2.5 is 25 for `per` 10. Shape (k,)."""
        return _units(self, per)

    def draw(self, rng: Generator, n: int, per: int = 1) -> Ints:
        """n draws as whole numbers of 1 / per, shape (n,)."""
        return _units(self, per)[_find(self, rng.random(n))]


@lru_cache(maxsize=256)
def _units(law: AbstractLaw, per: int) -> Ints:
    units, rest = np.divmod(law.whole() * per, PER)
    if rest.any():
        raise ValueError(f"{law!r} has values finer than 1/{per}")
    return units


BUCKETS = 2**16
"""Of a guide; a power of two, so that a number's bucket is exact."""


def _find(law: AbstractLaw, u: Floats) -> Ints:
    """Which value each of `u` in [0, 1) falls on: how many edges are not above it."""
    edges, guide = _edges(law)
    if guide is None:
        return np.searchsorted(edges, u, side="right")
    known = guide[(u * BUCKETS).astype(np.int64)]
    found: Ints = known + (edges[known] <= u)
    return found


@lru_cache(maxsize=256)
def _edges(law: AbstractLaw) -> tuple[Floats, Ints | None]:
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


def _require_few(values: int) -> None:
    """Refuse a law of too many values, before any is made."""
    if values > MOST:
        raise ValueError(f"a law of {values:,} values: at most {MOST:,}, so take a larger step")


class _Range(AbstractLaw):
    """A closed range of multiples of `step`."""

    lo: float = Field(gt=0, le=LARGEST)
    hi: float = Field(gt=0, le=LARGEST)
    step: float = Field(1, gt=0, le=LARGEST)

    @model_validator(mode="after")
    def _on_the_grid(self) -> Self:
        if self.lo > self.hi:
            raise ValueError(f"reversed range {self.lo:g}..{self.hi:g}")
        step = _whole(self.step)
        _require_few((_whole(self.hi) - _whole(self.lo)) // step + 1)
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
        law: Law = whole if len(whole.whole()) == len(kept) else super()._of(kept)
        return law

    def whole(self) -> Ints:
        """lo, lo + step .. hi."""
        step = _whole(self.step)
        return np.arange(_whole(self.lo), _whole(self.hi) + step, step, dtype=np.int64)


class Uniform(_Range):
    """Every multiple of the step alike."""

    law: Literal["uniform"] = "uniform"

    def masses(self) -> list[float]:
        k = len(self.whole())
        return [1 / k] * k


class LogUniform(_Range):
    """exp U over (lo - min(step, lo / 2), hi], rounded up: v has mass ln(v / (v - step))."""

    law: Literal["log_uniform"] = "log_uniform"

    def masses(self) -> list[float]:
        grid = self.whole().tolist()
        below = grid[0] - min(Fraction(_whole(self.step)), Fraction(grid[0], 2))
        masses = [math.log(grid[0] / below)]
        masses += [math.log(v / u) for u, v in pairwise(grid)]
        every = sum(masses)
        return [mass / every for mass in masses]


class PowerOfTwoOrLogUniform(AbstractLaw):
    """A power of two below `step`, from `step` on log-uniform in its multiples.

    An exponent is drawn uniformly from log2(lo) .. log2(hi); one that reaches the step gives
    way to a log-uniform draw. Group widths 1 .. 128, step 8: 1, 2, 4, then 8, 16, 24 ..
    """

    law: Literal["power2_or_log_uniform"] = "power2_or_log_uniform"
    lo: int = Field(ge=1, le=2**19)
    hi: int = Field(ge=1, le=2**19)
    step: int = Field(8, ge=1, le=2**19)

    @model_validator(mode="after")
    def _powers_of_two(self) -> Self:
        for name in ("lo", "hi", "step"):
            if (value := getattr(self, name)).bit_count() != 1:
                raise ValueError(f"{name} {value} is no power of two")
        if self.lo > self.hi:
            raise ValueError(f"reversed range {self.lo}..{self.hi}")
        _require_few(self.hi // self.step + self.step.bit_length())
        return self

    def _of(self, kept: list[float]) -> Law:
        lo, hi = int(kept[0]), int(kept[-1])
        if lo >= self.step and len(kept) == (hi - lo) // self.step + 1:
            return LogUniform(lo=lo, hi=hi, step=self.step)
        if lo < self.step <= hi and hi.bit_count() == 1:
            whole = self.model_copy(update={"lo": lo, "hi": hi})
            if len(whole.whole()) == len(kept):
                return whole
        return super()._of(kept)

    def whole(self) -> Ints:
        small = [PER * power for power in self._powers() if power < self.step]
        multiples = self._multiples()
        return np.array([*small, *(multiples.whole() if multiples else ())], dtype=np.int64)

    def masses(self) -> list[float]:
        powers = self._powers()
        small = [1 / len(powers) for power in powers if power < self.step]
        rest, multiples = 1 - len(small) / len(powers), self._multiples()
        return small + [rest * p for p in (multiples.masses() if multiples else ())]

    def _powers(self) -> list[int]:
        return [2**i for i in range(self.lo.bit_length() - 1, self.hi.bit_length())]

    def _multiples(self) -> LogUniform | None:
        """The law from the step on; None where all values lie below it."""
        if self.hi < self.step:
            return None
        return LogUniform(lo=max(self.lo, self.step), hi=self.hi, step=self.step)


class Choice(AbstractLaw):
    """Each of a few values alike. Powers of two make it log-uniform."""

    law: Literal["choice"] = "choice"
    choices: tuple[Annotated[float, Field(gt=0, le=LARGEST)], ...] = Field(
        min_length=1, max_length=1000, strict=False
    )

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if list(self.choices) != sorted(set(self.choices)):
            raise ValueError("choices should be distinct and ascending")
        for value in self.choices:
            _whole(value)
        return self

    def whole(self) -> Ints:
        return np.array([_whole(value) for value in self.choices], dtype=np.int64)

    def masses(self) -> list[float]:
        return [1 / len(self.choices)] * len(self.choices)


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


def within(lo: float, hi: float, per: int) -> Any:
    """The type of a law whose values lie in lo .. hi and are whole numbers of 1 / per."""

    def check(law: Any) -> Any:
        if not isinstance(law, AbstractLaw):  # a tie by name
            return law
        values = law.whole()
        if values[0] < lo * PER or values[-1] > hi * PER:
            first, last = values[0] / PER, values[-1] / PER
            raise ValueError(f"{first:g}..{last:g}: allowed is {lo:g}..{hi:g}")
        if (values * per % PER).any():
            finest = "whole numbers" if per == 1 else f"multiples of {1 / per:g}"
            raise ValueError(f"has values finer than {1 / per:g}: allowed are {finest}")
        return law

    return AfterValidator(check)
