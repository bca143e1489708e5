"""Comparisons of populations under constraints.

A side is `ID` or `ID;column=constraint;..`: `?side=1;depth=5..8&side=2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, status

from population.comparing import sequential
from population.curves.bands import Method
from server import etags
from server.dependencies import AnalysisDep, Parts, PartsDep, ReadDep, WriteDep
from server.etags import Tagged
from server.forms import AS_CSV, FormDep
from server.gate.doors import SEE, STEER
from server.lists import ListDep
from server.once import OnceDep
from server.problems import CHANGING, MISSING, TAKEN
from server.schemas.adjusted import AdjustedRead
from server.schemas.base import PageOf, Words
from server.schemas.comparisons import (
    ComparisonRead,
    EstimateRead,
    QuantileRead,
    QuantilesRead,
    SideRead,
    WatchCreate,
    WatchRead,
    quantile_table,
)
from server.schemas.trust import EfficiencyRead, StabilityRead
from services import numbers
from services.comparing import adjusted, comparisons, searches, sides, stability, watches
from services.comparing.sides import Side
from services.defining.names import Id
from services.errors import Refused
from services.numbers import Decimal, Whole
from services.reading import queries

router = APIRouter(route_class=Tagged, tags=["comparisons"], dependencies=[SEE])

MOST_QUANTILES = 100

Level = Annotated[Decimal, Query(ge=0.01, le=0.9999, allow_inf_nan=False)]
Sides = Annotated[list[Words], Query(max_length=sides.MOST, description=sides.GRAMMAR)]

Half = Annotated[
    sides.Half | None,
    Query(
        description="of the launch order, of every side that names no `ordinal`: constraints "
        "that were chosen on the first half are tested on the second"
    ),
]


def chosen(
    request: Request,
    parts: Parts,
    texts: Sequence[str],
    half: sides.Half | None,
    fewest: int,
    most: int = sides.MOST,
) -> list[Side]:
    """The sides that an answer is read from alone, as they are now."""
    found = sides.sides(parts.snapshots, texts, fewest, most, half)
    etags.require_changed(request, [one.view.snapshot for one in found])
    return found


@router.get(
    "/comparison",
    response_model=ComparisonRead,
    responses=AS_CSV | MISSING,
    dependencies=[AnalysisDep],
)
def compare(
    request: Request,
    parts: PartsDep,
    side: Sides,
    form: FormDep,
    level: Level = 0.95,
    cut: Annotated[Decimal | None, Query(ge=0.001, le=100, description="percent")] = None,
    planned: Annotated[
        Whole, Query(ge=sequential.FEWEST, le=sequential.MOST_PLANNED)
    ] = sequential.PLANNED,
    band: Method = "pointwise",
    points: Annotated[Whole, Query(ge=2, le=10_000)] = queries.CUTS,
    half: Half = None,
) -> ComparisonRead | Response:
    """Which of two or more sides is better, by how much, and whether it is decided.

    As CSV a row a pair of sides; their curves are in JSON, or those of /edf.
    """
    found = chosen(request, parts, side, half, fewest=2)
    read = ComparisonRead.of(comparisons.compared(found, level, cut, planned, band, points))
    return form.answer(read.table(), _name("comparison", found)) or read


def _name(what: str, found: Sequence[Side]) -> str:
    """Of a file: what it is, and of which populations."""
    return "-".join([what, *dict.fromkeys(str(one.view.snapshot.id) for one in found)])


@router.get("/comparison/matched", responses=MISSING, dependencies=[AnalysisDep])
def compare_matched(
    request: Request,
    parts: PartsDep,
    side: Sides,
    match: Annotated[
        str, Query(description=f"by comma, among {', '.join(adjusted.COVARIATES)}")
    ] = "depth",
    method: adjusted.Method = "overlap",
    level: Level = 0.95,
    half: Half = None,
) -> AdjustedRead:
    """Two sides at equal covariates: matched EDFs, theta, imbalance, factors on the error."""
    a, b = chosen(request, parts, side, half, fewest=2, most=2)
    held = [name.strip() for name in match.split(",") if name.strip()]
    if len(set(held)) < len(held):
        raise Refused("match", match, "each covariate once")
    return AdjustedRead.of(adjusted.adjusted(a, b, held, method, level), a, b)


@router.get("/efficiency", responses=MISSING, dependencies=[AnalysisDep])
def read_efficiency(
    request: Request,
    parts: PartsDep,
    side: Sides,
    replacement: Annotated[
        bool, Query(description="the published estimate, which is biased upward")
    ] = False,
    half: Half = None,
) -> list[EfficiencyRead]:
    """The best of k random networks in closed form, and how many networks are enough."""
    return [
        EfficiencyRead.searched(searches.searched(one, replacement))
        for one in chosen(request, parts, side, half, fewest=1)
    ]


@router.get("/stability", responses=MISSING, dependencies=[AnalysisDep])
def read_stability(parts: PartsDep, side: Sides, half: Half = None) -> list[StabilityRead]:
    """Does the ranking stay: after fewer epochs, by other seeds, under other regimes?"""
    return [
        StabilityRead.trust(stability.trusted(parts.database, one))
        for one in sides.sides(parts.snapshots, side, fewest=1, half=half)
    ]


@router.post(
    "/watches",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def watch(parts: PartsDep, body: WatchCreate, session: WriteDep, once: OnceDep) -> WatchRead:
    """Pause two populations as soon as it is decided which one is better."""
    once.begin(session)
    a, b = (sides.side(parts.snapshots, text) for text in (body.a, body.b))
    read = WatchRead.model_validate(watches.start(session, a, b, body.level, body.planned))
    once.end(session, read.model_dump(mode="json"))
    return read


@router.get("/watches", response_model=PageOf[WatchRead])
def list_watches(session: ReadDep, asked: ListDep) -> Any:
    """All watches, oldest first, with what was decided."""
    return asked.answer(WatchRead, watches.every(session))


@router.delete(
    "/watches/{watch_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING,
    dependencies=[STEER],
)
def forget_watch(watch_id: Id, session: WriteDep) -> None:
    """The populations go on whatever is decided."""
    watches.forget(session, watch_id)


@router.get("/quantiles", response_model=list[QuantilesRead], responses=AS_CSV | MISSING)
def read_quantiles(
    request: Request,
    parts: PartsDep,
    side: Sides,
    form: FormDep,
    q: Annotated[str, Query(description="between 0 and 1, by comma")] = "0.05,0.25,0.5,0.75",
    below: Annotated[Decimal | None, Query(ge=0, le=100, description="percent")] = None,
    level: Level = 0.95,
    half: Half = None,
) -> list[QuantilesRead] | Response:
    """Quantiles of error with exact intervals, and the chance of an error below a threshold."""
    wanted = [_quantile(text) for text in q.split(",")]
    if len(wanted) > MOST_QUANTILES:
        raise Refused("q", f"{len(wanted):,} numbers", f"at most {MOST_QUANTILES}")
    found = chosen(request, parts, side, half, fewest=1)
    read = [
        QuantilesRead(
            **SideRead.of(one).model_dump(),
            quantiles=[
                QuantileRead(q=at, error=EstimateRead.of(one.edf.quantile_interval(at, level)))
                for at in wanted
            ],
            below=None if below is None else EstimateRead.of(one.edf.below(below, level)),
        )
        for one in found
    ]
    return form.answer(quantile_table(read, below), _name("quantiles", found)) or read


def _quantile(text: str) -> float:
    value = numbers.decimal(text)
    if value is None or not 0 < value < 1:
        raise Refused("q", text, "numbers between 0 and 1, by comma")
    return value
