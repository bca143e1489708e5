"""A column as an axis of parallel coordinates, on which each value has its place.

An axis spans what the whole population has in its column, evenly or on its logarithm, so it
stays where constraints move; the values of a choice lie at equal distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from columns.arrays import Floats
from columns.constraints import Constraint, OneOf, float32
from columns.numbers import fixed


@dataclass(frozen=True, eq=False)
class Axis:
    """A column as an axis."""

    name: str
    head: str  # over the axis: a symbol
    title: str  # in the text: label, symbol and unit
    values: Floats  # of all networks, stored, nan where one lacks it; shape (n,)
    scale: float  # stored value / shown value
    decimals: int
    log: bool = False
    stops: Sequence[float] = ()  # of a choice, stored, ascending
    texts: Sequence[str] = ()  # of the stops, where their numbers stand for names
    turned: bool = False

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest value of the population that can stand on the axis."""
        there = self.values[np.isfinite(self.values) & ((self.values > 0) | (not self.log))]
        return (float(there.min()), float(there.max())) if there.size else (0.0, 1.0)

    def shares(self, values: Floats) -> Floats:
        """How far up values stand, 0 .. 1 where they are the population's; nan: nowhere."""
        x = np.asarray(values, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.stops:
                stops = float32(self.stops)
                at = np.minimum(np.searchsorted(stops, float32(x)), stops.size - 1)
                there = stops[at] == float32(x)
                share = np.where(there, at / max(1, stops.size - 1), np.nan)
            else:
                lo, hi = np.log(self.ends) if self.log else self.ends
                share = ((np.log(x) if self.log else x) - lo) / (hi - lo or 1)
        share = np.where(np.isfinite(share), share, np.nan)
        return 1 - share if self.turned else share

    def covered(self, one: Constraint) -> list[float]:
        """How far up the values, or ends, that a constraint asks for stand; []: nowhere."""
        if self.stops:
            stops = np.array(self.stops)
            values = stops[one.mask(stops)]
        elif isinstance(one, OneOf):
            values = np.array(one.values)
        else:
            values = np.clip([one.lo, one.hi], *self.ends)
        shares = self.shares(values)
        found: list[float] = shares[(shares >= 0) & (shares <= 1)].tolist()
        return found

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Some of its values, of a choice all, ascending, and their texts."""
        if self.stops:
            return list(zip(self.stops, self._told(self.stops), strict=True))
        lo, hi = self.ends
        at = np.geomspace(lo, hi, 5) if self.log else np.linspace(lo, hi, 5)
        return [(x, fixed(x / self.scale, self._digits(x))) for x in at.tolist()]

    @property
    def ends_told(self) -> tuple[str, str]:
        """Its least and its greatest value, as exact as the column is shown."""
        texts = self._told(self.stops or self.ends)
        return texts[0], texts[-1]

    def _told(self, values: Sequence[float]) -> Sequence[str]:
        return self.texts or [fixed(x / self.scale, self.decimals) for x in values]

    def _digits(self, value: float) -> int:
        size = abs(value / self.scale)
        return min(self.decimals, 0 if size >= 100 else 1 if size >= 10 else 2)

    @property
    def described(self) -> str:
        """`flops (M multiply-adds, log, turned over)`"""
        kinds = ["log"] * (self.log and not self.stops) + ["turned over"] * self.turned
        if not kinds:
            return self.title
        inside = self.title[:-1] + ", " if self.title.endswith(")") else f"{self.title} ("
        return f"{inside}{', '.join(kinds)})"
