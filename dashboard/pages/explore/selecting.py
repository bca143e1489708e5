"""What selects networks, and what becomes of those that are (assets/explore/selected.mjs)."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.pages.markup import attributes


def colours() -> Component:
    """By which column networks are coloured (assets/explore/colours.mjs)."""
    return html.Div(
        [
            html.Label("colour", htmlFor="colour-by", className="muted"),
            html.Select(
                [html.Option("one colour", value="")], id="colour-by", className="colour-by"
            ),
            html.Span(id="colour-said", className="unseen", role="status"),
        ],
        className="colours",
    )


def colour_legend() -> Component:
    """What the colours mean."""
    return html.Div(id="colour-legend", className="colour-legend", hidden=True, role="img")


def selection() -> Component:
    """How many networks are selected, and what can be made of them."""
    acts = {
        "select-only": ("Only these", "the selection becomes the constraints"),
        "select-keep": ("Keep", "the selection as a population of its own"),
        "select-compare": ("Compare", "the selection beside what passes"),
    }
    return html.Div(
        [
            html.B(id="selected-count", role="status"),
            html.Span(id="selected-what", className="muted note"),
            *(
                html.Button(text, id=id, className="button", title=about)
                for id, (text, about) in acts.items()
            ),
            html.A(
                "CSV", id="select-csv", className="button", href="", download="selected.csv"
            ),
            html.Button(
                "×",
                id="select-clear",
                className="button icon",
                title="let go of the selection (Esc)",
                **attributes(aria_label="let go of the selection"),
            ),
        ],
        id="selection",
        className="selection",
        role="group",
        hidden=True,
        **attributes(aria_label="what is selected"),
    )


def by_numbers() -> Component:
    """What selects without a mouse (assets/explore/numbers.mjs)."""
    return html.Button(
        "Select",
        id="select-numbers",
        className="button",
        title="select by numbers: a range a column (B)",
    )


def lower() -> Component:
    """What the lower card shows: the table, or parallel coordinates."""
    return html.Div(
        [
            html.Button(
                word,
                className="segment",
                title=about,
                **attributes(data_lower=name, aria_pressed=str(name == "table").lower()),
            )
            for name, word, about in (
                ("table", "Table", "the networks as a table (T)"),
                ("parallel", "Parallel", "parallel coordinates (T)"),
            )
        ],
        id="lower",
        className="segments",
        role="group",
        **attributes(aria_label="what is shown below the plots"),
    )


def parallel() -> Component:
    """Parallel coordinates (assets/explore/plots/parallel.mjs)."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(id="parallel-heads", className="parallel-heads"),
                    html.Canvas(id="parallel-canvas", **attributes(aria_hidden="true")),
                ],
                id="parallel-box",
                className="parallel-box",
                role="group",
                **attributes(aria_label="parallel coordinates"),
            ),
            html.Div(
                [
                    html.Span(
                        "drag along an axis to select, drag its name to move it",
                        className="muted",
                    ),
                    html.Span(id="parallel-note", className="muted"),
                    html.Span(className="spring"),
                    html.Select(
                        id="parallel-add",
                        className="colour-by",
                        **attributes(aria_label="add an axis"),
                    ),
                ],
                className="parallel-foot",
            ),
        ],
        id="parallel",
        className="parallel",
        hidden=True,
    )
