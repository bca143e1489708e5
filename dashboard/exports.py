"""Figures for download and papers: the page's plots as standalone pages, drawn by the server.

    /app/figures/edf.html?population=2&against=1&depth=5..8

The query is that of REST: every parameter that is no option is a constraint on the column of
its name. A page holds plotly.js and the numbers, so it works offline and ten years from now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import replace
from html import escape
from typing import Annotated, Any, Literal

import plotly.graph_objects as go
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from columns.constraints import ONE_A_COLUMN, Constraint
from dashboard.figures.edf import edf_figure
from dashboard.figures.scatters import scatters_figure, usual_columns
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
    [
        *("population", "against", "of", "below", "best", "pin", "space", "network", "sort"),
        *("columns", "select", "lasso", "colour", "axes", "gamma"),
    ],
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
Of = Annotated[
    str, Query(description="the column that networks are judged by; by default the criterion")
]
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
        of: Of = "",
        theme: Theme = "light",
    ) -> HTMLResponse:
        """The EDF of the networks that pass, of all, and of another population."""
        texts, snapshot = constraint_texts(request), judged(sources, population, of)
        other = None
        if against is not None:
            criterion = snapshot.population.criterion
            other = compared(judged(sources, against, criterion), texts)
        figure = edf_figure(*sets(snapshot, texts), other, PALETTES[theme])
        return page(figure, snapshot, f"{word(snapshot)} EDF", PALETTES[theme])

    @router.get("/scatters.html")
    def scatters(
        request: Request,
        population: Population,
        columns: Columns = "",
        of: Of = "",
        theme: Theme = "light",
    ) -> HTMLResponse:
        """Error, or what networks are judged by, against each parameter, with the range of the
        best.
        """
        texts, snapshot = constraint_texts(request), judged(sources, population, of)
        names = plotted(snapshot, columns)
        passing, whole = sets(snapshot, texts)
        if not names:
            results, measured = (whole or passing).results, snapshot.table is not None
            names = usual_columns(results, snapshot.quantities, measured)
        figure = scatters_figure(passing, whole, names, PALETTES[theme])
        return page(figure, snapshot, f"{word(snapshot)} by parameter", PALETTES[theme])

    @router.get("/widths.html")
    def widths(
        request: Request,
        population: Population,
        best: Best = BEST,
        of: Of = "",
        theme: Theme = "light",
    ) -> HTMLResponse:
        """Block widths and lines of the best and of the worst networks."""
        texts, snapshot = constraint_texts(request), judged(sources, population, of)
        figure = widths_figure(sets(snapshot, texts)[0], best, PALETTES[theme])
        return page(figure, snapshot, "fitted widths", PALETTES[theme])

    server.include_router(router)


def judged(sources: Sources, population: int, of: str) -> Snapshot:
    """A population, judged by a column; empty: as it is.

    Raises:
        NotFound: no such population.
        Refused: it has no such column.
    """
    snapshot = sources.snapshots.get(population)
    return snapshot.judged_by(of) if of else snapshot


def plotted(snapshot: Snapshot, columns: str) -> list[str]:
    """The names of columns, by comma, that are plotted against what networks are judged by.

    Raises:
        Refused: it has no such column, or is judged by it.
    """
    names = [name.strip() for name in columns.split(",") if name.strip()]
    criterion = snapshot.population.criterion
    for name in names:
        if name not in snapshot.population.columns or name == criterion:
            known = ", ".join(n for n in snapshot.population.columns if n != criterion)
            raise Refused("columns", name, f"the population's columns: {known}")
    return names


def word(snapshot: Snapshot) -> str:
    """What its networks are judged by, in a title."""
    return snapshot.quantities[snapshot.population.criterion].word


async def may_see() -> None:
    """Refuse a token that is not for reading."""
    permission.require(asking.get(), Verb.SEE)


def constraint_texts(request: Request) -> dict[str, str]:
    """Every parameter that is no option, as a constraint on the column of its name."""
    return once(request, OPTIONS)


def once(request: Request, options: Set[str]) -> dict[str, str]:
    """Parameters that are no options, each there once, as options are, but for pins."""
    texts: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name in texts and name not in options:
            raise Refused(name, text, ONE_A_COLUMN)
        if name in texts and name != "pin":
            raise Refused(name, text, "this parameter once")
        texts[name] = text
    return {name: text for name, text in texts.items() if name not in options}


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
    label = named(snapshot, texts)
    return shown(label, snapshot.population, parsed, whole, snapshot.quantities)


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
    called = re.sub(r"[^\w]+", "-", what, flags=re.ASCII).strip("-")
    file = f"population-{snapshot.id}-version-{snapshot.version}-{called}.html"
    named = {"Content-Disposition": f'inline; filename="{file}"'}
    return HTMLResponse(html, headers=SANDBOX | named)
