"""What REST says of comparisons; numbers that are not finite are null."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from designspace import sequential
from designspace.edf import EDF
from designspace.estimate import Estimate
from designspace.imbalance import Imbalance
from designspace.regression import Factor
from designspace.sequential import ConfidenceSequence
from designspace.stability import Stability
from server.schemas import BandRead, Read, Selection
from services.adjusted import Adjusted
from services.comparisons import Compared, Drawn, Pair, finite
from services.queries import CONVENTION
from services.searches import Searched
from services.sides import Side
from services.stability import Trust


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

    side: str = Field(description="as it was asked for")
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
    p: float | None = Field(description="of theta = 1/2, Brunner-Munzel")
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
            theta=EstimateRead.of(found.pairs),
            p=finite(found.theta.p),
            medians=EstimateRead.of(found.medians),
            area=EstimateRead.of(found.area),
            distance=DistanceRead(
                d=finite(distance.d),
                error=finite(distance.error),
                p=finite(distance.p),
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
    level_of_pair: float = Field(description="alpha divided by the number of pairs")
    warnings: list[str]
    convention: str = CONVENTION

    @classmethod
    def of(cls, found: Compared) -> ComparisonRead:
        return cls(
            sides=[DrawnRead.drawn(drawn, found.level) for drawn in found.drawn],
            pairs=[PairRead.of(pair) for pair in found.pairs],
            cut=finite(found.cut),
            level=found.level,
            level_of_pair=found.level_of_pair,
            warnings=list(found.warnings),
        )


class ImbalanceRead(Read):
    """A covariate in two populations; SMD: mean log difference in standard deviations."""

    name: str
    smd: float | None
    smd_weighted: float | None = Field(description="after matching")
    warning: str = Field(description="amber above .1, red above .25, empty below")
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
            warning=row.warning,
            lo=finite(row.lo),
            hi=finite(row.hi),
            inside_a=finite(row.inside_a),
            inside_b=finite(row.inside_b),
            reason=row.reason,
        )


class FactorRead(BaseModel):
    """exp(delta): what being of A does to the error at equal covariates."""

    factor: EstimateRead
    p: float | None
    dropped: list[str] = Field(description="covariates that say nothing new")
    lacking: int
    at_chance: int = Field(description="diverged networks, which count as chance")

    @classmethod
    def of(cls, found: Factor) -> FactorRead:
        return cls(
            factor=EstimateRead.of(found.factor),
            p=finite(found.p_value),
            dropped=list(found.dropped),
            lacking=found.lacking,
            at_chance=found.at_chance,
        )


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
            medians=EstimateRead.of(matched.difference),
            imbalance=[ImbalanceRead.of(row) for row in found.imbalance],
            mean=FactorRead.of(found.mean),
            median=FactorRead.of(found.median),
        )


class BestOfRead(BaseModel):
    k: int
    mean: float | None = Field(description="percent; diverged networks count as chance")
    sd: float | None = Field(description="between searches, not of the curve")
    lower: float | None = Field(description="5 % of searches end below")
    median: float | None
    upper: float | None


class EnoughRead(BaseModel):
    k: int
    measured: float = Field(description="mean distance of subsamples from all of the side")
    measured_limit: float = Field(description="95 % of subsamples stay below")
    expected: float = Field(description=".869 / sqrt(k): distance from any space, on average")
    limit: float = Field(description="1.358 / sqrt(k): 95 % of samples of any space")


class EfficiencyRead(SideRead):
    """Random search among a side's networks, and how many of them are enough."""

    method: str
    reason: str | None
    best: list[BestOfRead]
    enough: list[EnoughRead]

    @classmethod
    def searched(cls, found: Searched) -> EfficiencyRead:
        best, enough = found.efficiency, found.enough
        quantiles = best.quantiles.T.tolist()
        return cls(
            **SideRead.of(found.side).model_dump(),
            method=best.method,
            reason=best.reason,
            best=[
                BestOfRead(
                    k=int(k),
                    mean=finite(mean),
                    sd=finite(sd),
                    lower=finite(lower),
                    median=finite(median),
                    upper=finite(upper),
                )
                for k, mean, sd, (lower, median, upper) in zip(
                    best.k, best.mean, best.sd, quantiles, strict=True
                )
            ],
            enough=[
                EnoughRead(
                    k=int(enough.k[i]),
                    measured=float(enough.measured[i]),
                    measured_limit=float(enough.measured_limit[i]),
                    expected=float(enough.expected[i]),
                    limit=float(enough.limit[i]),
                )
                for i in range(enough.k.size if enough.reason is None else 0)
            ],
        )


class RankingRead(BaseModel):
    """How far another training of the same networks ranks them as the side's own."""

    what: str
    n: int
    spearman: EstimateRead
    in_order: EstimateRead = Field(description="share of pairs that keep their order")
    spearman_best: EstimateRead = Field(description="within the best tenth")
    found: EstimateRead = Field(description="of the best tenth, share in the best third")
    found_by_chance: float | None

    @classmethod
    def of(cls, what: str, found: Stability) -> RankingRead:
        return cls(
            what=what,
            n=found.n,
            spearman=EstimateRead.of(found.spearman),
            in_order=EstimateRead.of(found.in_order),
            spearman_best=EstimateRead.of(found.spearman_best),
            found=EstimateRead.of(found.found),
            found_by_chance=finite(found.found_by_chance),
        )


class NoiseRead(BaseModel):
    """Noise of a seed over the spread between networks, on log error, robust."""

    ratio: EstimateRead
    reliability: EstimateRead
    n: int
    seeds: int


class StabilityRead(SideRead):
    """Can one trust this side's ranking?"""

    epochs: list[RankingRead] = Field(description="after each epoch, against the last")
    retrained: list[RankingRead] = Field(description="other seeds and regimes")
    noise: NoiseRead | None

    @classmethod
    def trust(cls, found: Trust) -> StabilityRead:
        noise = found.noise
        return cls(
            **SideRead.of(found.side).model_dump(),
            epochs=[
                RankingRead.of(f"epoch {at.epoch}", at.against_last) for at in found.epochs
            ],
            retrained=[
                RankingRead.of(f"{again.regime}, seed {again.seed}", again.against_first)
                for again in found.retrained
            ],
            noise=noise
            and NoiseRead(
                ratio=EstimateRead.of(noise.ratio),
                reliability=EstimateRead.of(noise.reliability),
                n=noise.n,
                seeds=noise.seeds,
            ),
        )


class WatchCreate(BaseModel):
    """Two sides, by the grammar of `side`, of different populations."""

    model_config = ConfigDict(extra="forbid")

    a: str
    b: str
    level: float = Field(0.95, gt=0.5, lt=1)
    planned: int = Field(sequential.PLANNED, ge=sequential.FEWEST, le=100_000)


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


class WatchList(BaseModel):
    items: list[WatchRead]


class QuantileRead(BaseModel):
    q: float
    error: EstimateRead


class QuantilesRead(SideRead):
    quantiles: list[QuantileRead]
    below: EstimateRead | None = Field(description="P(error < the threshold asked for)")
    convention: str = CONVENTION
