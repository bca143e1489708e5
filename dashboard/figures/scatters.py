"""Error against each parameter, with the range in which the best networks sit.

The amber band is the central 95 % of the empirical bootstrap in closed form and its line the
median (population.curves.bootstrap): the spread of the best dozen networks, no confidence
interval. Diverged networks have no finite error: they are counted in the title, not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from columns.arrays import Floats, Ints
from columns.quantities import STAGE_QUANTITIES, quantity
from dashboard.figures.shown import Shown
from dashboard.figures.style import (
    LIGHT,
    Palette,
    empty,
    styled,
    titled,
    translucent,
    value_axis,
)
from dashboard.units import Unit, unit_of
from population.curves import bootstrap
from population.curves.bootstrap import FEWEST, BestRange
from population.population import Population

PANELS = 8
BEST = 12
"""Networks marked as the best."""
MOST = 20_000
"""Points of a set drawn in one panel; of more a fixed random part is drawn, and said so."""
VECTOR = 3_000
"""Up to this many points are drawn as vectors, fit for print."""
OF_A_RAY = 200
"""Networks, at most, that a line leads through."""
SPREAD, GOLDEN = 0.12, 0.6180339887498949

USUAL = (
    ("scale",),
    ("resolution",),
    ("depth",),
    ("w0", "fit_w0"),
    ("wa", "fit_wa"),
    ("wm", "fit_wm"),
    ("bottleneck_ratio",),
    ("group_width",),
    ("params",),
    ("activations",),
    ("flops",),
    ("e_fit",),
    ("depth_1",),
    ("depth_2",),
    ("depth_3",),
)
"""The columns to show, of each the first that there is; assets/explore/plots/scatters.mjs."""


def usual_columns(population: Population) -> list[str]:
    """The columns of the usual eight panels, each of at least half of the networks.

    The line is shown as drawn, or as fitted where none was drawn. Where the usual are fewer,
    other parameters fill the panels up, as operations of cells do.
    """
    there = ([name for name in names if name in population.columns] for names in USUAL)
    usual = [names[0] for names in there if names]
    others = [name for name in population.columns if is_whole_parameter(name)]
    missing = {name: np.isnan(values).mean() for name, values in population.columns.items()}
    named = [name for name in dict.fromkeys([*usual, *others]) if missing[name] < 0.5]
    return named[:PANELS]


def is_whole_parameter(name: str) -> bool:
    """Whether a column was drawn, and not of a single stage."""
    try:
        role = quantity(name).role
    except ValueError:
        return False
    return role == "parameter" and name.rpartition("_")[0] not in STAGE_QUANTITIES


def scatters_figure(
    constrained: Shown,
    whole: Shown | None = None,
    columns: Sequence[str] | None = None,
    palette: Palette = LIGHT,
) -> go.Figure:
    """A panel for each column: all networks in grey, those that pass in colour.

    Args:
        constrained: the networks that the ranges are of.
        whole: all networks of the population; None where nothing is constrained.
        columns: names, each a column of the population; by default the usual eight.
        palette: of the theme.
    """
    results = constrained.results
    lines = [constrained.line, "amber: 95 % of where the best network sits, line: its median"]
    if not constrained.edf.finite.size and (whole is None or not whole.edf.finite.size):
        reason = constrained.edf.reason or "every network diverged"
        return titled(empty(palette, reason), palette, "Error by parameter", lines)
    names = list(columns or usual_columns((whole or constrained).results))
    ranges = bootstrap.best_ranges(results, names)
    if not any(ranges.values()):
        lines[1] = f"no best range: it takes {FEWEST} networks with a finite error among them"
    if max(len(part.results) for part in (whole, constrained) if part is not None) > MOST:
        lines.append(f"at most {MOST:,} of the networks are drawn, at random")
    across = min(4, len(names))
    down = -(-len(names) // across)
    everyone = results if whole is None else whole.results
    units = [unit_of(quantity(name), everyone.columns[name]) for name in names]
    figure = make_subplots(
        down,
        across,
        horizontal_spacing=0.05,
        vertical_spacing=0.28 / down,
        shared_yaxes="all",
        subplot_titles=[panel_title(unit, ranges[unit.quantity.name]) for unit in units],
    )
    styled(figure, palette, height=110 + 250 * down)
    figure.update_annotations(font={"size": 12})
    shapes: list[dict[str, Any]] = []
    for i, unit in enumerate(units):
        place = {"row": i // across + 1, "col": i % across + 1}
        if whole is not None:
            add_networks(figure, whole.results, unit, palette.all, 0.35, place)
        add_networks(figure, results, unit, palette.current, 0.55, place)
        add_ray(figure, results, unit, palette.current, place)
        add_best(figure, results, unit, palette, place)
        if best := ranges[unit.quantity.name]:
            shapes += range_shapes(best, unit, palette, i + 1)
        shown = everyone.columns[unit.quantity.name] / unit.scale
        figure.update_xaxes(**value_axis(unit.quantity, shown), **place)
        if place["col"] == 1:
            figure.update_yaxes(title_text="error (%)", **place)
    figure.update_layout(shapes=shapes)
    return titled(figure, palette, "Error by parameter", lines, space=60)


def panel_title(unit: Unit, best: BestRange | None) -> str:
    """`slope (channels per block)`, and below it `19.0 [16.0 – 25.3]` if there is a range."""
    name = f"<b>{unit.quantity.label}</b>" + (f" ({unit.text})" if unit.text else "")
    if best is None:
        return name
    lo, median, hi = (unit.show(value) for value in (best.lo, best.median, best.hi))
    return f"{name}<br>{median} [{lo} – {hi}]"


def points(population: Population, unit: Unit) -> tuple[Floats, Floats, Ints]:
    """x in shown units, error and id of the networks that have both, best first.

    A column of few values is spread sideways a little; how far hangs on the network's id, so
    it lies at the same place in every set.
    """
    what = unit.quantity
    values = population.columns[what.name]
    rows = np.flatnonzero(np.isfinite(population.error) & ~np.isnan(values))
    if rows.size > MOST:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
    every = population.ids if population.ids is not None else np.arange(len(population))
    x, ids = values[rows] / unit.scale, every[rows]
    if what.kind == "choice":
        aside = SPREAD * ((ids * GOLDEN) % 1 - 0.5)
        x = x * np.exp2(aside) if what.log else x + aside
    return x, population.error[rows], ids


def add_networks(
    figure: go.Figure,
    population: Population,
    unit: Unit,
    colour: str,
    opacity: float,
    place: dict[str, int],
) -> None:
    x, error, ids = points(population, unit)
    kind = go.Scatter if x.size <= VECTOR else go.Scattergl
    said = f"{unit.quantity.symbol} %{{x:.4~g}} {unit.text}"
    figure.add_trace(
        kind(
            x=x,
            y=error,
            customdata=ids,
            mode="markers",
            marker={"size": 4, "color": colour, "opacity": opacity},
            hovertemplate=f"network %{{customdata}}<br>{said}, %{{y:.2f}} %<extra></extra>",
        ),
        **place,
    )


def add_ray(
    figure: go.Figure, population: Population, unit: Unit, colour: str, place: dict[str, int]
) -> None:
    """A line from the smallest scale to the largest, where networks are a ray."""
    scales = population.columns.get("scale")
    if scales is None or len(population) > OF_A_RAY:
        return
    x, error, ids = points(population, unit)
    every = population.ids if population.ids is not None else np.arange(len(population))
    scale = dict(zip(every.tolist(), scales.tolist(), strict=True))
    order = sorted(range(x.size), key=lambda i: scale[int(ids[i])])
    figure.add_scatter(
        x=x[order],
        y=error[order],
        mode="lines",
        line={"color": colour, "width": 1.2},
        hoverinfo="skip",
        **place,
    )


def add_best(
    figure: go.Figure,
    population: Population,
    unit: Unit,
    palette: Palette,
    place: dict[str, int],
) -> None:
    """The best twelve once more, in ink."""
    if len(population) < FEWEST:
        return
    x, error, ids = points(population.take(np.arange(BEST)), unit)
    figure.add_scatter(
        x=x,
        y=error,
        customdata=ids,
        name="best",
        mode="markers",
        marker={"size": 7, "color": palette.ink},
        hovertemplate="network %{customdata}, %{y:.2f} %<extra>best</extra>",
        **place,
    )


def range_shapes(
    best: BestRange, unit: Unit, palette: Palette, panel: int
) -> list[dict[str, Any]]:
    """The band from lo to hi and the line at the median, over the height of a panel from 1."""
    lo, median, hi = (value / unit.scale for value in (best.lo, best.median, best.hi))
    number = "" if panel == 1 else panel
    place = {"xref": f"x{number}", "yref": f"y{number} domain", "y0": 0, "y1": 1}
    colour = translucent(palette.band, 0.22)
    return [
        place
        | {"type": "rect", "x0": lo, "x1": hi, "layer": "below", "line_width": 0}
        | {"fillcolor": colour},
        place
        | {"type": "line", "x0": median, "x1": median}
        | {"line": {"color": palette.band, "width": 2}},
    ]
