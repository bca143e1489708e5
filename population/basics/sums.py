"""Sums over networks, on one core.

BLAS spreads a product of long vectors over all cores. Where others use them it then waits for
its slowest thread: 8 ms instead of 0.06 for a hundred thousand networks. numpy's own sums don't
wait, and add by pairs, which is as exact.
"""

from __future__ import annotations

import numpy as np

from columns.arrays import Floats


def weighted_sum(w: Floats, x: Floats) -> float:
    """Sum of w_i x_i; shapes (n,)."""
    return float((w * x).sum())


def combined(x: Floats, coefficients: Floats) -> Floats:
    """x @ coefficients for x of shape (n, p), coefficients of shape (p,) or (p, q)."""
    return np.asarray(np.einsum("np,p...->n...", x, coefficients))


def projected(x: Floats, y: Floats) -> Floats:
    """Sum of each column of x times y, x' y, shape (p,); x of shape (n, p), y of shape (n,)."""
    return np.asarray(np.einsum("np,n->p", x, y))
