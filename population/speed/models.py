"""Models of a time: what of a network's complexity says how long it takes.

Each is fitted by least squares of log(time): a tenth too long is as bad for a small network as
for a large one. With f multiply-adds and A activations,

    t = a f        t = a A        t = a sqrt(f) + b A        t = k f^p        t = k A^p
    t = k f^p A^q

The third one is the paper's for accelerators, a and b not negative: of its mixtures

    log t = log a + log((1 - m) sqrt(f) / s + m A / r),   m in 0..1

the best scale is a mean, so m alone is searched for.

Source: arXiv 2003.13678, section 4 ("a sqrt(f) + b acts").
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from columns.arrays import Floats

FLOPS, ACTIVATIONS, PARAMS = "flops", "activations", "params"


class Model(ABC):
    """A form of a time, with coefficients that are fitted."""

    name: str  # as it is written

    @property
    @abstractmethod
    def needs(self) -> Sequence[str]:
        """Columns."""

    @property
    @abstractmethod
    def coefficients(self) -> Sequence[str]:
        """Their names."""

    @abstractmethod
    def fit(self, x: Mapping[str, Floats], log_time: Floats) -> Floats:
        """Its coefficients, least squares of log(time), in the order of their names.

        Args:
            x: positive, by column, shape (n,).
            log_time: natural logarithm, shape (n,).
        """

    @abstractmethod
    def log_time(self, x: Mapping[str, Floats], coefficients: Floats) -> Floats:
        """What it says of the logarithm of the time, shape (n,)."""


@dataclass(frozen=True)
class Proportional(Model):
    """t = a x."""

    column: str
    name: str

    @property
    def needs(self) -> Sequence[str]:
        return (self.column,)

    @property
    def coefficients(self) -> Sequence[str]:
        return ("a",)

    def fit(self, x: Mapping[str, Floats], log_time: Floats) -> Floats:
        return np.exp([np.mean(log_time - np.log(x[self.column]))])

    def log_time(self, x: Mapping[str, Floats], coefficients: Floats) -> Floats:
        logs: Floats = np.log(coefficients[0]) + np.log(x[self.column])
        return logs


@dataclass(frozen=True)
class Power(Model):
    """t = k x^p .., a power of each column."""

    columns: Sequence[str]
    powers: Sequence[str]
    name: str

    @property
    def needs(self) -> Sequence[str]:
        return self.columns

    @property
    def coefficients(self) -> Sequence[str]:
        return ("k", *self.powers)

    def fit(self, x: Mapping[str, Floats], log_time: Floats) -> Floats:
        found, *_ = np.linalg.lstsq(self._rows(x), log_time, rcond=None)
        return np.append(np.exp(found[0]), found[1:])

    def log_time(self, x: Mapping[str, Floats], coefficients: Floats) -> Floats:
        logs = np.append(np.log(coefficients[0]), coefficients[1:])
        said: Floats = self._rows(x) @ logs
        return said

    def _rows(self, x: Mapping[str, Floats]) -> Floats:
        logs = [np.log(x[name]) for name in self.columns]
        return np.stack([np.ones(logs[0].size), *logs], axis=1)


@dataclass(frozen=True)
class Mixed(Model):
    """t = a sqrt(f) + b A, neither negative."""

    name: str = "a sqrt(f) + b A"

    @property
    def needs(self) -> Sequence[str]:
        return (FLOPS, ACTIVATIONS)

    @property
    def coefficients(self) -> Sequence[str]:
        return ("a", "b")

    def fit(self, x: Mapping[str, Floats], log_time: Floats) -> Floats:
        root, activations = np.sqrt(x[FLOPS]), x[ACTIVATIONS]
        s, r = np.exp(np.mean(np.log(root))), np.exp(np.mean(np.log(activations)))

        def left(m: float) -> Floats:
            rest: Floats = log_time - np.log((1 - m) * root / s + m * activations / r)
            return rest

        inside = minimize_scalar(
            lambda m: float(np.var(left(m))), bounds=(0, 1), method="bounded"
        )
        m = min((0.0, 1.0, float(inside.x)), key=lambda m: float(np.var(left(m))))
        scale = np.exp(np.mean(left(m)))
        return np.array([scale * (1 - m) / s, scale * m / r])

    def log_time(self, x: Mapping[str, Floats], coefficients: Floats) -> Floats:
        a, b = coefficients
        logs: Floats = np.log(a * np.sqrt(x[FLOPS]) + b * x[ACTIVATIONS])
        return logs


MODELS: Sequence[Model] = (
    Proportional(FLOPS, "a f"),
    Proportional(ACTIVATIONS, "a A"),
    Mixed(),
    Power((FLOPS,), ("p",), "k f^p"),
    Power((ACTIVATIONS,), ("p",), "k A^p"),
    Power((FLOPS, ACTIVATIONS), ("p", "q"), "k f^p A^q"),
)
