"""Theta at equal covariates by a regression of ranks, which needs no weights.

Each network's score is its place in the mixture of both spaces, F(e) = (F_A(e) + F_B(e)) / 2,
ties half. Scores of A lie on average 1/2 - theta above those of B, so

    F(e) = constant + delta [is A] + sum of beta_j t_j(x),   theta = 1/2 - delta

with the terms t_j of the covariates (population.matching.terms), over the networks in the
common range. Diverged networks are the last tie, as everywhere.

Source: Conover and Iman 1982 (analysis of covariance by ranks).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from columns.arrays import Floats
from population.basics.estimate import Estimate
from population.basics.sums import combined, weighted_sum
from population.curves.edf import effective_size
from population.matching.matched import judged, too_little, too_many_failed
from population.matching.matching import APART, why_not_logs
from population.matching.sample import Sample, covariates_of
from population.matching.terms import affordable, columns, number_of, said

UNEXPLAINED = 1e-6  # share of the variance of [is A]: below, the terms tell the spaces apart


def compare_ranks(
    a: Sample, b: Sample, rng: Generator, draws: int = 400, level: float = 0.95
) -> tuple[Estimate, float]:
    """Theta with the interval of a bootstrap within each space, and the p that inverts it."""
    c = covariates_of(a, b)
    p = c.a.shape[1]
    terms = affordable(len(c.a), len(c.b), p)
    method = f"regression of ranks on {said(terms, p)}"
    inside = c.inside()
    worth_a, worth_b = (
        effective_size(m[some]) if some.any() else 0.0
        for m, some in zip((c.m_a, c.m_b), inside, strict=True)
    )
    value = rank_theta(a, b)
    reason = why_not_logs(c, inside) or (APART if np.isnan(value) else None)
    reason = reason or too_little(worth_a, worth_b) or ("no draws" if draws < 1 else None)
    found = np.empty(0)
    if reason is None:
        drawn = np.array([rank_theta(a.drawn(rng), b.drawn(rng)) for _ in range(draws)])
        found = drawn[~np.isnan(drawn)]
        reason = too_many_failed(draws - found.size, draws)
    n = int(inside[0].sum() + inside[1].sum())
    worth, fitted = (worth_a, worth_b), number_of(terms, p)
    return judged(value, found, worth, fitted, n, method, level, reason)


def rank_theta(a: Sample, b: Sample) -> float:
    """1/2 - delta, within 0 and 1; nan where the covariates tell the spaces apart."""
    c = covariates_of(a, b)
    in_a, in_b = inside = c.inside()
    if why_not_logs(c, inside) is not None:
        return np.nan
    terms = affordable(len(c.a), len(c.b), c.a.shape[1])
    m_a, m_b = c.m_a[in_a], c.m_b[in_b]
    weights = np.concatenate([m_a / m_a.sum(), m_b / m_b.sum()]) / 2
    is_a = np.repeat([1.0, 0.0], [m_a.size, m_b.size])
    logs = np.log(np.concatenate([c.a[in_a], c.b[in_b]]))
    # delta of the regression score ~ [is A] + terms, by parts (Frisch, Waugh and Lovell): what
    # the terms leave of [is A], times the score.
    off = unexplained(
        is_a, np.column_stack([np.ones(is_a.size), columns(logs, terms)]), weights
    )
    size = weighted_sum(weights, off**2)
    if size < UNEXPLAINED:
        return np.nan
    score = places(np.concatenate([a.errors[in_a], b.errors[in_b]]), weights)
    return float(np.clip(0.5 - weighted_sum(weights * off, score) / size, 0.0, 1.0))


def unexplained(y: Floats, design: Floats, weights: Floats) -> Floats:
    """What a least-squares fit on the design, shape (n, k), leaves of y."""
    root = np.sqrt(weights)
    scale = np.maximum(abs(design).max(axis=0), 1e-300)
    beta = np.linalg.lstsq(design / scale * root[:, None], y * root, rcond=1e-10)[0]
    return np.asarray(y - combined(design / scale, beta))


def places(errors: Floats, weights: Floats) -> Floats:
    """Weight of the networks below each, and half of that of its ties; weights sum to 1."""
    _, at = np.unique(errors, return_inverse=True)
    each = np.bincount(at, weights)
    return np.asarray((np.cumsum(each) - each / 2)[at])
