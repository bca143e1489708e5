"""Questions about a population under constraints: what REST and page both ask.

Every answer reads the networks of the launch-order prefix that pass the constraints and have a
result, weighs them by multiplicity, and says what it left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from columns import constraints
from columns.constraints import Constraint
from population.curves import bootstrap
from population.curves.bands import Band
from population.curves.bootstrap import BestPair, BestRange
from population.curves.edf import EDF, Curve, edf
from population.population import ORDINAL, Population
from population.trends import importance
from population.trends.importance import Importance
from services.errors import Refused
from services.reading.snapshots import Snapshot

CONVENTION = "F(e) = share of networks with {} strictly below e, weighted by multiplicity"
CUTS = 512
"""Points of a curve by default."""


@dataclass(frozen=True)
class View:
    """The networks that a question is about, and how many were left out."""

    snapshot: Snapshot
    constraints: Mapping[str, Constraint]
    results: Population  # of the prefix, passing, with a result
    passing: int  # of all drawn
    diverged: int  # among the results
    failed: Mapping[str, int]  # passing, of the prefix, without a result, by cause
    pending: int  # passing, behind the prefix
    among: int | None = None  # N, where the results are a sample of all N that there are

    @property
    def criterion(self) -> str:
        """The column that the networks are judged by."""
        return self.snapshot.population.criterion

    @property
    def convention(self) -> str:
        """What its EDF is."""
        return CONVENTION.format(self.criterion)

    @property
    def edf(self) -> EDF:
        """The EDF of the criterion, by multiplicity."""
        return edf(self.results.judged, self.results.multiplicity, self.among)


@dataclass(frozen=True)
class EdfAnswer:
    """An EDF at some points, with its band there."""

    view: View
    edf: EDF
    curve: Curve
    band: Band


def parse(snapshot: Snapshot, texts: Mapping[str, str]) -> dict[str, Constraint]:
    """Constraints from text by column name, or on the launch order, as `view` takes them."""
    names = {
        column: {one.full: float(i) for i, one in enumerate(known, start=1)}
        for column, known in snapshot.names.items()
    }
    try:
        return constraints.parse_all(texts, [*snapshot.population.columns, ORDINAL], names)
    except constraints.ConstraintError as error:
        raise Refused(error.column, error.text, f"{error.reason}; {error.allowed}") from error


def view(snapshot: Snapshot, texts: Mapping[str, str]) -> View:
    """A population under constraints, given as text by column name.

    Raises:
        Refused: a text that is no constraint, or a column that the population lacks.
    """
    population, parsed = snapshot.population, parse(snapshot, texts)
    passes, prefix, results = population.passing(parsed), snapshot.prefix, snapshot.results
    if parsed:  # prefix and results are rows of the population: looked at once for all three
        results = results.take(passes[snapshot.result_rows])
    passing = int(np.count_nonzero(passes))
    judged = prefix.counts_among(passes[: len(prefix)]) if parsed else prefix.counts
    pending = passing - judged.n
    return View(
        snapshot,
        parsed,
        results,
        passing,
        judged.diverged,
        judged.failed_by_cause,
        pending,
        len(results) + pending if is_sample_of_all(snapshot, parsed) else None,
    )


def is_sample_of_all(snapshot: Snapshot, parsed: Mapping[str, Constraint]) -> bool:
    """Whether the results that pass are drawn out of all that pass, each at most once.

    In a whole population they are, whose order is random, as long as every constraint is on
    what is known before a training.
    """
    return snapshot.whole and not {*snapshot.measured, ORDINAL} & parsed.keys()


def edf_of(view: View, points: int | None = CUTS, level: float = 0.95) -> EdfAnswer:
    """The error EDF at `points` evenly spaced errors, or at every step, with its band."""
    curve_of = view.edf
    curve = curve_of.steps() if points is None else curve_of.at(curve_of.cuts(points))
    return EdfAnswer(view, curve_of, curve, curve_of.band(curve, level))


def best_ranges(
    view: View, columns: Sequence[str] | None = None
) -> dict[str, BestRange | None]:
    """Where the best networks sit in each column, by default in all that are not measured,
    nor what they are judged by.

    Raises:
        Refused: a column that the population lacks.
    """
    _require(view, "columns", columns or ())
    known, measured = view.results.columns, view.snapshot.measured
    others = (name for name in known if name not in {*measured, view.criterion})
    names = columns or list(others)
    return bootstrap.best_ranges(view.results, names)


def best_pairs(
    view: View, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], BestPair | None]:
    """Where the best networks sit in two columns together.

    Raises:
        Refused: a column that the population lacks.
    """
    for pair in pairs:
        _require(view, "pairs", pair)
    return bootstrap.best_pairs(view.results, pairs)


def importances(
    view: View, gamma: float, columns: Sequence[str] = (), level: float = 0.95
) -> list[Importance]:
    """Which parameters tell the best share gamma of the networks, by default of all drawn ones.

    Raises:
        Refused: a column that the population lacks.
    """
    _require(view, "columns", columns)
    quantities = view.snapshot.quantities
    drawn = [name for name, one in quantities.items() if one.role == "parameter"]
    names = columns or [name for name in drawn if name != view.criterion]
    results = view.results
    return importance.importances(results.judged, results.columns, names, gamma, level)


def _require(view: View, field: str, names: Sequence[str]) -> None:
    """Refuse names that are no columns."""
    known = view.results.columns
    for name in names:
        if name not in known:
            raise Refused(field, name, f"the population's columns: {', '.join(known)}")
