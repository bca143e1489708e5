"""Trends: what stays and what grows among the best networks, from cheap ones to dear ones.

The address is the question, as REST takes it (`GET /api/v1/trends`), with what the page adds:

    ?side=1&side=2&side=3&by=flops&columns=depth,wm&of=latency&half=first&paper=members

A client of REST like Queue: assets/trends/ writes the address, asks, and draws. Each range that
it shows is a link to Explore under that constraint.
"""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component

from dashboard.pages import brushing
from dashboard.pages.markup import page_help, plots
from dashboard.pages.study import study
from dashboard.pages.trends import help
from dashboard.sources import Sources

TITLE = "Trends"


def layout() -> Component:
    """The page without data."""
    return study(
        "trends",
        TITLE,
        "What stays the same and what grows among the best networks, as they cost more.",
        {
            "verdicts": ("Trends", []),
            "ranges": (
                "Best ranges",
                [
                    brushing.tools(),
                    plots(
                        "trends", "ranges", "best range of each parameter by complexity", 420
                    ),
                ],
            ),
            "costs": (
                "What the best cost",
                [plots("trends", "costs", "other complexities of the best networks", 240)],
            ),
        },
        help.WORDS,
        page_help(help.READ, help.KEYS),
    )


def register(app: Dash, sources: Sources) -> None:
    """Tell the browser's part where it is; all else is between it and REST."""
    app.clientside_callback(
        ClientsideFunction("netspace", "showTrends"),
        Output("trends-shown", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
    )
