"""Statistics of a population under constraints.

Every query parameter that is no option of the route is a constraint on the column of its name:
`a..b` (closed, either end may be empty), `a,b,c` or `a`, as in `?depth=5..8&group_width=8,16`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from population.population import ERROR
from server import etags
from server.dependencies import AnalysisDep, CurrentDep, Of, PartsDep, SnapshotDep, judged
from server.etags import Tagged
from server.forms import AS_CSV, JSON, FormDep
from server.gate.doors import SEE
from server.lists import as_json
from server.parameters import CONSTRAINTS, ConstraintsDep, parted
from server.problems import MISSING
from server.schemas.statistics import EdfRead, PairRangeRead, RangeRead, RangesRead, Selection
from services import numbers
from services.comparing import seeds as averages
from services.errors import Refused
from services.numbers import Decimal
from services.reading import queries
from services.reading.snapshots import Snapshot

router = APIRouter(
    route_class=Tagged,
    prefix="/populations/{population_id}",
    tags=["statistics"],
    responses=MISSING,
    dependencies=[SEE],
)

MOST_POINTS = 10_000
MOST_PAIRS = 50


@router.get("/edf", response_model=EdfRead, responses=AS_CSV, openapi_extra=CONSTRAINTS)
def read_edf(
    request: Request,
    parts: PartsDep,
    current: CurrentDep,
    constraints: ConstraintsDep,
    form: FormDep,
    of: Of = "",
    points: Annotated[
        str,
        Query(description=f"evenly spaced errors, 2 to {MOST_POINTS:,}; `all`: every step"),
    ] = str(queries.CUTS),
    level: Annotated[Decimal, Query(ge=0.01, le=0.9999, description="of the band")] = 0.95,
    seeds: Annotated[
        Literal["own", "mean"],
        Query(description="`mean`: errors are means over the seeds of a network, from two on"),
    ] = "own",
) -> Response:
    """The EDF of the error, or of the column `of`, with a pointwise Clopper-Pearson band."""
    snapshot = judged(current, of)
    if seeds == "mean":
        if snapshot.population.criterion != ERROR:
            raise Refused("of", of, "the error, where seeds=mean: seeds have no other means")
        over = averages.over(parts.database, queries.view(snapshot, constraints))
        read = EdfRead.of(queries.edf_of(over.view, _points(points), level), over)
    else:
        etags.require_changed(request, [snapshot])  # means change with other populations
        view = queries.view(snapshot, constraints)
        read = EdfRead.of(queries.edf_of(view, _points(points), level))
    return form.answer(read.table(), _name(snapshot, "edf")) or as_json(read)


def _name(snapshot: Snapshot, what: str) -> str:
    """Of a file."""
    return f"population-{snapshot.id}-version-{snapshot.version}-{what}"


def _pair(text: str) -> tuple[str, str]:
    x, colon, y = text.partition(":")
    if not colon or not x or not y:
        raise Refused("pairs", text, "two columns as x:y")
    return x, y


def _points(text: str) -> int | None:
    """How many points, or None for every step."""
    if text == "all":
        return None
    points = numbers.whole(text, 2, MOST_POINTS)
    if points is None:
        raise Refused("points", text, f"`all`, or a whole number from 2 to {MOST_POINTS:,}")
    return points


@router.get(
    "/ranges",
    response_model=RangesRead,
    responses=AS_CSV,
    openapi_extra=CONSTRAINTS,
    dependencies=[AnalysisDep],
)
def read_best_ranges(
    form: FormDep,  # before the snapshot: the answer's tag names it
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    columns: Annotated[
        str, Query(description="names, by comma; all but measured ones by default")
    ] = "",
    pairs: Annotated[
        str, Query(description="`x:y`, by comma: two columns together, as in w0:wa")
    ] = "",
) -> RangesRead | Response:
    """Where the best networks sit in each parameter: the empirical bootstrap, closed form."""
    if pairs and form.media_type != JSON:
        raise Refused("pairs", pairs, "none as CSV: a pair is points, which JSON has")
    view = queries.view(snapshot, constraints)
    ranges = queries.best_ranges(view, parted(columns) or None)
    asked = {_pair(text) for text in parted(pairs)}
    if len(asked) > MOST_PAIRS:
        raise Refused("pairs", f"{len(asked)} pairs", f"at most {MOST_PAIRS}")
    together = queries.best_pairs(view, sorted(asked))
    read = RangesRead(
        pairs={
            f"{x}:{y}": None if best is None else PairRangeRead.of(best)
            for (x, y), best in together.items()
        },
        selection=Selection.of(view),
        ranges={
            name: None if best is None else RangeRead.model_validate(best)
            for name, best in ranges.items()
        },
    )
    return form.answer(read.table(), _name(snapshot, "ranges")) or read
