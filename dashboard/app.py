"""The Dash application inside the web process: its pages, its shell, and ten corrections.

Dash 4.4 on FastAPI does ten things that this application can't have; each correction has a
guard test (tests/integration/dashboard/test_dashboard.py).

1. Its catch-all answers every unknown path, also of the API, with a page: it is switched off,
   and `/app/{path}` serves our pages only.
2. A callback that fails answers 500 and shows nothing: `on_error` logs it and tells the person.
3. A plain `def` callback runs on the server's event loop: ours are `async def` and hand work to
   a thread.
4. Callbacks are collected at the first page that is asked for: here they are at start, so that
   a page kept open over a restart of the server goes on working.
5. A component file that there isn't, and a body that calls no callback, answer 500: they are
   404 and 422.
6. What fails outside of a callback answers 500 and is not logged: it is.
7. It offers callbacks by websocket, which no page of ours uses: that route is left out.
8. It stamps the scripts that it lists, but modules import each other without a stamp: the index
   lists ours (scripts.py).
9. It tells every component of each action, of which a page that a callback puts in has
   thousands: they hear less often (assets/base/told.mjs).
10. Every page begins with all libraries of components there are: ours with those that it draws
   first (scripts.py).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, set_props
from dash.backends._fastapi import (
    DashMiddleware,
    FastAPIDashServer,
    get_current_request,
    reset_current_request,
    set_current_request,
)
from dash.development.base_component import Component
from dash.exceptions import DependencyException, PreventUpdate
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from dashboard import callbacks, exports, papers, scripts
from dashboard.pages.account import page as account
from dashboard.pages.compare import page as compare
from dashboard.pages.create import page as create
from dashboard.pages.explore import page as explore
from dashboard.pages.importing import page as importing
from dashboard.pages.lookup import page as lookup
from dashboard.pages.network import drawer as network
from dashboard.pages.people import page as people
from dashboard.pages.queue import page as queue
from dashboard.pages.speed import page as speed
from dashboard.pages.trends import page as trends
from dashboard.pages.views import page as views
from dashboard.sources import Sources
from services.acting import permission
from services.acting.actor import asking
from services.acting.permission import Verb
from services.errors import Busy, Conflict, NotFound, Refused

log = logging.getLogger(__name__)

Documented = dict[int | str, dict[str, Any]]

PREFIX = "/app/"

UNCHANGING = [
    PREFIX + of
    for of in ("assets/", "_dash-component-suites/", "_dash-layout", "_dash-dependencies")
]
"""Addresses of what pages are made of, by how they begin: what is there stays as it is."""

INDEX = """<!DOCTYPE html>
<html lang="en">
    <head>
        {%metas%}
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
    </head>
    <body>
        {%app_entry%}
        <div>{%config%}{first}{%scripts%}{last}</div>
    </body>
</html>"""
"""Dash's own, which says no language and makes its scripts a footer, ours around its. The last
of ours starts the renderer, which in Dash's is a script that stands in the page."""

PRELOADED = '<link rel="preload" as="fetch" crossorigin href="{root}/api/v1/populations">'
"""What Explore asks for first: it comes while the libraries are read."""

PAGES = {
    "": explore,
    "new": create,
    "compare": compare,
    "trends": trends,
    "speed": speed,
    "views": views,
    "queue": queue,
    "lookup": lookup,
    "import": importing,
    "account": account,
    "people": people,
}
"""The pages by path below PREFIX; each has a TITLE, a `layout()`, `register(app, sources)`."""


def mount(server: FastAPI, sources: Sources, errors: Documented | None = None) -> Dash:
    """Add the pages to a web application, under `/app/`.

    Args:
        errors: that the figures may answer with, as OpenAPI documents them.
    """
    FastAPIDashServer.websocket_capability = False
    ours = scripts.mount(server, f"{PREFIX}assets")  # before Dash's own

    @server.get(PREFIX, include_in_schema=False)  # so is this
    async def first(request: Request) -> Response:
        """Explore."""
        return await page("", request)

    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # typed for Flask only
        backend="fastapi",
        assets_folder=str(scripts.ASSETS),
        assets_ignore=scripts.OURS,
        routes_pathname_prefix=PREFIX,
        requests_pathname_prefix=server.root_path + PREFIX,
        title="netspace",
        update_title="",
        index_string=INDEX.replace("{first}", ours.first).replace("{last}", ours.last),
        on_error=_tell,
        suppress_callback_exceptions=True,  # pages that nobody has looked at are not there
        add_log_handler=False,
        enable_mcp=False,  # else the environment could make tools of callbacks
    )
    app.backend._setup_catchall = lambda: None  # type: ignore[attr-defined]  # private
    _answer_4xx(app)
    for added in server.user_middleware:
        if added.cls is DashMiddleware:  # type: ignore[comparison-overlap]
            added.cls = _Logging  # type: ignore[assignment]
    app.layout = _layout()
    for part in (*PAGES.values(), network):
        part.register(app, sources)
    _register_shell(app)
    app._setup_server()
    exports.include(server, sources, errors or {})
    papers.include(server, sources, errors or {})
    own = {path: ours.of(path) for path in PAGES}
    own[""] = PRELOADED.format(root=server.root_path)

    @server.get(PREFIX + "{path:path}", include_in_schema=False)
    async def page(path: str, request: Request) -> Response:
        """A deep link to one of our pages; anything else below the prefix is not found."""
        if path not in PAGES:
            if path.startswith(("_dash-", "assets/")):
                raise HTTPException(404)
            return HTMLResponse(_nowhere(server.root_path), status_code=404)
        token = set_current_request(request)  # Dash does so for the prefix itself only
        try:
            return HTMLResponse(_of(scripts.needed(app.index()), PAGES[path].TITLE, own[path]))
        finally:
            reset_current_request(token)

    for path in (PREFIX.strip("/"), "explore", *filter(None, PAGES)):
        server.add_api_route(f"/{path}", _shortcut(path), include_in_schema=False)

    return app


class _Logging(DashMiddleware):
    """Logs what it answers 500 for."""

    async def _handle_error(
        self, error: Exception, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if not isinstance(error, PreventUpdate):
            log.error("%s failed", scope["path"], exc_info=error)
        await super()._handle_error(error, scope, receive, send)


def _answer_4xx(app: Dash) -> None:
    """Tell what the browser should not have asked for from what is broken here."""
    serve, begin = app.backend.serve_component_suites, app._initialize_context  # type: ignore[attr-defined]

    def suites(*asked: Any) -> Any:
        try:
            return serve(*asked)
        except (DependencyException, LookupError, OSError, ValueError):
            raise HTTPException(404, "no such component file") from None

    def context(body: Any) -> Any:
        callbacks.require(body, app.callback_map, get_current_request().query_params)
        return begin(body)

    app.backend.serve_component_suites = suites  # type: ignore[attr-defined]
    app._initialize_context = context  # type: ignore[method-assign]


def _of(index: str, title: str, own: str) -> str:
    """The index of one of the pages: its title, and the scripts of its own."""
    titled = index.replace("<title>netspace</title>", f"<title>{title} · netspace</title>", 1)
    return titled.replace("</head>", f"{own}</head>", 1)


def _shortcut(path: str) -> Callable[[Request], Awaitable[Response]]:
    """A page without the prefix, as people type it, goes to where it is."""
    page = PREFIX + (path if path in PAGES else "")

    async def redirect(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(request.app.root_path + page + query)

    return redirect


def _nowhere(root: str) -> str:
    """What a person reads at an address below the prefix where no page is."""
    links = " · ".join(
        f'<a href="{root}{PREFIX}{path}">{page.TITLE}</a>'
        for path, page in PAGES.items()
        if page is not people or Verb.PEOPLE in permission.open_to(asking.get())
    )
    return (
        '<!DOCTYPE html><html lang="en"><title>Not found · netspace</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{root}/auth/style.css">'
        '<main><p class="name">netspace</p><h1>There is no such page</h1>'
        f"<p>There are: {links}</p></main></html>"
    )


ANSWERS = (NotFound, Conflict, Refused, Busy)
"""What a service says to whoever asks: nothing is broken."""


def _tell(error: Exception) -> None:
    """Log what went wrong in a callback, and tell the person at the page."""
    if isinstance(error, ANSWERS):
        log.info("a callback was refused: %s", error)
    else:
        log.error("a callback failed", exc_info=error)
    set_props("problem", {"children": f"{type(error).__name__}: {error}", "hidden": False})


def _layout() -> Component:
    """A place for each page, the drawer of a network, a place for problems; no data.

    What a page consists of lies beside its place until it is looked at (assets/base/shell.mjs):
    whenever anything changes, Dash asks each component that is there whether it is meant.
    """
    layout: Component = dmc.MantineProvider(
        id="theme",
        children=[
            html.A("Skip to the content", href="#content", className="skip"),
            dcc.Location(id="location", refresh=False),
            html.Div(id="problem", role="alert", hidden=True),
            html.P(id="away", className="away", role="status", hidden=True),
            dcc.Store(id="pages", data={path: page.layout() for path, page in PAGES.items()}),
            *(html.Div(id=f"page-{path}", hidden=True) for path in PAGES),
            network.drawer(),
        ],
    )
    return layout


def _register_shell(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("netspace", "showPage"),
        *(Output(f"page-{path}", "hidden") for path in PAGES),
        *(Output(f"page-{path}", "children") for path in PAGES),
        Input("location", "pathname"),
        State("pages", "data"),
    )
