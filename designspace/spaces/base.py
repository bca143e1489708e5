"""What every design space is: a frozen model that is its own JSON and draws networks.

A family is one file beside this one and one name in the union of `designspace.spaces`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, field_validator, model_validator

from columns.arrays import Bools, Floats, Ints
from columns.constraints import Constraint
from designspace.laws.laws import AbstractLaw, within
from designspace.layers.complexity import Complexity
from designspace.networks.network import Block, NetworkBatch, Stem
from designspace.values import Definition


@dataclass(frozen=True)
class Draws:
    """Those of `tried` candidates that make a network, in the order they were drawn.

    `candidates` (m,) are their positions among the candidates; `parameters` the named values
    they were drawn with, each of shape (m,), NaN where a network has none.
    """

    tried: int
    candidates: Ints
    parameters: dict[str, Floats]
    networks: NetworkBatch


PER_RATIO = 10_000
"""Bottleneck ratios are whole numbers of 1 / PER_RATIO: 1/16 is 0.0625."""
RATIOS: Any = within(0.01, 100, PER_RATIO)

Millions = Annotated[float, Field(ge=-1e6, le=1e6)]


class Limits(Definition):
    """Upper limits that grow with the flops, F in units of 10^9 multiply-adds.

    Source: arXiv 2003.13678, section 4 (constrained RegNetX), for images of 224 x 224.
    """

    params: tuple[Millions, Millions] = Field(
        (3, 5.5), strict=False, description="params < 3 + 5.5 F, millions"
    )
    activations: float = Field(
        6.5, gt=0, le=1e6, description="activations < 6.5 sqrt(F), millions"
    )

    def broken(self, counts: Complexity) -> dict[str, Any]:
        """Which networks are beyond, masks of shape (n,), by the count that is too large."""
        f = np.asarray(counts.flops) / 1e9
        offset, slope = self.params
        return {
            "params": counts.params >= 1e6 * (offset + slope * f),
            "activations": counts.activations >= 1e6 * self.activations * np.sqrt(f),
        }


@dataclass(frozen=True)
class Rule:
    """How one parameter hangs together over the stages: a space has it, or has not."""

    field: str  # of the family: the parameters that it holds for
    parameter: str
    label: str  # of its chip


class Family(Definition, ABC):
    """What every family has: fields of what stands around the drawn stages, and a contract.

    A new family implements `draw`, `count`, `refinable` and `contains`. Its fields that are
    laws are its parameters; REST, pages and archives know it by its JSON alone.
    """

    family: str
    stem: Stem = Stem()
    strides: tuple[int, ...] = Field(
        (2, 2, 2, 2),
        min_length=1,
        max_length=5,
        strict=False,
        description="of each stage; their number",
    )
    se_ratio: float = Field(
        0, ge=0, le=1, description="0: X blocks; 0.25: Y blocks of the paper"
    )
    limits: Limits | None = Field(None, description="on params and activations, by flops")
    block: Block = Field("X", description="X, R (one group), V (one 3x3), VR (V, residual)")

    @field_validator("strides")
    @classmethod
    def _strides_in_range(cls, strides: tuple[int, ...]) -> tuple[int, ...]:
        if not all(1 <= stride <= 4 for stride in strides):
            raise ValueError(f"strides must be 1 to 4, got {strides}")
        return strides

    @model_validator(mode="after")
    def _blocks_with_se_have_a_bottleneck(self) -> Self:
        if self.se_ratio and self.block in ("V", "VR"):
            raise ValueError(f"se_ratio must be 0 for {self.block} blocks, got {self.se_ratio}")
        return self

    @abstractmethod
    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates; those that make no network are left out.

        Each candidate's draws come from `rng` in one order, so a seed is a population.
        """

    @abstractmethod
    def count(self) -> int:
        """How many settings of the parameters can be drawn, exactly."""

    def refined(self, constraints: Mapping[str, Constraint]) -> Self:
        """The space of those parameters that pass: ranges intersected, choices restricted.

        Raises:
            ValueError: a column that is no parameter of this space, or nothing passes.
        """
        laws = {}
        for name, constraint in constraints.items():
            if name not in self.refinable:
                names = ", ".join(self.refinable)
                raise ValueError(f"{name} does not refine this space, only {names}")
            try:
                laws[name] = self.law(name).given(constraint)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return self.model_copy(update=laws)

    @property
    @abstractmethod
    def refinable(self) -> tuple[str, ...]:
        """The parameters that a constraint on the column of their name refines."""

    @abstractmethod
    def contains(self, columns: Mapping[str, Floats]) -> Bools:
        """Which networks, by the parameters they were drawn with, could be of this space.

        Args:
            columns: of parameters, shape (n,) each, as `draw` names them.
        """

    def is_given(self, other: Family) -> bool:
        """Whether this space's law is `other`'s, given that the network is one of its own.

        Then what `other` drew and this space contains is a sample of this space.
        """
        laws = {name for name in self.law_fields if name in other.law_fields}
        rest = set(type(self).model_fields) - laws - {"limits", *self.rule_fields()}
        return (
            type(self) is type(other)
            and all(getattr(self, name) == getattr(other, name) for name in rest)
            and all(self.law(name).is_given(other.law(name)) for name in laws)
            and other.limits in (None, self.limits)
        )

    @property
    def law_fields(self) -> list[str]:
        """The names of the fields that are laws."""
        fields = type(self).model_fields
        return [name for name in fields if isinstance(getattr(self, name), AbstractLaw)]

    rules: ClassVar[tuple[Rule, ...]] = ()
    """How parameters of several stages can hang together; the form offers them as chips."""

    @classmethod
    def rule_fields(cls) -> set[str]:
        """The fields that rules stand in, each a list of parameters."""
        return {rule.field for rule in cls.rules}

    def law(self, parameter: str) -> Any:
        """The law of a parameter by its name: `space.law("depth").probabilities`."""
        if parameter not in self.law_fields:
            names = ", ".join(self.law_fields)
            raise ValueError(f"no law of {parameter!r}: this space draws {names}")
        return getattr(self, parameter)
