"""Design spaces, as REST says and hears them."""

from __future__ import annotations

from pydantic import Field

from designspace.spaces import DesignSpace
from server.schemas.base import VISIBLE, Body, Read, Visible
from services.defining.names import Id, Name


class SpaceCreate(Body):
    name: Name
    space: DesignSpace
    refined_from: Id | None = Field(None, description="id of the space this one refines")
    visibility: Visible = Field("lab", description=VISIBLE)


class SpaceRead(Read):
    id: int
    name: str
    space: DesignSpace
    refined_from: int | None
    created_at: int
    visibility: str = Field(description=VISIBLE)


class AncestorRead(Read):
    space_id: int
    name: str
    count: int = Field(description="settings of its parameters")
    regime: str | None = Field(description="that all of the chain is told under")
    population_id: int | None = Field(description="of its populations under that regime, one")
    n: int = Field(description="networks of that population with a result")
    median: float | None = Field(description="of their errors, percent")
