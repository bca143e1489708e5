"""An estimate: a number, the interval around it, and the reason where there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats

SEED = 20_200_330
"""Of bootstraps that are given no generator: the same data say the same."""


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; nan and a `reason` where either does not exist.

    An infinite end: so few networks bound it on the other side only.
    """

    value: float
    lo: float
    hi: float
    n: int  # networks it is of
    method: str
    level: float = 0.95
    reason: str | None = None

    @property
    def bounded(self) -> bool:
        """There is an interval."""
        return not np.isnan(self.lo)


def without_interval(
    n: int, method: str, reason: str, value: float = np.nan, level: float = 0.95
) -> Estimate:
    """Perhaps a number, and why there is no interval."""
    return Estimate(value, np.nan, np.nan, n, method, level, reason)


def worth_in_words(networks: float) -> str:
    """An effective number of networks, never rounded up: 9.96 are 9.9, which is not 10."""
    return f"{np.floor(10 * networks + 1e-6) / 10:.1f}".removesuffix(".0")


def opposite(found: Estimate) -> Estimate:
    """The same said the other way round: b - a for a - b."""
    return replace(found, value=-found.value, lo=-found.hi, hi=-found.lo)


def percentile_interval(draws: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Central interval of bootstrap draws, shape (draws,): those of rank (draws + 1) alpha / 2.

    Ends are draws, never interpolated, so that some may be +inf (a median that diverged).

    Source: Davison and Hinkley 1997.
    """
    ordered = np.sort(np.asarray(draws, dtype=np.float64))
    rank = max(1, int((1 - level) / 2 * (ordered.size + 1) + 1e-9))
    return float(ordered[rank - 1]), float(ordered[-rank])


def log_errors(errors: ArrayLike, chance: float) -> Floats:
    """ln e in the shape of errors: +inf reads as chance, 0 as half the least positive error.

    Raises:
        ValueError: an error that is nan or negative, or a chance not positive or infinite.
    """
    e = np.asarray(errors, dtype=np.float64)
    if not (e >= 0).all() or not 0 < chance < np.inf:
        raise ValueError(
            f"need errors of at least 0, none nan, and chance > 0, got {e}, {chance}"
        )
    e = np.where(np.isinf(e), chance, e)
    positive = e[e > 0]
    least = positive.min() / 2 if positive.size else 1.0
    return np.log(np.where(e > 0, e, least))
