"""What REST says of two sides at equal covariates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field

from columns.table import Table
from population.curves.edf import EDF
from population.matching.imbalance import Imbalance
from population.matching.regression import Factor
from population.matching.sensitivity import Way
from server.schemas.base import Read
from server.schemas.comparisons import EstimateRead, SideRead, of_sides, said_of, table_of
from services.comparing.adjusted import Adjusted
from services.comparing.comparisons import finite
from services.comparing.sides import Side


class ImbalanceRead(Read):
    """A covariate in two populations; SMD: mean log difference in standard deviations."""

    name: str
    smd: float | None
    smd_weighted: float | None = Field(description="after matching")
    variance_ratio: float | None = Field(description="A's to B's, of logarithms")
    variance_ratio_weighted: float | None
    distance: float | None = Field(description="largest, between the EDFs of both")
    distance_weighted: float | None
    warning: str = Field(description="of the SMD: amber above .1, red above .25, empty below")
    warning_weighted: str = Field(
        description="after matching, also of variances (amber outside .8 - 1.25, red outside "
        ".5 - 2) and of EDFs farther apart than chance leaves"
    )
    lo: float | None = Field(description="common range")
    hi: float | None
    inside_a: float | None = Field(description="share of A's networks in the common range")
    inside_b: float | None
    reason: str | None

    @classmethod
    def of(cls, row: Imbalance) -> ImbalanceRead:
        return cls(
            name=row.name,
            smd=finite(row.smd),
            smd_weighted=finite(row.smd_weighted),
            variance_ratio=finite(row.variance_ratio),
            variance_ratio_weighted=finite(row.variance_ratio_weighted),
            distance=finite(row.distance),
            distance_weighted=finite(row.distance_weighted),
            warning=row.warning,
            warning_weighted=row.warning_weighted,
            lo=finite(row.lo),
            hi=finite(row.hi),
            inside_a=finite(row.inside_a),
            inside_b=finite(row.inside_b),
            reason=row.reason,
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row a number, with the warning that is about it."""
        warned = {"smd": self.warning, "smd_weighted": self.warning_weighted}
        for name in OF_COVARIATES:
            value, warning = getattr(self, name), warned.get(name)
            yield {"what": name, "of": self.name, "estimate": value, "warning": warning}


OF_COVARIATES = [
    name
    for name in ImbalanceRead.model_fields
    if name not in ("name", "reason") and not name.startswith("warning")
]
"""The numbers that are told of a covariate."""


class FactorRead(BaseModel):
    """exp(delta): what being of A does to the error at equal covariates."""

    factor: EstimateRead
    p: float | None
    dropped: list[str] = Field(description="covariates that say nothing new")
    lacking: int
    outside: int = Field(description="networks outside the common range, left out")
    at_chance: int = Field(description="diverged networks, which count as chance")

    @classmethod
    def of(cls, found: Factor) -> FactorRead:
        return cls(
            factor=EstimateRead.of(found.factor),
            p=finite(found.p_value),
            dropped=list(found.dropped),
            lacking=found.lacking,
            outside=found.outside,
            at_chance=found.at_chance,
        )


class WayRead(BaseModel):
    """Theta at equal covariates by one way to match."""

    name: str
    theta: EstimateRead
    p: float | None = Field(description="below 1 - level where the interval excludes .5")

    @classmethod
    def of(cls, way: Way) -> WayRead:
        return cls(name=way.name, theta=EstimateRead.of(way.theta), p=finite(way.p))


class MatchedSideRead(SideRead):
    worth: float = Field(description="equal weights of so many networks say as much")
    error: list[float] = Field(description="the steps of the weighted EDF")
    share: list[float]

    @classmethod
    def matched(cls, side: Side, edf: EDF, worth: float) -> MatchedSideRead:
        steps = edf.steps()
        return cls(
            **SideRead.of(side).model_dump(),
            worth=worth,
            error=steps.error.tolist(),
            share=steps.share.tolist(),
        )


class AdjustedRead(BaseModel):
    """Side a against side b at equal covariates; beside the unmatched comparison."""

    sides: list[MatchedSideRead]
    covariates: list[str]
    method: str
    reason: str | None = Field(description="why there is no match, or no interval")
    bins_kept: int
    bins_dropped: int
    outside: int = Field(description="networks outside the common range")
    theta: EstimateRead
    p: float | None = Field(description="below 1 - level where the interval excludes .5")
    ways: list[WayRead] = Field(description="theta by every way to match")
    warnings: list[str] = Field(description="why the match is none, or not the only answer")
    medians: EstimateRead = Field(description="median of a minus median of b, points")
    imbalance: list[ImbalanceRead]
    mean: FactorRead = Field(description="least squares of ln e, HC3")
    median: FactorRead = Field(description="median regression of ln e")

    @classmethod
    def of(cls, found: Adjusted, a: Side, b: Side) -> AdjustedRead:
        matched, matching = found.matched, found.matched.matching
        worth = (matching.worth_a, matching.worth_b)
        return cls(
            sides=[
                MatchedSideRead.matched(side, edf, n)
                for side, edf, n in zip((a, b), found.edfs, worth, strict=True)
            ],
            covariates=list(found.covariates),
            method=matching.method,
            reason=matched.reason,
            bins_kept=matching.bins_kept,
            bins_dropped=matching.bins_dropped,
            outside=matching.outside_a + matching.outside_b,
            theta=EstimateRead.of(matched.theta),
            p=finite(matched.p),
            ways=[WayRead.of(way) for way in found.ways],
            warnings=list(found.warnings),
            medians=EstimateRead.of(matched.difference),
            imbalance=[ImbalanceRead.of(row) for row in found.imbalance],
            mean=FactorRead.of(found.mean),
            median=FactorRead.of(found.median),
        )

    def table(self) -> Table:
        """A row a number: each estimate, each covariate's imbalance, each step of both EDFs."""
        rows = [
            {"what": "theta", "of": self.method, "p": self.p} | said_of(self.theta),
            *(
                {"what": "theta by way", "of": way.name, "p": way.p} | said_of(way.theta)
                for way in self.ways
            ),
            {"what": "difference of medians"} | said_of(self.medians),
            *(
                {"what": "factor", "of": name, "p": one.p} | said_of(one.factor)
                for name, one in (("mean", self.mean), ("median", self.median))
            ),
            *(row for covariate in self.imbalance for row in covariate.rows()),
            *({"what": "worth", "of": one.side, "estimate": one.worth} for one in self.sides),
            *(
                {"what": "share", "of": one.side, "at": error, "estimate": share}
                for one in self.sides
                for error, share in zip(one.error, one.share, strict=True)
            ),
        ]
        kept = {"covariates", "method", "reason", "bins_kept", "bins_dropped", "outside"}
        said = self.model_dump(include=kept | {"warnings", "mean", "median"})
        return table_of(rows, of_sides(self.sides) | said)
