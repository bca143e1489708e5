"""Error, or what networks are judged by, against each parameter, with the range in which the
best of them sit.

The amber band is the central 95 % of the empirical bootstrap in closed form and its line the
median (population.curves.bootstrap): the spread of the best dozen networks, no confidence
interval. Diverged networks have no finite error: they are counted in the title, not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from columns.arrays import Floats, Ints
from columns.quantities import STAGE_QUANTITIES, Quantity, described
from columns.units import Unit, unit_of
from dashboard.figures.shown import Shown, capital
from dashboard.figures.style import (
    LIGHT,
    Palette,
    empty,
    styled,
    titled,
    translucent,
    value_axis,
)
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


def usual_columns(
    population: Population,
    quantities: Mapping[str, Quantity] | None = None,
    measured: bool = False,
) -> list[str]:
    """The columns of the usual eight panels, each of at least half of the networks.

    The line is shown as drawn, or as fitted where none was drawn. Where the usual are fewer,
    other parameters fill the panels up, as operations of cells do.

    Args:
        quantities: of the columns; by default those that are declared.
        measured: whether what was measured fills them up, too.
    """
    columns = population.columns
    about = {name: described(name) for name in columns} if quantities is None else quantities
    there = ([name for name in names if name in columns] for names in USUAL)
    usual = [names[0] for names in there if names]
    wholes = [name for name in columns if name.rpartition("_")[0] not in STAGE_QUANTITIES]
    roles = ("parameter", "complexity", "result") if measured else ("parameter",)
    others = [name for role in roles for name in wholes if about[name].role == role]
    wanted = dict.fromkeys(
        name
        for name in [*usual, *others]
        if name != population.criterion and not about[name].spread
    )
    most = len(population) / 2  # that may lack it
    known = (name for name in wanted if np.isnan(columns[name]).sum() <= most)
    return list(islice(known, PANELS))


def scatters_figure(
    constrained: Shown,
    whole: Shown | None = None,
    columns: Sequence[str] | None = None,
    palette: Palette = LIGHT,
    across: int = 4,
    most: int | None = None,
) -> go.Figure:
    """A panel for each column: all networks in grey, those that pass in colour.

    Args:
        constrained: the networks that the ranges are of.
        whole: all networks of the population; None where nothing is constrained.
        columns: names, each a column of the population; by default the usual eight.
        palette: of the theme.
        across: panels side by side, at most.
        most: points of a set in a panel, which are vectors then; as on a screen by default.
    """
    results, criterion = constrained.results, constrained.criterion
    title = f"{capital(criterion.quantity.word)} by parameter"
    lines = [constrained.line, "amber: 95 % of where the best network sits, line: its median"]
    if not constrained.edf.finite.size and (whole is None or not whole.edf.finite.size):
        reason = constrained.edf.reason or "every network diverged"
        return titled(empty(palette, reason), palette, title, lines)
    names = list(columns or usual_columns((whole or constrained).results))
    ranges = bootstrap.best_ranges(results, names)
    if not any(ranges.values()):
        word = criterion.quantity.word
        lines[1] = f"no best range: it takes {FEWEST} networks with a finite {word} among them"
    if max(len(part.results) for part in (whole, constrained) if part is not None) > (
        most or MOST
    ):
        lines.append(f"at most {most or MOST:,} of the networks are drawn, at random")
    across = min(across, len(names))
    down = -(-len(names) // across)
    everyone = results if whole is None else whole.results
    quantities = constrained.quantities
    units = [unit_of(quantities[name], everyone.columns[name]) for name in names]
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
            add_networks(figure, whole.results, unit, criterion, palette.all, 0.35, place, most)
        add_networks(figure, results, unit, criterion, palette.current, 0.55, place, most)
        add_ray(figure, results, unit, criterion, palette.current, place)
        add_best(figure, results, unit, criterion, palette, place)
        if best := ranges[unit.quantity.name]:
            shapes += range_shapes(best, unit, palette, i + 1)
        shown = everyone.columns[unit.quantity.name] / unit.scale
        figure.update_xaxes(**value_axis(unit.quantity, shown), **place)
        if place["col"] == 1:
            figure.update_yaxes(title_text=criterion.short, **place)
    if (constrained if whole is None else whole).is_log:
        figure.update_yaxes(type="log")
    figure.update_layout(shapes=shapes)
    return titled(figure, palette, title, lines, space=60)


def panel_title(unit: Unit, best: BestRange | None) -> str:
    """`slope (channels per block)`, and below it `19.0 [16.0 – 25.3]` if there is a range."""
    name = f"<b>{unit.quantity.label}</b>" + (f" ({unit.text})" if unit.text else "")
    if best is None:
        return name
    lo, median, hi = (unit.show(value) for value in (best.lo, best.median, best.hi))
    return f"{name}<br>{median} [{lo} – {hi}]"


def points(
    population: Population, unit: Unit, criterion: Unit, most: int = MOST
) -> tuple[Floats, Floats, Ints]:
    """x and error in shown units, and id, of the networks that have both, best first.

    A column of few values is spread sideways a little; how far hangs on the network's id, so
    it lies at the same place in every set.
    """
    what = unit.quantity
    values = population.columns[what.name]
    rows = np.flatnonzero(np.isfinite(population.judged) & ~np.isnan(values))
    if rows.size > most:
        rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
    every = population.ids if population.ids is not None else np.arange(len(population))
    x, ids = values[rows] / unit.scale, every[rows]
    if what.kind == "choice":
        aside = SPREAD * ((ids * GOLDEN) % 1 - 0.5)
        x = x * np.exp2(aside) if what.log else x + aside
    return x, population.judged[rows] / criterion.scale, ids


def hovered(criterion: Unit) -> str:
    """How a network's error is told where it is pointed at."""
    form = ".2f" if criterion.is_of_errors else ".4~g"
    return f"%{{y:{form}}} {criterion.text}".strip()


def add_networks(
    figure: go.Figure,
    population: Population,
    unit: Unit,
    criterion: Unit,
    colour: str,
    opacity: float,
    place: dict[str, int],
    most: int | None = None,
) -> None:
    x, error, ids = points(population, unit, criterion, most or MOST)
    kind = go.Scatter if most or x.size <= VECTOR else go.Scattergl
    said = f"{unit.quantity.symbol} %{{x:.4~g}} {unit.text}"
    figure.add_trace(
        kind(
            x=x,
            y=error,
            customdata=ids,
            mode="markers",
            marker={"size": 4, "color": colour, "opacity": opacity},
            hovertemplate=(
                f"network %{{customdata}}<br>{said}, {hovered(criterion)}<extra></extra>"
            ),
        ),
        **place,
    )


def add_ray(
    figure: go.Figure,
    population: Population,
    unit: Unit,
    criterion: Unit,
    colour: str,
    place: dict[str, int],
) -> None:
    """A line from the smallest scale to the largest, where networks are a ray."""
    scales = population.columns.get("scale")
    if scales is None or len(population) > OF_A_RAY:
        return
    x, error, ids = points(population, unit, criterion)
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
    criterion: Unit,
    palette: Palette,
    place: dict[str, int],
) -> None:
    """The best twelve once more, in ink."""
    if len(population) < FEWEST:
        return
    x, error, ids = points(population.take(np.arange(BEST)), unit, criterion)
    figure.add_scatter(
        x=x,
        y=error,
        customdata=ids,
        name="best",
        mode="markers",
        marker={"size": 7, "color": palette.ink},
        hovertemplate=f"network %{{customdata}}, {hovered(criterion)}<extra>best</extra>",
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
