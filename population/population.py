"""A population: networks drawn from one design space, as columns in the order of the draws.

Statistics read a population, never rows of a database. A running one is read up to the
longest prefix of the sampling order whose networks are all final: small networks finish
first, so the finished ones alone would bend every curve.

    population.prefix().constrained(constraints).results()

Source: arXiv 2003.13678, section 3.1 (populations); launch order is this project's rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from columns import cells
from columns.arrays import Bools, Floats, Ints
from columns.constraints import Constraint, passing
from columns.quantities import is_result

Rows: TypeAlias = slice | Ints

NO_CAUSE = -1
UNKNOWN_CAUSE = "unknown"

ERROR = "error"

ORDINAL = "ordinal"
"""Names the place in the sampling order, from 0: it can be constrained like a column."""


class Status(IntEnum):
    """What became of a network."""

    PENDING = 0  # drawn, its job not over
    FAILED = 1  # no result: crashed, out of memory, cancelled ..; excluded and counted
    MEASURED = 2  # has an error
    DIVERGED = 3  # a result, too: its error counts as +inf


@dataclass(frozen=True)
class Counts:
    """How the n networks of a population ended: measured, diverged, failed or pending."""

    n: int  # networks
    draws: float  # sum of their multiplicities
    measured: int
    diverged: int
    pending: int
    failed_by_cause: Mapping[str, int]

    @property
    def failed(self) -> int:
        return sum(self.failed_by_cause.values())


class Selection(Mapping[str, NDArray[Any]]):
    """Columns at some rows, each copied when it is first read: most questions read few."""

    def __init__(self, source: Mapping[str, NDArray[Any]], rows: Rows):
        if isinstance(source, Selection):  # one copy from the whole, not one a step
            rows, source = combined(source.rows, rows), source.source
        self.source: Mapping[str, NDArray[Any]] = source
        self.rows: Rows = rows
        self.read: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self.read:
            whole, rows = self.source[name], self.rows
            some = whole[rows] if isinstance(rows, slice) else whole.take(rows)
            self.read[name] = frozen(some)
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.source)

    def __len__(self) -> int:
        return len(self.source)

    def __contains__(self, name: object) -> bool:
        return name in self.source


class Copies(Mapping[str, NDArray[Any]]):
    """Columns of a selection as if they were nobody's: a choice among them reads the copy,
    whose neighbours lie together, and not the whole.
    """

    def __init__(self, selection: Mapping[str, NDArray[Any]]):
        self._selection = selection

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._selection[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._selection)

    def __len__(self) -> int:
        return len(self._selection)

    def __contains__(self, name: object) -> bool:
        return name in self._selection


def combined(rows: Rows, further: Rows) -> Rows:
    """The rows at `further` among `rows`; slices start at 0, so they renumber nothing."""
    return further if isinstance(rows, slice) else rows[further]


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """n networks in sampling order; every array is read-only and of shape (n,).

    `Population.from_columns` makes one from any numbers and checks them.
    """

    columns: Mapping[str, Floats]  # nan: the network lacks it
    marks: Mapping[str, NDArray[Any]]  # status, multiplicity, cause, ordinal and perhaps ids
    causes: tuple[str, ...]  # names of the failures' codes
    complete: frozenset[str]  # columns that no network lacks; others may lack none, too
    criterion: str = ERROR  # the column that networks are judged by: less is better

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, ArrayLike],
        *,
        status: ArrayLike | None = None,
        failures: ArrayLike | None = None,
        multiplicity: ArrayLike | None = None,
        ids: ArrayLike | None = None,
        chance: float = np.inf,
        awaits_errors: bool = False,
    ) -> Population:
        """A population from any arrays in sampling order, each of shape (n,).

        Args:
            columns: numbers by name, nan, None or masked where a network lacks one. `error`,
                percent, must be there; columns.quantities has the usual other names.
            status: a Status each. By default a network with a failure failed, one with an
                infinite error diverged, with a finite one is measured, with nan is pending.
            failures: why each network failed; None or "" where it did not.
            multiplicity: positive number of draws that gave each network, 1 by default.
            ids: whatever names the networks.
            chance: error of guessing; a network at or above it counts as diverged.
            awaits_errors: errors will come, though no network has one yet. Otherwise a
                population without any error is one of other measurements, and a network that
                has one of them (a time, say) is measured.

        Raises:
            ValueError: no `error`, a column that is not n numbers (its name, the row and the
                cell), a measured network without an error from 0 to 100 percent, a
                multiplicity that is not positive.
        """
        if "error" not in columns:
            raise ValueError(f"a population needs a column 'error', got {list(columns)}")
        n = np.size(columns["error"])
        numbers = {name: as_column(name, values, n) for name, values in columns.items()}
        error, reasons = numbers["error"], failure_texts(failures, n)
        state = as_status(status, n) if status is not None else from_errors(error, reasons)
        refuse_impossible(error[state == Status.MEASURED])
        # No error at all, and none to come: networks with other results (times) are measured.
        of_other_things = status is None and not awaits_errors and bool(np.isnan(error).all())
        if of_other_things:
            state[(state == Status.PENDING) & has_result(numbers)] = Status.MEASURED
        state[(state == Status.MEASURED) & guesses(error, chance)] = Status.DIVERGED
        numbers["error"] = error if of_other_things else settle_errors(error, state)
        cause, causes = encode_causes(reasons, state)
        marks: dict[str, NDArray[Any]] = {
            "status": state,
            "cause": cause,
            "multiplicity": as_weights(multiplicity, n),
            ORDINAL: np.arange(n, dtype=float),
        }
        if ids is not None:
            marks["ids"] = of_length("ids", np.array(cells.unmasked(ids)), n)
        complete = frozenset(name for name in numbers if not np.isnan(numbers[name]).any())
        return cls(frozen_each(numbers), frozen_each(marks), causes, complete)

    def __len__(self) -> int:
        return self.status.size

    def __repr__(self) -> str:
        return f"Population({self.counts}, columns={list(self.columns)})"

    @property
    def error(self) -> Floats:
        """Percent; +inf where diverged, nan where pending or failed, or without any error."""
        return self.columns["error"]

    @property
    def judged(self) -> Floats:
        """The criterion's column: finite where MEASURED, +inf where DIVERGED, else nan."""
        return self.columns[self.criterion]

    @property
    def status(self) -> NDArray[np.int8]:
        """A Status each."""
        return self.marks["status"]

    @property
    def multiplicity(self) -> Floats:
        """Draws that gave this network: its weight."""
        return self.marks["multiplicity"]

    @property
    def cause(self) -> NDArray[np.int32]:
        """Index into `causes`; NO_CAUSE where the network did not fail."""
        return self.marks["cause"]

    @property
    def ids(self) -> NDArray[Any] | None:
        return self.marks.get("ids")

    @cached_property
    def counts(self) -> Counts:
        return self.counts_among(np.ones(len(self), dtype=bool))

    def counts_among(self, passes: Bools) -> Counts:
        """The same of those networks that pass, shape (n,), of which no column is copied."""
        measured, diverged, pending, failed = (
            int(np.count_nonzero(passes & (self.status == one)))
            for one in (Status.MEASURED, Status.DIVERGED, Status.PENDING, Status.FAILED)
        )
        return Counts(
            n=int(np.count_nonzero(passes)),
            draws=float(self.multiplicity[passes].sum()),
            measured=measured,
            diverged=diverged,
            pending=pending,
            failed_by_cause=self._failed_by_cause(passes) if failed else {},
        )

    def _failed_by_cause(self, passes: Bools) -> dict[str, int]:
        codes = self.cause[passes & (self.cause != NO_CAUSE)]
        by_cause = np.bincount(codes, minlength=len(self.causes))
        return {cause: int(k) for cause, k in zip(self.causes, by_cause, strict=True) if k}

    def constrained(self, constraints: Mapping[str, Constraint]) -> Population:
        """The networks that pass every constraint, in sampling order.

        Raises:
            ConstraintError: a constraint on a column that the population lacks.
        """
        return self.take(self.passing(constraints)) if constraints else self

    def passing(self, constraints: Mapping[str, Constraint]) -> Bools:
        """Which networks pass every constraint, on columns or on `ordinal`, shape (n,).

        Raises:
            ConstraintError: a constraint on a column that the population lacks.
        """
        if ORDINAL in self.columns or ORDINAL not in constraints:
            return passing(self.columns, constraints)
        others = {name: one for name, one in constraints.items() if name != ORDINAL}
        in_order: Bools = constraints[ORDINAL].mask(self.marks[ORDINAL])
        return passing(self.columns, others) & in_order

    def prefix(self) -> Population:
        """The networks before the first pending one in sampling order.

        Take it of the whole population, before constraints: then the statistics under any
        constraints are read from the same draws.
        """
        pending = self.status == Status.PENDING
        return self.take(slice(0, int(pending.argmax()))) if pending.any() else self

    def results(self) -> Population:
        """The networks that statistics read: failed and pending ones are left out.

        Count them beside every number: `counts` of the population before.
        """
        has = self.status >= Status.MEASURED
        return self if has.all() else self.take(has)

    def by_error(self) -> Population:
        """Best first by the criterion, a copy that statistics read fastest, made column by
        column as they read it. Its prefixes mean nothing.
        """
        ordered = self.take(np.argsort(self.judged, kind="stable"))
        return replace(ordered, columns=Copies(ordered.columns), marks=Copies(ordered.marks))

    def judged_by(self, criterion: str) -> Population:
        """The same networks, judged by another column: those that have a finite value there.

        A network without one is pending where its error is, and else failed: it is left out and
        counted. Whether the value is drawn, counted or measured makes no difference.
        """
        if criterion == self.criterion:
            return self
        has = np.isfinite(self.columns[criterion])
        awaited = self.status == Status.PENDING
        status = np.select([has, awaited], [Status.MEASURED, Status.PENDING], Status.FAILED)
        status = status.astype(np.int8)
        lacks = np.full(len(self), f"no {criterion}", dtype=object)
        cause, causes = encode_causes(lacks, status)
        marks = {name: self.marks[name] for name in self.marks} | {
            "status": frozen(status),
            "cause": frozen(cause),
        }
        return replace(self, marks=marks, causes=causes, criterion=criterion)

    def take(self, rows: slice | NDArray[Any]) -> Population:
        """The networks at `rows`: a slice from 0, a mask, shape (n,), or indices."""
        if not isinstance(rows, slice) and rows.dtype == bool:
            rows = np.flatnonzero(rows)
        return replace(
            self, columns=Selection(self.columns, rows), marks=Selection(self.marks, rows)
        )


def guesses(error: ArrayLike, chance: float) -> Bools:
    """Networks that are no better than guessing, in the shape of error: they count as diverged.

    The one place where this is decided, for populations, epochs and further trainings.
    """
    return np.asarray(np.asarray(error, dtype=np.float64) >= chance)


def from_errors(error: Floats, failures: NDArray[np.object_]) -> NDArray[np.int8]:
    """Status of each network, shape (n,), as its error and its failure tell."""
    return np.select(
        [failures != "", np.isnan(error), np.isinf(error)],
        [np.int8(Status.FAILED), np.int8(Status.PENDING), np.int8(Status.DIVERGED)],
        np.int8(Status.MEASURED),
    )


def refuse_impossible(measured: Floats) -> None:
    """Refuse errors that are no share of the test images, such as the filler of a mask."""
    finite = measured[np.isfinite(measured)]
    wrong = finite[(finite < 0) | (finite > 100)]
    if wrong.size:
        raise ValueError(f"an error is 0 to 100 percent, got {wrong[0]:g}")


def has_result(numbers: Mapping[str, Floats]) -> Bools:
    """Networks with a measured quantity, shape (n,): neither drawn, counted nor fitted."""
    known = [~np.isnan(values) for name, values in numbers.items() if is_result(name)]
    return np.asarray(np.logical_or.reduce(known), dtype=bool)


def settle_errors(error: Floats, status: NDArray[np.int8]) -> Floats:
    """+inf where diverged, nan where pending or failed, else the error: a finite number."""
    measured = status == Status.MEASURED
    if not np.isfinite(error[measured]).all() or (error == -np.inf).any():
        raise ValueError("a measured network needs a finite error, and no error is -inf")
    return np.where(measured, error, np.where(status == Status.DIVERGED, np.inf, np.nan))


def failure_texts(failures: ArrayLike | None, n: int) -> NDArray[np.object_]:
    """What each network is said to have failed of, shape (n,); "" where nothing is said."""
    if failures is None:
        return np.full(n, "", dtype=object)
    return of_length("failures", cells.texts(failures), n)


def encode_causes(
    texts: NDArray[np.object_], status: NDArray[np.int8]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Causes of the failed networks as codes, shape (n,), and the names of the codes."""
    failed = np.flatnonzero(status == Status.FAILED)
    said = np.where(texts[failed] == "", UNKNOWN_CAUSE, texts[failed]).astype(str)
    causes, codes = np.unique(said, return_inverse=True)
    cause = np.full(status.size, NO_CAUSE, dtype=np.int32)
    cause[failed] = codes
    return cause, tuple(causes.tolist())


def as_column(name: str, values: ArrayLike, n: int) -> Floats:
    """A copy of `values` as float64, shape (n,); nan where there is nothing."""
    return of_length(name, cells.numbers(name, values), n)


def as_weights(multiplicity: ArrayLike | None, n: int) -> Floats:
    """Multiplicities, shape (n,): positive, 1 where none are given."""
    weights = np.ones(n) if multiplicity is None else as_column("multiplicity", multiplicity, n)
    if not ((weights > 0) & (weights < np.inf)).all():
        raise ValueError("multiplicities must be positive and finite")
    return weights


def as_status(values: ArrayLike, n: int) -> NDArray[np.int8]:
    """A copy of `values` as codes of Status, shape (n,)."""
    status = of_length("status", np.array(values, dtype=np.int8), n)
    if np.ma.is_masked(values) or not np.isin(status, list(Status)).all():
        raise ValueError(f"a status is one of {[*Status]}")
    return status


def of_length(name: str, values: NDArray[Any], n: int) -> NDArray[Any]:
    """`values`, if there is one for each of the n networks."""
    if values.shape != (n,):
        raise ValueError(f"{name!r} has shape {values.shape}, 'error' has shape ({n},)")
    return values


def frozen_each(arrays: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
    return MappingProxyType({name: frozen(values) for name, values in arrays.items()})


def frozen(values: NDArray[Any]) -> Any:
    """`values`, read-only."""
    values = values.view()
    values.flags.writeable = False
    return values
