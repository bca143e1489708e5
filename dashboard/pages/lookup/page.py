"""Look up: what network somebody means, by a name or by what others write.

The text is read when it has rested for half a second, or comes in the address (`?what=NAME`).
Only the server reads it; a mistake is told at the field.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from starlette.concurrency import run_in_threadpool

from dashboard.callbacks import may
from dashboard.figures.style import PALETTES
from dashboard.pages.link import left_out, told
from dashboard.pages.lookup import help, result
from dashboard.pages.lookup.result import PUBLISHED
from dashboard.pages.markup import (
    THEME,
    attributes,
    graph,
    notes,
    page_header,
    page_help,
    purpose,
    register_graph,
    section,
)
from dashboard.sources import Sources
from designspace.naming import members
from services.acting.permission import Verb
from services.defining import regimes

TITLE = "Look up"
REST_MS = 500
OPTIONS = ("what",)
"""Of the address."""


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            page_header(
                TITLE,
                help=page_help(help.READ, help.KEYS),
            ),
            notes("lookup"),
            html.Main(
                [
                    purpose(
                        "What is this network, and what does it cost? Paste a name or text."
                    ),
                    html.Div([asked(), found()], className="new-columns"),
                ],
                className="new-body",
            ),
        ],
        className="new",
    )


def asked() -> Component:
    fields = [
        dmc.Textarea(
            id="lookup-what",
            label="A network by name or text",
            description="a published name, a cell of NAS-Bench-201 or 101, widths of NATS, "
            "a setting of Once-for-All, a configuration of pycls, or a network's JSON",
            placeholder="efficientnet_b1",
            value="",
            debounce=REST_MS,
            autosize=True,
            minRows=5,
            maxRows=18,
            classNames={"input": "mono"},
            spellCheck=False,
        ),
        dmc.Select(
            id="lookup-images",
            label="Images",
            description="that it is counted on",
            data=[],
            value=PUBLISHED,
            allowDeselect=False,
            searchable=False,
        ),
    ]
    return html.Div(
        [
            html.Div(fields, className="fields"),
            section("As people write them", "", examples(), level=html.H2),
        ],
        className="card new-form",
        **attributes(aria_label="what to look up"),
    )


def examples() -> Component:
    """One of each kind to copy, and all published names."""
    names = members.names()
    return html.Div(
        [
            html.Ul(
                [html.Li(html.Code(text)) for text in help.EXAMPLES],
                className="lookup-examples",
            ),
            html.Details(
                [
                    html.Summary(f"{len(names)} published names"),
                    html.P(html.Code(", ".join(names)), className="made-of"),
                ]
            ),
        ]
    )


def found() -> Component:
    """What the text means; empty until the server has told."""
    return html.Section(
        [
            html.Div(html.P("Nothing is looked up yet.", className="muted"), id="lookup-told"),
            html.Div(
                section(
                    "Shape",
                    html.Span(id="lookup-shaped"),
                    graph("lookup-shape", "its widths or its graph", 240),
                ),
                id="lookup-shape-box",
                hidden=True,
            ),
            html.Div(id="lookup-more"),
        ],
        id="lookup-found",
        className="card new-preview",
        **attributes(aria_label="the network", aria_live="polite"),
    )


def register(app: Dash, sources: Sources) -> None:
    """What comes by a link, and what the text means."""
    register_graph(app, "lookup-shape")

    @app.callback(
        {
            "what": Output("lookup-what", "value"),
            "images": Output("lookup-images", "data"),
            "notes": Output("lookup-notes", "children"),
            "quiet": Output("lookup-notes", "hidden"),
        },
        Input("location", "pathname"),
        Input("location", "search"),
    )
    @may(Verb.SEE)
    async def arrive(path: str | None, search: str | None) -> dict[str, Any]:
        if not (path or "").rstrip("/").endswith("/lookup"):
            raise PreventUpdate
        given = parse_qs((search or "").removeprefix("?")).get("what", [""])[0]
        known = await run_in_threadpool(images, sources)
        problems = told(left_out(search or "", OPTIONS))
        return {"what": given or no_update, "images": known} | problems

    @app.callback(
        {
            "problem": Output("lookup-what", "error"),
            "told": Output("lookup-told", "children"),
            "shaped": Output("lookup-shaped", "children"),
            "shape": Output("lookup-shape-figure", "data"),
            "no_shape": Output("lookup-shape-box", "hidden"),
            "more": Output("lookup-more", "children"),
        },
        Input("lookup-what", "value"),
        Input("lookup-images", "value"),
        Input(THEME, "data"),
        State("location", "pathname"),
        running=[(Output("lookup-found", "aria-busy"), "true", "false")],
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def look(
        what: str | None, chosen: str | None, theme: str, path: str | None
    ) -> dict[str, Any]:
        if not (path or "").rstrip("/").endswith("/lookup"):
            raise PreventUpdate
        palette = PALETTES.get(theme, PALETTES["light"])
        return await run_in_threadpool(result.told, sources, what or "", chosen, palette)


def images(sources: Sources) -> list[dict[str, str]]:
    """Those that its counts are published for, or those of a regime."""
    with sources.database.read() as session:
        known = regimes.every(session)
    usual = {"value": PUBLISHED, "label": "as published, or 224 x 224, 1,000 classes"}
    return [
        usual,
        *(
            {
                "value": str(one.id),
                "label": f"{one.name}: {one.regime.resolution} x {one.regime.resolution}, "
                f"{one.regime.classes:,} classes",
            }
            for one in known
        ),
    ]
