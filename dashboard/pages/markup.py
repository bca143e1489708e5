"""Small pieces of markup that pages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import Dash, Input, Output, dcc, get_relative_path, html
from dash.development.base_component import Component


def attributes(**named: str) -> dict[str, Any]:
    """Attributes with dashes: `aria_label` becomes `aria-label`."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def page_header(title: str, *told: Component, links: Mapping[str, str]) -> Component:
    """The head of a page: the way to Explore, its title, what it tells, links to others."""
    return html.Header(
        [
            dcc.Link(
                [html.Span(className="brand-mark"), "netspace"],
                href=get_relative_path("/"),
                className="brand",
            ),
            html.H1(title),
            *told,
            html.Span(className="spring"),
            *(
                dcc.Link(name, href=get_relative_path(path), className="button")
                for name, path in links.items()
            ),
            html.Button(
                className="button icon theme-icon toggle-theme",
                title="light or dark (D)",
                type="button",
                **attributes(aria_label="light or dark"),
            ),
        ],
        className="header",
    )


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


def graph(id: str, label: str, height: int) -> Component:
    """A small plot, of the figure in the store `{id}-figure`; its label is read aloud.

    The dcc.Graph comes with the first figure: a page that shows none loads no Plotly.
    """
    return html.Div(
        [
            dcc.Store(id=f"{id}-figure"),
            html.Div(id=f"{id}-place", style={"height": f"{height}px"}),
        ],
        role="img",
        className="small-plot",
        **attributes(aria_label=label),
    )


def register_graph(app: Dash, id: str) -> None:
    """Draw the graph `id` whenever its store is given a figure."""
    app.clientside_callback(
        f"(figure) => window.netspaceAxes.plot('{id}', figure)",
        Output(f"{id}-place", "children"),
        Input(f"{id}-figure", "data"),
        prevent_initial_call=True,
    )
