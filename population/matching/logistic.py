"""Logistic regression: the probability that a network is one of A, from its covariates.

Fitted by Newton's method on whitened covariates, in which a coefficient says how many logits
one standard deviation is worth along a direction of the cloud. Correlated covariates (flops and
parameters) then need no large coefficients, and one that repeats others is left out.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from columns.arrays import Floats
from population.basics.sums import combined, projected

STEPS = 50
LONGEST = 3.0  # of a step: a first one may overshoot
TOO_LARGE = 15.0  # logits a standard deviation: the fit runs off to infinity
FLAT = 1e-10  # variance of a direction relative to that of a covariate: it is none


def membership(x: Floats, n_a: int, weights: Floats) -> Floats | None:
    """P(is A) of each network at the maximum likelihood, or None where there is none.

    There is none where a plane of covariates separates the populations, or would but for
    networks on it.

    Args:
        x: covariates, shape (n, p), those of A first.
        n_a: networks of A, from 1 to n - 1.
        weights: positive, shape (n,).
    """
    design = np.column_stack([np.ones(len(x)), whitened(x)])
    w, is_a = weights / weights.sum(), np.arange(len(x)) < n_a
    beta, stiff = np.zeros(design.shape[1]), 1e-12 * np.eye(design.shape[1])
    beta[0] = np.log(w[:n_a].sum() / w[n_a:].sum())
    for _ in range(STEPS):
        score = combined(design, beta)
        if score[:n_a].min() > score[n_a:].max() or abs(beta[1:]).max(initial=0) > TOO_LARGE:
            return None
        p = expit(score)
        gradient = projected(design, w * (is_a - p))
        hessian = design.T @ (design * (w * p * (1 - p))[:, None])
        # Newton's step, cut to a length that no logit jumps over.
        step = np.linalg.solve(hessian + stiff, gradient)
        beta = beta + step * min(1.0, LONGEST / max(abs(step).max(), LONGEST))
        if abs(step).max() < 1e-11:
            return np.asarray(expit(combined(design, beta)))
    return None


def whitened(x: Floats) -> Floats:
    """Uncorrelated columns of variance 1 that span those of x, shape (n, rank)."""
    centred = x - x.mean(axis=0)
    sd = centred.std(axis=0)
    varies = sd > 1e-12
    centred = centred[:, varies] / sd[varies]
    variance, directions = np.linalg.eigh(centred.T @ centred / max(len(x), 1))
    spanned = variance > FLAT
    return combined(centred, directions[:, spanned] / np.sqrt(variance[spanned]))
