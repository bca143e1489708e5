"""Trends, speed and importance, as REST says them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from columns.arrays import Floats
from columns.table import Table
from population.speed.fits import Fit
from population.trends.importance import Importance
from population.trends.trends import At, Trend
from server.schemas.comparisons import EstimateRead, SideRead, of_sides, table_of
from server.schemas.statistics import RangeRead, Selection
from services.comparing import trends
from services.comparing.comparisons import finite
from services.comparing.speed import Speeds, UnderCondition
from services.comparing.trends import Across, Points
from services.reading.queries import View

MOST_POINTS = 20_000
"""Of one condition, beside its front."""

TREND = (
    "change a doubling of the complexity, of the median of the best fifth of each level; "
    "`grows` and `falls` by Holm over the parameters, `constant` where the interval is inside "
    "the margin; slopes are of at most 5,000 networks of a level, taken at random"
)


class AtRead(BaseModel):
    name: str
    complexity: float | None = Field(description="median of the best fifth")
    least: float | None = Field(description="complexity of the level's networks, from")
    most: float | None = Field(description=".. to")
    best: RangeRead | None = Field(description="null below 20 networks")
    median: float | None = Field(description="of the best fifth")
    of_all: float | None = Field(description="median of all networks of the level")
    n: int

    @classmethod
    def of(cls, at: At) -> AtRead:
        return cls(
            name=at.name,
            complexity=finite(at.complexity),
            least=finite(at.least),
            most=finite(at.most),
            best=None if at.best is None else RangeRead.model_validate(at.best),
            median=finite(at.median),
            of_all=finite(at.of_all),
            n=at.n,
        )


class TrendRead(BaseModel):
    parameter: str
    verdict: Literal["grows", "falls", "constant", "not decided"]
    slope: EstimateRead = Field(description="a share: 0.1 is 10 % a doubling")
    of_all: float | None = Field(description="the same of all networks: windows move it")
    p: float | None = Field(description="of no change, adjusted by Holm over the parameters")
    n: int = Field(description="best networks, of all levels")
    logarithmic: bool = Field(description="else in units of the parameter's median")
    levels: list[AtRead]

    @classmethod
    def of(cls, found: Trend) -> TrendRead:
        return cls(
            parameter=found.parameter,
            verdict=found.verdict,
            slope=EstimateRead.of(found.slope),
            of_all=finite(found.of_all),
            p=finite(found.adjusted),
            n=found.n,
            logarithmic=found.logarithmic,
            levels=[AtRead.of(at) for at in found.levels],
        )


class NetworksRead(BaseModel):
    """The networks of a side that trends are of, best first."""

    id: list[int]
    ordinal: list[int] = Field(description="places in the launch order")
    complexity: list[float]
    columns: dict[str, list[float | None]] = Field(description="by parameter")

    @classmethod
    def of(cls, points: Points) -> NetworksRead:
        return cls(
            id=points.ids.tolist(),
            ordinal=points.ordinal.tolist(),
            complexity=points.complexity.tolist(),
            columns={name: _each(one) for name, one in points.columns.items()},
        )


class TrendsRead(BaseModel):
    sides: list[SideRead]
    by: str = Field(description="the complexity that levels are of")
    level: float
    margin: float = Field(description="a change a doubling that is as good as none")
    lacking: int = Field(description="networks without that complexity, left out")
    shared: int = Field(
        description="networks that stand on several levels, and count on each: intervals take "
        "levels' networks for others"
    )
    convention: str = TREND
    trends: list[TrendRead]
    points: list[NetworksRead] | None = Field(None, description="a side, where `points=true`")
    every: int | None = Field(
        None, description="of so many networks one is a point; 1: all are; null: none is"
    )

    @classmethod
    def of(cls, found: Across, points: bool = False) -> TrendsRead:
        some, every = trends.points(found) if points else (None, None)
        return cls(
            sides=[SideRead.of(side) for side in found.sides],
            by=found.by,
            level=found.level,
            margin=found.margin,
            lacking=found.lacking,
            shared=found.shared,
            trends=[TrendRead.of(trend) for trend in found.trends],
            points=None if some is None else [NetworksRead.of(one) for one in some],
            every=every,
        )

    def table(self) -> Table:
        """A row a parameter and level, the trend beside each; of points a row each."""
        said = {"by": self.by, "level": self.level, "margin": self.margin}
        rows = self._rows_of_levels() if self.points is None else self._rows_of_points()
        return table_of(rows, of_sides(self.sides) | said | {"convention": self.convention})

    def _rows_of_points(self) -> list[dict[str, Any]]:
        return [
            {
                "side": side.side,
                "id": one.id[i],
                "ordinal": one.ordinal[i],
                self.by: one.complexity[i],
                **{name: values[i] for name, values in one.columns.items()},
            }
            for side, one in zip(self.sides, self.points or [], strict=True)
            for i in range(len(one.id))
        ]

    def _rows_of_levels(self) -> list[dict[str, Any]]:
        return [
            {
                "parameter": trend.parameter,
                "verdict": trend.verdict,
                "slope": trend.slope.estimate,
                "slope_lower": trend.slope.lower,
                "slope_upper": trend.slope.upper,
                "p": trend.p,
                "level": at.name,
                "complexity": at.complexity,
                "complexity_least": at.least,
                "complexity_most": at.most,
                "best_lo": at.best and at.best.lo,
                "best_median": at.best and at.best.median,
                "best_hi": at.best and at.best.hi,
                "median": at.median,
                "of_all": at.of_all,
                "n": at.n,
            }
            for trend in self.trends
            for at in trend.levels
        ]


class CoefficientRead(EstimateRead):
    name: str


class FitRead(BaseModel):
    model: str = Field(description="f multiply-adds, A activations, t seconds")
    coefficients: list[CoefficientRead]
    r2: float | None = Field(description="of log(time)")
    error: EstimateRead = Field(description="cross-validated, a factor: 1.25 is a quarter off")
    behind: EstimateRead | None = Field(
        description="mean square of log errors beyond the best model's; null: it is the best"
    )
    decided: bool = Field(description="the best model predicts better than this one")

    @classmethod
    def of(cls, fit: Fit) -> FitRead:
        return cls(
            model=fit.model.name,
            coefficients=[
                CoefficientRead(name=name, **EstimateRead.of(one).model_dump())
                for name, one in fit.coefficients.items()
            ],
            r2=finite(fit.r2),
            error=EstimateRead.of(fit.error),
            behind=None if fit.behind is None else EstimateRead.of(fit.behind),
            decided=fit.decided,
        )


class PointsRead(BaseModel):
    """Rows that were fitted, then those whose time is predicted."""

    id: list[int]
    time: list[float | None] = Field(description="measured; null: it is predicted alone")
    said: list[float | None] = Field(description="by the model that predicts best")
    x: dict[str, list[float | None]] = Field(description="what they cost, by column")
    judged: list[float | None] = Field(description="by the criterion; null: no finite result")
    every: int = Field(description="of so many rows one, beside the front; 1: all are here")

    @classmethod
    def of(cls, found: UnderCondition) -> PointsRead:
        points, n = found.points, found.points.ids.size
        every = -(-n // MOST_POINTS) or 1
        chosen = (np.arange(n) % every == 0) | np.isin(points.ids, found.front)
        some = points.take(np.flatnonzero(chosen))
        return cls(
            id=some.ids.tolist(),
            time=_each(some.time),
            said=_each(some.said),
            x={name: _each(one) for name, one in some.x.items()},
            judged=_each(some.judged),
            every=every,
        )


def _each(values: Floats) -> list[float | None]:
    return [finite(value) for value in values.tolist()]


class UnderConditionRead(BaseModel):
    condition: str = Field(description="device and number format, or values of `split`")
    where: dict[str, str] = Field(
        description="constraints that part its rows from the others; none where a device does"
    )
    n: int = Field(description="rows")
    networks: int
    left_out: int = Field(description="rows without a positive time or complexity")
    predicted: int = Field(description="rows without a time, of which the best model says one")
    statement: str
    fits: list[FitRead] = Field(description="the one that predicts best first")
    front: list[int] = Field(description="ids: nothing is both faster and better")
    points: PointsRead | None = Field(description="where `points=true`")

    @classmethod
    def of(cls, found: UnderCondition, points: bool) -> UnderConditionRead:
        return cls(
            condition=found.condition,
            where=dict(found.where),
            n=found.n,
            networks=found.speed.timings.groups,
            left_out=found.speed.timings.left_out,
            predicted=found.predicted,
            statement=found.speed.statement,
            fits=[FitRead.of(fit) for fit in found.speed.fits],
            front=found.front.tolist(),
            points=PointsRead.of(found) if points else None,
        )


class SpeedRead(BaseModel):
    population: int
    version: int
    time: str
    passing: int
    conditions: list[UnderConditionRead]
    mixed: list[str] = Field(description="columns of several values that are in one fit")
    notes: list[str] = Field(description="what to mind, as conditions that are in one fit")

    @classmethod
    def of(cls, found: Speeds, points: bool) -> SpeedRead:
        return cls(
            population=found.snapshot.id,
            version=found.snapshot.version,
            time=found.time,
            passing=found.passing,
            conditions=[UnderConditionRead.of(one, points) for one in found.conditions],
            mixed=list(found.mixed),
            notes=found.notes,
        )

    def table(self) -> Table:
        """A row a condition, model and coefficient; of points a row each."""
        said = self.model_dump(include={"population", "version", "time", "passing", "notes"})
        return table_of(self._rows_of_points() or self._rows_of_models(), said)

    def _rows_of_points(self) -> list[dict[str, Any]]:
        return [
            {
                "condition": under.condition,
                "id": points.id[i],
                "time": points.time[i],
                "predicted": points.said[i],
                "measured": points.time[i] is not None,
                **{name: one[i] for name, one in points.x.items()},
                "judged": points.judged[i],
            }
            for under in self.conditions
            if (points := under.points)
            for i in range(len(points.id))
        ]

    def _rows_of_models(self) -> list[dict[str, Any]]:
        return [
            {
                "condition": under.condition,
                "model": fit.model,
                "coefficient": one.name,
                "estimate": one.estimate,
                "lower": one.lower,
                "upper": one.upper,
                "r2": fit.r2,
                "error": fit.error.estimate,
                "error_lower": fit.error.lower,
                "error_upper": fit.error.upper,
                "decided_against": fit.decided,
                "n": under.n,
                "networks": under.networks,
            }
            for under in self.conditions
            for fit in under.fits
            for one in fit.coefficients
        ]


class ImportanceRead(BaseModel):
    parameter: str
    divergence: EstimateRead = Field(description="of the best from all; 0: it tells nothing")
    share: EstimateRead = Field(description="of the sum over the parameters")
    tells: bool = Field(description="more than chance would: the interval is above 0")
    bins: int

    @classmethod
    def of(cls, found: Importance) -> ImportanceRead:
        return cls(
            parameter=found.parameter,
            divergence=EstimateRead.of(found.divergence),
            share=EstimateRead.of(found.share),
            tells=found.tells,
            bins=found.bins,
        )


class ImportancesRead(BaseModel):
    selection: Selection
    criterion: str
    gamma: float = Field(description="share of the best")
    importances: list[ImportanceRead] = Field(description="the largest first")

    @classmethod
    def of(cls, view: View, gamma: float, found: list[Importance]) -> ImportancesRead:
        return cls(
            selection=Selection.of(view),
            criterion=view.criterion,
            gamma=gamma,
            importances=[ImportanceRead.of(one) for one in found],
        )

    def table(self) -> Table:
        """A row a parameter."""
        rows: list[dict[str, Any]] = [
            {
                "parameter": one.parameter,
                "divergence": one.divergence.estimate,
                "divergence_lower": one.divergence.lower,
                "divergence_upper": one.divergence.upper,
                "share": one.share.estimate,
                "share_lower": one.share.lower,
                "share_upper": one.share.upper,
                "tells": one.tells,
                "bins": one.bins,
                "n": one.divergence.n,
                "gamma": self.gamma,
            }
            for one in self.importances
        ]
        said = {"criterion": self.criterion, "gamma": self.gamma}
        return table_of(rows, self.selection.model_dump() | said)
