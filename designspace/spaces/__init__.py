"""The union of all families."""

from __future__ import annotations

from typing import Annotated, TypeAlias, get_args

from pydantic import Field, TypeAdapter

from designspace.spaces.anynet import AnyNet
from designspace.spaces.base import Family, Rule
from designspace.spaces.regnet import RegNet

AnyFamily: TypeAlias = AnyNet | RegNet
"""A new family joins here, and inherits the whole test suite."""

DesignSpace: TypeAlias = Annotated[AnyFamily, Field(discriminator="family")]
"""Any design space, by the name of its family."""

DESIGN_SPACE: TypeAdapter[AnyFamily] = TypeAdapter(DesignSpace)

FAMILIES: tuple[type[Family], ...] = get_args(AnyFamily)
RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.rules)
