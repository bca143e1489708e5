"""Units in which a column is shown: millions of flops, thousands where networks are small.

A quantity declares its prefix; networks for 8-pixel images would then all read 0.0104 M. So a
count whose median is below a million is shown in thousands, with three digits of its median.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Floats
from columns.numbers import fixed
from columns.quantities import QUANTITIES, SYMBOLS, Quantity, joined

LARGE = ((1e5, 0), (1e3, 1))
"""From which shown numbers on so many decimals are enough."""


@dataclass(frozen=True)
class Unit:
    """How the values of one column are written."""

    quantity: Quantity
    prefix: str
    scale: float  # stored value / shown value
    decimals: int

    @property
    def text(self) -> str:
        return joined(self.prefix, self.quantity.unit)

    @property
    def mark(self) -> str:
        """What stands behind a symbol or number where there is little room: k, M, ms, MB."""
        return self.text if self.quantity.unit in SYMBOLS else self.prefix

    @property
    def title(self) -> str:
        """Label and unit."""
        return self._with_unit(self.quantity.label)

    @property
    def axis(self) -> str:
        """Of an axis of what networks are judged by: `top-1 error e (%)`."""
        return self._with_unit(self.quantity.named)

    @property
    def short(self) -> str:
        """`error (%)`"""
        return self._with_unit(self.quantity.word)

    def _with_unit(self, text: str) -> str:
        return f"{text} ({self.text})" if self.text else text

    def with_unit(self, value: float) -> str:
        """A stored value in this unit: `12.30 %`."""
        return f"{self.show(value)} {self.text}".strip()

    @property
    def is_of_errors(self) -> bool:
        return self.quantity.name == "error"

    @property
    def variable(self) -> str:
        """What it is called where an EDF is a function of it."""
        return "e" if self.is_of_errors else "x"

    def is_log_from(self, lo: float) -> bool:
        """Whether an axis of stored values, the least of which is lo, is logarithmic."""
        return self.quantity.log and lo > 0

    def show(self, value: float) -> str:
        """A stored value in this unit, without it; "–" where it lacks."""
        return fixed(value / self.scale, self.decimals)


def described(unit: Unit) -> dict[str, str | float | bool]:
    """A unit and its quantity as JSON, for who writes numbers elsewhere."""
    about = unit.quantity
    return {
        "name": about.name,
        "symbol": about.symbol,
        "label": about.label,
        "named": about.named,
        "word": about.word,
        "unit": unit.text,
        "base": about.unit,
        "mark": unit.mark,
        "scale": unit.scale,
        "decimals": unit.decimals,
        "log": about.log,
    }


def unit_of(quantity: Quantity, values: ArrayLike) -> Unit:
    """The unit for a whole column of stored values."""
    counts = np.asarray(values, dtype=np.float64)
    counts = counts[np.isfinite(counts) & (counts > 0)]
    if quantity.prefix != "M" or not counts.size or np.median(counts) >= 1e6:
        decimals = decimals_of(quantity, counts)
        return Unit(quantity, quantity.prefix, quantity.scale, decimals)
    digits = math.floor(math.log10(max(1.0, float(np.median(counts)) / 1e3)))
    return Unit(quantity, "k", 1e3, max(0, 2 - digits))


def decimals_of(quantity: Quantity, positive: Floats) -> int:
    """Decimals for a column with these values: none that say nothing of measured numbers."""
    decimals = quantity.decimals_for(positive)
    if quantity.role != "result" or not decimals or not positive.size:
        return decimals
    typical = float(np.median(positive)) / quantity.scale
    return min(decimals, next((most for end, most in LARGE if typical >= end), decimals))


ERRORS = unit_of(QUANTITIES["error"], [])
"""What networks are judged by unless something else is said."""
