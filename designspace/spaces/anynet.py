"""The AnyNet design space: every stage has its own depth, width, bottleneck ratio, group width.

The paper's chain of refinements is five values of this one class:

    AnyNetX_A    16 free parameters in four stages, each drawn log-uniformly,
                 "d_i <= 16, w_i <= 1024 divisible by 8, b_i in {1, 2, 4}, g_i in {1, 2, .. 32}"
    AnyNetX_B    b_i = b
    AnyNetX_C    and g_i = g
    AnyNetX_D    and w_{i+1} >= w_i
    AnyNetX_E    and d_{i+1} >= d_i

How D and E were drawn is not published. Here an ordered tuple has the law of independent draws
given their order (`designspace.laws.ordered`), so D is exactly the part of C that has it.

Source: arXiv 2003.13678, section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import comb
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.random import Generator
from pydantic import AfterValidator, Field, model_validator

from columns.arrays import Bools, Floats
from designspace.laws import ordered
from designspace.laws.laws import Choice, Law, LogUniform, Table, defaults_to, within
from designspace.networks.compatibility import fitting
from designspace.networks.repeats import StageBatch
from designspace.spaces.base import PER_RATIO, RATIOS, Draws, Family, Rule
from designspace.spaces.staged import Staged

DEPTH = LogUniform(lo=1, hi=16, step=1)
WIDTH = LogUniform(lo=8, hi=1024, step=8)
BOTTLENECK_RATIO = Choice(choices=(1, 2, 4))
GROUP_WIDTH = Choice(choices=(1, 2, 4, 8, 16, 32))

Parameter: TypeAlias = Literal["depth", "width", "bottleneck_ratio", "group_width"]

PER: dict[Parameter, int] = {
    "depth": 1,
    "width": 1,
    "bottleneck_ratio": PER_RATIO,
    "group_width": 1,
}
"""In units of 1 / PER the values of each parameter are whole numbers."""


def _sorted(names: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Once each and in one order, so that equal spaces are equal JSON."""
    return tuple(name for name in PER if name in names)


Parameters: TypeAlias = Annotated[tuple[Parameter, ...], AfterValidator(_sorted)]


class AnyNet(Staged):
    """AnyNetX_A by default: stages drawn independently, all by the same laws."""

    kind: ClassVar[str] = "Stages of one block"

    family: Literal["anynet"] = "anynet"
    depth: Annotated[Law, defaults_to(DEPTH), within(1, 256, 1)] = DEPTH
    width: Annotated[Law, defaults_to(WIDTH), within(1, 8192, 1)] = WIDTH
    bottleneck_ratio: Annotated[Law, defaults_to(BOTTLENECK_RATIO), RATIOS] = BOTTLENECK_RATIO
    group_width: Annotated[Law, defaults_to(GROUP_WIDTH), within(1, 8192, 1)] = GROUP_WIDTH
    shared: Parameters = Field(
        (), strict=False, max_length=4, description="parameters that all stages have alike"
    )
    non_decreasing: Parameters = Field(
        (),
        strict=False,
        max_length=4,
        description="parameters that never decrease from a stage to the next",
    )

    @model_validator(mode="after")
    def _each_parameter_has_one_rule(self) -> Self:
        if twice := set(self.shared) & set(self.non_decreasing):
            raise ValueError(
                f"{', '.join(sorted(twice))}: what all stages share does not decrease anyway; "
                "name it in `shared` only"
            )
        return self

    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates: every one of them makes a network."""
        drawn = {name: self._columns(name, rng, n) for name in PER}
        parameters: dict[str, Floats] = {}
        stages = []
        for i, stride in enumerate(self.strides):
            d, w, b, g = (drawn[name][i] for name in PER)
            values = {"depth": d, "width": w, "bottleneck_ratio": b, "group_width": g}
            parameters |= {f"{name}_{i + 1}": v.astype(float) for name, v in values.items()}
            width, ratio, group = fitting(self.block, w, b, g)
            stages.append(StageBatch(d, width, stride, ratio, group))
        parameters["depth"] = np.sum(drawn["depth"], axis=0, dtype=float)
        for name in ("bottleneck_ratio", "group_width"):
            first, *others = (parameters[f"{name}_{i + 1}"] for i in range(len(stages)))
            alike = np.logical_and.reduce([first == other for other in others])
            parameters[name] = np.where(alike, first, np.nan)
        networks = self.batch(stages)
        return Draws(n, np.arange(n), parameters, networks)

    def count(self) -> int:
        """Settings of the parameters: k^m of m free stages, k of a shared parameter, and
        C(k + m - 1, m) of m stages that do not decrease, of k values each.
        """
        m, total = len(self.strides), 1
        for name in PER:
            k = len(self._law(name).values)
            if name in self.shared:
                total *= k
            elif name in self.non_decreasing:
                total *= comb(k + m - 1, m)
            else:
                total *= k**m
        return total

    def law(self, parameter: str) -> Any:
        """The law of a parameter: `width` as it is drawn, `width_3` as stage 3 has it."""
        name, _, stage = parameter.rpartition("_")
        m = len(self.strides)
        if (
            name not in PER
            or not stage.isascii()
            or not stage.isdecimal()
            or not 1 <= int(stage) <= m
        ):
            return super().law(parameter)
        law = super().law(name)
        if name not in self.non_decreasing:
            return law
        return Table(law.values, ordered.marginal(law, m, int(stage) - 1))

    def _columns(self, name: Parameter, rng: Generator, n: int) -> list[Any]:
        """The drawn values of a parameter, an array (n,) for each stage."""
        law, per, m = self._law(name), PER[name], len(self.strides)
        if name in self.shared:
            units = [law.draw(rng, n, per)] * m
        elif name in self.non_decreasing:
            units = ordered.draw(law, rng, n, m, per)
        else:
            units = [law.draw(rng, n, per) for _ in range(m)]
        return [values / per for values in units] if per > 1 else units

    def _law(self, name: Parameter) -> Any:
        return getattr(self, name)

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule("shared", "bottleneck_ratio", "b shared"),
        Rule("shared", "group_width", "g shared"),
        Rule("non_decreasing", "width", "w not decreasing"),
        Rule("non_decreasing", "depth", "d not decreasing"),
    )
    """What AnyNetX_B to E add; those of other parameters are written into the JSON."""

    @property
    def refinable(self) -> tuple[str, ...]:
        """Of all stages alike; `depth` and `width` are columns of single stages."""
        return ("bottleneck_ratio", "group_width")

    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks have values of the laws in every stage, and keep ties and orders."""
        inside = []
        for name in PER:
            stages = [columns[f"{name}_{i + 1}"] for i in range(len(self.strides))]
            inside += [np.isin(values, self._law(name).values) for values in stages]
            pairs = pairwise(stages)
            if name in self.shared:
                inside += [a == b for a, b in pairs]
            elif name in self.non_decreasing:
                inside += [a <= b for a, b in pairs]
        passes: Bools = np.logical_and.reduce(inside)
        return passes

    def is_given(self, other: Family) -> bool:
        """As of every family. An order keeps the law of what has it; a tie keeps it only where
        all values are alike, because equal values are drawn p^m often instead of p.
        """
        if not isinstance(other, AnyNet) or not super().is_given(other):
            return False
        for name in PER:
            tied = name in self.shared
            if name in other.shared and not tied:
                return False
            if name in other.non_decreasing and name not in (
                *self.shared,
                *self.non_decreasing,
            ):
                return False
            if (
                tied
                and name not in other.shared
                and np.ptp(self._law(name).probabilities) > 1e-9
            ):
                return False
        return True
