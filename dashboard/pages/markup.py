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


PAGES = {
    "Explore": "/",
    "Compare": "/compare",
    "Trends": "/trends",
    "Speed": "/speed",
    "Views": "/views",
    "Look up": "/lookup",
    "New population": "/new",
    "Import": "/import",
    "Queue": "/queue",
}
"""Where the navigation leads, by title: what is looked at, then what brings more of it."""


KEPT = ("Compare", "Trends", "Speed")
"""Pages whose address is all that they show, as Explore's is: views of them are kept."""


def page_header(title: str, *told: Component, help: Component) -> Component:
    """The head of a page: where one is and may go, what it tells, who asks, help."""
    return html.Header(
        [
            brand(),
            html.H1(title, className="unseen" if title in PAGES else ""),
            navigation(title),
            *told,
            html.Span(className="spring"),
            *([kept_views()] if title in KEPT else []),
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


def notes(page: str) -> Component:
    """Where a page says what its address asks for that is not done (assets/base/notes.mjs)."""
    return html.Div(id=f"{page}-notes", className="notes", role="status", hidden=True)


def kept_views() -> Component:
    """The button of the drawer of kept views (assets/keep/views.mjs)."""
    title = "views that were kept of this page, and keeping one more (V)"
    return html.Button("Kept views", className="button open-views", title=title, type="button")


def brand() -> Component:
    return dcc.Link(
        [html.Span(className="brand-mark"), "netspace"],
        href=get_relative_path("/"),
        className="brand",
    )


def navigation(here: str, named: Sequence[str] = (), **instead: Component) -> Component:
    """Links to all pages, the one that one is on marked.

    Args:
        here: its title.
        named: titles whose links have an id, `queue-link`.
        instead: of a link, by the name of its page in one word.
    """

    def link(title: str, path: str) -> Component:
        if (other := instead.get(title.replace(" ", "_").lower())) is not None:
            return other
        leads = {"href": get_relative_path(path)}
        if title in named:
            leads["id"] = f"{path[1:]}-link"
        if title == here:  # a dcc.Link can't say so
            return html.A(title, **leads, **attributes(aria_current="page"))
        return dcc.Link(title, **leads)

    links = [link(title, path) for title, path in PAGES.items()]
    return html.Nav(links, className="navigation", **attributes(aria_label="pages"))


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
    way_out: Component | None = None,
    **properties: Any,
) -> Component:
    """A part of a page: a heading of a level, its words explained, and a note beside it.

    Args:
        way_out: the menu by which its figure leaves.
    """
    head = [level(name)]
    if words:
        head.append(explained(name, words))
    head.append(html.Span(note, className="muted note"))
    if way_out is not None:
        head.append(way_out)
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


def frame(id: str, label: str) -> Component:
    """Room for a figure of axes (assets/base/axes.mjs), under a canvas that draws the rest."""
    return html.Div(
        [
            html.Div(id=f"{id}-place", className="frame-axes"),
            html.Canvas(id=f"{id}-canvas", className="frame-canvas"),
        ],
        className="frame",
        role="img",
        **attributes(aria_label=label),
    )


def plots(page: str, name: str, label: str, height: int) -> Component:
    """Small plots on one frame (assets/base/panels.mjs), which grows with their number."""
    return html.Div(
        frame(f"{page}-{name}", label),
        id=f"{page}-{name}-plots",
        className="plots",
        style={"height": f"{height}px"},
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
        ClientsideFunction("netspace", "draw"),
        Output(f"{id}-place", "children"),
        Input(f"{id}-figure", "data"),
        prevent_initial_call=True,
    )
