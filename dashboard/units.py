"""Units in which a column is shown: millions of flops, thousands where networks are small.

A quantity declares its prefix; networks for 8-pixel images would then all read 0.0104 M. So a
count whose median is below a million is shown in thousands, with three digits of its median.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from columns.numbers import fixed
from columns.quantities import SYMBOLS, Quantity, joined


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
        return f"{self.quantity.label} ({self.text})" if self.text else self.quantity.label

    def show(self, value: float) -> str:
        """A stored value in this unit, without it; "–" where it lacks."""
        return fixed(value / self.scale, self.decimals)


def unit_of(quantity: Quantity, values: ArrayLike) -> Unit:
    """The unit for a whole column of stored values."""
    counts = np.asarray(values, dtype=np.float64)
    counts = counts[np.isfinite(counts) & (counts > 0)]
    if quantity.prefix != "M" or not counts.size or np.median(counts) >= 1e6:
        return Unit(quantity, quantity.prefix, quantity.scale, quantity.decimals_for(counts))
    digits = math.floor(math.log10(max(1.0, float(np.median(counts)) / 1e3)))
    return Unit(quantity, "k", 1e3, max(0, 2 - digits))
