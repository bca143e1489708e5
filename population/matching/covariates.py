"""Covariates: what two populations are made comparable on, as arrays of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Bools, Floats
from population.matching.imbalance import as_columns, as_shares

Masks: TypeAlias = tuple[Bools, Bools]
"""Which networks of A, (n_a,), and of B, (n_b,)."""


@dataclass(frozen=True, eq=False)
class Covariates:
    """Covariates of both populations, and which networks have them all."""

    a: Floats  # (n_a, p)
    b: Floats
    m_a: Floats  # shares of the multiplicities, (n_a,)
    m_b: Floats
    has_a: Bools
    has_b: Bools

    @classmethod
    def of(
        cls, a: ArrayLike, b: ArrayLike, m_a: ArrayLike | None, m_b: ArrayLike | None
    ) -> Covariates:
        """Shapes (n, p), or (n,) for one covariate.

        Raises:
            ValueError: not the same p in both, multiplicities that are not n positive ones.
        """
        p = max(x.shape[1] if x.ndim == 2 else 1 for x in (np.asarray(a), np.asarray(b)))
        a, b = as_columns(a, p), as_columns(b, p)
        shares = as_shares(m_a, len(a)), as_shares(m_b, len(b))
        return cls(a, b, *shares, complete(a), complete(b))

    @property
    def none_left(self) -> bool:
        return not (self.has_a.any() and self.has_b.any())

    def inside(self) -> Masks:
        """Networks in [larger minimum, smaller maximum] of every covariate; none of nobody."""
        if self.none_left:
            return np.zeros_like(self.has_a), np.zeros_like(self.has_b)
        a, b = self.a[self.has_a], self.b[self.has_b]
        lo = np.maximum(a.min(axis=0), b.min(axis=0))
        hi = np.minimum(a.max(axis=0), b.max(axis=0))
        in_a = ((self.a >= lo) & (self.a <= hi)).all(axis=1)
        in_b = ((self.b >= lo) & (self.b <= hi)).all(axis=1)
        return in_a & self.has_a, in_b & self.has_b

    def left_out(self) -> tuple[int, int, int, int]:
        """Lacking in A, in B, outside in A, in B."""
        n_a, n_b = int(self.has_a.sum()), int(self.has_b.sum())
        lacking = (len(self.a) - n_a, len(self.b) - n_b)
        if self.none_left:  # no range, so none outside
            return *lacking, 0, 0
        in_a, in_b = self.inside()
        return *lacking, n_a - int(in_a.sum()), n_b - int(in_b.sum())


def complete(x: Floats) -> Bools:
    """Networks that lack no covariate, shape (n,); x of shape (n, p)."""
    return np.asarray(np.isfinite(x).all(axis=1))
