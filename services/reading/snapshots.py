"""Snapshots: a population as numpy columns, kept in memory and brought up to date by version.

The columns are the query engine of REST and page: a constraint is a mask, not a SQL statement.
What was drawn never changes and is read once; results are read as they end.
"""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from columns.arrays import Floats, Ints
from columns.quantities import Name, Quantity
from columns.quantities import described as known
from db.models import (
    DesignSpaceRow,
    DrawRow,
    JobRow,
    PopulationRow,
    RegimeRow,
    ResultRow,
    SampledRow,
    TableRow,
)
from db.session import Database
from jobs.states import FINAL
from population.population import Population, Status
from services import definitions, rows
from services.acting.actor import who
from services.errors import Refused, Unreadable
from services.reading import identity, standings, tables
from services.reading.standings import Standing
from services.reading.tables import Table
from services.work.wanting import joins

OVERLAP_MS = 60_000
"""Results are read again from this long ago: commits are not in the order of their times."""

Images: TypeAlias = tuple[int, int, int]
"""Resolution, channels, classes."""

KEPT_BYTES = 512 * 2**20
"""Of populations in memory, together: three of 100,000 networks."""
COPIES = 3
"""Of each column: as read, in the population, and in its results by error."""
LOCKS = 64
"""Populations that are read at the same time, at most."""

COMPLEXITY = ("flops", "params", "activations")
FIT = ("fit_w0", "fit_wa", "fit_wm", "e_fit")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A population at one version; rows of `population` are its draws in sampling order, or
    those of a table.
    """

    id: int
    name: str
    version: int
    population: Population
    regime: str  # name
    chance: float  # error of guessing under it, percent
    # Id of the regime and seed: populations that have both in common share jobs.
    trained: tuple[int, int] = (0, 0)
    measured: frozenset[str] = frozenset({"error"})  # columns that are no property of a design
    whole: bool = False  # every network of the space inside the windows, each once
    # What the numbers 1, 2, .. of columns stand for, where they only count.
    names: Mapping[str, Sequence[Name]] = field(default_factory=dict)
    edition: str = ""  # what no other state of any population, of any database, is called
    database: str = ""  # name: `services.reading.identity`
    table: Table | None = None  # where it is one
    images: Images | None = None  # for which its networks are counted

    @property
    def state(self) -> tuple[str, int, int, int]:
        """As `Standing.state`: what was read of a population holds while it stands so."""
        return self.database, self.id, self.version, len(self.population)

    @cached_property
    def orders(self) -> dict[str, tuple[Ints, Floats]]:
        """All rows in the orders that lists were asked for in, with the keys of each."""
        return {}

    @cached_property
    def quantities(self) -> Mapping[str, Quantity]:
        """What the numbers of each column are: ours, and those of the table alone."""
        own = {} if self.table is None else self.table.layout.described()
        return {name: own.get(name) or known(name) for name in self.population.columns}

    def judged_by(self, criterion: str) -> Snapshot:
        """The same population, judged by another column than the error.

        Raises:
            Refused: the population has no such column.
        """
        if criterion == self.population.criterion:
            return self
        if criterion not in self.population.columns:
            allowed = f"the population's columns: {', '.join(self.population.columns)}"
            raise Refused("of", criterion, allowed)
        with self._judging:
            if criterion not in self._judged:
                self._judged[criterion] = replace(
                    self, population=self.population.judged_by(criterion), chance=math.inf
                )
            return self._judged[criterion]

    @cached_property
    def _judged(self) -> dict[str, Snapshot]:
        return {}

    @cached_property
    def _judging(self) -> threading.Lock:
        return threading.Lock()

    @cached_property
    def best_first(self) -> Ints:
        """The order of all rows by what they are judged by, those without it last."""
        judged, population = self.population.judged, self.population
        pending = population.status == Status.PENDING
        lacks = np.where(population.status >= Status.MEASURED, judged, np.nan)
        order = np.argsort(lacks, kind="stable")
        last = order[np.count_nonzero(~np.isnan(lacks)) :]
        last[:] = last[np.argsort(pending[last], kind="stable")]
        return order

    @cached_property
    def prefix(self) -> Population:
        """What statistics judge: the longest prefix of the draws whose networks are final."""
        return self.population.prefix()

    @cached_property
    def result_rows(self) -> Ints:
        """The rows of `population` that `results` are, in their order."""
        has = np.flatnonzero(self.prefix.status >= Status.MEASURED)
        return has[np.argsort(self.prefix.judged[has], kind="stable")]

    @cached_property
    def results(self) -> Population:
        """What statistics read: results of the prefix, sorted by error once for all."""
        return self.prefix.results().by_error()


@dataclass
class _Table:
    """A table: nothing of it changes but who sees it."""

    snapshot: Snapshot
    database: str

    def leads_to(self, row: PopulationRow, database: str) -> bool:
        """Whether it is the same as it was read."""
        return (self.database, self.snapshot.version) == (database, row.version)

    @property
    def nbytes(self) -> int:
        """About what it holds in memory by now."""
        table = self.snapshot.table
        return 0 if table is None else COPIES * table.nbytes


@dataclass
class _State:
    """What is known of a population: its draws for ever, its results so far."""

    drawn: dict[str, Floats]
    multiplicity: Floats
    network_ids: Ints
    chance: float  # error of guessing, percent
    regime: str  # name
    database: str  # name: `services.reading.identity`
    images: Images
    whole: bool = False
    names: Mapping[str, Sequence[Name]] = field(default_factory=dict)
    measured: dict[str, Floats] = field(default_factory=dict)
    failures: list[str | None] = field(default_factory=list)
    newest_ms: int = 0
    snapshot: Snapshot | None = None

    def leads_to(self, row: PopulationRow, database: str) -> bool:
        """Whether reading what is new is enough: else it was made larger, or restored."""
        if not isinstance(row, SampledRow):
            return False
        version = 0 if self.snapshot is None else self.snapshot.version
        same = self.database == database and len(self.network_ids) == row.n
        return same and version <= row.version

    @property
    def nbytes(self) -> int:
        """About what it holds in memory, its snapshot and that one's results included."""
        columns = (*self.drawn.values(), *self.measured.values())
        return COPIES * sum(column.nbytes for column in columns)


class Snapshots:
    """The current snapshot of any population."""

    def __init__(self, database: Database, kept_bytes: int = KEPT_BYTES) -> None:
        self._database, self._kept_bytes = database, kept_bytes
        self._whole = database  # of nobody: who may see a table is asked before it is read
        self._states: OrderedDict[int, _State | _Table] = (
            OrderedDict()
        )  # the last one asked for last
        self._keeping = threading.Lock()
        # Ids that nobody has are asked for, too, so not a lock for each.
        self._locks = [threading.Lock() for _ in range(LOCKS)]

    def of(self, database: Database) -> Snapshots:
        """The same, for whom this database's transactions are."""
        bound = copy(self)
        bound._database = database
        return bound

    def warm(self) -> None:
        """Read the newest population before anybody asks for it: a large one takes seconds."""
        with self._database.read() as session:
            ids = select(func.max(PopulationRow.id))
            for when in (PopulationRow.deleted_at, PopulationRow.archived_at):
                ids = ids.where(when.is_(None))
            own = session.scalar(ids.where(PopulationRow.archive.is_(None)))
            newest = own or session.scalar(ids)  # as the page chooses
        if newest is not None:
            self.get(newest)

    def get(self, population_id: int) -> Snapshot:
        """The population as it is now.

        Raises:
            NotFound: no such population.
        """
        with self._database.read() as session:
            standing = standings.current(session, [population_id]).get(population_id)
            if standing is not None and standing.is_seen_by(who(session)):
                kept = self.at(standing)
                if kept is not None:
                    return kept
        # In a transaction that begins once nobody else reads it, and so sees what they saw.
        with self._locks[population_id % LOCKS], self._database.read() as session:
            row = rows.get(session, PopulationRow, population_id)
            name = identity.current(session)
            state = self._states.get(population_id)
            if state is None or not state.leads_to(row, name):
                state = self._read(session, row, name)
            self._keep(population_id, state)
            if isinstance(state, _Table):
                return state.snapshot
            assert isinstance(row, SampledRow)
            return _brought_up_to_date(session, row, state)

    def at(self, standing: Standing) -> Snapshot | None:
        """The snapshot that is kept of a population, where it is as it stands."""
        state = self._states.get(standing.id)
        snapshot = None if state is None else state.snapshot
        if snapshot is None or snapshot.state != standing.state:
            return None
        with self._keeping:
            if standing.id in self._states:
                self._states.move_to_end(standing.id)
        return snapshot

    def held(self) -> tuple[int, int]:
        """How many populations are in memory, and about how many bytes of it."""
        with self._keeping:
            states = [*self._states.values()]
        return len(states), sum(one.nbytes for one in states)

    def _read(self, session: Session, row: PopulationRow, name: str) -> _State | _Table:
        """What is stored of a population, but for results."""
        if isinstance(row, SampledRow):
            return _draws(session, row, name)
        assert isinstance(row, TableRow)
        return _Table(_of_table(row, tables.table(self._whole, row), name), name)

    def _keep(self, population_id: int, state: _State | _Table) -> None:
        """Remember a population, and forget those that were not asked for the longest."""
        with self._keeping:
            self._states[population_id] = state
            self._states.move_to_end(population_id)
            held = sum(one.nbytes for one in self._states.values())
            while held > self._kept_bytes and len(self._states) > 1:
                _, oldest = self._states.popitem(last=False)
                held -= oldest.nbytes


def _of_table(row: TableRow, table: Table, database: str) -> Snapshot:
    """Rows of one table are one another's only: `trained` is of no other population."""
    measured = {one.name for one in table.layout.numbers if one.role == "result"}
    return Snapshot(
        row.id,
        row.name,
        row.version,
        table.population,
        regime="",
        chance=math.inf,
        trained=(-row.id, 0),
        measured=frozenset(measured),
        edition=f"{database} {row.id} {row.version}",
        database=database,
        table=table,
        images=table.layout.images,
    )


def _brought_up_to_date(session: Session, row: SampledRow, state: _State) -> Snapshot:
    """The state's snapshot as the database is now."""
    before = state.snapshot
    if before is not None and before.version == row.version:
        return before
    _add_results(session, row, state)
    state.snapshot = Snapshot(
        row.id,
        row.name,
        row.version,
        _population(state),
        state.regime,
        state.chance,
        (row.regime_id, row.training_seed),
        frozenset(state.measured),
        state.whole,
        state.names,
        f"{state.database} {row.id} {row.version} {row.n} {state.newest_ms}",
        state.database,
        images=state.images,
    )
    return state.snapshot


def _draws(session: Session, population: SampledRow, database: str) -> _State:
    """What was drawn."""
    rows = session.execute(
        select(
            DrawRow.network_id,
            DrawRow.multiplicity,
            cast(DrawRow.parameters, Text),
            *(getattr(DrawRow, name) for name in (*COMPLEXITY, *FIT)),
        )
        .where(DrawRow.population_id == population.id)
        .order_by(DrawRow.ordinal)
    ).all()
    network_ids, multiplicity, parameters, *numbers = zip(*rows, strict=True)
    drawn = columns_of(parameters)
    drawn.setdefault("bottleneck_ratio", np.full(len(rows), np.nan))  # no stages agree
    drawn |= {
        name: np.array(values, dtype=float)
        for name, values in zip((*COMPLEXITY, *FIT), numbers, strict=True)
        if name in COMPLEXITY or any(value is not None for value in values)
    }
    row = session.get_one(RegimeRow, population.regime_id)
    regime = definitions.regime(row)
    return _State(
        drawn,
        np.array(multiplicity, dtype=float),
        np.array(network_ids),
        regime.chance,
        row.name,
        database,
        (regime.resolution, regime.channels, regime.classes),
        population.whole,
        _names(session, population, drawn),
        measured={"error": np.full(len(rows), np.nan)},
        failures=[None] * len(rows),
    )


def _names(
    session: Session, population: SampledRow, columns: Iterable[str]
) -> dict[str, Sequence[Name]]:
    """What numbers stand for in columns that the space's family has names for."""
    try:
        space = definitions.space(session.get_one(DesignSpaceRow, population.space_id))
    except Unreadable:
        return {}
    return {name: names for name in columns if (names := space.names_of(name))}


def columns_of(objects: Sequence[str]) -> dict[str, Floats]:
    """JSON objects of numbers as columns, NaN where an object lacks the name.

    Read as one text: a hundred thousand small ones would take ten times as long.
    """
    try:
        rows: list[dict[str, float]] = json.loads(f"[{','.join(objects)}]")
    except ValueError as error:
        raise Unreadable(f"what is stored of a population is no JSON: {error}") from None
    names = list(dict.fromkeys(name for row in rows for name in row))
    if all(list(row) == names for row in rows):
        values: Iterator[float] = chain.from_iterable(row.values() for row in rows)
    else:
        values = (row.get(name, math.nan) for row in rows for name in names)
    table = np.fromiter(values, dtype=float, count=len(rows) * len(names))
    return dict(zip(names, table.reshape(len(rows), len(names)).T.copy(), strict=True))


def _add_results(session: Session, population: SampledRow, state: _State) -> None:
    """Read the jobs that have ended, or were asked for again, since the last time."""
    since = state.newest_ms - OVERLAP_MS
    changed = session.execute(
        select(
            DrawRow.ordinal,
            JobRow.kind,
            JobRow.state,
            JobRow.failure,
            func.coalesce(JobRow.ended_at, JobRow.retried_at),
            cast(ResultRow.quantities, Text),
        )
        .join(JobRow, joins(population))
        .outerjoin(ResultRow, ResultRow.job_id == JobRow.id)
        .where(or_(JobRow.ended_at >= since, JobRow.retried_at >= since))
    ).all()
    measured: defaultdict[str, dict[int, str]] = defaultdict(dict)  # JSON by kind and ordinal
    for ordinal, kind, job_state, failure, at, quantities in changed:
        state.newest_ms = max(state.newest_ms, at)
        if quantities is not None:
            measured[kind][ordinal] = quantities
        if kind == "train":  # a network whose benchmark failed lacks those columns only
            failed = job_state in FINAL and quantities is None
            state.failures[ordinal] = (failure or job_state) if failed else None
    for found in measured.values():
        _put(state, np.fromiter(found, dtype=int, count=len(found)), [*found.values()])


def _put(state: _State, ordinals: Ints, quantities: list[str]) -> None:
    """Put what jobs of one kind have measured into the columns."""
    columns = columns_of(quantities)
    diverged = columns.pop("diverged", None)
    for name, values in columns.items():
        if name not in state.measured:
            state.measured[name] = np.full(len(state.failures), np.nan)
        state.measured[name][ordinals] = values
    if diverged is not None:
        state.measured["error"][ordinals[diverged > 0]] = np.inf


def _population(state: _State) -> Population:
    columns: dict[str, Any] = state.drawn | state.measured
    return Population.from_columns(
        columns,
        failures=np.array(state.failures, dtype=object),
        multiplicity=state.multiplicity,
        ids=state.network_ids,
        chance=state.chance,
        awaits_errors=True,
    )
