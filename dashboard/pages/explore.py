"""Explore: a population under the hand, while it trains.

While the hand moves only the browser works: assets/engine.js filters the columns it holds, and
canvases over static Plotly frames are redrawn. The server says once a population which controls
and table columns it has; everything else comes from REST and its events, as for any client.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, dcc, get_relative_path, html
from dash.development.base_component import Component
from starlette.concurrency import run_in_threadpool

from dashboard.pages import constraints_panel, explore_help, network, networks_table
from services.snapshots import Snapshots

CONFIG = {"displayModeBar": False, "doubleClick": "reset", "scrollZoom": False}


def layout() -> Component:
    """The whole page, without data."""
    return html.Div(
        [
            dcc.Store(id="picked"),
            dcc.Store(id="view"),
            dcc.Store(id="controls"),
            header(),
            html.Div(
                [constraints(), html.Main([edf(), widths(), scatters(), networks()])],
                className="explore-body",
            ),
            strip(),
            explore_help.popover(),
            network.drawer(),
        ],
        id="explore",
        className="explore",
        **{"data-state": "loading"},
    )


def header() -> Component:
    return html.Header(
        [
            button("Constraints", "open-constraints", "constraints", className="narrow-only"),
            html.Div([html.Span(className="brand-mark"), "netspace"], className="brand"),
            picker("population", "Population", "population to explore"),
            html.Label("against", htmlFor="against", className="muted"),
            picker("against", "none", "population to compare with", clearable=True),
            html.Span(id="data-badge", className="badge", hidden=True),
            html.Span(className="spring"),
            dcc.Link(
                "New population", id="new-link", href=get_relative_path("/new"), className="button"
            ),
            button("Copy link", "copy-link", "copy a link to this view (L)"),
            button("?", "open-help", "keys, and how to read the plots (?)", className="icon"),
            button("", "toggle-theme", "light or dark (D)", className="icon theme-icon"),
        ],
        className="header",
    )


def picker(id: str, placeholder: str, label: str, clearable: bool = False) -> Component:
    return dmc.Select(
        id=id,
        data=[],
        size="xs",
        placeholder=placeholder,
        searchable=False,
        clearable=clearable,
        allowDeselect=False,
        className=f"picker picker-{id}",
        comboboxProps={"shadow": "md", "width": "max-content", "position": "bottom-start"},
        **{"aria-label": label},
    )


def button(text: str, id: str, label: str, className: str = "") -> Component:
    return html.Button(
        text, id=id, className=f"button {className}".strip(), title=label, **{"aria-label": label}
    )


def constraints() -> Component:
    return html.Aside(
        [
            html.Div(
                [
                    html.H2("Constraints"),
                    html.Span(className="spring"),
                    button("Undo", "undo", "undo the last change (Z)", className="quiet"),
                    button("Reset", "reset", "no constraints (R)", className="quiet"),
                ],
                className="panel-head",
            ),
            html.Div(
                [html.B(id="passing"), html.Span(id="passing-of")],
                className="passing",
                role="status",
            ),
            html.Div(html.I(id="passing-bar"), className="bar", **{"aria-hidden": "true"}),
            dmc.TextInput(
                id="filter-constraints",
                placeholder="filter constraints  /",
                size="xs",
                className="filter",
                **{"aria-label": "filter the constraints by name"},
            ),
            html.Div(
                [html.Div(id="other-constraints"), html.Div(id="constraints-panel")],
                className="constraints-scroll",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("Constraint sets"),
                            html.Span(className="spring"),
                            button("Pin current", "pin", "keep this set on the plot (P)"),
                        ],
                        className="panel-head",
                    ),
                    html.Div(id="pins"),
                ],
                className="pins",
            ),
        ],
        id="constraints",
        className="constraints",
        **{"aria-label": "constraints"},
    )


def card(id: str, title: str, note: str, side: list[Component], body: list[Component]) -> Component:
    head = [html.H2(title), html.Span(note, className="muted note"), html.Span(className="spring")]
    return html.Section(
        [html.Div([*head, *side], className="card-head"), *body], id=id, className=f"card {id}"
    )


def frame(id: str, label: str) -> Component:
    """A Plotly figure that draws axes only, under the canvas that draws the rest."""
    return html.Div(
        [
            dcc.Graph(
                id=id, figure={}, config=CONFIG, responsive=True, className="frame-axes"
            ),
            html.Canvas(id=f"{id}-canvas", className="frame-canvas"),
        ],
        className="frame",
        role="img",
        **{"aria-label": label},
    )


def edf() -> Component:
    numbers = html.Dl(id="numbers", className="numbers")
    threshold = html.Div(
        id="threshold",
        className="threshold",
        role="slider",
        tabIndex="0",
        hidden=True,
        title="threshold e: drag, or arrow keys",
        **{"aria-label": "threshold e, percent", "aria-valuemin": "0", "aria-valuemax": "100"},
    )
    empty = html.Div(id="edf-card", className="message", hidden=True, role="status")
    readout = html.Div(id="edf-readout", className="readout", hidden=True)
    plot = html.Div(
        [
            frame("edf-frame", "error EDF of the networks that pass"),
            threshold,
            html.Div(id="edf-note", className="edf-note"),
            readout,
            empty,
        ],
        id="edf-plot",
        className="edf-plot",
    )
    return card(
        "edf",
        "Error EDF",
        "share of networks with error below e",
        [html.Div(id="edf-legend", className="legend")],
        [html.Div([numbers, plot], className="edf-body")],
    )


def widths() -> Component:
    choices = html.Div(
        [
            html.Button(
                str(k), className="segment", **{"data-k": str(k), "aria-pressed": str(k == 12)}
            )
            for k in (4, 12, 24)
        ],
        id="widths-k",
        className="segments",
        role="group",
        **{"aria-label": "how many networks are drawn"},
    )
    return card(
        "widths",
        "Fitted widths",
        "wⱼ = w₀ + wₐ j",
        [choices],
        [
            html.Div(
                [
                    frame("widths-frame", "block widths of the best and the worst networks"),
                    html.Div(id="widths-best", className="widths-title best"),
                    html.Div(id="widths-worst", className="widths-title worst"),
                    html.Div(
                        [html.I(className="solid"), "as built", html.I(className="dotted"), "line"],
                        className="widths-key",
                    ),
                ],
                className="widths-body",
            )
        ],
    )


def scatters() -> Component:
    titles = html.Div(
        [
            html.Div(
                [
                    html.Span([html.B(), html.Span()], className="scatter-name"),
                    html.Span(className="scatter-range"),
                ],
                className="scatter-title",
                **{"data-panel": str(i)},
            )
            for i in range(8)
        ],
        id="scatter-titles",
        className="scatter-titles",
    )
    return card(
        "scatters",
        "Error (%) by parameter",
        "band: 95 % of where the best network sits, line: median",
        [html.Span(id="scatter-note", className="muted note")],
        [html.Div([frame("scatter-frame", "error against each parameter"), titles])],
    )


def networks() -> Component:
    return card(
        "table",
        "Networks that pass",
        "",
        [
            html.Span(id="table-count", className="muted"),
            html.A("CSV", id="csv-link", className="button", href="", download="networks.csv"),
        ],
        [html.Div(networks_table.grid(), className="table-body")],
    )


def strip() -> Component:
    """What runs, how far it is, and whether the page is connected."""
    return html.Footer(
        [
            html.I(id="job-dot", className="dot"),
            html.Span(id="job-now", className="job-now"),
            html.Div(html.I(id="job-bar"), id="job-track", className="bar", hidden=True),
            html.Span(id="job-progress"),
            html.Span(id="job-rate", className="muted"),
            html.Button("Pause", id="pause", className="button quiet", hidden=True),
            html.Span(id="job-failure", className="muted job-failure"),
            html.Span(className="spring"),
            html.Span(id="said", role="status", className="muted"),
            html.Span("connecting ...", id="connection", role="status"),
        ],
        className="strip",
    )


def register(app: Dash, sources: Any) -> None:
    """The page's callbacks; all but one run in the browser."""

    @app.callback(
        Output("constraints-panel", "children"),
        Output("controls", "data"),
        Output(networks_table.GRID, "columnDefs"),
        Input("population", "value"),
        prevent_initial_call=True,
    )
    async def show_controls(population: str | None) -> tuple[Any, ...]:
        return await run_in_threadpool(controls_of, sources.snapshots, population)

    # These hand over to the browser's part and leave their output as it is.
    grid, sliders = networks_table.GRID, {"type": "constraint", "column": ALL}
    for function, inputs in {
        "netspaceExplore.setControls": [Input("controls", "data")],
        "netspaceExplore.choose": [Input("population", "value"), Input("against", "value")],
        "netspaceExplore.commit": [Input(sliders, "value")],
        "netspaceExplore.picked": [Input("picked", "data")],
        "netspaceExplore.rowClicked": [Input(grid, "cellClicked")],
    }.items():
        app.clientside_callback(
            f"window.{function}",
            Output("view", "data", allow_duplicate=True),
            *inputs,
            prevent_initial_call=True,
        )
    app.clientside_callback(
        "window.netspaceTable.rows",
        Output(grid, "getRowsResponse"),
        Input(grid, "getRowsRequest"),
        prevent_initial_call=True,
    )


def controls_of(snapshots: Snapshots, population: str | None) -> tuple[Any, ...]:
    """Controls, what the browser has to know of them, and the table's columns."""
    if population is None:
        return [], None, []
    snapshot = snapshots.get(int(population))
    found = constraints_panel.controls(snapshot.population)
    described = {"population": snapshot.id, "columns": constraints_panel.described(found)}
    panel = constraints_panel.panel(found, snapshot.id)
    return panel, described, networks_table.columns(found)
