"""Speed: what tells how long a network takes on a device, and how good one is for its time.

The address is the question, as REST takes it (`GET /api/v1/populations/ID/speed`), with what
the page adds; what is no option is a constraint:

    ?population=3&time=latency_64&split=infer_batch_size&condition=..&budget=0.02&depth=5..8

A client of REST like Queue: assets/speed/ writes the address, asks, and draws.
"""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component

from dashboard.pages import brushing
from dashboard.pages.markup import page_help, plots
from dashboard.pages.speed import help
from dashboard.pages.study import study
from dashboard.sources import Sources

TITLE = "Speed"


def layout() -> Component:
    """The page without data."""
    return study(
        "speed",
        TITLE,
        "What tells how long a network takes on this device, and how good it is for its time.",
        {
            "fits": ("What the time is made of", []),
            "times": (
                "Time by complexity",
                [
                    brushing.tools(),
                    plots("speed", "times", "time against each complexity, with the fits", 280),
                ],
            ),
            "residuals": (
                "What is not said by it",
                [plots("speed", "residuals", "measured time over predicted time", 280)],
            ),
            "front": (
                "Error for its time",
                [plots("speed", "front", "error against time, and within a budget", 280)],
            ),
        },
        help.WORDS,
        page_help(help.READ, help.KEYS),
    )


def register(app: Dash, sources: Sources) -> None:
    """Tell the browser's part where it is; all else is between it and REST."""
    app.clientside_callback(
        ClientsideFunction("netspace", "showSpeed"),
        Output("speed-shown", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
    )
