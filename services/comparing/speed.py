"""Speed: what a population's times are made of, on each device that measured them.

Times under different conditions are never in one fit without a word: those measured here are
parted by device and number format, the rows of a table by the columns that are named, and what
varies beside is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from columns.arrays import Bools, Floats, Ints
from db.models import DrawRow, JobRow, ResultRow, SampledRow
from db.session import Database
from population.population import ORDINAL, Population, Status
from population.speed import fits
from population.speed.fits import Speed
from population.speed.models import ACTIVATIONS, FLOPS, PARAMS
from services import rows
from services.errors import Refused
from services.reading import queries
from services.reading.snapshots import Snapshot
from services.work.wanting import joins

BENCHMARKED = ("latency", "train_step", "peak_memory")
"""How the names begin of what a benchmark measures; the others are of a training."""
VARIES = ("resolution", "batch", "batch_size", "img_size", "dtype", "threads", "device")
"""Ends of names of columns that a time depends on beside the network."""
COSTS = (FLOPS, ACTIVATIONS, PARAMS)
MOST_PREDICTED = 20_000
"""Rows of a condition whose times are predicted."""
MOST_CONDITIONS = 24
MOST_VALUES = 24
"""Of a column that rows are parted by."""


@dataclass(frozen=True, eq=False)
class Points:
    """Rows with their times: measured, and as the model that predicts best says them."""

    ids: Ints
    time: Floats  # seconds; nan where none was measured
    said: Floats  # seconds; nan where nothing is said
    x: Mapping[str, Floats]  # what they cost
    judged: Floats  # less is better; nan without a result

    def take(self, rows: Ints) -> Points:
        """Some of them."""
        x = {name: one[rows] for name, one in self.x.items()}
        return Points(self.ids[rows], self.time[rows], self.said[rows], x, self.judged[rows])


@dataclass(frozen=True)
class UnderCondition:
    """The times that one device, or one choice of columns, has."""

    condition: str  # empty where there is but one
    where: Mapping[str, str]  # constraints that part its rows from the others; none of a device
    speed: Speed
    points: Points  # the rows that were fitted, then those whose time is predicted
    front: Ints  # ids: nothing is both faster and better, by time
    timed: int  # rows with a time, of which at most LARGEST are fitted
    unsaid: int  # rows whose time could be predicted beside those of the points

    @property
    def n(self) -> int:
        """How many rows were fitted."""
        return int(self.speed.timings.time.size)

    @property
    def said(self) -> str:
        """The condition as it stands behind a noun."""
        return f" of {self.condition}" if self.condition else ""

    @property
    def predicted(self) -> int:
        """How many rows have a time by the model alone."""
        return self.points.ids.size - self.n


@dataclass(frozen=True)
class Speeds:
    """The times of a population, by condition, the one with most rows first."""

    snapshot: Snapshot
    time: str
    passing: int
    conditions: Sequence[UnderCondition]
    mixed: Mapping[
        str, int
    ]  # columns that a time depends on, and how many values are in one fit

    @property
    def notes(self) -> list[str]:
        """What to mind, in words."""
        return [
            *(
                f"rows of {values} values of {name} are in one fit; split={name} parts them"
                for name, values in self.mixed.items()
            ),
            *(
                f"{one.n:,} of {one.timed:,} rows{one.said}, taken at random, are fitted"
                for one in self.conditions
                if one.n < one.timed
            ),
            *(
                f"{one.unsaid:,} more rows{one.said} have no time: the first "
                f"{MOST_PREDICTED:,} are predicted"
                for one in self.conditions
                if one.unsaid
            ),
        ]


def speeds(
    database: Database,
    snapshot: Snapshot,
    texts: Mapping[str, str],
    time: str,
    split: Sequence[str] = (),
    level: float = 0.95,
) -> Speeds:
    """What the times of the networks that pass are made of.

    Args:
        time: a column of seconds, or of anything that is to be predicted.
        split: columns whose values part the rows.

    Raises:
        Refused: no such column, or one of too many values to part rows by.
    """
    parsed = queries.parse(snapshot, texts)
    for field, name in (("time", time), *(("split", one) for one in split)):
        _require(snapshot, field, name)
    population = snapshot.population.constrained(parsed)
    names, codes, wheres, mixed = _conditions(database, snapshot, population, time, split)
    there = np.unique(codes[codes >= 0]).tolist()
    if len(there) > MOST_CONDITIONS:
        allowed = f"columns of at most {MOST_CONDITIONS} conditions together"
        raise Refused("split", ", ".join(split), allowed)
    groups = _groups(snapshot, population)
    under = [
        _under(
            names[code],
            wheres.get(names[code], {}),
            population,
            codes == code,
            codes < 0,
            time,
            groups,
            level,
        )
        for code in there
    ]
    under.sort(key=lambda one: -one.n)
    return Speeds(snapshot, time, len(population), under, mixed)


def _require(snapshot: Snapshot, field: str, name: str) -> None:
    if name not in snapshot.population.columns:
        known = ", ".join(snapshot.population.columns)
        raise Refused(field, name, f"the population's columns: {known}")


def _under(
    name: str,
    where: Mapping[str, str],
    population: Population,
    mask: Bools,
    unknown: Bools,
    time: str,
    groups: NDArray[np.int64],
    level: float,
) -> UnderCondition:
    """Of the rows under one condition; a row under none may have its time predicted."""
    some = population.take(mask)
    found = fits.timings(some.columns[time], _costs(some), groups[mask])
    speed = fits.speed(found, level=level)
    front = fits.front(some.columns[time], _judged(some))
    measured = _points(some, time).take(speed.timings.rows)
    lacking = population.take((mask | unknown) & np.isnan(population.columns[time]))
    points, unsaid = _with_predicted(measured, speed, lacking, time)
    timed = int(found.time.size)
    return UnderCondition(name, where, speed, points, _ids(some)[front], timed, unsaid)


def _with_predicted(
    measured: Points, speed: Speed, lacking: Population, time: str
) -> tuple[Points, int]:
    """The fitted rows with what is said of them, then those of which something can be said, and
    how many more of these there are.
    """
    if not speed.fits:
        return measured, 0
    best, others = speed.fits[0], _points(lacking, time)
    said = fits.predicted(best, others.x)
    known = np.flatnonzero(np.isfinite(said))
    others = replace(others, said=said).take(known[:MOST_PREDICTED])
    x = {name: np.append(one, others.x[name]) for name, one in measured.x.items()}
    points = Points(
        np.append(measured.ids, others.ids),
        np.append(measured.time, others.time),
        np.append(best.said, others.said),
        x,
        np.append(measured.judged, others.judged),
    )
    return points, max(0, known.size - MOST_PREDICTED)


def _points(some: Population, time: str) -> Points:
    nothing = np.full(len(some), np.nan)
    return Points(_ids(some), some.columns[time], nothing, _costs(some), _judged(some))


def _costs(some: Population) -> dict[str, Floats]:
    return {one: some.columns[one] for one in COSTS if one in some.columns}


def _ids(some: Population) -> Ints:
    assert some.ids is not None
    return np.asarray(some.ids, dtype=np.int64)


def _judged(some: Population) -> Floats:
    return np.where(some.status >= Status.MEASURED, some.judged, np.nan)


def _groups(snapshot: Snapshot, population: Population) -> NDArray[np.int64]:
    """Which network each row is of: by id, or by the first text of a table's row."""
    places = population.marks[ORDINAL].astype(np.int64)
    table = snapshot.table
    if table is None:
        assert population.ids is not None
        return np.asarray(population.ids, dtype=np.int64)
    text = next(iter(table.texts), None)
    if text is None:
        return places
    codes: Ints = table.texts[text].codes[places]
    return codes


def _conditions(
    database: Database,
    snapshot: Snapshot,
    population: Population,
    time: str,
    split: Sequence[str],
) -> tuple[list[str], Ints, dict[str, dict[str, str]], dict[str, int]]:
    """Conditions, under which of them each row was measured, -1 where that is unknown; what
    parts the rows of each; and the values of columns that do not."""
    wheres: dict[str, dict[str, str]] = {}
    if snapshot.table is None:
        with database.read() as session:
            return *_measured(session, snapshot, population, time), wheres, {}
    names, codes = [""], np.zeros(len(population), dtype=np.int64)
    if split:
        names, codes = [], codes - 1
        values = [_values(population, name) for name in split]
        for chosen in product(*values):
            mask = np.logical_and.reduce(
                [population.columns[n] == v for n, v in zip(split, chosen, strict=True)]
            )
            said = ", ".join(f"{n} {v:g}" for n, v in zip(split, chosen, strict=True))
            codes[mask] = len(names)
            names.append(said)
            wheres[said] = {n: f"{v:.17g}" for n, v in zip(split, chosen, strict=True)}
    mixed = {
        name: several
        for name in population.columns
        if name not in split and (several := _varies(population, name)) > 1
    }
    return names, codes, wheres, mixed


def _values(population: Population, name: str) -> list[float]:
    values = population.columns[name]
    found = np.unique(values[~np.isnan(values)])
    if found.size > MOST_VALUES:
        allowed = f"a column of at most {MOST_VALUES} values"
        raise Refused("split", name, f"{allowed}; {name} has {found.size:,}")
    known: list[float] = found.tolist()
    return known


def _varies(population: Population, name: str) -> int:
    """How many values a column has, if a time may depend on it."""
    if not name.endswith(VARIES):
        return 0
    values = population.columns[name]
    return int(np.unique(values[~np.isnan(values)]).size)


def _measured(
    session: Session, snapshot: Snapshot, population: Population, time: str
) -> tuple[list[str], Ints]:
    """Devices with their number formats, and which of them measured each network; -1: none."""
    row = rows.get(session, SampledRow, snapshot.id)
    kind = "benchmark" if time.startswith(BENCHMARKED) else "train"
    found = session.execute(
        select(DrawRow.ordinal, ResultRow.conditions)
        .join(JobRow, joins(row))
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .where(JobRow.kind == kind)
    )
    by_place = {ordinal: device_of(conditions) for ordinal, conditions in found}
    codes = {name: code for code, name in enumerate(sorted({*by_place.values()}))}
    of_place = np.full(row.n, -1, dtype=np.int64)
    for place, name in by_place.items():
        of_place[place] = codes[name]
    return [*codes], of_place[population.marks[ORDINAL].astype(np.int64)]


def device_of(conditions: Mapping[str, str]) -> str:
    """A device in words, and the format of its numbers."""
    device = conditions.get("device", "unknown device")
    name = conditions.get("processor", device) if device == "cpu" else device
    return f"{name}, {conditions.get('dtype', 'float32')}"
