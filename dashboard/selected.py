"""What a link selects of a population: ranges of columns, and a lasso in a plot of two.

    select=depth=5..8;error=3..5
    lasso=wa:log,error;5,20;8,30;6,24        the axes, then the corners, in base units

It selects what the page does (assets/base/lasso.mjs, assets/engine/polygon.mjs): numbers are
compared as float32, edges of a lasso are straight on its axes, and a network without a value is
outside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from columns.arrays import Bools, Floats
from columns.constraints import Constraint, float32
from population.population import Population
from services.errors import Refused
from services.reading import queries
from services.reading.snapshots import Snapshot

MOST_CORNERS = 64
LASSO = "two columns and 3 to 64 corners, as wa:log,error;5,20;8,30;6,24"


@dataclass(frozen=True, eq=False)
class Lasso:
    """A polygon in the plot of one column over another."""

    columns: tuple[str, str]
    log: tuple[bool, bool]
    corners: Floats  # shape (k, 2)

    def mask(self, population: Population) -> Bools:
        """Which networks lie inside, shape (n,): a ray from them crosses it an odd number of
        times.
        """
        points = [float32(population.columns[name]) for name in self.columns]
        x, y = (_on_axis(values, log) for values, log in zip(points, self.log, strict=True))
        xs, ys = (_on_axis(self.corners[:, i], log) for i, log in enumerate(self.log))
        inside = np.zeros(len(population), dtype=bool)
        corners = list(zip(xs, ys, strict=True))
        with np.errstate(invalid="ignore", divide="ignore"):
            for (x1, y1), (x0, y0) in pairwise([corners[-1], *corners]):
                crossed = (y0 > y) != (y1 > y)
                inside ^= crossed & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
        return inside & np.isfinite(x) & np.isfinite(y)


@dataclass(frozen=True, eq=False)
class Selected:
    """Ranges, and perhaps a lasso: what lies in all of them."""

    ranges: Mapping[str, Constraint]
    lasso: Lasso | None

    def mask(self, population: Population) -> Bools:
        """Which networks are selected, shape (n,)."""
        within = population.passing(self.ranges)
        return within if self.lasso is None else within & self.lasso.mask(population)


def read(snapshot: Snapshot, select: str, lasso: str) -> Selected | None:
    """What a link selects; None where it selects nothing.

    Raises:
        Refused: a text that is no constraint or no lasso, or a column that is not there.
    """
    if not select.strip() and not lasso:
        return None
    texts = dict(_range(part) for part in select.split(";") if part.strip())
    return Selected(queries.parse(snapshot, texts), _lasso(snapshot, lasso) if lasso else None)


def _range(part: str) -> tuple[str, str]:
    name, _, text = part.partition("=")
    return name.strip(), text


def _lasso(snapshot: Snapshot, text: str) -> Lasso:
    axes, *pairs = text.split(";")
    named = [axis.partition(":") for axis in axes.split(",")]
    names = [name for name, _, _ in named]
    corners = [[_number(part) for part in pair.split(",")] for pair in pairs]
    plain = len(names) == 2 and all(kind in {"", "log"} for _, _, kind in named)
    whole = all(len(pair) == 2 and all(map(math.isfinite, pair)) for pair in corners)
    if not (plain and whole and 3 <= len(corners) <= MOST_CORNERS):
        raise Refused("lasso", text[:80], LASSO)
    for name in names:
        if name not in snapshot.population.columns:
            known = ", ".join(snapshot.population.columns)
            raise Refused("lasso", name, f"the population's columns: {known}")
    x, y = (kind == "log" for _, _, kind in named)
    return Lasso((names[0], names[1]), (x, y), np.array(corners))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _on_axis(values: ArrayLike, log: bool) -> Floats:
    x = np.asarray(values, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log10(x) if log else x
