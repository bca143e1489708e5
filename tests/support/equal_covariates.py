"""Pairs of spaces whose networks err by their covariates, and what is true at equal ones.

A space is a list of values with a probability each, so that the theta of two spaces at equal
covariates is a sum and no estimate: with a and b the probabilities of a value in either space,
overlap weights (Li, Morgan and Zaslavsky 2018) compare at h = a b / (a + b).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, norm

from population.comparing.theta import pooled, theta
from population.curves.edf import edf
from population.matching.imbalance import imbalances
from population.matching.matched import judged, too_little, too_many_failed
from population.matching.matching import overlap
from population.matching.regression import least_squares_factor
from population.matching.rows import regression_model
from population.matching.sample import Sample


def theta_of(a, b, weights_a=None, weights_b=None):
    """Theta of errors, (n,) each, drawn by weight."""
    return theta(pooled(edf(a, weights_a), edf(b, weights_b))).value


@dataclass(frozen=True, eq=False)
class Pair:
    """Two spaces over the same values, shape (k, p), with probabilities a and b, (k,)."""

    values: np.ndarray
    a: np.ndarray
    b: np.ndarray

    @classmethod
    def of(cls, values, a, b):
        values = np.asarray(values, float).reshape(len(a), -1)
        return cls(values, np.asarray(a) / np.sum(a), np.asarray(b) / np.sum(b))

    def swapped(self):
        return Pair(self.values, self.b, self.a)

    def drawn(self, rng, n, m):
        """Covariates of n networks of A and of m of B."""
        k = len(self.values)
        return self.values[rng.choice(k, n, p=self.a)], self.values[rng.choice(k, m, p=self.b)]

    def theta(self, effect, better=0.0):
        """P(a < b) at equal covariates; normal noise of sd 1, A `better` points lower."""
        with np.errstate(invalid="ignore"):
            h = np.nan_to_num(self.a * self.b / (self.a + self.b))
        f, h = effect(*self.values.T)[h > 0], h[h > 0] / h.sum()
        return float(h @ norm.cdf((f[None] - f[:, None] + better) / np.sqrt(2)) @ h)


def depths(lo, hi):
    """Depths lo to hi, equally likely."""
    d = np.arange(3, 25)
    return ((lo <= d) & (d <= hi)).astype(float)


def logs(mean, sd):
    """ln x normal, on 81 values."""
    z = np.linspace(0.5, 4.5, 81)
    return norm.pdf((z - mean) / sd)


DEPTH, FINE = np.arange(3, 25), np.exp(np.linspace(0.5, 4.5, 81))
SLANTED = beta.pdf((DEPTH - 2.5) / 22, 2, 3)


def joint(mean, sd, rho):
    """Two correlated normal logarithms on a grid of 21 by 21."""
    x, y = (np.linspace(lo, hi, 21) for lo, hi in ((0.7, 3.7), (-0.2, 2.2)))
    u, v = (x[:, None] - mean[0]) / sd[0], (y[None] - mean[1]) / sd[1]
    return np.exp(-(u**2 - 2 * rho * u * v + v**2) / (2 * (1 - rho**2))).ravel()


GRID = np.exp(
    np.stack(
        np.meshgrid(np.linspace(0.7, 3.7, 21), np.linspace(-0.2, 2.2, 21), indexing="ij"), -1
    ).reshape(-1, 2)
)
MIDDLE = ((2.2, 1.0), (0.5, 0.4))

BALANCED = {
    "depth": Pair.of(DEPTH, depths(3, 18), depths(3, 18)),
    "fine": Pair.of(FINE, logs(2.2, 0.5), logs(2.2, 0.5)),
}
UNLIKE = {
    "wider": Pair.of(DEPTH, depths(3, 18), depths(6, 12)),
    "later": Pair.of(DEPTH, depths(3, 15), depths(7, 22)),
    "slanted": Pair.of(DEPTH, SLANTED, SLANTED[::-1]),
    "larger": Pair.of(FINE, logs(2.5, 0.5), logs(2.2, 0.4)),
    "two humps": Pair.of(FINE, logs(1.7, 0.25) + logs(2.9, 0.25), logs(2.3, 0.5)),
}


def free(networks, rho):
    """So many networks of two correlated normal logarithms, none like another."""
    x, y = np.random.default_rng(0).normal(size=(2, networks))
    y = rho * x + np.sqrt(1 - rho**2) * y
    (mean_x, mean_y), (sd_x, sd_y) = MIDDLE
    values = np.exp(np.stack([mean_x + sd_x * x, mean_y + sd_y * y], axis=-1))
    return Pair.of(values, np.ones(networks), np.ones(networks))


TWO_BALANCED = {
    "two": Pair.of(GRID, joint(*MIDDLE, 0.3), joint(*MIDDLE, 0.3)),
    "two free": free(1_000, 0.3),
}
TWO_UNLIKE = {
    "two larger": Pair.of(GRID, joint((2.4, 1.1), (0.5, 0.4), 0.3), joint(*MIDDLE, 0.3)),
    "two wider": Pair.of(
        GRID, joint((2.2, 1.0), (0.6, 0.5), 0.3), joint((2.2, 1.0), (0.4, 0.3), 0.3)
    ),
    "two turned": Pair.of(GRID, joint(*MIDDLE, 0.6), joint(*MIDDLE, -0.4)),
}

Effect = Callable[..., np.ndarray]
EFFECTS: dict[str, Effect] = {
    "U-shaped": lambda d: 6 * abs(np.log(d / 9)),
    "late": lambda d: 5.0 * (d >= 13),
    "late slope": lambda d: 10 * np.maximum(0, np.log(d / 12)),
    "linear": lambda d: 5 * np.log(d),
}
TWO_EFFECTS: dict[str, Effect] = {
    "both": lambda d, f: 4 * np.log(d) - 4 * np.log(f),
    "both U-shaped": lambda d, f: 5 * abs(np.log(d / 9)) + 5 * abs(np.log(f / 2.7)),
    "product": lambda d, f: 8 * (np.log(d) - 2.2) * (np.log(f) - 1),
    "both late": lambda d, f: 5.0 * ((d > 12) & (f > 2.7)),
}


@dataclass
class Rates:
    """Of so many comparisons: how often theta's interval held the truth, and what was said."""

    runs: int = 0
    covered: int = 0  # there was an interval and the truth inside
    warned: int = 0  # a warning that balance is not reached
    without: int = 0  # no match or no interval, with a reason
    held: int = 0  # covered, warned or without
    clean: int = 0  # neither warned nor without

    def add(self, theta, warned, truth):
        without = not theta.bounded
        covered = not without and theta.lo <= truth <= theta.hi
        self.runs += 1
        self.covered += covered
        self.warned += warned
        self.without += without
        self.held += covered or warned or without
        self.clean += not (warned or without)


def rates(pair, effects, n, m, runs, draws, seed, match=overlap, betters=(0.0, 0.8)):
    """Rates by (effect, better), as compare_matched finds them; effects share the weights."""
    rng, found = np.random.default_rng(seed), {}
    truths = {(e, d): pair.theta(f, d) for e, f in effects.items() for d in betters}
    names = [f"x{j}" for j in range(pair.values.shape[1])]
    for _ in range(runs):
        x, y = pair.drawn(rng, n, m)
        noise_a, noise_b = rng.normal(size=n), rng.normal(size=m)
        errors = {
            (e, d): (effects[e](*x.T) + noise_a - d, effects[e](*y.T) + noise_b)
            for e, d in truths
        }
        matching = match(x, y)
        worth = matching.worth_a, matching.worth_b
        reason, warned, drawn, failed = matching.reason or too_little(*worth), False, [], 0
        if matching.reason is None:
            rows = imbalances(names, x, y, weights_a=matching.a, weights_b=matching.b)
            warned = any(row.warning_weighted for row in rows)
        for _ in range(0 if reason else draws):
            i, j = rng.integers(0, n, n), rng.integers(0, m, m)
            again = match(x[i], y[j])
            failed += again.reason is not None
            if again.reason is None:
                drawn.append(
                    [theta_of(a[i], b[j], again.a, again.b) for a, b in errors.values()]
                )
        reason = reason or too_many_failed(failed, draws)
        for k, (key, truth) in enumerate(truths.items()):
            value = np.nan
            if matching.reason is None:
                value = theta_of(*errors[key], matching.a, matching.b)
            of = np.array([row[k] for row in drawn])
            theta, _ = judged(value, of, worth, matching.fitted, n + m, "", 0.95, reason)
            found.setdefault(key, Rates()).add(theta, warned, truth)
    return found


def factors(pair, effects, n, m, runs, seed, better=0.8):
    """How often the regression's interval holds the factor on the error, by effect."""
    rng, held = np.random.default_rng(seed), dict.fromkeys(effects, 0)
    names = [f"x{j}" for j in range(pair.values.shape[1])]
    for _ in range(runs):
        x, y = pair.drawn(rng, n, m)
        noise_a, noise_b = rng.normal(size=n), rng.normal(size=m)
        for name, effect in effects.items():  # in tenths, so that ln e is what the effect says
            a = np.exp((effect(*x.T) + noise_a - better) / 10)
            b = np.exp((effect(*y.T) + noise_b) / 10)
            model = regression_model(names, Sample.of(a, x), Sample.of(b, y), chance=90)
            factor = least_squares_factor(model).factor
            inside = not factor.bounded or factor.lo <= np.exp(-better / 10) <= factor.hi
            held[name] += inside / runs
    return held
