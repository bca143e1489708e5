"""Design spaces: define, list, read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, status

from server.dependencies import PartsDep, ReadDep, WriteDep
from server.etags import Tagged
from server.gate.doors import DEFINE, SEE, SHARE
from server.lists import Fields, ListDep, only
from server.once import OnceDep
from server.problems import CHANGING, MISSING, TAKEN
from server.schemas.base import Items, PageOf, Sharing
from server.schemas.spaces import AncestorRead, SpaceCreate, SpaceRead
from services.defining import spaces
from services.defining.names import Id
from services.sampling import refinements, sharing

router = APIRouter(
    route_class=Tagged, prefix="/spaces", tags=["design spaces"], dependencies=[SEE]
)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[DEFINE],
)
def define_space(body: SpaceCreate, session: WriteDep, once: OnceDep) -> SpaceRead:
    """Define a design space, perhaps as a refinement of another."""
    once.begin(session)
    id = spaces.define(session, body.name, body.space, body.refined_from, body.visibility)
    read = SpaceRead.model_validate(spaces.get(session, id))
    once.end(session, read.model_dump(mode="json"))
    return read


@router.get("", response_model=PageOf[SpaceRead])
def list_spaces(session: ReadDep, asked: ListDep) -> Any:
    """All design spaces, oldest first."""
    return asked.answer(SpaceRead, spaces.every(session))


@router.get("/{space_id}", response_model=SpaceRead, responses=MISSING)
def read_space(space_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """One design space."""
    return only(SpaceRead.model_validate(spaces.get(session, space_id)), fields)


@router.patch("/{space_id}", responses=CHANGING | MISSING, dependencies=[SHARE])
def share_space(space_id: Id, body: Sharing, session: WriteDep) -> SpaceRead:
    """Say who sees it; an administrator gives it to somebody."""
    sharing.change(session, "design space", space_id, body.visibility, body.owner)
    return SpaceRead.model_validate(spaces.get(session, space_id))


@router.get("/{space_id}/lineage", responses=MISSING)
def read_lineage(
    space_id: Id,
    session: ReadDep,
    parts: PartsDep,
    regime: Annotated[
        Id | None, Query(description="told under it; by default the newest population's")
    ] = None,
) -> Items[AncestorRead]:
    """The chain of refinements that led to it, the first space first, under one regime."""
    chain = refinements.lineage(session, parts.snapshots, space_id, regime)
    return Items(items=[AncestorRead.model_validate(one) for one in chain])
