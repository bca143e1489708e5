"""A cell or a wired stage as its graph: from what goes in, at the left, to what comes out.

A node stands as far to the right as its longest way from the input; an edge that passes others
by bends around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import plotly.graph_objects as go

from dashboard.figures.style import LIGHT, Palette, styled
from designspace.networks.wiring import Wiring

Places: TypeAlias = dict[int, tuple[float, float]]

LABELLED = 12
"""Nodes, at most, whose names are written; of more the picture says enough."""
ACROSS = 4
"""Graphs in a row."""
BEND = 0.28
"""Of an edge past a layer, in units of the distance between nodes."""


def graph_figure(wiring: Wiring, palette: Palette = LIGHT) -> go.Figure:
    """The graph; operations stand at its edges or on its nodes, as their space has them."""
    places = layout(wiring)
    figure = styled(go.Figure(), palette, height=240, showlegend=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.update_xaxes(visible=False)
    heights = [y for _, y in places.values()]
    for i, j, label in wiring.edges:
        xs, ys = way(places, i, j)
        middle = (xs[1], ys[1])
        heights.append(middle[1])
        figure.add_scatter(
            x=xs,
            y=ys,
            mode="lines",
            line={"color": palette.muted, "width": 1.2, "shape": "spline"},
            hoverinfo="skip",
        )
        if label:
            figure.add_annotation(
                x=middle[0],
                y=middle[1],
                text=label,
                showarrow=False,
                font={"size": 10, "color": palette.ink},
                bgcolor=palette.surface,
            )
    figure.update_yaxes(visible=False, range=[min(heights) - 0.4, max(heights) + 0.5])
    add_nodes(figure, wiring, places, palette)
    return figure


def graphs_figure(wirings: Sequence[Wiring], palette: Palette = LIGHT) -> go.Figure:
    """Several graphs side by side, `ACROSS` in a row, without names."""
    figure = styled(go.Figure(), palette, height=260, showlegend=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    nodes: list[tuple[float, float]] = []
    edges: list[tuple[float | None, float | None]] = []
    for k, wiring in enumerate(wirings):
        places = layout(wiring)
        ways = [way(places, i, j) for i, j, _ in wiring.edges]
        high = max((abs(y) for _, ys in ways for y in ys), default=0) or 1
        long = max(x for x, _ in places.values()) or 1
        left, middle = 1.2 * (k % ACROSS), -1.2 * (k // ACROSS)
        nodes += [(left + x / long, middle + y / high / 2) for x, y in places.values()]
        for xs, ys in ways:
            inside = zip(xs, ys, strict=True)
            edges += [(left + x / long, middle + y / high / 2) for x, y in inside]
            edges.append((None, None))
    for points, mode in ((edges, "lines"), (nodes, "markers")):
        figure.add_scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            mode=mode,
            line={"color": palette.muted, "width": 1.1, "shape": "spline"},
            marker={"color": palette.current, "size": 6},
            hoverinfo="skip",
        )
    return figure


def way(places: Places, i: int, j: int) -> tuple[list[float], list[float]]:
    """An edge by its ends and its middle, which stands aside of what it passes."""
    (x0, y0), (x1, y1) = places[i], places[j]
    bend = BEND * (x1 - x0 - 1) * (1 if (i + j) % 2 else -1)
    return [x0, (x0 + x1) / 2, x1], [y0, (y0 + y1) / 2 + bend, y1]


def add_nodes(figure: go.Figure, wiring: Wiring, places: Places, palette: Palette) -> None:
    """The nodes, with their names where there is room."""
    named = len(wiring.nodes) <= LABELLED
    figure.add_scatter(
        x=[places[i][0] for i in range(len(wiring.nodes))],
        y=[places[i][1] for i in range(len(wiring.nodes))],
        mode="markers+text" if named else "markers",
        text=list(wiring.nodes),
        textposition="top center",
        textfont={"size": 11, "color": palette.ink},
        marker={"color": palette.current, "size": 11 if named else 7},
        hoverinfo="text",
    )


def layout(wiring: Wiring) -> Places:
    """Where each node stands: (layer, place in it), the middle of a layer at 0."""
    layers: dict[int, int] = {}
    for j in range(len(wiring.nodes)):
        before = [layers[i] for i, end, _ in wiring.edges if end == j]
        layers[j] = 1 + max(before, default=-1)
    places: Places = {}
    for layer in sorted(set(layers.values())):
        there = [node for node, its in layers.items() if its == layer]
        for k, node in enumerate(there):
            places[node] = (float(layer), k - (len(there) - 1) / 2)
    return places
