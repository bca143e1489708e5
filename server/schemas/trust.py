"""What REST says of random search and of how far a ranking can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, Field

from columns.table import Table
from population.trust.noise import Noise
from population.trust.stability import Stability
from server.schemas.comparisons import (
    OF_ESTIMATES,
    EstimateRead,
    SideRead,
    of_sides,
    said_of,
    table_of,
)
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


def efficiency_table(sides: Sequence[EfficiencyRead]) -> Table:
    """A row a side and k: the best of k, and how far k networks are from all.

    Each is told of numbers of its own; a side that has none has a row with the reason.
    """
    rows = [row for side in sides for row in _of_search(side)]
    said = {f"method of side {i}": side.method for i, side in enumerate(sides)}
    return table_of(rows, of_sides(sides) | said)


def _of_search(side: EfficiencyRead) -> Iterator[dict[str, Any]]:
    best = {one.k: one for one in side.best}
    enough = {one.k: one for one in side.enough}
    sizes: list[Any] = sorted({*best, *enough})
    for k in sizes or [None]:
        yield {
            "side": side.side,
            "k": k,
            **{f"best_{name}": getattr(best.get(k), name, None) for name in OF_BEST},
            **{name: getattr(enough.get(k), name, None) for name in OF_ENOUGH},
            "reason": side.reason,
        }


OF_BEST = tuple(BestOfRead.model_fields)[1:]
OF_ENOUGH = tuple(EnoughRead.model_fields)[1:]
"""What is told of a k."""


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


OF_RANKINGS = ("spearman", "in_order", "spearman_best", "found")


def stability_table(sides: Sequence[StabilityRead]) -> Table:
    """A row an estimate: of a training's ranking against the side's own, and of its noise."""
    rows = [{"side": side.side} | row for side in sides for row in _rows(side)]
    return table_of(rows, of_sides(sides), ("side", "group", "against", "what", *OF_ESTIMATES))


def _rows(side: StabilityRead) -> Iterator[dict[str, Any]]:
    for group in ("epochs", "retrained"):
        for ranking in getattr(side, group):
            marks = {"group": group, "against": ranking.what}
            for name in OF_RANKINGS:
                yield marks | {"what": name} | said_of(getattr(ranking, name))
            yield marks | {"what": "found_by_chance", "estimate": ranking.found_by_chance}
    if side.noise is not None:
        marks = {"group": "noise", "against": f"{side.noise.seeds} seeds"}
        for name in ("ratio", "reliability"):
            yield marks | {"what": name} | said_of(getattr(side.noise, name))
        for third in side.noise.by_error:
            told = {"what": f"noise of errors {third.lower:g}..{third.upper:g}"}
            yield marks | told | said_of(third.noise)
