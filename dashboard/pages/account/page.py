"""My account: who one is, one's sessions, tokens and password, and the way out.

A client of REST (`/me` and below) like Queue: assets/account/ makes the cards. On a server
without logins one card says so, and the others are not there.
"""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.pages.account import help
from dashboard.pages.markup import cards, notes, page_header, page_help, purpose
from dashboard.sources import Sources

TITLE = "My account"


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            dcc.Store(id="account-shown"),
            page_header(
                TITLE,
                html.Span(id="account-said", role="status", className="muted"),
                help=page_help(help.READ, help.KEYS),
            ),
            notes("account"),
            html.Main(
                [
                    purpose(
                        "Who you are here, where you are logged in, and what scripts show."
                    ),
                    *cards("account", "who", "sessions", "tokens", "password"),
                ],
                className="people-body",
            ),
        ],
        id="account",
        className="people",
    )


def register(app: Dash, sources: Sources) -> None:
    """Tell the browser's part where it is; all else is between it and REST."""
    app.clientside_callback(
        ClientsideFunction("netspace", "showAccount"),
        Output("account-shown", "data"),
        Input("location", "pathname"),
    )
