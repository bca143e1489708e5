"""The panel of constraints: one control for each column that a population has.

Of what was drawn, which never changes, they are built once a population; of what was measured
anew as results come. There is none for the error: it is what the page asks about, and a set of
networks picked by their errors has the EDF that the constraint gives it. REST takes one.

A control moves over stops: the distinct values where these are few, else about a hundred round
values. What a control asks for, and the histogram behind it, are the browser's
(assets/explore/controls.js).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import dash_mantine_components as dmc
import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from dashboard.pages.markup import attributes
from dashboard.units import unit_of
from designspace.population import Population
from designspace.quantities import STAGE_QUANTITIES, Quantity, quantity

Column = NDArray[np.float64]

MOST_CHIPS = 12
"""Values that are picked one by one; more of them get a slider."""
MOST_DISTINCT = 120
"""Values that are stops themselves."""
STOPS = 100
KEYS = 8
"""Controls reached by a digit key."""

SECTIONS = {
    "parameter": "Parameters",
    "complexity": "Complexity",
    "fit": "Fitted line",
    "stage": "Stages",
    "result": "Measured",  # last: digit keys don't move when results come
}


@dataclass(frozen=True)
class Control:
    """A column as the browser needs to know it: words, units, and the stops of its control."""

    name: str
    symbol: str
    label: str
    unit: str  # shown
    mark: str  # k, M, ms, MB or none: the unit where there is little room
    scale: float  # stored value / shown value
    decimals: int
    log: bool
    kind: str  # range or choice
    section: str
    stops: list[float]  # ascending, base units

    @property
    def title(self) -> str:
        """Label and symbol, where that is a letter of the field."""
        whole = self.label[:1].upper() + self.label[1:]
        words = self.label.split()
        short = self.symbol.isalpha() and len(self.symbol) > 2  # a word: mem, loss
        spelt = self.symbol in words or len(self.symbol) > 3 or short
        return whole if spelt else f"{whole} {self.symbol}"


def controls(population: Population) -> list[Control]:
    """The controls of a population by section: of what differs."""
    found = [
        control(name, values) for name, values in population.columns.items() if offered(name)
    ]
    order = list(SECTIONS)
    return sorted(
        (one for one in found if len(one.stops) > 1), key=lambda one: order.index(one.section)
    )


def offered(name: str) -> bool:
    """Whether the column has words, and is neither the error nor another's quartile."""
    try:
        return name != "error" and not quantity(name).spread
    except ValueError:
        return False


def measured(population: Population) -> dict[str, int]:
    """How many networks have each measured column that is offered: more of them come."""
    return {
        name: int(np.isfinite(values).sum())
        for name, values in population.columns.items()
        if offered(name) and quantity(name).role == "result"
    }


def control(name: str, values: Column) -> Control:
    """What a column's control looks like, by the values in it, shape (n,)."""
    about = quantity(name)
    whole = name.rpartition("_")[0] not in STAGE_QUANTITIES
    distinct = np.unique(values[np.isfinite(values)])
    choice = about.kind == "choice" and distinct.size <= MOST_CHIPS
    unit = unit_of(about, values)
    return Control(
        name=name,
        symbol=about.symbol,
        label=about.label,
        unit=unit.text,
        mark=unit.mark,
        scale=unit.scale,
        decimals=written_decimals(distinct) if choice else unit.decimals,
        log=about.log and bool((distinct > 0).all()),
        kind="choice" if choice else "range",
        section=about.role if whole else "stage",
        stops=[float(x) for x in (distinct if choice else stops(about, distinct))],
    )


def written_decimals(distinct: Column) -> int:
    """Decimals that tell the values of a choice apart: 0.5 and 0.25 need two."""
    return max((len(f"{value:g}".partition(".")[2]) for value in distinct), default=0)


def stops(about: Quantity, distinct: Column) -> Column:
    """Where a slider stops: its first and last stop reach around all values."""
    few = 2 if about.role == "result" else MOST_DISTINCT  # what is measured never repeats
    if distinct.size <= few:
        return distinct
    lo, hi = distinct[0], distinct[-1]
    if about.log and lo > 0:
        inner = np.array([significant(x) for x in np.geomspace(lo, hi, STOPS)])
    else:
        step = nice((hi - lo) / STOPS)
        inner = np.arange(math.ceil(lo / step), math.floor(hi / step) + 1) * step
        inner = np.round(inner, 12)
    inner = np.unique(inner)
    return np.concatenate(([lo], inner[(inner > lo) & (inner < hi)], [hi]))


def significant(x: float, digits: int = 2) -> float:
    """x rounded to some significant digits."""
    return float(f"{x:.{digits}g}")


def nice(step: float) -> float:
    """The next of 1, 2, 5, 10 .. times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(k * power for k in (1, 2, 5, 10) if k * power >= step * (1 - 1e-9))


def panels(found: Iterable[Control], population: int, version: int) -> list[Component]:
    """All controls by section: those of what was drawn, and those of what was measured."""
    rows = list(found)
    keys = {one.name: number for number, one in enumerate(rows[:KEYS], 1)}
    about = attributes(data_population=str(population), data_version=str(version))
    of_drawn = [one for one in rows if one.section != "result"]
    return [
        html.Div(sections(some, keys), className="controls", **about)
        for some in (of_drawn, rows[len(of_drawn) :])
    ]


def sections(rows: list[Control], keys: dict[str, int]) -> list[Component]:
    return [
        html.Details(
            [
                html.Summary(title),
                *(row(one, keys.get(one.name)) for one in rows if one.section == section),
            ],
            open=section not in folded(rows),
            className="section",
        )
        for section, title in SECTIONS.items()
        if any(one.section == section for one in rows)
    ]


def folded(rows: list[Control]) -> set[str]:
    """Sections that start closed; the fitted line too, where it repeats the drawn one."""
    drawn_line = any(one.name == "w0" for one in rows)
    return {"stage", "fit"} if drawn_line else {"stage"}


def row(one: Control, key: int | None) -> Component:
    """A control with its title, its value as text, its reset and its histogram."""
    head = html.Div(
        [
            html.Span(
                one.title,
                className="constraint-title",
                title=f"{one.label}{f' ({one.unit})' if one.unit else ''}"
                + (f"; key {key}" if key else ""),
            ),
            html.Output(className="constraint-value"),
            html.Button(
                "×", className="constraint-reset", **attributes(aria_label=f"reset {one.label}")
            ),
        ],
        className="constraint-head",
    )
    body = chips(one) if one.kind == "choice" else slider(one)
    return html.Div(
        [head, html.Div(className="histogram"), body],
        className="constraint",
        role="group",
        **attributes(
            aria_label=one.label,
            data_column=one.name,
            data_kind=one.kind,
            data_key=str(key or ""),
        ),
    )


def slider(one: Control) -> Component:
    last = len(one.stops) - 1
    ranged: Component = dmc.RangeSlider(
        id={"type": "constraint", "column": one.name},
        min=0,
        max=last,
        step=1,
        minRange=0,
        value=[0, last],
        label=None,
        updatemode="mouseup",
        size=3,
        thumbSize=14,
        thumbFromLabel=f"{one.label}, lower end",
        thumbToLabel=f"{one.label}, upper end",
    )
    return ranged


def chips(one: Control) -> Component:
    return html.Div(
        [
            html.Button(
                f"{stop:g}",
                className="chip",
                **attributes(data_stop=str(i), aria_pressed="false"),
            )
            for i, stop in enumerate(one.stops)
        ],
        className="chips",
        style={"--chips": len(one.stops)},
    )


def described(found: Iterable[Control]) -> list[dict[str, object]]:
    """The controls as JSON, for the browser."""
    return [asdict(one) | {"title": one.title} for one in found]
