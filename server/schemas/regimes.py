"""Regimes, as REST says and hears them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from designspace.regimes import Regime
from server.schemas.base import Body, Read
from services.defining.names import Name


class RegimeCreate(Body):
    name: Name
    regime: Annotated[Regime, BeforeValidator(Regime.asked)]


class RegimeRead(Read):
    id: int
    name: str
    regime: Regime
    created_at: int
