"""Training regimes: define, list, read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, status

from server.dependencies import ReadDep, WriteDep
from server.etags import Tagged
from server.gate.doors import DEFINE, SEE, SHARE
from server.lists import Fields, ListDep, only
from server.once import OnceDep
from server.problems import CHANGING, MISSING, TAKEN
from server.schemas.base import PageOf, Sharing
from server.schemas.regimes import RegimeCreate, RegimeRead
from services.defining import regimes
from services.defining.names import Id
from services.sampling import sharing

router = APIRouter(route_class=Tagged, prefix="/regimes", tags=["regimes"], dependencies=[SEE])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | TAKEN,
    dependencies=[DEFINE],
)
def define_regime(body: RegimeCreate, session: WriteDep, once: OnceDep) -> RegimeRead:
    """Define a training regime."""
    once.begin(session)
    id = regimes.define(session, body.name, body.regime, body.visibility)
    read = RegimeRead.model_validate(regimes.get(session, id))
    once.end(session, read.model_dump(mode="json"))
    return read


@router.get("", response_model=PageOf[RegimeRead])
def list_regimes(session: ReadDep, asked: ListDep) -> Any:
    """All regimes, oldest first."""
    return asked.answer(RegimeRead, regimes.every(session))


@router.get("/{regime_id}", response_model=RegimeRead, responses=MISSING)
def read_regime(regime_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """One regime."""
    return only(RegimeRead.model_validate(regimes.get(session, regime_id)), fields)


@router.patch("/{regime_id}", responses=CHANGING | MISSING, dependencies=[SHARE])
def share_regime(regime_id: Id, body: Sharing, session: WriteDep) -> RegimeRead:
    """Say who sees it; an administrator gives it to somebody."""
    sharing.change(session, "regime", regime_id, body.visibility, body.owner)
    return RegimeRead.model_validate(regimes.get(session, regime_id))
