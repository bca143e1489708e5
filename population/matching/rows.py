"""The rows of a regression of the error on the space and on covariates.

Each covariate has its logarithm, the square of it, and products with others, as far as there
are networks enough (population.matching.terms). Only networks in the common range are counted:
a line through networks that one space alone has says nothing of the other. What says nothing
new is dropped and named, so every column that is left can be estimated; where the space itself
says nothing new there is no regression, but a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from columns.arrays import Floats
from population.basics.estimate import log_errors
from population.matching.imbalance import NOT_POSITIVE
from population.matching.sample import Sample, covariates_of
from population.matching.terms import Terms, affordable
from population.matching.terms import columns as columns_of
from population.matching.terms import names as names_of

SAME = 1e-6  # of a column's length that earlier ones leave unexplained: it repeats them

TOO_FEW = "fewer networks than coefficients, or none of a space"
TOLD_APART = "the covariates tell the spaces apart, so nothing is left for the space itself"


@dataclass(frozen=True, eq=False)
class Model:
    """Rows of both populations; the columns are constant, terms by name, then [is A]."""

    names: tuple[str, ...]  # of the covariates' terms
    design: Floats  # (n, terms + 2)
    log_error: Floats  # (n,)
    weights: Floats  # multiplicities relative to their mean, (n,)
    dropped: tuple[str, ...]
    lacking: int
    at_chance: int
    at_zero: int
    outside: int  # networks outside the common range, left out
    reason: str | None = None

    @property
    def n(self) -> int:
        return self.log_error.size

    def without(self, name: str) -> Model:
        j = self.names.index(name)
        names = self.names[:j] + self.names[j + 1 :]
        design = np.delete(self.design, 1 + j, axis=1)
        return replace(self, names=names, design=design, dropped=(*self.dropped, name))


def regression_model(
    names: Sequence[str],
    a: Sample,
    b: Sample,
    chance: float,
    terms: Terms | None = None,
    trim: bool = True,
) -> Model:
    """The regression's rows and columns; those that say nothing new are dropped.

    Args:
        names: of the p covariates; may be empty.
        a, b: errors at least 0, positive covariates.
        chance: error of guessing, percent; diverged networks count as it.
        terms: of the covariates; by default as many as there are networks for.
        trim: leave out networks outside the common range of a covariate.

    Raises:
        ValueError: a negative error, covariates that are not p.
    """
    n_a, n_b, p = a.errors.size, b.errors.size, len(names)
    c = covariates_of(a, b)
    if c.a.shape[1] != p:
        raise ValueError(f"need covariates of shape (n, {p}), got {c.a.shape}")
    has = np.concatenate([c.has_a, c.has_b])
    inside = np.concatenate(c.inside()) if trim else has
    x, e = np.concatenate([c.a, c.b]), np.concatenate([a.errors, b.errors])
    y = log_errors(e, chance)[inside]  # of all errors first: the least one stands for 0
    # Relative to each side's mean: a side counts by its networks, however often each was drawn.
    weights = np.concatenate([c.m_a * n_a, c.m_b * n_b])[inside]
    counts = int((~has).sum()), int(np.isinf(e[inside]).sum()), int((e[inside] == 0).sum())
    some = terms or affordable(int(c.has_a.sum()), int(c.has_b.sum()), p)
    # What is not positive has no logarithm: a 1 in its place, and below a reason and no result.
    logs = columns_of(np.log(np.where(x[inside] > 0, x[inside], 1.0)), some)
    is_a = np.repeat([1.0, 0.0], [n_a, n_b])[inside]
    columns = np.column_stack([np.ones(is_a.size), logs, is_a])
    outside = int((has & ~inside).sum())
    model = Model(names_of(tuple(names), some), columns, y, weights, (), *counts, outside)
    if (x[has] <= 0).any():
        return replace(model, reason=NOT_POSITIVE)
    if not c.none_left and not (is_a.any() and (is_a == 0).any()):
        return replace(model, reason=TOLD_APART)
    return reduced(model)


def reduced(model: Model) -> Model:
    """Without covariates that earlier ones explain; a reason where delta can't be estimated."""
    if model.n < 3 or not 0 < model.design[:, -1].sum() < model.n:
        return replace(model, reason=TOO_FEW)
    few = model.n <= model.design.shape[1]
    while (j := first_explained(model.design)) is not None:
        if j == len(model.names):
            return replace(model, reason=TOO_FEW if few else TOLD_APART)
        model = model.without(model.names[j])
    return model if model.n > model.design.shape[1] else replace(model, reason=TOO_FEW)


def first_explained(design: Floats) -> int | None:
    """The first column after the constant that is a combination of those before it."""
    columns = design[:, 1:] - design[:, 1:].mean(axis=0)
    size = np.linalg.norm(columns, axis=0)
    least = SAME * np.linalg.norm(design[:, 1:], axis=0)
    columns /= np.where(size > least, size, np.inf)  # a constant one: 0
    left = columns.T @ columns
    for j in range(left.shape[0]):  # Cholesky's steps; the diagonal is what is unexplained
        if left[j, j] < SAME**2:
            return j
        left = left - np.outer(left[:, j], left[j]) / left[j, j]
    return None
