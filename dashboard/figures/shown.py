"""What a figure shows: the networks of a population under constraints, counted with what is
left out.

Statistics read the longest prefix of the sampling order whose networks are all final, as
everywhere; failed and pending networks are told beside n, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from columns.constraints import Constraint
from columns.quantities import Quantity, described
from columns.units import Unit, unit_of
from population.curves.edf import EDF, edf
from population.population import Population


@dataclass(frozen=True, eq=False)
class Shown:
    """The networks of one constraint set."""

    label: str
    judged: Population  # of the prefix, passing
    pending: int  # passing, at or behind the first network that is not final
    criterion: Unit  # of what networks are judged by
    quantities: Mapping[str, Quantity]  # of the columns
    whole: bool = False  # the results are drawn out of all that there are, each at most once

    @cached_property
    def results(self) -> Population:
        """What statistics read, best first."""
        return self.judged.results().by_error()

    @cached_property
    def edf(self) -> EDF:
        among = len(self.results) + self.pending if self.whole else None
        return edf(self.results.judged, self.results.multiplicity, among)

    @property
    def is_log(self) -> bool:
        """Whether axes of what networks are judged by are logarithmic."""
        finite = self.edf.finite
        return finite.size > 0 and self.criterion.is_log_from(float(finite[0]))

    @property
    def counts(self) -> str:
        """`n = 84, of which 2 diverged; failed: 1 (crashed 1); pending: 3`."""
        counts = self.judged.counts
        n = f"n = {len(self.results):,}"
        n += f", of which {counts.diverged:,} diverged" if counts.diverged else ""
        causes = ", ".join(f"{cause} {k:,}" for cause, k in counts.failed_by_cause.items())
        failed = f"failed: {counts.failed:,}" + (f" ({causes})" if causes else "")
        return f"{n}; {failed}; pending: {self.pending:,}"

    @property
    def line(self) -> str:
        """For a title: which networks, and how many."""
        return f"{self.label}: {self.counts}"


def shown(
    label: str,
    population: Population,
    constraints: Mapping[str, Constraint] | None = None,
    whole: bool = False,
    quantities: Mapping[str, Quantity] | None = None,
) -> Shown:
    """The networks of a population, in sampling order, that pass the constraints.

    Args:
        quantities: of the columns; by default those that are declared.
        whole: all networks that there are, in random order; see `Shown`.

    Raises:
        ConstraintError: a constraint on a column that the population lacks.
    """
    constraints = constraints or {}
    judged = population.prefix().constrained(constraints)
    passing = int(population.passing(constraints).sum())
    if quantities is None:
        quantities = {name: described(name) for name in population.columns}
    criterion = unit_of(quantities[population.criterion], population.judged)
    return Shown(label, judged, passing - len(judged), criterion, quantities, whole)


def edf_title(criterion: Unit) -> str:
    """`Error EDF`, `EDF of latency of 1 image`."""
    return "Error EDF" if criterion.is_of_errors else f"EDF of {criterion.quantity.word}"


def capital(text: str) -> str:
    """Text that begins a title."""
    return text[:1].upper() + text[1:]
