"""Block widths over the block index: the line u_j = w0 + wa * j and what became of it.

    u_j                  the line, drawn or fitted, dotted
    w_j quantised        by powers of wm, to multiples of eight
    w_j as built         made compatible with the group width, solid
    w_j = a + s * j      through all networks of a panel at once, thick
    (designspace.lines.joint)

Source: arXiv 2003.13678, equations 2 to 4 and figure 8.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from columns.numbers import fixed
from columns.units import Unit
from dashboard.figures.shown import Shown
from dashboard.figures.style import (
    LIGHT,
    Palette,
    block_axis,
    empty,
    styled,
    titled,
    translucent,
    width_axis,
)
from designspace.lines.joint import joint_line
from designspace.lines.line import Line
from population.curves.bootstrap import FEWEST
from population.population import Population

BEST = 12
LEAST_SQUARES = "least squares"


def widths_figure(constrained: Shown, count: int = BEST, palette: Palette = LIGHT) -> go.Figure:
    """The best networks' widths above those of the worst that did not diverge; all in one panel
    where they are too few to be told apart. Over each panel the line through all its blocks.

    Args:
        constrained: the networks to choose from; below 20 results there is no choice.
        count: how many of either, at most.
        palette: of the theme.
    """
    results, title = constrained.results, "Fitted widths"
    lines = [
        constrained.line,
        "solid: as built; dotted: the line w₀ + wₐ j, drawn or fitted; thick: least squares",
    ]
    finite = constrained.edf.finite.size
    if len(results) < FEWEST:
        lines.append(f"best and worst: {FEWEST} needed, {len(results)} with a result")
    if "effective_width_1" not in results.columns:
        why = "no rows of blocks: they have no widths to show"
        return titled(empty(palette, why), palette, title, lines)
    if not finite:
        word = constrained.criterion.quantity.word
        article = "an" if word[:1] in "aeiou" else "a"
        why = f"no network with {article} {word}"
        return titled(empty(palette, why), palette, title, lines)
    panels, unit = groups(results, finite, count), constrained.criterion
    figure = make_subplots(
        len(panels),
        1,
        shared_xaxes=True,
        shared_yaxes="all",
        vertical_spacing=0.08,
        subplot_titles=[heading(name, part, unit) for name, part in panels.items()],
    )
    styled(figure, palette, height=760)
    figure.update_annotations(font={"size": 12}, x=0, xanchor="left")
    for row, part in enumerate(panels.values(), start=1):
        for network in range(len(part)):
            add_network(figure, part, network, unit, palette.current, row)
    drawn = [trace.y for trace in figure.data]
    for row, part in enumerate(panels.values(), start=1):
        add_joint_line(figure, part, palette.ink, row)
    figure.update_yaxes(width_axis(np.concatenate(drawn)))
    figure.update_xaxes(**block_axis(max(len(y) for y in drawn)), row=len(panels))
    return titled(figure, palette, title, lines, space=44)


def groups(results: Population, finite: int, count: int) -> dict[str, Population]:
    """What each panel shows, best first: the best and the worst, or all of a few."""
    if len(results) < FEWEST:
        noun = "network" if finite == 1 else "networks"
        return {f"{finite} {noun}, all": results.take(np.arange(finite))}
    count = min(count, finite)
    return {
        f"{count} best": results.take(np.arange(count)),
        f"{count} worst": results.take(np.arange(finite - count, finite)),
    }


def heading(name: str, part: Population, unit: Unit) -> str:
    """`12 best  5.2 – 6.9 %  w_j = 21 + 6.1 j, e_fit 0.212`"""
    line = joint_line(built_widths(part, row) for row in range(len(part)))
    said = f"  {line}, e_fit {fixed(line.e_fit, 3)}" if line else ""
    return f"<b>{name}</b>  {span(part, unit)}{said}"


def span(population: Population, unit: Unit) -> str:
    """`5.2 – 6.9 %`: lowest and highest error."""
    return f"{unit.show(population.judged[0])} – {unit.with_unit(population.judged[-1])}"


def built_widths(population: Population, row: int) -> list[int]:
    """The width of each block of a network as built, by its columns of stages."""
    widths: list[int] = []
    for i in range(1, len(population.columns)):
        if not all(
            f"{name}_{i}" in population.columns for name in ("effective_width", "depth")
        ):
            break
        depth = population.columns[f"depth_{i}"][row]
        width = population.columns[f"effective_width_{i}"][row]
        if not np.isnan(depth):
            widths += [int(width)] * int(depth)
    return widths


def fitted_line(population: Population, row: int) -> Line | None:
    """The line a network was drawn from, or the nearest to its widths; None: not known."""
    names = [f"fit_{name}" for name in ("w0", "wa", "wm")]
    if not all(name in population.columns for name in names):
        return None
    w0, wa, wm = (float(population.columns[name][row]) for name in names)
    return None if math.isnan(w0) else Line(w0, wa, wm)


def add_network(
    figure: go.Figure, population: Population, row: int, unit: Unit, colour: str, panel: int
) -> None:
    widths, line = built_widths(population, row), fitted_line(population, row)
    said = unit.with_unit(population.judged[row])
    name = f"network {population.ids[row]}, {said}" if population.ids is not None else said
    traces = [steps(widths, name, colour, width=1.5)]
    if line is not None:
        traces.append(linear(line, len(widths), name, colour))
    figure.add_traces(traces, rows=[panel] * len(traces), cols=[1] * len(traces))


def add_joint_line(figure: go.Figure, part: Population, colour: str, panel: int) -> None:
    """The least-squares line over all networks of a panel, where it is positive."""
    networks = [built_widths(part, row) for row in range(len(part))]
    if not (line := joint_line(networks)):
        return
    w = line.start + line.slope * np.arange(max(map(len, networks)))
    figure.add_trace(
        go.Scatter(
            y=np.where(w > 0, w, np.nan),
            name=LEAST_SQUARES,
            mode="lines",
            line={"color": colour, "width": 3},
            hovertemplate="block %{x}: %{y:.1f}",
        ),
        row=panel,
        col=1,
    )


def steps(widths: Sequence[float], name: str, colour: str, **line: object) -> go.Scatter:
    """Widths of blocks, changing midway between two of them."""
    return go.Scatter(
        x=np.arange(len(widths)),
        y=np.asarray(widths),
        name=name,
        mode="lines",
        line={"color": colour, "shape": "hvh", **line},
        hovertemplate="block %{x}: %{y} channels",
    )


def linear(line: Line, depth: int, name: str, colour: str) -> go.Scatter:
    """u_j of `depth` blocks."""
    j = np.arange(depth)
    return go.Scatter(
        x=j,
        y=line.w0 + line.wa * j,
        name=name,
        mode="lines",
        line={"color": colour, "width": 1, "dash": "dot"},
        hovertemplate="block %{x}: u = %{y:.1f}",
    )


def network_widths_figure(
    line: Line,
    quantised: Sequence[int],
    compatible: Sequence[int],
    palette: Palette = LIGHT,
) -> go.Figure:
    """One network: its line, the line's quantised widths, and the widths that are built."""
    figure = go.Figure(
        [
            linear(line, len(compatible), "line uⱼ", palette.muted),
            steps(quantised, "quantised", translucent(palette.all, 0.45), width=5),
            steps(compatible, "as built", palette.current, width=2),
        ]
    )
    return small(figure, palette)


def sampled_widths_figure(
    networks: Sequence[Sequence[int]], palette: Palette = LIGHT
) -> go.Figure:
    """Block widths, as built, of a few networks of a space; empty where there are none."""
    if not any(networks):
        why = "no rows of blocks: they have no widths to show" if networks else None
        return empty(palette, why or "no network to show", height=240)
    figure = go.Figure(
        [
            steps(widths, f"network {i}", palette.current, width=1.5).update(opacity=0.7)
            for i, widths in enumerate(networks, start=1)
        ]
    )
    return small(figure, palette, showlegend=False, height=260, margin_t=8)


def small(figure: go.Figure, palette: Palette, **layout: object) -> go.Figure:
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
    styled(
        figure,
        palette,
        **{"height": 230, "showlegend": True, "legend": legend, "margin_t": 28, **layout},
    )
    drawn = [trace.y for trace in figure.data]
    figure.update_xaxes(block_axis(max(len(y) for y in drawn)))
    figure.update_yaxes(width_axis(np.concatenate(drawn)))
    return figure
