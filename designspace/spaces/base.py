"""What every design space is: a frozen model that is its own JSON and draws networks.

A family is one file beside this one and one name in the union of `designspace.spaces`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from numpy.random import Generator

from columns.arrays import Bools, Floats, Ints
from columns.constraints import Constraint
from columns.quantities import Name
from designspace.laws.laws import AbstractLaw, within
from designspace.layers.complexity import Complexity
from designspace.networks.network import Network
from designspace.networks.resized import Networks
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
    networks: Networks


PART = re.compile(r"(_\d+)+$", re.ASCII)
"""What a column of a part has behind its name: `_3` in `width_3`, `_3_1` in `kernel_3_1`."""

PER_RATIO = 10_000
"""Bottleneck ratios are whole numbers of 1 / PER_RATIO: 1/16 is 0.0625."""
RATIOS: Any = within(0.01, 100, PER_RATIO)


@dataclass(frozen=True)
class Rule:
    """How one parameter hangs together over the stages: a space has it, or has not."""

    field: str  # of the family: the parameters that it holds for
    parameter: str
    label: str  # of its chip


@dataclass(frozen=True)
class Member:
    """A published network, and the images that its published counts are of."""

    network: Network
    resolution: int = 224
    classes: int = 1000


@dataclass(frozen=True)
class Published:
    """How a published network is made; of a multiplier of all widths, if it `scales`."""

    make: Callable[[float], Network]
    resolution: int = 224
    classes: int = 1000
    scales: bool = False

    @classmethod
    def one(
        cls,
        make: Callable[..., Network],
        *given: Any,
        resolution: int = 224,
        classes: int = 1000,
        **named: Any,
    ) -> Published:
        """A network without a multiplier: what `make` returns."""
        return cls(lambda _: make(*given, **named), resolution, classes)

    def member(self, multiplier: float | None) -> Member:
        """The network itself, or with another multiplier."""
        return Member(self.make(multiplier or 1.0), self.resolution, self.classes)


class Family(Definition, ABC):
    """The contract of every family.

    A new family implements `draw`, `count`, `refinable` and `contains`. Its fields that are
    laws are its parameters; REST, pages and archives know it by its JSON alone.
    """

    family: str

    kind: ClassVar[str] = "Others"
    """What its networks are made of, by which pages group the spaces."""

    names: ClassVar[Mapping[str, Sequence[Name]]] = {}
    """What the numbers 1, 2, .. of a column stand for, by its name without the numbers of a
    part: of `operation_3_1` that is `operation`."""

    @property
    def chunk(self) -> int:
        """Candidates drawn together: enough for numpy, and not too many for the cache."""
        return 16_384

    @property
    def lists(self) -> bool:
        """Whether `enumerated` can name all of its networks, one after the other."""
        return type(self).enumerated is not Family.enumerated

    @property
    def draws_evenly(self) -> bool:
        """Whether it lists its networks and surely draws each of them equally often.

        Then all of them in random order are a sample of its law, at any time. Of a family
        that says nothing of it, it isn't sure.
        """
        return False

    @abstractmethod
    def draw(self, rng: Generator, n: int) -> Draws:
        """Draw n candidates; those that make no network are left out.

        Each candidate's draws come from `rng` in one order, so a seed is a population.
        """

    @abstractmethod
    def count(self) -> int:
        """How many settings of the parameters can be drawn, exactly."""

    def enumerated(self) -> Draws:
        """Every network of the space once, `count()` of them; of a family that `lists` them."""
        raise NotImplementedError(f"{self.family} lists no networks")

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
        rest = set(type(self).model_fields) - laws - self.apart()
        return (
            type(self) is type(other)
            and all(getattr(self, name) == getattr(other, name) for name in rest)
            and all(self.law(name).is_given(other.law(name)) for name in laws)
        )

    @classmethod
    def apart(cls) -> set[str]:
        """The fields that `is_given` judges by rules of their own."""
        return cls.rule_fields()

    def beyond(self, counts: Complexity) -> dict[str, Any]:
        """Which networks this space leaves out for what they cost.

        Args:
            counts: of n networks.

        Returns:
            masks of shape (n,), by the count that is too large.
        """
        return {}

    @classmethod
    def published(cls) -> Mapping[str, Published]:
        """Networks of this family that have names, by torchvision's, timm's, pycls's."""
        return {}

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

    def names_of(self, column: str) -> Sequence[Name]:
        """What the numbers 1, 2, .. of a column stand for; nothing where they are numbers."""
        return self.names.get(PART.sub("", column), ())

    def law(self, parameter: str) -> Any:
        """The law of a parameter by its name: `space.law("depth").probabilities`."""
        if parameter not in self.law_fields:
            names = ", ".join(self.law_fields)
            raise ValueError(f"no law of {parameter!r}: this space draws {names}")
        return getattr(self, parameter)
