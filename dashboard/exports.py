"""Figures for download and papers: the page's plots as standalone pages, drawn by the server.

    /app/figures/edf.html?population=2&against=1&depth=5..8

The query is that of REST: every parameter that is no option is a constraint on the column of
its name. A page holds plotly.js and the numbers, so it works offline and ten years from now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Annotated, Any, Literal

import plotly.graph_objects as go
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from columns.constraints import ONE_A_COLUMN, Constraint
from dashboard.figures.edf import edf_figure
from dashboard.figures.scatters import scatters_figure
from dashboard.figures.shown import Shown, shown
from dashboard.figures.style import PALETTES, Palette
from dashboard.figures.widths import BEST, widths_figure
from dashboard.sources import Sources
from services.acting import permission
from services.acting.actor import asking
from services.acting.permission import Verb
from services.defining.names import Id
from services.errors import Refused
from services.numbers import Whole
from services.reading import queries
from services.reading.snapshots import Snapshot

LINK = frozenset(
    ["population", "against", "below", "best", "pin", "space", "network", "sort", "columns"],
)
"""Parameters of a link to Explore that are no constraints, as assets/explore/state/url.mjs."""

OPTIONS = LINK | {"theme"}
"""Those of a figure: whoever has a link may ask for its figures as it is."""

PLOTLY = {
    "displaylogo": False,
    "responsive": True,
    "toImageButtonOptions": {"format": "svg"},  # what papers want of the camera button
}
SANDBOX = {
    "Content-Security-Policy": (
        "sandbox allow-scripts allow-downloads; default-src 'none'; "
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "unsafe-none",  # a sandbox may have no other
}
"""A figure's page brings its own scripts, so it is of no origin: it has none of our cookies,
and can ask nobody for anything."""
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
  body {{ margin: 0 auto; max-width: 1200px; padding: 24px; background: {background}; }}
</style>
{figure}
</html>
"""

Population = Annotated[Id, Query(description="id of the population")]
Against = Annotated[Id | None, Query(description="id of another, in the same chart")]
Columns = Annotated[str, Query(description="names, by comma; the usual eight by default")]
Best = Annotated[Whole, Query(ge=1, le=100, description="networks in either panel")]
Theme = Annotated[Literal["light", "dark"], Query(description="of the page")]


def include(server: FastAPI, sources: Sources, errors: dict[int | str, dict[str, Any]]) -> None:
    """Add the figures below `/app/figures/`. Plain functions: they run in threads."""
    router = APIRouter(
        prefix="/app/figures",
        tags=["figures"],
        responses={200: {"content": {"text/html": {}}}, **errors},
        dependencies=[Depends(may_see)],
    )

    @router.get("/edf.html")
    def edf(
        request: Request,
        population: Population,
        against: Against = None,
        theme: Theme = "light",
    ) -> HTMLResponse:
        """The error EDF of the networks that pass, of all, and of another population."""
        texts, snapshot = constraint_texts(request), sources.snapshots.get(population)
        other = None if against is None else compared(sources.snapshots.get(against), texts)
        figure = edf_figure(*sets(snapshot, texts), other, PALETTES[theme])
        return page(figure, snapshot, "error EDF", PALETTES[theme])

    @router.get("/scatters.html")
    def scatters(
        request: Request, population: Population, columns: Columns = "", theme: Theme = "light"
    ) -> HTMLResponse:
        """Error against each parameter, with the range of the best."""
        texts, snapshot = constraint_texts(request), sources.snapshots.get(population)
        names = [name.strip() for name in columns.split(",") if name.strip()]
        for name in names:
            if name not in snapshot.population.columns or name == "error":
                known = ", ".join(n for n in snapshot.population.columns if n != "error")
                raise Refused("columns", name, f"the population's columns: {known}")
        figure = scatters_figure(*sets(snapshot, texts), names or None, PALETTES[theme])
        return page(figure, snapshot, "error by parameter", PALETTES[theme])

    @router.get("/widths.html")
    def widths(
        request: Request, population: Population, best: Best = BEST, theme: Theme = "light"
    ) -> HTMLResponse:
        """Block widths and lines of the best and of the worst networks."""
        texts, snapshot = constraint_texts(request), sources.snapshots.get(population)
        figure = widths_figure(sets(snapshot, texts)[0], best, PALETTES[theme])
        return page(figure, snapshot, "fitted widths", PALETTES[theme])

    server.include_router(router)


async def may_see() -> None:
    """Refuse a token that is not for reading."""
    permission.require(asking.get(), Verb.SEE)


def constraint_texts(request: Request) -> dict[str, str]:
    """Every parameter that is no option, as a constraint on the column of its name."""
    texts: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name in texts and name not in OPTIONS:
            raise Refused(name, text, ONE_A_COLUMN)
        if name in texts and name != "pin":
            raise Refused(name, text, "this parameter once")
        texts[name] = text
    return {name: text for name, text in texts.items() if name not in OPTIONS}


def sets(snapshot: Snapshot, texts: Mapping[str, str]) -> tuple[Shown, Shown | None]:
    """The networks that pass and, where something is constrained, all of them."""
    parsed = queries.parse(snapshot, texts)
    return asked(snapshot, texts, parsed), asked(snapshot, {}, {}) if parsed else None


def compared(snapshot: Snapshot, texts: Mapping[str, str]) -> Shown:
    """Another population under those of the constraints that it has columns for.

    The label names the others, so that nobody takes the curves for equally constrained.
    """
    has = {name: text for name, text in texts.items() if name in snapshot.population.columns}
    label = named(snapshot, has)
    if lacks := [name for name in texts if name not in has]:
        label += f" (it has no {', '.join(lacks)})"
    return replace(asked(snapshot, has, queries.parse(snapshot, has)), label=label)


def asked(
    snapshot: Snapshot, texts: Mapping[str, str], parsed: Mapping[str, Constraint]
) -> Shown:
    """The networks that pass."""
    whole = queries.is_sample_of_all(snapshot, parsed)
    return shown(named(snapshot, texts), snapshot.population, parsed, whole)


def named(snapshot: Snapshot, texts: Mapping[str, str]) -> str:
    """`RegNetX · digits, depth=5..8`"""
    return ", ".join([snapshot.name, *(f"{name}={text}" for name, text in texts.items())])


def page(figure: go.Figure, snapshot: Snapshot, what: str, palette: Palette) -> HTMLResponse:
    """The figure as a page of its own, named after what it shows at which version."""
    name = f"{snapshot.name}: {what}"
    html = PAGE.format(
        title=escape(name),
        background=palette.surface,
        figure=figure.to_html(full_html=False, include_plotlyjs=True, config=PLOTLY),
    )
    file = f"population-{snapshot.id}-version-{snapshot.version}-{what.replace(' ', '-')}.html"
    named = {"Content-Disposition": f'inline; filename="{file}"'}
    return HTMLResponse(html, headers=SANDBOX | named)
