"""Small pieces of markup that pages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component


def attributes(**named: str) -> dict[str, Any]:
    """Attributes with dashes: `aria_label` becomes `aria-label`."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def section(name: str, note: Any, *content: Component, **properties: Any) -> Component:
    head = [html.H3(name), html.Span(note, className="muted note")]
    return html.Section([html.Div(head, className="section-head"), *content], **properties)


def facts(pairs: Iterable[tuple[str, Any]]) -> Component:
    """Names with their values."""
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs], className="facts"
    )


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], numeric: bool = False
) -> Component:
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(name, scope="col") for name in head])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
        ],
        className="sheet-table numeric" if numeric else "sheet-table",
    )


HIDDEN = {"visible": False}
EMPTY = {  # a plot before its figure comes: nothing, on the page's own ground
    "xaxis": HIDDEN,
    "yaxis": HIDDEN,
    "paper_bgcolor": "rgba(0, 0, 0, 0)",
    "plot_bgcolor": "rgba(0, 0, 0, 0)",
}


def graph(id: str, label: str, height: int) -> Component:
    """A small plot without buttons; its label is for those who can't see it."""
    plot = dcc.Graph(
        id=id,
        figure={"layout": EMPTY},
        config={"displayModeBar": False},
        style={"height": f"{height}px"},
        responsive=True,
    )
    return html.Div(plot, role="img", className="small-plot", **attributes(aria_label=label))
