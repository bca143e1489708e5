"""What REST answers, as records: the fields that this client reads, by their names there.

Errors are percent, flops multiply-adds, `created_at` and `at` milliseconds since 1970. A field
that a newer server adds is left aside; a missing one is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """A design space; `space` is its definition."""

    id: int
    name: str
    space: Mapping[str, Any]
    refined_from: int | None
    visibility: str
    created_at: int


@dataclass(frozen=True)
class Regime:
    """A training regime; `regime` is its definition."""

    id: int
    name: str
    regime: Mapping[str, Any]
    visibility: str
    created_at: int


@dataclass(frozen=True)
class Progress:
    """How far a population's training is, in jobs."""

    total: int
    done: int
    failed: int
    cancelled: int
    running: int
    queued: int
    paused: int
    ended: bool  # no job is left to be done
    complete: bool  # and none of them was cancelled
    networks_per_minute: float
    seconds_left: float | None


@dataclass(frozen=True)
class PopulationRecord:
    """A population, how it was drawn, and how far it was when this was asked."""

    id: int
    name: str
    kind: str  # sampled, or table: that has no space, regime and seeds
    criterion: str  # the column that its networks are judged by, unless another is asked for
    space_id: int | None
    space_name: str | None
    regime_id: int | None
    regime_name: str | None
    n: int
    whole: bool  # all networks of the space inside the windows, each once
    windows: Mapping[str, str]
    seed: int | None
    training_seed: int | None
    paused: bool
    priority: int
    inherits: int | None
    inherited: int
    tried: int | None
    refused: Mapping[str, int]
    owner: str | None
    visibility: str
    mine: bool
    version: int
    created_at: int
    study: str | None  # a label that people group populations by
    archived_at: int | None  # put away; None: it is not
    deleted_at: int | None
    note: str
    tags: list[str]
    progress: Progress


@dataclass(frozen=True)
class Note:
    """What is written down of a population, a network of one, or a view."""

    id: int  # 0: nobody has written anything
    kind: str  # population, network, view
    population_id: int | None
    network_id: int | None
    view_id: int | None
    of: str  # name of the population or view
    text: str
    tags: list[str]
    version: int
    changed_at: int | None
    author: str | None


@dataclass(frozen=True)
class Shown:
    """A population of a view."""

    id: int
    name: str | None  # None: it is deleted


@dataclass(frozen=True)
class View:
    """What a page shows, by its address, under a name."""

    id: int
    name: str
    page: str  # explore, compare, trends, speed
    query: str
    populations: list[Shown]
    note: str
    tags: list[str]
    owner: str | None
    visibility: str
    mine: bool
    version: int
    created_at: int
    changed_at: int


@dataclass(frozen=True)
class Selection:
    """Which networks an answer is about, and what it leaves out."""

    population: int
    version: int
    n: int
    draws: float
    passing: int
    among: int | None
    diverged: int
    failed: Mapping[str, int]
    pending: int


@dataclass(frozen=True, eq=False)
class Band:
    """Around an EDF, at the same errors."""

    name: str
    level: float
    lower: Floats
    upper: Floats


@dataclass(frozen=True, eq=False)
class Edf:
    """The EDF of the criterion: `share` is F at each `error`, its value; shapes (points,)."""

    selection: Selection
    criterion: str  # error, percent, or another column, in its base unit
    convention: str
    best: float | None
    median: float | None  # None where half of the networks diverged
    mean_of_finite: float | None
    error: Floats
    share: Floats
    band: Band


@dataclass(frozen=True)
class Range:
    """Central 95 % and median of where the best networks sit. It does not narrow with n."""

    lo: float
    median: float
    hi: float
    n: int


@dataclass(frozen=True)
class PairRange:
    """The same of two columns together: the points that hold 95 %, most probable first."""

    x: float
    y: float
    points: list[list[float]]
    probability: list[float]
    n: int


@dataclass(frozen=True)
class Ranges:
    """Best ranges by column, and by `x:y`; None below 20 networks."""

    selection: Selection
    ranges: dict[str, Range | None]
    pairs: dict[str, PairRange | None]


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; None is not bounded, or not known, as `reason` says."""

    estimate: float | None
    lower: float | None
    upper: float | None
    n: int
    level: float
    method: str
    reason: str | None


@dataclass(frozen=True, eq=False)
class DrawnSide:
    """A side of a comparison with its EDF."""

    side: str
    label: str
    regime: str
    selection: Selection
    median: Estimate
    error: Floats
    share: Floats
    band: Band


@dataclass(frozen=True)
class Distance:
    """Kolmogorov-Smirnov."""

    d: float | None
    error: float | None
    p: float | None
    method: str


@dataclass(frozen=True)
class Dominance:
    """Whether one side is better at every error."""

    order: str
    lower: float | None
    upper: float | None
    p: float | None
    reason: str | None


@dataclass(frozen=True)
class Look:
    """The verdict when so many networks of each side had ended."""

    n: int
    m: int
    estimate: float
    lower: float
    upper: float
    outcome: str


@dataclass(frozen=True)
class Decided:
    """The verdict that holds however often one looks: A, B, same, open or few."""

    outcome: str
    looks: list[Look]
    planned: int
    level: float
    method: str
    likely: int | None
    soonest: int | None
    latest: int | None


@dataclass(frozen=True)
class Pair:
    """Side a against side b, by their places among the sides."""

    a: int
    b: int
    verdict: str
    outcome: str
    effect: str
    theta: Estimate
    p: float | None
    adjusted: str
    medians: Estimate
    area: Estimate
    distance: Distance
    permutation: float | None
    dominance: Dominance
    decided: Decided
    shared: int


@dataclass(frozen=True)
class Comparison:
    """Two or more sides, and each pair of them."""

    sides: list[DrawnSide]
    pairs: list[Pair]
    cut: float | None
    level: float
    level_of_pair: float
    warnings: list[str]
    criterion: str
    convention: str


@dataclass(frozen=True)
class RefusedRow:
    """A row of a file that was not taken."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Difference:
    """By what a file's figures differ from those counted here: the file's / ours."""

    quantity: str
    factor: float
    networks: int
    example: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What became of the rows of a file: rows = taken + merged + refused."""

    rows: int
    taken: int
    merged: int
    refused: list[RefusedRow]  # the first 100
    refused_by_reason: dict[str, int]
    networks: int
    not_networks: dict[str, int]
    differences: list[Difference]
    notes: list[str]


@dataclass(frozen=True)
class ColumnLook:
    """A column of a file: as it is written, as it would be stored, and why so."""

    source: str
    texts: list[str]
    read: list[Any]  # numbers, texts, None
    wrong: list[int]  # places, in these, of what would be refused
    empty: int
    taken: int
    refused: int
    why: str
    problems: list[str]


@dataclass(frozen=True)
class TableLook:
    """The first rows of a file, as a plan reads them; nothing is stored."""

    plan: Mapping[str, object]
    columns: list[ColumnLook]
    lines: list[int]
    rows: int
    rows_known: bool
    looked_at: int
    tried: int  # rows whose networks were made, if they are any
    networks: int  # of those
    not_networks: dict[str, int]
    problems: list[str]
    notes: list[str]


@dataclass(frozen=True)
class RunningJob:
    """A job at work; `error` is that of its last epoch, percent."""

    job_id: int
    network_id: int
    worker: str | None
    epoch: int
    epochs: int
    error: float | None


@dataclass(frozen=True)
class Worker:
    """A worker, and the jobs it is at; one that died stays for an hour."""

    name: str
    device: str
    gpu: bool
    slots: int
    alive: bool
    jobs: list[RunningJob]
    others: int  # jobs at work that are not shown to whoever asks
    jobs_per_minute: float


@dataclass(frozen=True)
class LastFailure:
    """The job that failed last."""

    network_id: int
    failure: str
    detail: str | None
    at: int


@dataclass(frozen=True)
class Activity:
    """What an event says: the whole state of a population, as of a version, and what lists call
    it by then."""

    population: int
    version: int
    paused: bool
    progress: Progress
    running: list[RunningJob]
    last_failure: LastFailure | None
    name: str
    study: str | None
    archived_at: int | None  # ms since 1970; None: it is not
    owner: str | None
    visibility: str
    tags: list[str]


@dataclass(frozen=True)
class Gone:
    """What an event says of a population that is deleted, or no longer there for who asks."""

    population: int
