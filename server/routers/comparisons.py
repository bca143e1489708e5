"""Comparisons of populations under constraints.

A side is `ID` or `ID;column=constraint;..`: `?side=1;depth=5..8&side=2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, status

from population.comparing import sequential
from population.curves.bands import Method
from population.population import ERROR
from server import etags
from server.dependencies import AnalysisDep, Of, Parts, PartsDep, ReadDep, WriteDep
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
from server.schemas.trust import (
    EfficiencyRead,
    StabilityRead,
    efficiency_table,
    stability_table,
)
from services import numbers
from services.comparing import adjusted, comparisons, searches, sides, stability, watches
from services.comparing.sides import Side
from services.defining.names import Id
from services.errors import Refused
from services.numbers import Decimal, Whole
from services.reading import queries

router = APIRouter(route_class=Tagged, tags=["comparisons"], dependencies=[SEE])

MOST_QUANTILES = 100
THRESHOLD = "percent, or in the base unit of the column `of`"

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
    of: str,
    fewest: int,
    most: int = sides.MOST,
) -> list[Side]:
    """The sides that an answer is read from alone, as they are now."""
    found = sides.sides(parts.snapshots, texts, fewest, most, half, of)
    etags.require_changed(request, [one.view.snapshot for one in found])
    return found


def require_percent(field: str, value: float | None, sides: Sequence[Side]) -> None:
    """Refuse an error above 100 percent."""
    if value is not None and value > 100 and sides[0].view.criterion == ERROR:
        raise Refused(field, value, "at most 100 percent")


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
    cut: Annotated[Decimal | None, Query(gt=0, description=THRESHOLD)] = None,
    planned: Annotated[
        Whole, Query(ge=sequential.FEWEST, le=sequential.MOST_PLANNED)
    ] = sequential.PLANNED,
    band: Method = "pointwise",
    points: Annotated[Whole, Query(ge=2, le=10_000)] = queries.CUTS,
    half: Half = None,
    of: Of = "",
) -> ComparisonRead | Response:
    """Which of two or more sides is better, by how much, and whether it is decided.

    As CSV a row a pair of sides; their curves are in JSON, or those of /edf.
    """
    found = chosen(request, parts, side, half, of, fewest=2)
    require_percent("cut", cut, found)
    read = ComparisonRead.of(comparisons.compared(found, level, cut, planned, band, points))
    return form.answer(read.table(), named("comparison", found)) or read


def named(what: str, found: Sequence[Side]) -> str:
    """Of a file: what it is, and of which populations."""
    return "-".join([what, *dict.fromkeys(str(one.view.snapshot.id) for one in found)])


@router.get(
    "/comparison/matched",
    response_model=AdjustedRead,
    responses=AS_CSV | MISSING,
    dependencies=[AnalysisDep],
)
def compare_matched(
    request: Request,
    parts: PartsDep,
    side: Sides,
    form: FormDep,
    match: Annotated[
        str, Query(description=f"by comma, among {', '.join(adjusted.COVARIATES)}")
    ] = "depth",
    method: adjusted.Method = "overlap",
    level: Level = 0.95,
    half: Half = None,
    of: Of = "",
) -> AdjustedRead | Response:
    """Two sides at equal covariates: matched EDFs, theta, imbalance, factors on the error.

    As CSV a row a number; a step of a matched EDF is one, too.
    """
    a, b = found = chosen(request, parts, side, half, of, fewest=2, most=2)
    held = [name.strip() for name in match.split(",") if name.strip()]
    if len(set(held)) < len(held):
        raise Refused("match", match, "each covariate once")
    read = AdjustedRead.of(adjusted.adjusted(a, b, held, method, level), a, b)
    return form.answer(read.table(), named("matched", found)) or read


@router.get(
    "/efficiency",
    response_model=list[EfficiencyRead],
    responses=AS_CSV | MISSING,
    dependencies=[AnalysisDep],
)
def read_efficiency(
    request: Request,
    parts: PartsDep,
    side: Sides,
    form: FormDep,
    replacement: Annotated[
        bool, Query(description="the published estimate, which is biased upward")
    ] = False,
    half: Half = None,
    of: Of = "",
) -> list[EfficiencyRead] | Response:
    """The best of k random networks in closed form, and how many networks are enough.

    As CSV a row a side and k.
    """
    found = chosen(request, parts, side, half, of, fewest=1)
    read = [EfficiencyRead.searched(searches.searched(one, replacement)) for one in found]
    return form.answer(efficiency_table(read), named("efficiency", found)) or read


@router.get(
    "/stability",
    response_model=list[StabilityRead],
    responses=AS_CSV | MISSING,
    dependencies=[AnalysisDep],
)
def read_stability(
    parts: PartsDep, side: Sides, form: FormDep, half: Half = None
) -> list[StabilityRead] | Response:
    """Does the ranking stay: after fewer epochs, by other seeds, under other regimes?

    As CSV a row an estimate.
    """
    found = sides.sides(parts.snapshots, side, fewest=1, half=half)
    read = [StabilityRead.trust(stability.trusted(parts.database, one)) for one in found]
    return form.answer(stability_table(read), named("stability", found)) or read


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
    below: Annotated[Decimal | None, Query(ge=0, description=THRESHOLD)] = None,
    level: Level = 0.95,
    half: Half = None,
    of: Of = "",
) -> list[QuantilesRead] | Response:
    """Quantiles of error with exact intervals, and the chance of an error below a threshold."""
    wanted = [_quantile(text) for text in q.split(",")]
    if len(wanted) > MOST_QUANTILES:
        raise Refused("q", f"{len(wanted):,} numbers", f"at most {MOST_QUANTILES}")
    found = chosen(request, parts, side, half, of, fewest=1)
    require_percent("below", below, found)
    read = [
        QuantilesRead(
            **SideRead.of(one).model_dump(),
            quantiles=[
                QuantileRead(q=at, error=EstimateRead.of(one.edf.quantile_interval(at, level)))
                for at in wanted
            ],
            below=None if below is None else EstimateRead.of(one.edf.below(below, level)),
            criterion=one.view.criterion,
            convention=one.view.convention,
        )
        for one in found
    ]
    return form.answer(quantile_table(read, below), named("quantiles", found)) or read


def _quantile(text: str) -> float:
    value = numbers.decimal(text)
    if value is None or not 0 < value < 1:
        raise Refused("q", text, "numbers between 0 and 1, by comma")
    return value
