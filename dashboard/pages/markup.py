"""Small pieces of markup that pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, get_relative_path, html
from dash.development.base_component import Component

Tag = Callable[..., Component]

THEME = "figure-theme"
"""Store of the theme that figures made in Python are drawn in: light or dark."""


def attributes(**named: str) -> dict[str, Any]:
    """Attributes with dashes: `aria_label` becomes `aria-label`."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def page_header(
    title: str, *told: Component, links: Mapping[str, str], help: Component
) -> Component:
    """The head of a page: the way to Explore, title, what it tells, links, who asks, help."""
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
            who(),
            help,
            html.Button(
                className="button icon theme-icon toggle-theme",
                title="light or dark (D)",
                type="button",
                **attributes(aria_label="light or dark"),
            ),
        ],
        className="header",
    )


def who() -> Component:
    """Who asks, where the server has logins: base/who.mjs fills it."""
    return html.Div(className="who", hidden=True)


def cards(page: str, *names: str) -> list[Component]:
    """Cards that the browser's part fills; one that stays empty is not shown."""
    return [
        html.Section(html.Div(), id=f"{page}-{name}", className="card", hidden=True)
        for name in names
    ]


def purpose(text: str) -> Component:
    """What a page is for, in one line."""
    return html.P(text, className="purpose")


def page_help(read: Mapping[str, str], keys: Mapping[str, str]) -> Component:
    """The `?` of a page: how to read what it shows, and its keys; the key `?` opens it."""
    return html.Details(
        [
            html.Summary("?", className="button icon", title="help (?)"),
            html.Div(
                [
                    html.H2("How to read this"),
                    terms(read),
                    html.H2("Keys"),
                    terms(keys, html.Kbd, className="keys"),
                ],
                className="popover",
            ),
        ],
        className="page-help",
    )


def terms(told: Mapping[str, str], name: Tag = html.Span, **given: Any) -> Component:
    """A list of terms with what they mean."""
    parts = [(html.Dt(name(term)), html.Dd(text)) for term, text in told.items()]
    return html.Dl([part for pair in parts for part in pair], **given)


def explained(name: str, told: Mapping[str, str]) -> Component:
    """A small `?` beside a heading: the words of that place."""
    summary = html.Summary("?", title=f"the words of {name}")
    return html.Details([summary, terms(told)], className="explained")


def section(
    name: str,
    note: Any,
    *content: Component,
    level: Tag = html.H3,
    words: Mapping[str, str] | None = None,
    **properties: Any,
) -> Component:
    """A part of a page: a heading of a level, its words explained, and a note beside it."""
    head = [level(name)]
    if words:
        head.append(explained(name, words))
    head.append(html.Span(note, className="muted note"))
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
            html.Thead(html.Tr([column(name) for name in head])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
        ],
        className="sheet-table numeric" if numeric else "sheet-table",
    )


def column(name: str) -> Component:
    """The head of a column; a cell above names of rows is no head."""
    return html.Th(name, scope="col") if name else html.Td()


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
        ClientsideFunction("netspace", "draw"),
        Output(f"{id}-place", "children"),
        Input(f"{id}-figure", "data"),
        prevent_initial_call=True,
    )
