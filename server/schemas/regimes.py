"""Regimes, as REST says and hears them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from designspace.regimes import Regime
from server.schemas.base import VISIBLE, Body, Read, Visible
from services.defining.names import Name


class RegimeCreate(Body):
    name: Name
    regime: Annotated[Regime, BeforeValidator(Regime.asked)]
    visibility: Visible = Field("lab", description=VISIBLE)


class RegimeRead(Read):
    id: int
    name: str
    regime: Regime
    created_at: int
    visibility: str = Field(description=VISIBLE)
