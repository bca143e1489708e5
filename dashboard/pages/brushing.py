"""What a drag over a plot does, where networks are brushed (assets/base/brush.mjs)."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.pages.markup import attributes

TOOLS = {
    "box": (
        "Box",
        "drag a box: the networks in it are selected, with Shift of those that are; a finger "
        "draws once this is pressed, and scrolls when it is pressed again",
    ),
    "lasso": ("Lasso", "drag around networks: those inside are selected"),
    "zoom": ("Zoom", "drag to zoom, double click for all"),
}


def tools(names: Sequence[str] = tuple(TOOLS)) -> Component:
    """What a drag over a plot does."""
    return html.Div(
        [
            html.Button(
                word,
                className="segment",
                title=about,
                **attributes(data_tool=tool, aria_pressed=str(tool == "box").lower()),
            )
            for tool, (word, about) in TOOLS.items()
            if tool in names
        ],
        className="segments brush-tool",
        role="group",
        **attributes(aria_label="what a drag over a plot does"),
    )
