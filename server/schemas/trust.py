"""What REST says of random search and of how far a ranking can be trusted."""

from __future__ import annotations

from pydantic import BaseModel, Field

from population.trust.noise import Noise
from population.trust.stability import Stability
from server.schemas.comparisons import EstimateRead, SideRead
from services.comparing.comparisons import finite
from services.comparing.searches import Searched
from services.comparing.stability import Trust


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
    spearman_best: EstimateRead = Field(description="within the best tenth and ties")
    found: EstimateRead = Field(
        description="share of the best tenth, of so many networks, in the best third"
    )
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


class NoiseAtRead(BaseModel):
    """Noise of a seed among the networks between two errors."""

    lower: float = Field(description="percent: means over seeds of the third's ends")
    upper: float
    noise: EstimateRead = Field(description="sd of ln e, about the share of the error")


class NoiseRead(BaseModel):
    """Noise of a seed over the spread between networks, on log error, robust."""

    ratio: EstimateRead
    reliability: EstimateRead
    n: int
    seeds: int
    by_error: list[NoiseAtRead] = Field(description="by thirds, best first; below 9 none")

    @classmethod
    def of(cls, found: Noise) -> NoiseRead:
        return cls(
            ratio=EstimateRead.of(found.ratio),
            reliability=EstimateRead.of(found.reliability),
            n=found.n,
            seeds=found.seeds,
            by_error=[
                NoiseAtRead(lower=at.lower, upper=at.upper, noise=EstimateRead.of(at.noise))
                for at in found.by_error
            ],
        )


class StabilityRead(SideRead):
    """Can one trust this side's ranking?"""

    epochs: list[RankingRead] = Field(description="after each epoch, against the last")
    retrained: list[RankingRead] = Field(description="other seeds and regimes")
    noise: NoiseRead | None

    @classmethod
    def trust(cls, found: Trust) -> StabilityRead:
        return cls(
            **SideRead.of(found.side).model_dump(),
            epochs=[
                RankingRead.of(f"epoch {at.epoch}", at.against_last) for at in found.epochs
            ],
            retrained=[
                RankingRead.of(f"{again.regime}, seed {again.seed}", again.against_first)
                for again in found.retrained
            ],
            noise=found.noise and NoiseRead.of(found.noise),
        )
