"""What REST answers, as records: the fields that this client reads, by their names there.

Errors are percent, flops multiply-adds, `created_at` and `at` milliseconds since 1970. A field
that a newer server adds is left aside; a missing one is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from netspace_client.errors import Fault, Problem

T = TypeVar("T")
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
    space_id: int
    space_name: str
    regime_id: int
    regime_name: str
    n: int
    whole: bool  # all networks of the space inside the windows, each once
    windows: Mapping[str, str]
    seed: int
    training_seed: int
    paused: bool
    priority: int
    inherits: int | None
    inherited: int
    tried: int
    refused: Mapping[str, int]
    owner: str | None
    visibility: str
    mine: bool
    version: int
    created_at: int
    progress: Progress


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
    """The error EDF: `share` is F at each `error`, percent; shapes (points,)."""

    selection: Selection
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
    convention: str


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
    """What an event says: the whole state of a population, as of a version."""

    population: int
    version: int
    paused: bool
    progress: Progress
    running: list[RunningJob]
    last_failure: LastFailure | None


def read(kind: type[T], answer: Any) -> T:
    """An answer of JSON as a record.

    Raises:
        Fault: a field is missing: the server is of another version.
    """
    found: T = _read(kind, answer)
    return found


def _read(kind: Any, answer: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (kind,) = (one for one in inner if one is not NoneType)
        return None if answer is None else _read(kind, answer)
    if origin is list:
        return [_read(inner[0], one) for one in answer]
    if origin is dict:
        return {name: _read(inner[1], one) for name, one in answer.items()}
    if origin is np.ndarray:
        return np.asarray(answer, dtype=float)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = hints_of(kind)
        if missing := sorted(hints.keys() - answer.keys()):
            other = f"the answer has no {', '.join(missing)}: is the server of another version?"
            raise Fault([Problem(other)])
        return kind(**{name: _read(hint, answer[name]) for name, hint in hints.items()})
    return answer


def said(record: Any) -> Any:
    """A record as JSON has it; what its text leaves out (a connection) is left out here."""
    if is_dataclass(record):
        shown = (field.name for field in fields(record) if field.repr)
        return {name: said(getattr(record, name)) for name in shown}
    if isinstance(record, Mapping):
        return {name: said(one) for name, one in record.items()}
    if isinstance(record, list):
        return [said(one) for one in record]
    return record.tolist() if isinstance(record, np.ndarray) else record


@cache
def hints_of(record: type) -> dict[str, Any]:
    """The types of a record's fields, by name."""
    hints = get_type_hints(record)
    return {field.name: hints[field.name] for field in fields(record)}
