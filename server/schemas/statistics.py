"""EDFs and best ranges, as REST says them, and which networks they are of."""

from __future__ import annotations

from pydantic import BaseModel, Field

from columns.table import Table
from population.curves.bootstrap import BestPair
from server.schemas.base import Read
from services.comparing import seeds
from services.comparing.seeds import OverSeeds
from services.reading.queries import EdfAnswer, View


class Selection(BaseModel):
    """Which networks an answer is about, and what it leaves out."""

    population: int
    version: int
    n: int = Field(description="networks with a result that the answer reads")
    draws: float = Field(description="sum of their multiplicities")
    passing: int = Field(description="networks that pass the constraints, measured or not")
    among: int | None = Field(
        description="N: the n are a sample without replacement of N networks, all there are "
        "that pass and have not failed; null: of a law, endlessly many"
    )
    diverged: int = Field(description="among the n: they count as an infinite error")
    failed: dict[str, int] = Field(description="left out: ended without a result, by cause")
    pending: int = Field(description="left out: at or behind the first network not final yet")

    @classmethod
    def of(cls, view: View) -> Selection:
        counts = view.results.counts
        return cls(
            population=view.snapshot.id,
            version=view.snapshot.version,
            n=counts.n,
            draws=counts.draws,
            passing=view.passing,
            among=view.among,
            diverged=view.diverged,
            failed=dict(view.failed),
            pending=view.pending,
        )


class BandRead(Read):
    name: str
    level: float
    lower: list[float]
    upper: list[float]


class OverSeedsRead(BaseModel):
    """Which networks have how many seeds, and what their mean is."""

    convention: str = seeds.CONVENTION
    networks: dict[int, int] = Field(description="passing, with a result, by number of seeds")
    awaited: int = Field(
        description="left out: at or behind the first network that a seed is still trained of"
    )


class EdfRead(BaseModel):
    selection: Selection
    criterion: str = Field(description="the column whose EDF it is; `error` are its values")
    convention: str
    best: float | None
    median: float | None = Field(description="null where half of the networks diverged")
    mean_of_finite: float | None
    error: list[float] = Field(description="percent, or the base unit of the criterion")
    share: list[float] = Field(description="F at each of them; right of it where points=all")
    band: BandRead
    seeds: OverSeedsRead | None = Field(description="where errors are means over seeds")

    @classmethod
    def of(cls, answer: EdfAnswer, over: OverSeeds | None = None) -> EdfRead:
        curve, band = answer.curve, answer.band
        return cls(
            selection=Selection.of(answer.view),
            criterion=answer.view.criterion,
            convention=answer.view.convention,
            best=answer.edf.min,
            median=answer.edf.median,
            mean_of_finite=answer.edf.mean_of_finite,
            error=curve.error.tolist(),
            share=curve.share.tolist(),
            band=BandRead(
                name=band.name,
                level=band.level,
                lower=band.lower.tolist(),
                upper=band.upper.tolist(),
            ),
            seeds=over and OverSeedsRead(networks=dict(over.networks), awaited=over.awaited),
        )

    def table(self) -> Table:
        """A row a point of the curve."""
        said = {"best": self.best, "median": self.median, "band": self.band.name}
        return Table(
            {
                self.criterion: self.error,
                "share": self.share,
                "lower": self.band.lower,
                "upper": self.band.upper,
            },
            self.selection.model_dump()
            | {"convention": self.convention}
            | said
            | ({} if self.seeds is None else {"seeds": self.seeds.model_dump()}),
        )


class RangeRead(Read):
    """Central 95 % and median of where the best network sits. It does not narrow with n."""

    lo: float
    median: float
    hi: float
    n: int


class PairRangeRead(BaseModel):
    """Where the best network sits in two parameters: the points that hold 95 % together."""

    x: float = Field(description="weighted medians")
    y: float
    points: list[tuple[float, float]] = Field(description="most probable first")
    probability: list[float]
    n: int

    @classmethod
    def of(cls, best: BestPair) -> PairRangeRead:
        return cls(
            x=best.x,
            y=best.y,
            points=[(float(x), float(y)) for x, y in best.points],
            probability=best.probability.tolist(),
            n=best.n,
        )


class RangesRead(BaseModel):
    selection: Selection
    ranges: dict[str, RangeRead | None] = Field(description="null below 20 networks")
    pairs: dict[str, PairRangeRead | None] = Field(description="by `x:y`, those asked for")

    def table(self) -> Table:
        """A row a column, empty below 20 networks; pairs are points and no row."""
        said = {
            name: [getattr(best, name, None) for best in self.ranges.values()]
            for name in RangeRead.model_fields
        }
        return Table(
            {"column": list(self.ranges), **said},
            self.selection.model_dump() | {"range": "central 95 % of where the best one sits"},
        )
