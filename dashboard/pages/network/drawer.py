"""The drawer of one network: what was drawn, what was built, what was measured, or why not.

It lies over every page and listens to the store `picked`, {"population": id, "network": id} or
nothing, which Explore and Queue set; closing it, or going to another page, empties the store.
While the network's job goes on it is read again. Of a table it shows a row, whose id that is.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import numpy as np
import plotly.graph_objects as go
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from dashboard.callbacks import may
from dashboard.figures.graphs import graph_figure
from dashboard.figures.learning import learning_figure
from dashboard.figures.style import PALETTES, Palette
from dashboard.figures.widths import network_widths_figure
from dashboard.pages.figures import figure_menu
from dashboard.pages.markup import THEME, attributes, graph, register_graph, section
from dashboard.pages.network import row, sheet
from dashboard.sources import Sources
from population.population import Status
from services.acting.permission import Verb
from services.errors import NotFound, Refused
from services.reading import networks, table_rows
from services.reading.networks import NetworkRecord
from services.reading.snapshots import Snapshot
from services.sampling import rays


def drawer() -> Component:
    """The closed drawer; it reads no data."""
    note = html.Span
    return html.Aside(
        [
            dcc.Store(id="picked"),
            dcc.Store(id=THEME, data="light"),
            dcc.Store(id="network-changed"),
            head(),
            html.P(id="network-said", className="drawer-said", role="status", hidden=True),
            html.Div(
                [
                    html.Div(id="network-told"),
                    html.Div(id="network-note"),
                    section(
                        "Widths",
                        note(id="network-line"),
                        graph("network-widths", "widths over the block index", 220),
                        way_out=figure_menu("network-widths", "Widths"),
                        id="network-shape",
                    ),
                    section(
                        "Learning curve",
                        note(id="network-epochs"),
                        graph("network-learning", "error and loss by epoch", 240),
                        way_out=figure_menu("network-learning", "Learning curve"),
                        id="network-curve",
                    ),
                    html.Div(id="network-record"),
                ],
                className="drawer-body",
                tabIndex="0",  # it scrolls: the keyboard has to reach it
            ),
        ],
        id="network",
        className="drawer",
        hidden=True,
        **attributes(aria_label="network"),
    )


def head() -> Component:
    return html.Div(
        [
            html.H2(id="network-title"),
            html.Span(className="spring"),
            *(
                html.A(
                    label,
                    id=f"network-{name}",
                    className="button quiet",
                    target="_blank",
                    title=title,
                )
                for name, label, title in LINKS
            ),
            html.A(
                "Look up",
                id="network-lookup",
                className="button quiet",
                title="this network on the page Look up: who has drawn it, as others write it",
            ),
            html.A(
                "Scale",
                id="network-scale",
                className="button quiet",
                title="a new population of this network and what scaling makes of it",
            ),
            html.Button(
                "×",
                id="network-close",
                className="button quiet icon",
                title="close (Esc)",
                **attributes(aria_label="close"),
            ),
        ],
        className="drawer-head",
    )


LINKS = (
    ("json", "JSON", "this network as REST tells it"),
    ("py", "PyTorch", "this network as a file that needs torch alone"),
    ("yaml", "pycls", "this network as a configuration of the paper authors' code"),
    ("nb201", "NB201", "its cell as NAS-Bench-201 writes it"),
    ("nats", "NATS", "its five widths, as NATS-Bench writes the size space"),
    ("nb101", "NB101", "its cell's matrix and operations, as NAS-Bench-101 has them"),
    ("ofa", "OFA", "its kernels, expansions and depths, as Once-for-All sets them"),
)
"""(name, label, title) of links to a network elsewhere; those that can't say it are hidden."""

OUTPUTS = {
    "title": Output("network-title", "children"),
    **{name: Output(f"network-{name}", "href") for name, _, _ in LINKS},
    **{f"no_{name}": Output(f"network-{name}", "hidden") for name, _, _ in LINKS},
    "lookup": Output("network-lookup", "href"),
    "no_lookup": Output("network-lookup", "hidden"),
    "scale": Output("network-scale", "href"),
    "no_scale": Output("network-scale", "hidden"),
    "told": Output("network-told", "children"),
    "line": Output("network-line", "children"),
    "widths": Output("network-widths-figure", "data"),
    "no_widths": Output("network-shape", "hidden"),
    "no_curve": Output("network-curve", "hidden"),
    "epochs": Output("network-epochs", "children"),
    "learning": Output("network-learning-figure", "data"),
    "record": Output("network-record", "children"),
}


def shape_figure(record: NetworkRecord, palette: Palette) -> go.Figure:
    """Widths over the blocks; of what is no row of blocks its graph."""
    if (wiring := record.network.wiring) is not None:
        return graph_figure(wiring, palette)
    assert record.line is not None  # all rows of blocks have one
    return network_widths_figure(
        record.line, record.quantised_widths, record.compatible_widths, palette
    )


def register(app: Dash, sources: Sources) -> None:
    """Opening, closing and reading again; the first two never leave the browser."""
    root = app.config.requests_pathname_prefix.removesuffix("app/")
    for id in ("network-widths", "network-learning"):
        register_graph(app, id)

    for function, output, *listened in (
        # Once: whatever the server draws would be drawn anew each time, on hidden pages, too.
        ("theme", Output(THEME, "data"), Input("network", "id")),
        ("showDrawer", Output("network", "hidden"), Input("picked", "data")),
        (
            "closeDrawer",
            Output("picked", "data", allow_duplicate=True),
            Input("network-close", "n_clicks"),
            Input("location", "pathname"),
        ),
    ):
        app.clientside_callback(
            ClientsideFunction("netspace", function),
            output,
            *listened,
            prevent_initial_call=output.allow_duplicate,
        )

    @app.callback(
        OUTPUTS,
        Input("picked", "data"),
        Input("network-changed", "data"),
        Input(THEME, "data"),
        running=[(Output("network", "aria-busy"), "true", "false")],
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def show_network(
        picked: dict[str, int] | None, changed: Any, theme: str
    ) -> dict[str, Any]:
        if not picked:
            raise PreventUpdate
        try:
            return await run_in_threadpool(contents, sources, root, picked, theme)
        except NotFound as error:
            nothing = dict.fromkeys(OUTPUTS, None)
            told = sheet.nothing(picked["network"], str(error))
            hidden = {name: True for name in OUTPUTS if name.startswith("no_")}
            return nothing | hidden | {"title": "Network", "told": told}


def can_scale(session: Session, population: int, record: NetworkRecord) -> bool:
    """Whether the network has a ray."""
    try:
        rays.of(session, population, record)
    except Refused:
        return False
    return True


def contents(sources: Sources, root: str, picked: dict[str, int], theme: str) -> dict[str, Any]:
    """What the drawer shows of the picked network, by the names of OUTPUTS.

    Args:
        root: of all addresses.

    Raises:
        NotFound: no such population, or no such network in it.
    """
    population, id = int(picked["population"]), int(picked["network"])
    snapshot = sources.snapshots.get(population)
    if snapshot.table is not None:
        return row_contents(sources, root, snapshot, id, theme)
    with sources.database.read() as session:
        record = networks.get(session, population, id)
        scales = can_scale(session, population, record)
    drawn = snapshot.population
    status = Status(drawn.status[np.flatnonzero(drawn.ids == record.id)[0]])
    at = f"{root}api/v1/populations/{population}/networks/{id}"
    palette, epochs = PALETTES.get(theme, PALETTES["light"]), record.job.epochs
    scale = urlencode({"scale": f"{population}.{id}"})
    return {
        "title": sheet.title(record),
        **{name: at if name == "json" else f"{at}.{name}" for name, _, _ in LINKS},
        **{f"no_{name}": name not in record.forms for name, _, _ in LINKS},
        "lookup": f"{root}app/lookup?{row.looked_up(record.network, record.name)}",
        "no_lookup": False,
        "scale": f"{root}app/new?{scale}",
        "no_scale": not scales,
        "told": sheet.told(record, status),
        "line": sheet.line(record),
        "widths": shape_figure(record, palette),
        "no_widths": False,
        "no_curve": not epochs,
        "epochs": sheet.epochs(epochs),
        "learning": learning_figure(
            [epoch.epoch for epoch in epochs],
            [epoch.error for epoch in epochs],
            [epoch.loss for epoch in epochs],
            palette,
        ),
        "record": sheet.record(record.job),
    }


def row_contents(
    sources: Sources, root: str, snapshot: Snapshot, id: int, theme: str
) -> dict[str, Any]:
    """What the drawer shows of a row of a table, by the names of OUTPUTS.

    Raises:
        NotFound: no such row.
    """
    with sources.database.read() as session:
        found = table_rows.get(session, snapshot, id)
    at, network = f"{root}api/v1/populations/{snapshot.id}", found.network
    palette = PALETTES.get(theme, PALETTES["light"])
    nothing: dict[str, Any] = dict.fromkeys(OUTPUTS)
    nothing |= {name: True for name in OUTPUTS if name.startswith("no_")}
    shown = {
        "title": row.title(found),
        "json": f"{at}/rows/{id}",
        "no_json": False,
        "told": row.told(found, snapshot),
        "record": [],
    }
    if network is None:
        return nothing | shown
    files = {name: f"{at}/networks/{found.network_id}.{name}" for name in found.forms}
    figure = row.figure(network, palette)
    return (
        nothing
        | {name: file for name, file in files.items() if name in OUTPUTS}
        | {f"no_{name}": False for name in files if f"no_{name}" in OUTPUTS}
        | shown
        | {
            "lookup": f"{root}app/lookup?{row.looked_up(network, found.name)}",
            "no_lookup": False,
            "line": row.line(network),
            "widths": figure,
            "no_widths": figure is None,
        }
    )
