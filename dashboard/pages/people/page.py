"""People: accounts, invitations, everybody's sessions and tokens, and the audit.

A client of REST like Queue: assets/people/ makes the cards, for administrators; others read why
there are none. The address holds the search of the audit: `?actor=max&what=cancelled`.
"""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.pages.markup import cards, notes, page_header, page_help, purpose
from dashboard.pages.people import help
from dashboard.sources import Sources

TITLE = "People"


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            dcc.Store(id="people-shown"),
            page_header(
                TITLE,
                html.Span(id="people-said", role="status", className="muted"),
                help=page_help(help.READ, help.KEYS),
            ),
            notes("people"),
            html.Main(
                [
                    purpose("Who may come in, and as what; who is in; who did what."),
                    *cards(
                        "people", "why", "accounts", "invite", "sessions", "tokens", "audit"
                    ),
                ],
                className="people-body",
            ),
        ],
        id="people",
        className="people",
    )


def register(app: Dash, sources: Sources) -> None:
    """Tell the browser's part where it is; all else is between it and REST."""
    app.clientside_callback(
        ClientsideFunction("netspace", "showPeople"),
        Output("people-shown", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
    )
