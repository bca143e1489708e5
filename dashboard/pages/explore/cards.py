"""The cards of Explore: frames with axes, over which the browser draws, and the table."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages import brushing
from dashboard.pages.explore import selecting, table
from dashboard.pages.figures import figure_menu
from dashboard.pages.markup import attributes, frame

FIGURES = ("edf", "widths", "scatters")
"""Cards that are saved for papers."""
JOINT = (
    "w_j = a + s j: the least-squares line through the blocks of all networks of the panel; "
    "e_fit: how far it is from their widths on average, |ln(line / width)|, 0.1 is about 10 %"
)


def picker(
    id: str, placeholder: str, label: str, clearable: bool = False, **given: Any
) -> Component:
    options: dict[str, Any] = {"searchable": False, "size": "xs"} | given
    select: Component = dmc.Select(
        id=id,
        data=[],
        placeholder=placeholder,
        clearable=clearable,
        allowDeselect=False,
        className=f"picker picker-{id}",
        comboboxProps={"shadow": "md", "width": "max-content", "position": "bottom-start"},
        **options,
        **attributes(aria_label=label),
    )
    return select


def card(
    id: str,
    title: str,
    note: str,
    keys: list[Component],
    acts: list[Component],
    body: list[Component],
) -> Component:
    """A card: `keys` say in its head what marks mean, in as many lines as it takes."""
    head = [
        html.H2(title, id=f"{id}-title"),
        html.Span(note, id=f"{id}-about", className="muted note"),
        *keys,
    ]
    way_out = [figure_menu(id, title)] if id in FIGURES else []
    said = html.Div(head, className="card-said")
    done = html.Div([*acts, *way_out], className="card-acts")
    return html.Section(
        [html.Div([said, done], className="card-head"), *body],
        id=id,
        className=f"card {id}",
    )


def edf() -> Component:
    numbers = html.Dl(id="numbers", className="numbers")
    threshold = html.Div(
        id="threshold",
        className="threshold",
        role="slider",
        tabIndex="0",
        hidden=True,
        title="threshold: drag, or arrow keys",
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
        [judged_by()],
        [html.Div([numbers, plot], className="edf-body")],
    )


def judged_by() -> Component:
    """What networks are judged by; any column may be it."""
    return html.Div(
        [
            html.Span("judged by", className="muted"),
            picker(
                "judged-by",
                "error",
                "judged by: less is better (J)",
                searchable=True,
                nothingFoundMessage="no such column",
                maxDropdownHeight=340,
            ),
        ],
        className="judged",
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
        [],
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
        [html.Span(id="scatter-note", className="muted note"), selecting.colour_legend()],
        [selecting.colours(), brushing.tools()],
        [html.Div([frame("scatter-frame", "error against each parameter"), titles])],
    )


def networks() -> Component:
    return card(
        "table",
        "Networks that pass",
        "",
        [selecting.selection()],
        [
            selecting.by_numbers(),
            selecting.lower(),
            html.Span(id="table-count", className="muted"),
            html.Button(
                "Keep as set",
                id="set",
                className="button",
                title="what passes as a population of its own, as it is now (S)",
                hidden=True,
            ),
            html.A("CSV", id="csv-link", className="button", href="", download="networks.csv"),
            figure_menu("parallel", "Parallel coordinates"),
        ],
        [
            html.Div(id="table-body", className="table-body"),
            dcc.Store(id="table-grid", data=table.grid().to_plotly_json()),
            dcc.Store(id="table-columns"),
            selecting.parallel(),
        ],
    )
