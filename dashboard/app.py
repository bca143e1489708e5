"""The Dash application inside the web process: its pages, its shell, and four corrections.

Dash 4.4 on FastAPI does four things that this application can't have; each correction has a
guard test (tests/integration/test_dashboard.py).

1. Its catch-all answers every unknown path, also of the API, with a page: it is switched off,
   and `/app/{path}` serves our pages only.
2. A callback that fails answers 500 and shows nothing: `on_error` logs it and tells the person.
3. A plain `def` callback runs on the server's event loop: ours are `async def` and hand work to
   a thread.
4. Callbacks are collected at the first page that is asked for: here they are at start, so that
   a page kept open over a restart of the server goes on working.
"""

from __future__ import annotations

import logging
from pathlib import Path

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html, set_props
from dash.backends._fastapi import reset_current_request, set_current_request
from dash.development.base_component import Component
from fastapi import FastAPI, HTTPException, Request, Response

from dashboard import exports
from dashboard.pages import compare, create, explore, network, queue
from dashboard.sources import Sources

log = logging.getLogger(__name__)

PREFIX = "/app/"

PAGES = {"": explore, "new": create, "compare": compare, "queue": queue}
"""The pages by path below PREFIX; each has a `layout()` and a `register(app, sources)`."""


def mount(server: FastAPI, sources: Sources) -> Dash:
    """Add the pages to a web application, under `/app/`."""
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # typed for Flask only
        backend="fastapi",
        assets_folder=str(Path(__file__).parent / "assets"),
        routes_pathname_prefix=PREFIX,
        requests_pathname_prefix=server.root_path + PREFIX,
        title="netspace",
        update_title="",
        on_error=_tell,
        add_log_handler=False,
    )
    app.backend._setup_catchall = lambda: None  # type: ignore[attr-defined]  # private
    app.layout = _layout()
    for part in (*PAGES.values(), network):
        part.register(app, sources)
    _register_shell(app)
    app._setup_server()
    exports.include(server, sources)

    @server.get(PREFIX + "{path:path}", include_in_schema=False)
    async def page(path: str, request: Request) -> Response:
        """A deep link to one of our pages; anything else below the prefix is not found."""
        if path not in PAGES:
            raise HTTPException(404)
        token = set_current_request(request)  # Dash does so for the prefix itself only
        try:
            return Response(app.index(), media_type="text/html")
        finally:
            reset_current_request(token)

    return app


def _tell(error: Exception) -> None:
    """Log what went wrong in a callback, and tell the person at the page."""
    log.error("a callback failed", exc_info=error)
    set_props("problem", {"children": f"{type(error).__name__}: {error}", "hidden": False})


def _layout() -> Component:
    """All pages, one of them shown, the drawer of a network, a place for problems; no data."""
    layout: Component = dmc.MantineProvider(
        id="theme",
        children=[
            dcc.Location(id="location", refresh=False),
            html.Div(id="problem", role="alert", hidden=True),
            *(
                html.Div(page.layout(), id=f"page-{path}", hidden=path != "")
                for path, page in PAGES.items()
            ),
            network.drawer(),
        ],
    )
    return layout


def _register_shell(app: Dash) -> None:
    app.clientside_callback(
        "window.netspaceShell.showPage",
        *(Output(f"page-{path}", "hidden") for path in PAGES),
        Input("location", "pathname"),
    )
