"""The axes of parallel coordinates: columns that Explore has a control of, and what networks
are judged by, as a link names them (assets/explore/plots/parallel.mjs).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from columns.units import unit_of
from dashboard.figures.axis import Axis
from dashboard.figures.parallel import MOST_AXES
from dashboard.pages.explore import kept
from dashboard.pages.explore.constraints import Control, but_for
from services.errors import Refused
from services.reading.snapshots import Snapshot

USUAL = 7
"""Axes beside what networks are judged by, where none is asked for."""


def asked(snapshot: Snapshot, names: str) -> list[Axis]:
    """The axes of columns, by comma, - before one that is turned over; by default the usual.

    Raises:
        Refused: a column that is not there or has one value, fewer than two axes, or too many.
    """
    texts = [name.strip() for name in names.split(",") if name.strip()]
    wanted = {name.removeprefix("-"): name.startswith("-") for name in texts}
    if not wanted:
        others = [one.name for one in _controls(snapshot)]
        wanted = dict.fromkeys([*others[:USUAL], snapshot.population.criterion], False)
    if not 2 <= len(wanted) <= MOST_AXES:
        raise Refused("axes", names, f"two to {MOST_AXES} different columns")
    return [
        replace(one(snapshot, name, "axes"), turned=turned) for name, turned in wanted.items()
    ]


def one(snapshot: Snapshot, name: str, field: str) -> Axis:
    """The axis of a column.

    Raises:
        Refused: it is not there, or has one value.
    """
    criterion = snapshot.population.criterion
    if name == criterion:
        return _judged(snapshot)
    found = {one.name: one for one in _controls(snapshot)}
    if name not in found:
        known = ", ".join([criterion, *found])
        raise Refused(field, name, f"a column with more than one value: {known}")
    return _of(snapshot, found[name])


def _controls(snapshot: Snapshot) -> list[Control]:
    return but_for(snapshot.population.criterion, kept.controls(snapshot))


def _of(snapshot: Snapshot, control: Control) -> Axis:
    is_choice = control.kind == "choice"
    return Axis(
        control.name,
        _head(control.symbol, control.mark),
        _title(control.named, control.unit),
        snapshot.population.columns[control.name],
        control.scale,
        control.decimals,
        control.log,
        control.stops if is_choice else (),
        control.shorts,
    )


def _judged(snapshot: Snapshot) -> Axis:
    """Of what networks are judged by, which has no control."""
    population = snapshot.population
    quantity, values = snapshot.quantities[population.criterion], population.judged
    unit = unit_of(quantity, values)
    finite = values[np.isfinite(values)]
    return Axis(
        population.criterion,
        _head(quantity.word, unit.text),
        _title(quantity.word, unit.text),
        values,
        unit.scale,
        unit.decimals,
        finite.size > 0 and unit.is_log_from(float(finite.min())),
    )


def _head(symbol: str, mark: str) -> str:
    """A symbol, with its unit where both are short."""
    return symbol if len(symbol) > 3 else f"{symbol} {mark}".strip()


def _title(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label
