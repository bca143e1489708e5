"""Terms: the functions of covariates that a match makes equal and a regression takes out.

    means      ln x_j
    squares    and (ln x_j)^2
    products   and ln x_i ln x_j

Equal means alone call two spaces alike of which one is wider spread, or in which two covariates
go together otherwise; an effect that bends would then pass for one of the space.
"""

from __future__ import annotations

from itertools import combinations
from typing import Literal, get_args

import numpy as np

from columns.arrays import Floats

Terms = Literal["means", "squares", "products"]

NETWORKS = 2.5  # that a term takes, of the harmonic mean of both spaces' halves


def said(terms: Terms, p: int) -> str:
    """The terms of p covariates in words; one covariate has no products."""
    if terms == "means":
        return "means"
    return (
        "means, squares and products" if terms == "products" and p > 1 else "means and squares"
    )


NOT_EQUAL: dict[Terms, str] = {
    "means": "Networks are too few to make more equal than the means of these covariates.",
    "squares": "Networks are too few to make equal what goes with what among these covariates.",
}
"""What to say where not all terms could be made equal."""


def affordable(n_a: int, n_b: int, p: int) -> Terms:
    """The most terms of p covariates that n_a and n_b networks can make equal.

    A fit with a term for every few networks tells spaces apart that chance made different.
    One covariate has its square from 10 networks of each space on, two have theirs from 20 on
    and their product from 25.
    """
    most = n_a * n_b / max(n_a + n_b, 1) / NETWORKS
    fitting = [one for one in get_args(Terms) if number_of(one, p) <= most]
    return fitting[-1] if fitting else "means"


def number_of(terms: Terms, p: int) -> int:
    """Terms of p covariates."""
    return {"means": p, "squares": 2 * p, "products": 2 * p + p * (p - 1) // 2}[terms]


def columns(logs: Floats, terms: Terms) -> Floats:
    """The terms of covariates' logarithms, shape (n, p), as columns; squares of centred ones.

    Centring changes no model that has a constant and the lower terms, and spares digits.
    """
    off = logs - logs.mean(axis=0) if len(logs) else logs
    found = [logs]
    if terms != "means":
        found.append(off**2)
    if terms == "products":
        found += [off[:, [i]] * off[:, [j]] for i, j in pairs(logs.shape[1])]
    return np.concatenate(found, axis=1)


def names(covariates: tuple[str, ...], terms: Terms) -> tuple[str, ...]:
    """Names of the columns, in their order."""
    found = covariates
    if terms != "means":
        found += tuple(f"{name}^2" for name in covariates)
    if terms == "products":
        found += tuple(f"{covariates[i]} x {covariates[j]}" for i, j in pairs(len(covariates)))
    return found


def pairs(p: int) -> list[tuple[int, int]]:
    return list(combinations(range(p), 2))
