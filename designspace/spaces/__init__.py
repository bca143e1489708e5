"""The union of all families."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, TypeAdapter

from designspace.spaces.anynet import AnyNet
from designspace.spaces.regnet import RegNet

DesignSpace: TypeAlias = Annotated[AnyNet | RegNet, Field(discriminator="family")]
"""Any design space. A new family joins here, and inherits the whole test suite."""

DESIGN_SPACE: TypeAdapter[AnyNet | RegNet] = TypeAdapter(DesignSpace)
