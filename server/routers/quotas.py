"""Quotas: what one may use and has used; what others may."""

from __future__ import annotations

from fastapi import APIRouter, status

from server.dependencies import ReadDep, WriteDep
from server.etags import Tagged
from server.gate.doors import PEOPLE, SEE
from server.problems import CHANGING, MISSING
from server.schemas.base import Items
from server.schemas.quotas import AllowanceRead, QuotaPut, QuotaRead
from services.acting.actor import Role
from services.defining.names import Id
from services.work import quotas
from services.work.usage import What

router = APIRouter(route_class=Tagged, tags=["people"])


@router.get("/me/quota", dependencies=[SEE])
def read_my_quota(session: ReadDep) -> Items[AllowanceRead]:
    """What one has used, and may use; nothing where the server has no accounts."""
    return Items(items=[AllowanceRead.model_validate(one) for one in quotas.mine(session)])


@router.get("/quotas", dependencies=[PEOPLE])
def list_quotas(session: ReadDep) -> Items[QuotaRead]:
    """What people and roles may use; who is not named may use as much as he likes."""
    return Items(items=[QuotaRead.model_validate(one) for one in quotas.every(session)])


@router.put("/quotas", responses=CHANGING | MISSING, dependencies=[PEOPLE])
def put_quota(body: QuotaPut, session: WriteDep) -> QuotaRead:
    """Set how much a person or a role may use; a person's own counts, not his role's."""
    role = Role.of(body.role) if body.role else None
    made = quotas.put(session, What(body.what), body.most, body.user, role)
    return QuotaRead.model_validate(made)


@router.delete(
    "/quotas/{quota_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING,
    dependencies=[PEOPLE],
)
def remove_quota(quota_id: Id, session: WriteDep) -> None:
    """Let a limit go."""
    quotas.remove(session, quota_id)
