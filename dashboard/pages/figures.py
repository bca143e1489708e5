"""The menu on the card of a figure, by which it leaves: assets/base/figures.mjs."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.figures.paper import COLUMNS
from dashboard.pages.markup import attributes

FORMATS = {
    "svg": "vectors, to be worked on",
    "png": "600 dots per inch",
    "pdf": "vectors and text, for LaTeX",
    "csv": "the numbers",
}
WIDTHS = {"one": "1 column", "two": "2 columns"}


def figure_menu(name: str, title: str) -> Component:
    """A menu that saves a figure as wide as a column of a journal.

    Args:
        name: by which the page's script says what the figure is of (`offer`).
        title: of the figure.
    """
    label = f"save the figure {title}"
    choices = html.Div(
        [
            html.Button(
                f"{WIDTHS[key]}, {column.mm:g} mm",
                className="segment",
                type="button",
                **attributes(data_width=key, aria_pressed="true" if key == "one" else "false"),
            )
            for key, column in COLUMNS.items()
        ],
        className="segments",
        role="group",
        **attributes(aria_label="as wide as a journal's"),
    )
    formats = html.Div(
        [
            html.Button(
                one.upper(),
                className="button",
                type="button",
                title=about,
                **attributes(data_format=one),
            )
            for one, about in FORMATS.items()
        ],
        className="figure-formats",
    )
    return html.Details(
        [
            html.Summary(
                "↓", className="button icon small", title=label, **attributes(aria_label=label)
            ),
            html.Div(
                [choices, formats, html.P(className="figure-said muted", role="status")],
                className="popover",
            ),
        ],
        className="menu figure-menu",
        **attributes(data_figure=name),
    )
