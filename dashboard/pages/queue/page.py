"""Queue: what runs, what waits and why, what failed, and what can be done about it.

The page is a client of REST and its events like any other: assets/queue/ asks for workers,
populations and jobs, and each button is one request. The tables are brought up to date in
place, so that a pressed button, a focus or a number half typed in survives.

The address says what is shown, so a list can be sent to a colleague:
`?group=failed&population=2&page=3`.
"""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.pages.markup import attributes, notes, page_header, page_help, purpose
from dashboard.pages.queue import help
from dashboard.sources import Sources

TITLE = "Queue"


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            dcc.Store(id="queue-shown"),
            page_header(
                TITLE,
                html.Span(id="queue-said", role="status", className="muted"),
                html.Button(
                    "Notify me",
                    id="notify",
                    className="button quiet switch",
                    type="button",
                    role="switch",
                    **attributes(aria_checked="false"),
                ),
                help=page_help(help.READ, help.KEYS),
            ),
            notes("queue"),
            html.Main(
                [
                    purpose(
                        "What trains, what waits and why, what failed, and what can be done "
                        "about it."
                    ),
                    card("Workers"),
                    card("Populations"),
                    card("Jobs"),
                ],
                className="queue-body",
            ),
        ],
        id="queue",
        className="queue",
    )


def card(title: str) -> Component:
    return html.Section(
        html.Div([html.H2(title), html.P("loading ...", className="muted")]),
        id=f"queue-{title.lower()}",
        className="card",
        **attributes(aria_label=title.lower()),
    )


def register(app: Dash, sources: Sources) -> None:
    """Tell the browser's part where it is; all else is between it and REST."""
    app.clientside_callback(
        ClientsideFunction("netspace", "showQueue"),
        Output("queue-shown", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
    )
