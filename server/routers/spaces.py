"""Design spaces: define, list, read."""

from __future__ import annotations

from fastapi import APIRouter, status

from server.dependencies import ReadDep, WriteDep
from server.schemas import Items, SpaceCreate, SpaceRead
from services import spaces

router = APIRouter(prefix="/spaces", tags=["design spaces"])


@router.post("", status_code=status.HTTP_201_CREATED)
def define_space(body: SpaceCreate, session: WriteDep) -> SpaceRead:
    """Define a design space, perhaps as a refinement of another."""
    id = spaces.define(session, body.name, body.space, body.refined_from)
    return SpaceRead.model_validate(spaces.get(session, id))


@router.get("")
def list_spaces(session: ReadDep) -> Items[SpaceRead]:
    """All design spaces, oldest first."""
    return Items(items=[SpaceRead.model_validate(space) for space in spaces.every(session)])


@router.get("/{space_id}")
def read_space(space_id: int, session: ReadDep) -> SpaceRead:
    """One design space."""
    return SpaceRead.model_validate(spaces.get(session, space_id))
