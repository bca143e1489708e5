"""What REST says and hears.

Errors are percent, flops multiply-adds, times milliseconds since 1970.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from designspace.networks.network import Network
from designspace.regimes import Regime
from designspace.spaces import DesignSpace
from jobs.messages import Failure
from population.curves.bootstrap import BestPair
from services.comparing import seeds
from services.comparing.seeds import OverSeeds
from services.defining.names import Id, Name
from services.reading.queries import CONVENTION, EdfAnswer, View
from services.sampling.origins import Origin
from services.sampling.populations import LARGEST
from services.work.jobs import Group
from services.work.schedule import PRIORITIES

Item = TypeVar("Item")
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Priority = Annotated[int, Field(ge=min(PRIORITIES), le=max(PRIORITIES))]
Words = Annotated[str, Field(max_length=2_000)]
Parameter = Annotated[str, Field(max_length=64)]


class Body(BaseModel):
    """What a request carries: unknown fields are refused, and `true` or "1" for a number."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Read(BaseModel):
    """What an answer carries, read from a service's record."""

    model_config = ConfigDict(from_attributes=True)


class Items(BaseModel, Generic[Item]):
    """A whole list."""

    items: list[Item]


class SpaceCreate(Body):
    name: Name
    space: DesignSpace
    refined_from: Id | None = Field(None, description="id of the space this one refines")


class SpaceRead(Read):
    id: int
    name: str
    space: DesignSpace
    refined_from: int | None
    created_at: int


class RegimeCreate(Body):
    name: Name
    regime: Annotated[Regime, BeforeValidator(Regime.asked)]


class RegimeRead(Read):
    id: int
    name: str
    regime: Regime
    created_at: int


class PopulationCreate(Body):
    name: Name
    space_id: Id
    regime_id: Id
    n: int = Field(ge=1, le=LARGEST, description="distinct networks")
    windows: dict[Parameter, Words] = Field(
        {},
        max_length=3,
        description="constraints on flops, params, activations",
        examples=[{"flops": "100k..300k"}],
    )
    seed: Seed = Field(0, description="of the draws")
    training_seed: Seed = Field(
        0, description="of the training; populations of one training seed share results"
    )
    priority: Priority = Field(0, description="of the jobs: lower goes first")
    inherits: Id | None = Field(
        None,
        description="a population whose measured networks of this space come first; n counts "
        "them, too, and some have to be new",
    )


class PopulationPatch(Body):
    paused: bool | None = Field(None, description="whether its queued jobs are held up")
    priority: Priority | None = Field(None, description="lower goes first; 0 by default")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.paused is None and self.priority is None:
            raise ValueError("should have `paused`, `priority` or both")
        return self


class MoreNetworks(Body):
    n: int = Field(ge=1, le=LARGEST, description="networks to add")


class RefinementAsk(Body):
    constraints: dict[Parameter, Words] = Field(
        {}, max_length=50, examples=[{"depth": "10..24", "flops": "..400M"}]
    )
    shared: list[Parameter] = Field(
        [], max_length=8, description="parameters that all stages are to have alike"
    )
    non_decreasing: list[Parameter] = Field(
        [], max_length=8, description="parameters that may not decrease"
    )


class RefinementRead(Read):
    refined_from: int = Field(description="id of the space")
    space: DesignSpace
    regime_id: int
    training_seed: int
    windows: dict[str, str]
    inherited: int = Field(description="networks measured already that would come first")
    reason: str | None = Field(description="why it can inherit none")


class AncestorRead(Read):
    space_id: int
    name: str
    count: int = Field(description="settings of its parameters")
    regime: str | None = Field(description="that all of the chain is told under")
    population_id: int | None = Field(description="of its populations under that regime, one")
    n: int = Field(description="networks of that population with a result")
    median: float | None = Field(description="of their errors, percent")


class RetryAll(Body):
    failures: list[Failure] = Field(
        [], max_length=20, description="only jobs that failed so; any by default"
    )


class JobsChanged(BaseModel):
    jobs: int = Field(description="how many jobs this changed")


class ProgressRead(Read):
    total: int
    done: int
    failed: int
    cancelled: int = Field(description="by somebody; to be asked for again with retry")
    running: int
    queued: int
    paused: int
    ended: bool = Field(description="no job is left to be done")
    complete: bool = Field(description="and none of them was cancelled")
    networks_per_minute: float
    seconds_left: float | None


class RunningJobRead(Read):
    job_id: int
    network_id: int
    worker: str | None
    epoch: int
    epochs: int = Field(description="0: a benchmark")
    error: float | None


class LastFailureRead(Read):
    network_id: int
    failure: str
    detail: str | None
    at: int


class Activity(Read):
    """What an event says of a population: its version, how far it is, what is at work."""

    population: int
    version: int
    paused: bool
    progress: ProgressRead
    running: list[RunningJobRead]
    last_failure: LastFailureRead | None


class PopulationRead(Read):
    id: int
    name: str
    space_id: int
    space_name: str
    regime_id: int
    regime_name: str
    n: int
    windows: dict[str, str]
    seed: int
    training_seed: int
    paused: bool
    priority: int
    inherits: int | None
    inherited: int = Field(description="how many networks come from there")
    tried: int = Field(description="candidates drawn to find the n networks")
    refused: dict[str, int] = Field(description="candidates not taken, by cause")
    archive: str | None = Field(description="SHA-256 of the file it was imported from")
    origin: Origin = Field(description="made here, or came with netspace or an archive")
    provenance: dict[str, Any] | None = Field(description="where an imported one was measured")
    version: int
    created_at: int
    progress: ProgressRead


class CountRead(Read):
    added: int
    there: int = Field(description="that were here already, and are left as they are")


class ImportRead(Read):
    """What an import has done."""

    spaces: CountRead
    regimes: CountRead
    networks: CountRead
    populations: CountRead
    results: CountRead
    failures: CountRead = Field(description="jobs that ended without a result")
    pending: int = Field(description="jobs that had not ended: they wait, paused")
    kept: int = Field(description="results not taken: the job ended here without one")
    renamed: dict[str, str] = Field(description="names that stand for something else here")
    population_ids: list[int] = Field(description="of the archive's populations, here")


class JobLineRead(Read):
    id: int
    network_id: int
    population_id: int | None = Field(description="the first population that wants it")
    kind: str
    state: str
    attempt: int
    priority: int
    needs_gpu: bool
    worker: str | None
    since: int | None = Field(description="when it was claimed, or has ended")
    epoch: int = Field(description="the last one finished; 0: none yet")
    epochs: int
    error: float | None = Field(description="after that epoch")
    cancelling: bool
    failure: str | None
    detail: str | None = Field(description="the last lines of what was said")
    waits: str | None = Field(description="why it does not run yet")


class JobListRead(Read):
    items: list[JobLineRead]
    counts: dict[Group, int]
    now: int


class WorkerRead(Read):
    name: str
    device: str
    gpu: bool
    slots: int
    data_sets: list[str] = Field(description="that its trainings would find")
    started_at: int
    silent_ms: int = Field(description="since it last said something")
    alive: bool
    jobs: list[RunningJobRead]
    jobs_per_minute: float


class Selection(BaseModel):
    """Which networks an answer is about, and what it leaves out."""

    population: int
    version: int
    n: int = Field(description="networks with a result that the answer reads")
    draws: float = Field(description="sum of their multiplicities")
    passing: int = Field(description="networks that pass the constraints, measured or not")
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
    convention: str = CONVENTION
    best: float | None
    median: float | None = Field(description="null where half of the networks diverged")
    mean_of_finite: float | None
    error: list[float] = Field(description="percent")
    share: list[float] = Field(description="F at each error; right of it where points=all")
    band: BandRead
    seeds: OverSeedsRead | None = Field(description="where errors are means over seeds")

    @classmethod
    def of(cls, answer: EdfAnswer, over: OverSeeds | None = None) -> EdfRead:
        curve, band = answer.curve, answer.band
        return cls(
            selection=Selection.of(answer.view),
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


class NetworkRow(BaseModel):
    """A network in a list: its columns by name, null where it has none."""

    id: int
    ordinal: int
    status: str
    failure: str | None
    multiplicity: int
    columns: dict[str, float | None]


class NetworkPage(BaseModel):
    items: list[NetworkRow]
    passing: int
    next: str | None = Field(description="cursor of the next page; null after the last")


class LineRead(Read):
    w0: float
    wa: float
    wm: float


class EpochRead(Read):
    epoch: int
    loss: float | None
    error: float | None
    seconds: float


class EventRead(Read):
    at: int
    attempt: int
    what: str
    worker: str | None


class JobRead(Read):
    id: int
    state: str
    attempt: int
    worker: str | None
    failure: str | None
    detail: str | None
    quantities: dict[str, float]
    conditions: dict[str, str]
    epochs: list[EpochRead]
    events: list[EventRead]


class NetworkRead(Read):
    id: int
    hash: str
    ordinal: int
    multiplicity: int
    network: Network
    parameters: dict[str, float]
    flops: int
    params: int
    activations: int
    line: LineRead
    e_fit: float = Field(description="least over the grid of lines, whatever line was drawn")
    line_widths: list[float] = Field(description="u_j = w0 + wa * j, channels of block j")
    quantised_widths: list[int] = Field(description="w_j of the line")
    compatible_widths: list[int] = Field(description="as built: multiples of the group width")
    job: JobRead
