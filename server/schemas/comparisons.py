"""What REST says of comparisons; numbers that are not finite are null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from columns.table import Table
from population.basics.estimate import Estimate
from population.comparing import sequential
from population.comparing.sequential import ConfidenceSequence
from server.schemas.base import Body, Read, Words
from server.schemas.statistics import BandRead, Selection
from services.comparing.comparisons import Compared, Drawn, Pair, finite
from services.comparing.sides import Side


class EstimateRead(Read):
    estimate: float | None
    lower: float | None = Field(description="null: not bounded on this side")
    upper: float | None
    n: int = Field(description="networks it is of")
    level: float
    method: str
    reason: str | None = Field(description="why there is no number, or no interval")

    @classmethod
    def of(cls, found: Estimate) -> EstimateRead:
        return cls(
            estimate=finite(found.value),
            lower=finite(found.lo),
            upper=finite(found.hi),
            n=found.n,
            level=found.level,
            method=found.method,
            reason=found.reason,
        )


class SideRead(BaseModel):
    """Which networks a side is."""

    side: str = Field(description="as asked for, with the ordinals of `half`")
    label: str
    regime: str
    selection: Selection

    @classmethod
    def of(cls, side: Side) -> SideRead:
        return cls(
            side=side.text,
            label=side.label,
            regime=side.view.snapshot.regime,
            selection=Selection.of(side.view),
        )


class DrawnRead(SideRead):
    median: EstimateRead
    error: list[float] = Field(description="percent; the same for all sides")
    share: list[float] = Field(description="F at each error; empty where nothing is measured")
    band: BandRead

    @classmethod
    def drawn(cls, drawn: Drawn, level: float) -> DrawnRead:
        some = drawn.side.edf.n > 0
        return cls(
            **SideRead.of(drawn.side).model_dump(),
            median=EstimateRead.of(drawn.side.edf.quantile_interval(0.5, level)),
            error=drawn.curve.error.tolist(),
            share=drawn.curve.share.tolist() if some else [],
            band=BandRead(
                name=drawn.band.name,
                level=drawn.band.level,
                lower=drawn.band.lower.tolist() if some else [],
                upper=drawn.band.upper.tolist() if some else [],
            ),
        )


class DistanceRead(BaseModel):
    d: float | None
    error: float | None = Field(description="percent, where the EDFs are farthest apart")
    p: float | None
    method: str


class DominanceRead(BaseModel):
    order: Literal["A", "B", "cross", "none"]
    lower: float | None = Field(description="percent, the range that the claim is about")
    upper: float | None
    p: float | None
    reason: str | None


class LookRead(Read):
    n: int
    m: int
    estimate: float
    lower: float
    upper: float
    outcome: str


class DecidedRead(BaseModel):
    """The verdict that holds however often one looks."""

    outcome: str = Field(description="A, B, same, open, few")
    looks: list[LookRead] = Field(description="as the populations grew, in launch order")
    planned: int
    level: float
    method: str = sequential.METHOD
    likely: int | None = Field(description="networks per space that will decide; null: no end")
    soonest: int | None
    latest: int | None

    @classmethod
    def of(cls, found: ConfidenceSequence) -> DecidedRead:
        ahead = found.projection
        return cls(
            outcome=found.looks[-1].outcome if found.looks else "few",
            looks=[LookRead.model_validate(look) for look in found.looks],
            planned=found.planned,
            level=found.level,
            likely=ahead.likely if ahead else None,
            soonest=ahead.soonest if ahead else None,
            latest=ahead.latest if ahead else None,
        )


class PairRead(BaseModel):
    """Side a against side b; theta is how often a random network of a beats one of b."""

    a: int = Field(description="place among the sides, from 0")
    b: int
    verdict: str
    outcome: str = Field(description="A, B, same, open, few: by the interval of theta")
    effect: str
    theta: EstimateRead
    p: float | None = Field(
        description="of theta = 1/2, adjusted as `adjusted` says: small if and only if 1/2 is "
        "outside theta's interval"
    )
    adjusted: str = Field(description="rule for several pairs, `Holm over 6`; empty for one")
    medians: EstimateRead = Field(description="median of a minus median of b, points")
    area: EstimateRead = Field(description="area under F_a minus under F_b up to the cut")
    distance: DistanceRead = Field(description="Kolmogorov-Smirnov")
    permutation: float | None = Field(description="p of equal distributions; null above 2,000")
    dominance: DominanceRead
    decided: DecidedRead
    shared: int = Field(description="networks on both sides")

    @classmethod
    def of(cls, pair: Pair) -> PairRead:
        found, dominance = pair.found, pair.found.dominance
        distance = found.distance
        return cls(
            a=pair.a,
            b=pair.b,
            verdict=pair.verdict,
            outcome=found.outcome,
            effect=found.effect,
            theta=EstimateRead.of(found.theta_interval),
            p=finite(pair.p),
            adjusted=pair.among,
            medians=EstimateRead.of(found.medians),
            area=EstimateRead.of(found.area),
            distance=DistanceRead(
                d=finite(distance.d),
                error=finite(distance.error),
                p=finite(pair.p_distance),
                method=distance.method,
            ),
            permutation=pair.permutation,
            dominance=DominanceRead(
                order=dominance.order,
                lower=finite(dominance.lower),
                upper=finite(dominance.upper),
                p=finite(dominance.p),
                reason=dominance.reason,
            ),
            decided=DecidedRead.of(pair.decided),
            shared=pair.shared,
        )


class ComparisonRead(BaseModel):
    sides: list[DrawnRead]
    pairs: list[PairRead]
    cut: float | None = Field(description="percent, of the areas")
    level: float
    level_of_pair: float = Field(
        description="of each pair's intervals: alpha divided by the pairs that Holm leaves open"
    )
    warnings: list[str]
    criterion: str = Field(description="the column that networks are judged by")
    convention: str

    def table(self) -> Table:
        """A row a pair: side a against side b. The curves of sides are those of /edf."""
        pairs, sides = self.pairs, self.sides
        columns: dict[str, Any] = {
            "a": [sides[pair.a].side for pair in pairs],
            "b": [sides[pair.b].side for pair in pairs],
        }
        for name in ("outcome", "verdict", "effect", "p", "adjusted"):
            columns[name] = [getattr(pair, name) for pair in pairs]
        for name in ("theta", "medians", "area"):
            columns |= _in_columns(name, [getattr(pair, name) for pair in pairs])
        return Table(
            columns
            | {
                "distance": [pair.distance.d for pair in pairs],
                "distance_p": [pair.distance.p for pair in pairs],
                "permutation_p": [pair.permutation for pair in pairs],
                "dominance": [pair.dominance.order for pair in pairs],
                "dominance_p": [pair.dominance.p for pair in pairs],
                "decided": [pair.decided.outcome for pair in pairs],
                "shared": [pair.shared for pair in pairs],
            },
            of_sides(sides)
            | {
                "cut": self.cut,
                "level": self.level,
                "level_of_pair": self.level_of_pair,
                "warnings": self.warnings,
                "convention": self.convention,
            },
        )

    @classmethod
    def of(cls, found: Compared) -> ComparisonRead:
        return cls(
            sides=[DrawnRead.drawn(drawn, found.level) for drawn in found.drawn],
            pairs=[PairRead.of(pair) for pair in found.pairs],
            cut=finite(found.cut),
            level=found.level,
            level_of_pair=found.level_of_pair,
            warnings=list(found.warnings),
            criterion=found.drawn[0].side.view.criterion,
            convention=found.drawn[0].side.view.convention,
        )


def _in_columns(name: str, estimates: Sequence[EstimateRead]) -> dict[str, Any]:
    """Estimates as columns: the number, and its interval beside it."""
    return {
        name: [one.estimate for one in estimates],
        f"{name}_lower": [one.lower for one in estimates],
        f"{name}_upper": [one.upper for one in estimates],
    }


def of_sides(sides: Sequence[SideRead]) -> dict[str, Any]:
    """What a table's notes say of its sides."""
    kept = {"side", "label", "regime", "selection"}
    return {f"side {i}": side.model_dump(include=kept) for i, side in enumerate(sides)}


class WatchCreate(Body):
    """Two sides, by the grammar of `side`, of different populations."""

    a: Words
    b: Words
    level: float = Field(0.95, gt=0.5, le=0.9999)
    planned: int = Field(sequential.PLANNED, ge=sequential.FEWEST, le=sequential.MOST_PLANNED)


class WatchRead(Read):
    id: int
    a: str
    b: str
    level: float
    planned: int
    created_at: int
    outcome: str | None = Field(description="A, B, same; null while it is open")
    found: dict[str, float] | None = Field(description="where it was decided")
    decided_at: int | None


class QuantileRead(BaseModel):
    q: float
    error: EstimateRead


class QuantilesRead(SideRead):
    quantiles: list[QuantileRead]
    below: EstimateRead | None = Field(description="P(criterion < the threshold asked for)")
    criterion: str = Field(description="the column that networks are judged by")
    convention: str


def quantile_table(sides: Sequence[QuantilesRead], below: float | None) -> Table:
    """A row a side and quantile, and one a side for the share below the threshold."""
    rows = [(side, "quantile", at.q, at.error) for side in sides for at in side.quantiles] + [
        (side, "below", below, side.below) for side in sides if side.below is not None
    ]
    return table_of(
        [
            {"side": side.side, "what": what, "at": at} | said_of(estimate)
            for side, what, at, estimate in rows
        ],
        of_sides(sides) | {"convention": sides[0].convention},
    )


OF_ESTIMATES = (
    *("estimate", "estimate_lower", "estimate_upper"),
    *("n", "level", "method", "reason"),
)
"""Columns of what is an estimate."""


def said_of(estimate: EstimateRead) -> dict[str, Any]:
    """An estimate in a row: the number, its interval, and how it came about."""
    names = (name.removeprefix("estimate_") for name in OF_ESTIMATES)
    return {name: getattr(estimate, of) for name, of in zip(OF_ESTIMATES, names, strict=True)}


def table_of(
    rows: Sequence[Mapping[str, Any]], notes: Mapping[str, Any], first: Sequence[str] = ()
) -> Table:
    """Rows by name of their columns, empty where a row lacks one; `first` ones also without."""
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    return Table({name: [row.get(name) for row in rows] for name in names}, notes)
