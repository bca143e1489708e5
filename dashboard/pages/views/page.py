"""Views: all views that were kept, notes and tags, what is archived and deleted.

A client of REST like Queue: assets/views/ makes the cards. The address holds what is looked
for: `?search=second+try&tag=talk`.
"""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.pages.markup import cards, notes, page_header, page_help, purpose
from dashboard.pages.views import help
from dashboard.sources import Sources

TITLE = "Views"


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            dcc.Store(id="views-shown"),
            page_header(
                TITLE,
                html.Span(id="views-said", role="status", className="muted"),
                help=page_help(help.READ, help.KEYS),
            ),
            notes("views-link"),
            html.Main(
                [
                    purpose(
                        "Views that were kept of the pages, and what people wrote down of "
                        "populations and networks."
                    ),
                    *cards("views", "find", "views", "notes", "archived", "deleted"),
                ],
                className="people-body",
            ),
        ],
        id="views",
        className="people views",
    )


def register(app: Dash, sources: Sources) -> None:
    """Tell the browser's part where it is; all else is between it and REST."""
    app.clientside_callback(
        ClientsideFunction("netspace", "showViews"),
        Output("views-shown", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
    )
