"""Statistics of a population under constraints.

Every query parameter that is no option is a constraint on the column of its name: `a..b`
(closed, either end may be empty), `a,b,c` or `a`, as in `?depth=5..8&group_width=8,16`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from server.dependencies import ConstraintsDep, SnapshotDep
from server.schemas import EdfRead, RangeRead, RangesRead, Selection
from services import queries
from services.errors import Refused

router = APIRouter(prefix="/populations/{population_id}", tags=["statistics"])

MOST_POINTS = 10_000


@router.get("/edf")
def read_edf(
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    points: Annotated[
        str,
        Query(description=f"evenly spaced errors, 2 to {MOST_POINTS:,}; `all`: every step"),
    ] = str(queries.CUTS),
    level: Annotated[float, Query(gt=0, lt=1, description="of the band")] = 0.95,
) -> EdfRead:
    """The error EDF with a pointwise Clopper-Pearson band."""
    view = queries.view(snapshot, constraints)
    return EdfRead.of(queries.edf_of(view, _points(points), level))


def _points(text: str) -> int | None:
    """How many points, or None for every step."""
    if text == "all":
        return None
    if not text.isdecimal() or not 2 <= int(text) <= MOST_POINTS:
        raise Refused("points", text, f"`all`, or a whole number from 2 to {MOST_POINTS:,}")
    return int(text)


@router.get("/ranges")
def read_best_ranges(
    snapshot: SnapshotDep,
    constraints: ConstraintsDep,
    columns: Annotated[str, Query(description="names, by comma; all by default")] = "",
) -> RangesRead:
    """Where the best networks sit in each parameter: the empirical bootstrap, closed form."""
    view = queries.view(snapshot, constraints)
    names = [name.strip() for name in columns.split(",") if name.strip()]
    ranges = queries.best_ranges(view, names or None)
    return RangesRead(
        selection=Selection.of(view),
        ranges={
            name: None if best is None else RangeRead.model_validate(best)
            for name, best in ranges.items()
        },
    )
