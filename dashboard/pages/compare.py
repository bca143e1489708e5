"""Compare: is one design space better than another, by how much, and can one trust it?

The address is the comparison, so it can be sent to a colleague:

    ?side=1;depth=5..8&side=2&match=depth,flops&method=bins&band=simultaneous&pair=0,1

The browser's part (assets/compare/) writes the address and asks for the page again when one of
its populations has new results; everything shown is computed here from the address.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from starlette.concurrency import run_in_threadpool

from dashboard.pages import compare_report
from dashboard.pages.compare_question import COVARIATES, read
from dashboard.pages.markup import attributes, graph, page_header, register_graph
from dashboard.pages.network import THEME
from dashboard.sources import Sources
from services.errors import NotFound, Refused

FIGURES = {
    "compare-edf": "error EDFs of all sides",
    "compare-matched": "error EDFs of the picked pair after matching",
    "compare-decided": "the confidence sequence of the picked pair",
    "compare-efficiency": "best error of a random search by its number of networks",
}


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            dcc.Store(id="compare-asked"),
            dcc.Store(id="compare-changed"),
            page_header(
                "Compare",
                html.Span(id="compare-said", role="status", className="muted"),
                links={"New population": "/new", "Queue": "/queue", "Explore": "/"},
            ),
            html.Div([asked(), html.Main(cards(), className="compare-cards")], className="compare-body"),
        ],
        id="compare",
        className="compare",
    )


def asked() -> Component:
    """What is compared, and how."""
    return html.Aside(
        [
            html.Div([html.H2("Sides"), html.Span(className="spring")], className="panel-head"),
            html.Div(html.Ol(className="sides"), id="compare-sides"),
            html.H2("Matched on"),
            html.Div(
                [
                    html.Label([dcc.Input(type="checkbox", value=name, className="match"), label])
                    for name, label in COVARIATES.items()
                ],
                id="compare-match",
                className="checks",
            ),
            html.Div(id="compare-options"),
        ],
        className="constraints compare-asked",
        **attributes(aria_label="what is compared"),
    )
