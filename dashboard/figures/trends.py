"""Trends: the best range of each parameter at each level of the complexity.

Amber is where the best network of a level sits, the line goes through medians of the best
fifth, the dashed one through those of all networks. What the paper publishes lies over it.
Source: arXiv 2003.13678, section 4; population/trends/trends.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from columns.numbers import fixed
from columns.quantities import Quantity, described
from columns.units import Unit, unit_of
from dashboard.figures.style import LIGHT, Palette, empty, log_ticks, styled, titled, value_axis
from population.trends.trends import At, Trend

CONVENTION = (
    "amber: 95 % of where the best network of a level sits; line: median of the best fifth, "
    "dashed: of all networks"
)


def trends_figure(
    found: Sequence[Trend],
    by: str,
    lines: Sequence[str],
    quantities: Mapping[str, Quantity] | None = None,
    published: Mapping[str, Sequence[tuple[float, float]]] | None = None,
    constants: Mapping[str, float] | None = None,
    across: int = 4,
    palette: Palette = LIGHT,
) -> go.Figure:
    """A panel for each parameter.

    Args:
        by: the complexity that levels are of.
        lines: what is shown, below the title.
        published: (complexity, value) of published networks, by parameter.
        constants: what is found to be the same at all complexities, by parameter.
    """
    title = "Best networks across complexities"
    about = quantities or {
        name: described(name) for name in (by, *(t.parameter for t in found))
    }
    said = [*lines, CONVENTION]
    some = [one for one in found if levels_of(one)]
    if not some:
        return titled(empty(palette, "no level has a result"), palette, title, said)
    if published or constants:
        said.append(
            "crosses, dotted: RegNetX of arXiv 2003.13678, and what it finds at all sizes"
        )
    across = min(across, len(some))
    down = -(-len(some) // across)
    every = [at.complexity for one in some for at in levels_of(one)]
    cost = unit_of(about[by], every)
    units = [unit_of(about[one.parameter], values_of(one)) for one in some]
    figure = make_subplots(
        down,
        across,
        horizontal_spacing=0.2 / across,
        vertical_spacing=0.36 / down,
        subplot_titles=[panel_title(one, unit) for one, unit in zip(some, units, strict=True)],
    )
    styled(figure, palette, height=110 + 230 * down)
    for i, (one, unit) in enumerate(zip(some, units, strict=True)):
        place = {"row": i // across + 1, "col": i % across + 1}
        add_trend(figure, one, unit, cost, palette, place)
        over = (published or {}).get(one.parameter, ())
        if over:
            add_published(figure, over, unit, cost, palette, place)
        if (value := (constants or {}).get(one.parameter)) is not None:
            add_constant(figure, value / unit.scale, every, cost, palette, place)
        shown = np.array([*values_of(one), *(value for _, value in over)]) / unit.scale
        axis = value_axis(unit.quantity, shown)
        figure.update_yaxes(**(axis if unit.quantity.log else {"type": "linear"}), **place)
        xs = np.array([*every, *(x for x, _ in over)]) / cost.scale
        ticks = log_ticks(xs, powers_of_two=False)
        figure.update_xaxes(
            type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks], **place
        )
        if place["row"] == down or i + across >= len(some):
            figure.update_xaxes(title_text=cost.title, **place)
    return titled(figure, palette, title, said, space=50)


def levels_of(trend: Trend) -> list[At]:
    """The levels that have networks."""
    return [at for at in trend.levels if np.isfinite(at.complexity)]


def values_of(trend: Trend) -> list[float]:
    """All values that are drawn of a parameter."""
    found: list[float] = []
    for at in levels_of(trend):
        found += [at.median, at.of_all]
        if at.best is not None:
            found += [at.best.lo, at.best.hi]
    return [value for value in found if np.isfinite(value)]


def panel_title(trend: Trend, unit: Unit) -> str:
    """`depth`, and below it `constant: +3 % [−2, +8] a doubling`."""
    name = f"<b>{unit.title}</b>"
    slope = trend.slope
    if not np.isfinite(slope.value):
        return f"{name}<br>{trend.verdict}"
    lo, hi = 100 * slope.lo, 100 * slope.hi
    return f"{name}<br>{trend.verdict}: {fixed(100 * slope.value)} % [{fixed(lo)}, {fixed(hi)}]"


def add_trend(
    figure: go.Figure,
    trend: Trend,
    unit: Unit,
    cost: Unit,
    palette: Palette,
    place: Mapping[str, int],
) -> None:
    levels = levels_of(trend)
    ranged = [at for at in levels if at.best is not None]
    for at in ranged:
        assert at.best is not None
        x = at.complexity / cost.scale
        figure.add_scatter(
            x=[x, x],
            y=[at.best.lo / unit.scale, at.best.hi / unit.scale],
            name=f"best range, {at.name}",
            mode="lines",
            line={"color": palette.band, "width": 7},
            opacity=0.6,
            **place,
        )
    for name, style, pick in (
        ("median of all", {"color": palette.all, "width": 1.5, "dash": "dash"}, "of_all"),
        ("median of the best fifth", {"color": palette.current, "width": 2}, "median"),
    ):
        marks: dict[str, Any] = {"mode": "lines"}
        if pick == "median":
            marks = {"mode": "lines+markers", "marker": {"size": 6, "color": palette.current}}
        figure.add_scatter(
            x=[at.complexity / cost.scale for at in levels],
            y=[getattr(at, pick) / unit.scale for at in levels],
            name=name,
            line=style,
            **marks,
            **place,
        )


def add_published(
    figure: go.Figure,
    points: Sequence[tuple[float, float]],
    unit: Unit,
    cost: Unit,
    palette: Palette,
    place: Mapping[str, int],
) -> None:
    figure.add_scatter(
        x=[x / cost.scale for x, _ in points],
        y=[y / unit.scale for _, y in points],
        name="RegNetX of the paper",
        mode="markers",
        marker={
            "symbol": "x-thin",
            "size": 7,
            "line": {"color": palette.pins[0], "width": 1.5},
        },
        **place,
    )


def add_constant(
    figure: go.Figure,
    value: float,
    every: Sequence[float],
    cost: Unit,
    palette: Palette,
    place: Mapping[str, int],
) -> None:
    figure.add_scatter(
        x=[min(every) / cost.scale, max(every) / cost.scale],
        y=[value, value],
        name="the paper's",
        mode="lines",
        line={"color": palette.pins[0], "width": 1.5, "dash": "dot"},
        **place,
    )
