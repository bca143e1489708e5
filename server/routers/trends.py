"""Trends across complexities, what a time is made of, and which parameters tell the best."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from population.trends import importance
from server.dependencies import AnalysisDep, Of, PartsDep, SnapshotDep
from server.etags import Tagged
from server.forms import AS_CSV, FormDep
from server.gate.doors import SEE
from server.parameters import CONSTRAINTS, ConstraintsDep, parted
from server.problems import MISSING
from server.routers.comparisons import Half, Level, Sides, chosen, named
from server.schemas.trends import ImportancesRead, SpeedRead, TrendsRead
from services.comparing import sides, speed, trends
from services.numbers import Decimal, Whole
from services.reading import queries

router = APIRouter(route_class=Tagged, tags=["trends"], dependencies=[SEE])

Columns = Annotated[str, Query(description="names, by comma; the usual ones by default")]


@router.get(
    "/trends", response_model=TrendsRead, responses=AS_CSV | MISSING, dependencies=[AnalysisDep]
)
def read_trends(
    request: Request,
    parts: PartsDep,
    side: Annotated[Sides, Query(max_length=trends.MOST_LEVELS, description=sides.GRAMMAR)],
    form: FormDep,
    by: Annotated[str, Query(description="the complexity that levels are of")] = "flops",
    bins: Annotated[Whole, Query(ge=3, le=trends.MOST_LEVELS, description="of one side")] = 4,
    columns: Columns = "",
    level: Level = 0.95,
    half: Half = None,
    of: Of = "",
    points: Annotated[bool, Query(description="each network that trends are of")] = False,
) -> TrendsRead | Response:
    """How parameters of the best networks change with complexity, each side a level."""
    most = trends.MOST_LEVELS
    found = chosen(request, parts, side, half, of, fewest=1, most=most)
    read = TrendsRead.of(trends.across(found, by, bins, parted(columns), level), points)
    return form.answer(read.table(), named("trends", found)) or read


@router.get(
    "/populations/{population_id}/speed",
    response_model=SpeedRead,
    responses=AS_CSV | MISSING,
    openapi_extra=CONSTRAINTS,
    dependencies=[AnalysisDep],
)
def read_speed(
    parts: PartsDep,
    form: FormDep,  # before the snapshot: the answer's tag names it
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    time: Annotated[str, Query(description="a column of seconds")] = "latency_64",
    split: Annotated[
        str, Query(description="columns of a table whose values part its rows, by comma")
    ] = "",
    level: Level = 0.95,
    points: Annotated[bool, Query(description="each row with what is said of it")] = False,
) -> SpeedRead | Response:
    """What times are made of (a f, a A, a sqrt(f) + b A, powers), on each device."""
    found = speed.speeds(parts.database, snapshot, constraints, time, parted(split), level)
    read = SpeedRead.of(found, points)
    name = f"population-{snapshot.id}-version-{snapshot.version}-speed"
    return form.answer(read.table(), name) or read


@router.get(
    "/populations/{population_id}/importance",
    response_model=ImportancesRead,
    responses=AS_CSV | MISSING,
    openapi_extra=CONSTRAINTS,
    dependencies=[AnalysisDep],
)
def read_importance(
    form: FormDep,
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    gamma: Annotated[
        Decimal, Query(gt=0, lt=1, description="share of the best")
    ] = importance.GAMMA,
    columns: Columns = "",
    level: Level = 0.95,
) -> ImportancesRead | Response:
    """Which parameters tell the best networks from all that pass (PED-ANOVA)."""
    view = queries.view(snapshot, constraints)
    found = queries.importances(view, gamma, parted(columns), level)
    read = ImportancesRead.of(view, gamma, found)
    name = f"population-{snapshot.id}-version-{snapshot.version}-importance"
    return form.answer(read.table(), name) or read
