"""Import: a table of somebody else's is looked at, put right, and becomes a population.

A client of REST (`/tables/look`, `/tables`) like Queue: assets/import/ makes the cards. Only
the server reads a file; the page sends its beginning, shows how the server reads it, and asks
again with whatever is changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from columns.quantities import QUANTITIES, STAGE_QUANTITIES, Quantity, of_stage
from dashboard.pages.importing import help
from dashboard.pages.markup import attributes, cards, notes, page_header, page_help, purpose
from dashboard.sources import Sources
from services.exchange.tables.names import RESERVED

TITLE = "Import"
STAGES = (1, 2, 3, 4)
"""Whose quantities are offered; those of others can be written."""


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            dcc.Store(id="import-shown"),
            page_header(
                TITLE,
                html.Span(id="import-said", role="status", className="muted"),
                help=page_help(help.READ, help.KEYS),
            ),
            notes("import"),
            html.Main(
                [
                    purpose(
                        "Bring somebody else's table of results in as a population: see how "
                        "it is read, put it right, import it."
                    ),
                    *cards("import", "file", "whole", "columns", "store", "report"),
                    html.Datalist(
                        list(map(option, ours())),
                        id="import-quantities",
                        **attributes(data_reserved=" ".join(sorted(RESERVED))),
                    ),
                ],
                className="import-body",
            ),
        ],
        id="import",
        className="import",
    )


def ours() -> Iterator[Quantity]:
    """Quantities that a column of a file may be, but for errors, which are a role."""
    yield from (one for one in QUANTITIES.values() if one.name != "error")
    for stage in STAGES:
        yield from (of_stage(one, stage) for one in STAGE_QUANTITIES.values())


def option(one: Quantity) -> Component:
    return html.Option(
        value=one.name,
        label=f"{one.label}, {one.unit}" if one.unit else one.label,
        **attributes(data_unit=one.unit, data_label=one.label),
    )


def register(app: Dash, sources: Sources) -> None:
    """Tell the browser's part where it is; all else is between it and REST."""
    app.clientside_callback(
        ClientsideFunction("netspace", "showImport"),
        Output("import-shown", "data"),
        Input("location", "pathname"),
    )
