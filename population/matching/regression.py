"""The factor on the error: what being of space A does to it at equal covariates.

    ln e = constant + delta [is A] + sum of beta_j t_j(x),   factor exp(delta)

The terms t_j are logarithms of the covariates, their squares and products
(population.matching.terms).

By least squares (the factor on the geometric mean error, which failures pull) and by the median
regression (the factor on the median error, which they hardly do).

Source: MacKinnon and White 1985 (HC3); Koenker and Bassett 1978 (median regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.optimize import linprog
from scipy.special import stdtr, stdtrit

from columns.arrays import Floats
from population.basics.estimate import Estimate, percentile_interval, without_interval
from population.basics.sums import combined, projected
from population.matching.rows import Model

LEVERAGE = 1 - 1e-9  # of a network that alone decides a coefficient
FEWEST = 10  # networks of either space in a bootstrap
LARGEST = 1_000

DECIDED_BY_ONE = "a coefficient hangs on one network"
NO_SPREAD = "the errors leave no residuals to judge by"


@dataclass(frozen=True)
class Factor:
    """exp(delta) of a regression, and what the regression left out."""

    factor: Estimate  # on the error of A against that of B; below 1: A is better
    p_value: float  # of factor 1; nan for the median regression
    slopes: dict[str, float]  # beta_j of the terms that stayed
    dropped: tuple[str, ...]  # terms that don't vary, repeat others or hang on one network
    lacking: int  # networks without a covariate, left out
    at_chance: int  # diverged networks, which count as chance
    at_zero: int  # networks without an error, which count as half the least positive one
    outside: int  # networks outside the common range of a covariate, left out


def factor_of(
    model: Model, beta: Floats | None, estimate: Estimate, p_value: float = np.nan
) -> Factor:
    """The result of a regression with coefficients beta, None where there are none."""
    slopes = [np.nan] * len(model.names) if beta is None else beta[1:-1].tolist()
    named = dict(zip(model.names, slopes, strict=True))
    left_out = model.dropped, model.lacking, model.at_chance, model.at_zero, model.outside
    return Factor(estimate, p_value, named, *left_out)


def least_squares_factor(model: Model, level: float = 0.95) -> Factor:
    """Exp(delta) by least squares with an HC3 interval: t of n - p degrees of freedom.

    HC3 divides each residual by 1 - leverage, so unequal variances and influential networks
    widen the interval. A covariate with which one network has leverage 1 is dropped.

    Args:
        model: of population.matching.rows.regression_model.

    Source: MacKinnon and White 1985; Long and Ervin 2000.
    """
    method = "least squares of ln e, HC3"
    if model.reason:
        return factor_of(
            model, None, without_interval(model.n, method, model.reason, level=level)
        )
    q, r = orthonormal(model)
    if (q**2).sum(axis=1).max() > LEVERAGE:
        model = without_lone_covariates(model)
        q, r = orthonormal(model)
    root = np.sqrt(model.weights)
    beta = np.asarray(np.linalg.solve(r, projected(q, root * model.log_error)), np.float64)
    residual = root * (model.log_error - combined(model.design, beta))
    leverage = (q**2).sum(axis=1)
    value, df = float(np.exp(beta[-1])), model.n - beta.size
    if leverage.max() > LEVERAGE or residual.std() < 1e-12:
        reason = DECIDED_BY_ONE if leverage.max() > LEVERAGE else NO_SPREAD
        return factor_of(model, beta, without_interval(model.n, method, reason, value, level))
    half = q * (residual / (1 - leverage))[:, None]
    covariance = np.linalg.solve(r, np.linalg.solve(r, half.T @ half).T)
    se = float(np.sqrt(covariance[-1, -1]))
    width = float(stdtrit(df, (1 + level) / 2)) * se
    with np.errstate(over="ignore"):  # few degrees of freedom: up to infinity
        ends = float(np.exp(beta[-1] - width)), float(np.exp(beta[-1] + width))
    p_value = 2 * float(stdtr(df, -abs(beta[-1]) / se))
    return factor_of(model, beta, Estimate(value, *ends, model.n, method, level), p_value)


def without_lone_covariates(model: Model) -> Model:
    """Without the covariates that give one network leverage 1, as far as that helps."""
    while model.names and highest_leverage(model) > LEVERAGE:
        shorter = [model.without(name) for name in model.names]
        model = min(shorter, key=highest_leverage)
    return model


def highest_leverage(model: Model) -> float:
    return float((orthonormal(model)[0] ** 2).sum(axis=1).max())


def orthonormal(model: Model) -> tuple[Floats, Floats]:
    """Q, R of the weighted design by Cholesky, twice: ten times as fast as Householder's.

    Source: Yamamoto et al. 2015 (CholeskyQR2); as exact up to condition numbers of 1e8.
    """
    q, r = model.design * np.sqrt(model.weights)[:, None], np.eye(model.design.shape[1])
    for _ in range(2):
        factor = np.linalg.cholesky(q.T @ q).T
        q, r = combined(q, np.linalg.inv(factor)), factor @ r
    return q, r


def median_factor(
    model: Model, rng: Generator, draws: int = 200, level: float = 0.95
) -> Factor:
    """Exp(delta) by the median regression, with a bootstrap interval over networks.

    Args:
        model: of population.matching.rows.regression_model.
        draws: of as many networks of each space as there are; at most 1,000 of either, for
            which the interval is then too wide.

    Source: Koenker and Bassett 1978.
    """
    method = f"median regression of ln e, bootstrap of {draws} draws"
    if model.reason:
        return factor_of(
            model, None, without_interval(model.n, method, model.reason, level=level)
        )
    beta = least_absolute(model.design, model.log_error, model.weights)
    value = float(np.exp(beta[-1]))
    is_a = model.design[:, -1] == 1
    spaces = np.flatnonzero(is_a), np.flatnonzero(~is_a)
    if min(map(len, spaces)) < FEWEST:
        reason = f"fewer than {FEWEST} networks of a space"
        return factor_of(model, beta, without_interval(model.n, method, reason, value, level))
    drawn = []
    for _ in range(draws):
        rows = [rng.choice(space, min(space.size, LARGEST)) for space in spaces]
        row, times = np.unique(np.concatenate(rows), return_counts=True)
        weights = model.weights[row] * times
        drawn.append(least_absolute(model.design[row], model.log_error[row], weights)[-1])
    ends = percentile_interval(np.exp(drawn), level)
    return factor_of(model, beta, Estimate(value, *ends, model.n, method, level))


def least_absolute(design: Floats, y: Floats, weights: Floats) -> Floats:
    """Coefficients b that minimise sum w |y - X b|: prices of the dual linear program.

    The dual has few rows: max y'd with X'd = 0 and |d_i| <= w_i.
    """
    centre, scale = design.mean(axis=0), design.std(axis=0)
    centre[0], scale[scale == 0] = 0.0, 1.0
    x = (design - centre) / scale
    bounds = list(zip((-weights).tolist(), weights.tolist(), strict=True))
    found = linprog(-y, A_eq=x.T, b_eq=np.zeros(x.shape[1]), bounds=bounds, method="highs")
    beta = -np.asarray(found.eqlin.marginals) / scale
    beta[0] -= centre @ beta
    return np.asarray(beta)
