"""A sample of a design space as it is matched and regressed: errors beside covariates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from columns.arrays import Floats, Ints
from population.curves.edf import as_errors
from population.matching.covariates import Covariates

LARGEST = 5_000  # networks of a bootstrap draw


@dataclass(frozen=True, eq=False)
class Sample:
    """n networks of one space; `of` makes one of whatever can be made an array."""

    errors: Floats  # percent, (n,), +inf where diverged
    covariates: Floats = field(repr=False)  # (n, p) or (n,); nan where a network lacks one
    multiplicity: Floats = field(repr=False)  # positive, (n,): a network of 2 draws weighs 2

    @classmethod
    def of(
        cls,
        errors: ArrayLike,
        covariates: ArrayLike | None = None,
        multiplicity: ArrayLike | None = None,
    ) -> Sample:
        """Without covariates p is 0, and without multiplicities each network weighs the same.

        Raises:
            ValueError: an error that is nan or -inf, arrays that are not of n networks.
        """
        e = as_errors(errors)
        x = np.empty((e.size, 0)) if covariates is None else covariates
        x = np.asarray(x, dtype=np.float64)
        m = np.ones(e.size) if multiplicity is None else multiplicity
        m = np.asarray(m, dtype=np.float64)
        if x.shape[:1] != e.shape or m.shape != e.shape:
            raise ValueError(
                f"need covariates and multiplicities of {e.size} networks, "
                f"got {x.shape} and {m.shape}"
            )
        return cls(e, x, m)

    def drawn(self, rng: Generator) -> Sample:
        """As many networks again, drawn with replacement; at most LARGEST."""
        return self.at(rng.integers(0, self.errors.size, min(self.errors.size, LARGEST)))

    def at(self, rows: Ints) -> Sample:
        return Sample(self.errors[rows], self.covariates[rows], self.multiplicity[rows])


def covariates_of(a: Sample, b: Sample) -> Covariates:
    """Those of both samples.

    Raises:
        ValueError: not the same p in both, multiplicities that are not positive.
    """
    return Covariates.of(a.covariates, b.covariates, a.multiplicity, b.multiplicity)
