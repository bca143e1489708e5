"""The panel of constraints: one control for each column that a population has.

Of what was drawn, which never changes, they are built once a population; of what was measured
anew as results come. There is none for what networks are judged by: it is what the page asks
about, and a set of networks picked by their errors has the EDF that the constraint gives it.
REST takes one.

A control moves over stops that lie evenly on the axis of its values, linear or log: all values
of a grid that has few, as of whole blocks, else about a hundred round ones. What a control asks
for, and the histogram behind it, are the browser's (assets/explore/panel/).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

import dash_mantine_components as dmc
import numpy as np
from dash import html
from dash.development.base_component import Component

from columns.arrays import Floats
from columns.quantities import STAGE_QUANTITIES, Name, Quantity
from columns.quantities import described as known
from columns.units import unit_of
from dashboard.pages.markup import attributes
from population.population import ERROR, Population

MOST_CHIPS = 12
"""Values that are picked one by one; more of them get a slider."""
MOST_VALUES = 120
"""Values of a grid that are stops themselves."""
STOPS = 100
MANY = 1000
"""Different values that no choice has: a column with more of them is not sorted."""
FINEST = 1000
"""Values on a grid are whole numbers of thousandths, the finest step of any law."""
EXACT = 2.0**53
"""Whole numbers up to this are what a float says."""
KEYS = 8
"""Controls reached by a digit key."""

NO_NAMES: Mapping[str, Sequence[Name]] = MappingProxyType({})

SECTIONS = {
    "parameter": "Parameters",
    "complexity": "Complexity",
    "fit": "Fitted line",
    "stage": "Stages",
    "result": "Measured",  # last: digit keys don't move when results come
}


WORDS = {
    "depth": "blocks, all stages together",
    "w0": "width of the first block by the line w_j = w0 + wa j",
    "wa": "channels that each block adds by the line",
    "wm": "widths are rounded to w0 times its powers: blocks of equal width form a stage",
    "bottleneck_ratio": "a block's inner width is its width over b: 1 is no bottleneck",
    "group_width": "channels in a group of the 3x3 convolution, as drawn",
    "effective_group_width": "channels in a group of the 3x3 convolution, as built",
    "flops": "multiply-adds for one image",
    "activations": "outputs of all convolutions for one image",
    "e_fit": "how far the block widths are from the nearest quantised line on average, "
    "|ln(line / width)|: 0.05 is about 5 %",
    "latency": "median time of a forward pass of one image",
}
"""What a column is, for people who don't know its word."""


@dataclass(frozen=True)
class Control:
    """A column as the browser needs to know it: words, units, and the stops of its control."""

    name: str
    symbol: str
    label: str
    named: str  # with its symbol, where that is a letter
    word: str  # in sentences
    unit: str  # shown
    mark: str  # k, M, ms, MB or none: the unit where there is little room
    scale: float  # stored value / shown value
    decimals: int
    log: bool
    kind: str  # range or choice
    section: str
    stops: list[float]  # ascending, base units
    spacing: float  # of the values, where they lie on a grid; 0: they don't
    names: list[str] = field(default_factory=list)  # of the stops, where these only count
    shorts: list[str] = field(default_factory=list)  # the same where there is little room

    @property
    def title(self) -> str:
        """Label and symbol, where that is a letter of the field."""
        return self.named[:1].upper() + self.named[1:]


def controls(
    population: Population,
    names: Mapping[str, Sequence[Name]] = NO_NAMES,
    quantities: Mapping[str, Quantity] | None = None,
) -> list[Control]:
    """The controls of a population by section: of what differs, but for what it is judged by.

    Args:
        names: what the numbers 1, 2, .. of columns stand for.
        quantities: of the columns; by default those that are declared.
    """
    return but_for(population.criterion, every(population.columns, names, quantities))


def every(
    columns: Mapping[str, Floats],
    names: Mapping[str, Sequence[Name]] = NO_NAMES,
    quantities: Mapping[str, Quantity] | None = None,
) -> list[Control]:
    """A control each of the columns that are offered, by section, whatever differs in them."""
    about = {name: known(name) for name in columns} if quantities is None else quantities
    found = [
        control(about[name], columns[name], names.get(name, ()))
        for name in columns
        if offered(about[name])
    ]
    order = list(SECTIONS)
    return sorted(found, key=lambda one: order.index(one.section))


def but_for(criterion: str, every: Iterable[Control]) -> list[Control]:
    """The controls of what differs, but for what networks are judged by."""
    return [one for one in every if len(one.stops) > 1 and one.name != criterion]


def offered(about: Quantity) -> bool:
    """Whether a column is no other's quartile."""
    return not about.spread


def measured(
    population: Population, quantities: Mapping[str, Quantity] | None = None
) -> dict[str, int]:
    """How many networks have each measured column that is offered: more of them come."""
    columns = population.columns
    about = {name: known(name) for name in columns} if quantities is None else quantities
    return {
        name: int(np.isfinite(columns[name]).sum())
        for name in columns
        if name != population.criterion
        and offered(about[name])
        and about[name].role == "result"
    }


def control(about: Quantity, values: Floats, names: Sequence[Name] = ()) -> Control:
    """What a column's control looks like, by the values in it, shape (n,)."""
    finite = values[np.isfinite(values)]
    few = values_of(finite) if about.kind == "choice" else None
    choice = few is not None and few.size <= MOST_CHIPS
    distinct = ends(finite) if few is None else few
    unit = unit_of(about, finite)
    step = spacing(about, finite)
    counts = choice and bool(((distinct >= 1) & (distinct <= len(names))).all())
    named = [names[int(x) - 1] for x in distinct] if counts else []
    name = about.name
    whole = name.rpartition("_")[0] not in STAGE_QUANTITIES
    return Control(
        name=name,
        symbol=about.symbol,
        label=about.label,
        named=about.named,
        word=about.word,
        unit=unit.text,
        mark=unit.mark,
        scale=unit.scale,
        decimals=written_decimals(distinct) if choice else unit.decimals,
        log=about.log and bool((distinct > 0).all()),
        kind="choice" if choice else "range",
        section=about.role if whole else "stage",
        stops=[float(x) for x in (distinct if choice else stops(about, distinct, step))],
        spacing=step,
        names=[one.full for one in named],
        shorts=[one.short for one in named],
    )


def written_decimals(distinct: Floats) -> int:
    """Decimals that tell the values of a choice apart: 0.5 and 0.25 need two."""
    return max((len(f"{value:g}".partition(".")[2]) for value in distinct), default=0)


def values_of(finite: Floats) -> Floats | None:
    """The different values, ascending; None where there are many: they are not all sorted."""
    found = np.empty(0)
    rest = finite
    while rest.size and found.size <= MANY:
        found = np.union1d(found, rest[:MANY])
        rest = rest[~np.isin(rest, found)]
    return found if not rest.size else None


def ends(finite: Floats) -> Floats:
    """The least value and the greatest, where there are two."""
    return np.unique([finite.min(), finite.max()]) if finite.size else finite


def stops(about: Quantity, distinct: Floats, step: float) -> Floats:
    """Where a slider stops: evenly on its axis, from the least to the greatest value.

    Args:
        step: that the values are multiples of; 0 where there is none.
    """
    if distinct.size < 2:
        return distinct
    lo, hi = distinct[0], distinct[-1]
    if step and (hi - lo) / step <= MOST_VALUES:
        grid: Floats = lo + step * np.arange(round((hi - lo) / step) + 1)
        return grid.round(12)
    even = np.geomspace if about.log and lo > 0 else np.linspace
    exact = even(lo, hi, STOPS + 1)
    inner = [rounded(x, gap) for x, gap in zip(exact[1:-1], np.diff(exact)[1:], strict=True)]
    return np.unique([lo, *(x for x in inner if lo < x < hi), hi])


def spacing(about: Quantity, finite: Floats) -> float:
    """What all differences of the values are multiples of; 0 where there is nothing."""
    if about.role == "result" or not (is_on_grid(finite[:MANY]) and is_on_grid(finite)):
        return 0.0  # what is measured never repeats
    whole = np.rint(finite * FINEST).astype(np.int64)
    return float(np.gcd.reduce(whole - whole[0])) / FINEST if whole.size else 0.0


def is_on_grid(finite: Floats) -> bool:
    """Whether all values are whole multiples of the finest step."""
    steps = finite * FINEST
    if steps.size and np.abs(steps).max() >= EXACT:
        return False
    return bool(np.allclose(np.rint(steps), steps, rtol=1e-9, atol=1e-6))


def rounded(x: float, gap: float) -> float:
    """x in as few digits as move it by no more than a quarter of the gap to the next stop."""
    return round(float(x), math.ceil(-math.log10(gap / 2)))


def panels(
    found: Iterable[Control], population: int, version: int, criterion: str = ERROR
) -> list[Component]:
    """All controls by section: those of what was drawn, and those of what was measured.

    Args:
        criterion: what networks are judged by.
    """
    rows = list(found)
    keys = {one.name: number for number, one in enumerate(rows[:KEYS], 1)}
    about = attributes(
        data_population=str(population), data_version=str(version), data_criterion=criterion
    )
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
                title=told(one) + (f"; key {key}" if key else ""),
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


def told(one: Control) -> str:
    """Label, unit and explanation: `slope (channels per block): channels that each ..`"""
    unit = f" ({one.unit})" if one.unit else ""
    words = WORDS.get(one.name)
    return f"{one.label}{unit}" + (f": {words}" if words else "")


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
                one.shorts[i] if one.shorts else f"{stop:g}",
                className="chip",
                title=one.names[i] if one.names else None,
                **attributes(data_stop=str(i), aria_pressed="false"),
            )
            for i, stop in enumerate(one.stops)
        ],
        className="chips named" if one.names else "chips",
        style={"--chips": len(one.stops)},
    )


def described(found: Iterable[Control]) -> list[dict[str, object]]:
    """The controls as JSON, for the browser."""
    return [asdict(one) | {"title": one.title} for one in found]
