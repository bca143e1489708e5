"""The cards of Explore: frames with axes, over which the browser draws, and the table."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.pages.explore import table
from dashboard.pages.markup import attributes

JOINT = (
    "w_j = a + s j: the least-squares line through the blocks of all networks of the panel; "
    "e_fit: how far it is from their widths on average, |ln(line / width)|, 0.1 is about 10 %"
)


def card(
    id: str, title: str, note: str, side: list[Component], body: list[Component]
) -> Component:
    head = [
        html.H2(title),
        html.Span(note, className="muted note"),
        html.Span(className="spring"),
    ]
    return html.Section(
        [html.Div([*head, *side], className="card-head"), *body], id=id, className=f"card {id}"
    )


def frame(id: str, label: str) -> Component:
    """Room for a figure of axes (assets/base/axes.mjs), under a canvas that draws the rest."""
    return html.Div(
        [
            html.Div(id=f"{id}-place", className="frame-axes"),
            html.Canvas(id=f"{id}-canvas", className="frame-canvas"),
        ],
        className="frame",
        role="img",
        **attributes(aria_label=label),
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
        **attributes(aria_label="threshold e, percent", aria_valuemin="0", aria_valuemax="100"),
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
                str(k),
                className="segment",
                **attributes(data_k=str(k), aria_pressed="true" if k == 12 else "false"),
            )
            for k in (4, 12, 24)
        ],
        id="widths-k",
        className="segments",
        role="group",
        **attributes(aria_label="how many networks are drawn"),
    )
    key = html.Div(
        [
            html.I(className="solid"),
            "built",
            html.I(className="dotted"),
            "w₀ + wₐ j",
            html.I(className="joint"),
            "least squares",
        ],
        className="widths-key",
    )
    return card(
        "widths",
        "Fitted widths",
        "",
        [choices],
        [
            html.Div(
                [
                    frame("widths-frame", "block widths of the best and the worst networks"),
                    *(
                        html.Div(id=f"widths-{which}", className="widths-title", title=JOINT)
                        for which in ("best", "worst")
                    ),
                    key,
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
                    html.Span(
                        [
                            html.B(),
                            html.Span(),
                            html.Select(
                                className="scatter-pick",
                                **attributes(aria_label=f"column of plot {i + 1}"),
                            ),
                        ],
                        className="scatter-name",
                    ),
                    html.Span(className="scatter-range"),
                ],
                className="scatter-title",
                **attributes(data_panel=str(i)),
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
        [html.Div(table.grid(), className="table-body")],
    )
