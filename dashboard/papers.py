"""Figures for papers: what a card of a page shows, as wide as one column of a journal or two.

    /app/figures/one/edf.json?population=2&depth=5..8       a figure that a browser draws
    /app/figures/one/edf.csv?population=2&depth=5..8        the numbers that it draws
    /app/figures/pdf                                        the SVG that it has drawn, as a PDF

The query is the address of the page that shows it. Drawing is the browser's, which has the
library for the axes of the page; what takes long has its turn among the statistics, and a PDF
is written in a process apart.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from http import HTTPStatus
from typing import Annotated, Any, Literal

import numpy as np
import plotly.graph_objects as go
from fastapi import APIRouter, Body, Depends, FastAPI, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from columns import csv
from columns.quantities import Quantity
from columns.table import Table
from columns.units import unit_of
from dashboard import exports, selected
from dashboard.exports import Against, Best, Of, Population, may_see
from dashboard.figures.compared import decided_figure, edfs_figure
from dashboard.figures.edf import edf_figure
from dashboard.figures.efficiency import efficiency_figure
from dashboard.figures.learning import learning_figure
from dashboard.figures.matters import importance_figure
from dashboard.figures.paper import (
    COLUMNS,
    MARKS,
    PADDING,
    Column,
    Width,
    credits,
    numbers,
    on_paper,
)
from dashboard.figures.parallel import Lines, parallel_figure
from dashboard.figures.pdf import LARGEST, NoFigure, Printing
from dashboard.figures.scatters import scatters_figure, usual_columns
from dashboard.figures.speed import Timed, front_figure, residuals_figure, times_figure
from dashboard.figures.style import LIGHT, titled
from dashboard.figures.trends import trends_figure
from dashboard.figures.uprights import high
from dashboard.figures.widths import BEST, widths_figure
from dashboard.pages.compare import page as compare
from dashboard.pages.compare import question, verdicts
from dashboard.pages.compare.matched import matched_on
from dashboard.pages.compare.words import name_and_n
from dashboard.pages.explore import axes
from dashboard.pages.network import drawer, row
from dashboard.selected import Selected
from dashboard.sources import Sources
from designspace.naming import paper
from population.trends.importance import GAMMA
from services.comparing import adjusted, comparisons, searches, sides, speed, trends
from services.comparing.sides import Half, Side
from services.defining.names import Id
from services.errors import NotFound, Refused
from services.numbers import Decimal, Whole
from services.reading import networks, queries, table_rows
from services.reading.snapshots import Snapshot

Form = Literal["json", "csv"]
Compared = Literal["edf", "matched", "decided", "efficiency"]
Trended = Literal["ranges", "costs"]
Timing = Literal["times", "residuals", "front"]
Networked = Literal["widths", "learning"]
Wide = Annotated[Width, Path(description="of a journal's columns: 89 or 183 mm")]
OF_SPEED = frozenset(["population", "time", "split", "condition", "budget"])
"""Options of Speed's address; other parameters are constraints."""


OF_BODIES = (408, 413, 415)
"""What a request may be answered with because of its body."""


@dataclass(frozen=True, eq=False)
class Printed:
    """A titled figure on its way to a paper."""

    figure: go.Figure
    name: str  # of its file
    of: Sequence[tuple[str, int]]  # populations with their versions
    down: int = 1  # rows of panels
    across: int = 1
    tall: float | None = None  # a row over the width of a panel
    table: Table | None = None  # its numbers; by default those of its traces


class Drawn(BaseModel):
    """What the browser has drawn."""

    model_config = ConfigDict(extra="forbid")

    svg: str = Field(max_length=LARGEST)
    title: str = Field("", max_length=200)


def include(server: FastAPI, sources: Sources, errors: dict[int | str, dict[str, Any]]) -> None:
    """Add them below `/app/figures/`."""

    async def analysing(request: Request) -> AsyncIterator[None]:
        """A turn at statistics that take seconds."""
        async with (
            sources.analyses.inside(),
            sources.analyses.turn(request.is_disconnected),
        ):
            yield

    router = APIRouter(
        prefix="/app/figures",
        tags=["figures"],
        responses={200: {"content": {"text/csv": {}}}, **errors},
        dependencies=[Depends(may_see)],
    )
    get, turn = router.get, [Depends(analysing, scope="function")]

    @get("/{width}/edf.{form}")
    def edf(
        request: Request,
        width: Wide,
        form: Form,
        population: Population,
        against: Against = None,
        of: Of = "",
    ) -> Response:
        """The EDF of the networks that pass, of all, and of another population."""
        texts, snapshot = _texts(request), exports.judged(sources, population, of)
        about, other = [snapshot], None
        if against is not None:
            rival = exports.judged(sources, against, snapshot.population.criterion)
            other = exports.compared(rival, texts)
            about.append(rival)
        figure = edf_figure(*exports.sets(snapshot, texts), other)
        return _sent(Printed(figure, _name(snapshot, "edf"), _of(about)), width, form)

    @get("/{width}/scatters.{form}", dependencies=turn)
    def scatters(
        request: Request,
        width: Wide,
        form: Form,
        population: Population,
        columns: exports.Columns = "",
        of: Of = "",
    ) -> Response:
        """What networks are judged by against each parameter, with the range of the best."""
        texts, snapshot = _texts(request), exports.judged(sources, population, of)
        passing, whole = exports.sets(snapshot, texts)
        names = exports.plotted(snapshot, columns) or usual_columns(
            (whole or passing).results, snapshot.quantities, snapshot.table is not None
        )
        across = min(COLUMNS[width].across, len(names))
        most = MARKS // (max(1, len(names)) * (1 if whole is None else 2))
        figure = scatters_figure(passing, whole, names, across=across, most=most)
        down = -(-len(names) // across)
        name = _name(snapshot, "by-parameter")
        return _sent(Printed(figure, name, _of([snapshot]), down, across), width, form)

    @get("/{width}/widths.{form}")
    def widths(
        request: Request,
        width: Wide,
        form: Form,
        population: Population,
        best: Best = BEST,
        of: Of = "",
    ) -> Response:
        """Block widths and lines of the best and of the worst networks."""
        texts, snapshot = _texts(request), exports.judged(sources, population, of)
        figure = widths_figure(exports.sets(snapshot, texts)[0], best)
        down = len(list(figure.select_xaxes()))
        name = _name(snapshot, "widths")
        return _sent(Printed(figure, name, _of([snapshot]), down, 1, 0.5), width, form)

    @get("/{width}/matters.{form}", dependencies=turn)
    def matters(
        request: Request,
        width: Wide,
        form: Form,
        population: Population,
        gamma: Annotated[Decimal, Query(gt=0, lt=1, description="share of the best")] = GAMMA,
        of: Of = "",
    ) -> Response:
        """Which parameters tell the best networks from all that pass."""
        texts, snapshot = _texts(request), exports.judged(sources, population, of)
        view = queries.view(snapshot, texts)
        found = queries.importances(view, gamma)
        line, n = exports.sets(snapshot, texts)[0].line, len(view.results)
        figure = importance_figure(found, gamma, n, line, snapshot.quantities)
        bars = sum(one.tells for one in found)
        tall = (20 * max(3, bars) + 44) / COLUMNS[width].pixels
        name = _name(snapshot, "what-matters")
        return _sent(Printed(figure, name, _of([snapshot]), tall=tall), width, form)

    @get("/{width}/parallel.{form}", dependencies=turn)
    def parallel(
        request: Request,
        width: Wide,
        form: Form,
        population: Population,
        axes: Annotated[
            str, Query(description="columns by comma, - before one that is turned over")
        ] = "",
        colour: Annotated[str, Query(description="a column; by default one colour")] = "",
        select: Annotated[str, Query(description="ranges, as `depth=5..8;error=3..5`")] = "",
        lasso: Annotated[str, Query(description=selected.LASSO)] = "",
        of: Of = "",
    ) -> Response:
        """A line a network that passes, over an axis a column."""
        texts, snapshot = _texts(request), exports.judged(sources, population, of)
        region = selected.read(snapshot, select, lasso)
        drawn = _lines(snapshot, texts, axes, colour, region)
        return _sent(_parallel(snapshot, texts, drawn, COLUMNS[width]), width, form)

    @get("/{width}/trends-{which}.{form}", dependencies=turn)
    def trended(
        width: Wide,
        which: Trended,
        form: Form,
        side: Annotated[list[str], Query(description=sides.GRAMMAR)],
        by: Annotated[str, Query(description="the complexity that levels are of")] = "flops",
        bins: Annotated[Whole, Query(ge=3, le=trends.MOST_LEVELS)] = 4,
        columns: exports.Columns = "",
        of: Of = "",
        half: Annotated[Half | None, Query(description="of the launch order")] = None,
        paper: Annotated[
            Literal["found", "members"] | None, Query(description="overlay")
        ] = None,
    ) -> Response:
        """How parameters of the best networks, or what they cost, change with complexity."""
        most = trends.MOST_LEVELS
        found = sides.sides(sources.snapshots, side, 1, most, half, of)
        names = [name.strip() for name in columns.split(",") if name.strip()]
        printed = _trends(found, which, by, bins, names, paper, COLUMNS[width])
        return _sent(printed, width, form)

    @get("/{width}/speed-{which}.{form}", dependencies=turn)
    def timed(
        request: Request,
        width: Wide,
        which: Timing,
        form: Form,
        population: Population,
        time: Annotated[str, Query(description="a column of seconds")] = "latency_64",
        split: Annotated[str, Query(description="columns that rows are parted by")] = "",
        condition: Annotated[str, Query(description="that of most rows by default")] = "",
        budget: Annotated[
            Decimal | None, Query(gt=0, allow_inf_nan=False, description="seconds")
        ] = None,
    ) -> Response:
        """Times by complexity, what the best model leaves, and errors for their time."""
        snapshot = sources.snapshots.get(population)
        texts = exports.once(request, OF_SPEED)
        parts = [name.strip() for name in split.split(",") if name.strip()]
        found = speed.speeds(sources.database, snapshot, texts, time, parts)
        under = _under(found, condition)
        said = _Said(snapshot, texts, time, budget)
        printed = _speed(which, found, under, said, COLUMNS[width])
        return _sent(printed, width, form)

    @get("/{width}/compare-{which}.{form}", dependencies=turn)
    def against_each_other(
        request: Request, width: Wide, which: Compared, form: Form
    ) -> Response:
        """A plot of Compare, of its address."""
        asked = question.read(f"?{request.url.query}")
        chosen = sides.sides(sources.snapshots, asked.sides, 2, half=asked.half, of=asked.of)
        return _sent(_compared(which, asked, chosen), width, form)

    @get("/{width}/network-{which}.{form}")
    def network(
        width: Wide,
        which: Networked,
        form: Form,
        population: Population,
        network: Annotated[Id, Query(description="id of the network, or of the row")],
    ) -> Response:
        """A network's widths or graph, or its learning curve."""
        return _sent(_network(sources, population, network, which), width, form)

    sent: dict[int | str, dict[str, Any]] = {
        code: {**errors[422], "description": HTTPStatus(code).phrase}
        for code in OF_BODIES
        if 422 in errors
    }

    @router.post("/pdf", response_class=Response, responses=sent)
    async def pdf(request: Request, drawn: Annotated[Drawn, Body()]) -> Response:
        """A figure's SVG as a PDF of the same size: shapes and text, nothing else."""
        task = Printing(drawn.svg, drawn.title)
        try:
            file = await sources.printers.attend(request.is_disconnected, lambda run: run(task))
        except NoFigure as error:
            raise Refused("svg", f"{len(drawn.svg):,} characters", str(error)) from None
        return Response(file, media_type="application/pdf")

    server.include_router(router)


# ---------------------------------------------------------------- of each page


def _texts(request: Request) -> dict[str, str]:
    return exports.constraint_texts(request)


def _of(snapshots: Sequence[Snapshot]) -> list[tuple[str, int]]:
    return list(dict.fromkeys((one.name, one.version) for one in snapshots))


def _name(snapshot: Snapshot, what: str) -> str:
    return f"population-{snapshot.id}-version-{snapshot.version}-{what}"


def _joined(what: str, found: Sequence[Side]) -> str:
    return "-".join([what, *dict.fromkeys(str(one.population_id) for one in found)])


def _lines(
    snapshot: Snapshot,
    texts: Mapping[str, str],
    names: str,
    colour: str,
    region: Selected | None,
) -> Lines:
    population, order = snapshot.population, snapshot.best_first
    passes = population.passing(queries.parse(snapshot, texts))
    assert population.ids is not None
    return Lines(
        axes.asked(snapshot, names),
        population.ids,
        order[passes[order]],
        None if region is None else region.mask(population),
        {} if region is None else region.ranges,
        axes.one(snapshot, colour, "colour") if colour else None,
    )


def _parallel(
    snapshot: Snapshot, texts: Mapping[str, str], drawn: Lines, column: Column
) -> Printed:
    said = exports.asked(snapshot, texts, queries.parse(snapshot, texts)).line
    wide = column.pixels - PADDING
    return Printed(
        parallel_figure(drawn, [said], wide),
        _name(snapshot, "parallel"),
        _of([snapshot]),
        tall=high(wide) / column.pixels,
        table=drawn.table(),
    )


def _trends(
    found: Sequence[Side],
    which: Trended,
    by: str,
    bins: int,
    names: Sequence[str],
    overlay: str | None,
    column: Column,
) -> Printed:
    about: dict[str, Quantity] = {}
    for one in found:
        about |= one.view.snapshot.quantities
    if which == "costs":
        names = [name for name, one in about.items() if one.role == "complexity" and name != by]
        if not names:
            raise Refused("by", by, "of a population with another complexity beside it")
    across = trends.across(found, by, bins, names)
    lines = [name_and_n(one) for one in found]
    if len(found) == 1:
        lines = [f"{lines[0]}, cut into {len(across.trends[0].levels)} levels by {by}"]
    lines.append(
        f"change a doubling of {by} [{100 * across.level:g} % of all verdicts together]"
    )
    if across.lacking:
        lines.append(f"{across.lacking:,} networks without {by} are left out")
    published = {one.parameter: paper.across(by, one.parameter) for one in across.trends}
    side_by_side = min(column.across - (column.across > 2), max(1, len(across.trends)))
    figure = trends_figure(
        across.trends,
        by,
        lines,
        about,
        published if overlay == "members" else None,
        paper.FOUND if overlay else None,
        side_by_side,
    )
    down = -(-len(across.trends) // side_by_side)
    return Printed(
        figure,
        _joined(f"trends-{which}", found),
        _of([one.view.snapshot for one in found]),
        down,
        side_by_side,
        1.0,
    )


def _under(found: speed.Speeds, condition: str) -> speed.UnderCondition:
    known = {one.condition: one for one in found.conditions}
    if not known:
        raise NotFound("network that passes with", found.time)
    if not condition:
        return found.conditions[0]
    if condition not in known:
        raise Refused("condition", condition, f"one of {'; '.join(known)}")
    return known[condition]


@dataclass(frozen=True)
class _Said:
    """What Speed was asked."""

    snapshot: Snapshot
    texts: Mapping[str, str]
    time: str
    budget: float | None


def _speed(
    which: Timing,
    found: speed.Speeds,
    under: speed.UnderCondition,
    asked: _Said,
    column: Column,
) -> Printed:
    snapshot, points = asked.snapshot, under.points
    about = snapshot.quantities
    time = unit_of(about[asked.time], points.time)
    place = {int(id): i for i, id in enumerate(points.ids)}
    front = np.array([place[i] for i in under.front.tolist() if i in place], dtype=np.int64)
    every = Timed(points.time, points.said, points.x, points.judged, front)
    panels = len(points.x) + 1 if which == "times" else 1
    timed = every.some(MARKS // panels)
    lines = [
        exports.named(snapshot, asked.texts)
        + (f" · {under.condition}" if under.condition else ""),
        f"n = {under.n:,} rows of {under.speed.timings.groups:,} networks"
        + (f"; {under.predicted:,} predicted" if under.predicted else ""),
        f"{under.speed.statement}",
        *found.notes,
    ]
    if timed.time.size < every.time.size:
        lines.append(f"{timed.time.size:,} of {every.time.size:,} rows are drawn, at random")
    name, of = _name(snapshot, f"speed-{which}"), _of([snapshot])
    if which == "residuals":
        return Printed(residuals_figure(timed, under.speed, time, lines), name, of)
    if which == "times":
        across = min(column.across, panels)
        figure = times_figure(timed, under.speed, time, about, lines, across)
        return Printed(figure, name, of, -(-panels // across), across, 1.0)
    judged = unit_of(about[snapshot.population.criterion], points.judged)
    within = dict(asked.texts) | dict(under.where)
    edfs = [("with a time", queries.view(snapshot, within | {asked.time: "0.."}).edf)]
    if asked.budget is not None:
        limit = {asked.time: f"..{asked.budget!r}"}
        bought = f"within {time.with_unit(asked.budget)}"
        edfs.append((bought, queries.view(snapshot, within | limit).edf))
    figure = front_figure(timed, time, judged, lines, edfs, asked.budget)
    across = len(list(figure.select_xaxes()))
    return Printed(figure, name, of, 1, across, 0.8 if across == 2 else 0.6)


def _compared(which: Compared, asked: question.Question, chosen: list[Side]) -> Printed:
    palette = replace(LIGHT, order=asked.colours)
    name = _joined(f"comparison-{which}", chosen)
    of = _of([one.view.snapshot for one in chosen])
    lines = [name_and_n(side) for side in chosen]
    if which == "efficiency":
        searched = [searches.searched(side) for side in chosen]
        unit = comparisons.criterion_of(chosen)
        figure = efficiency_figure(
            [(one.side.label, one.efficiency) for one in searched], palette, unit
        )
        lines.append(
            f"expected best {unit.quantity.word} of k networks; shaded: 90 % of searches"
        )
        return Printed(_headed(figure, "Random search", lines, True), name, of)
    found = comparisons.compared(chosen, planned=asked.planned, method=asked.band)
    pair = next(one for one in found.pairs if (one.a, one.b) == asked.pair).oriented
    both, unit = (chosen[pair.a], chosen[pair.b]), found.criterion
    if which == "edf":
        figure = edfs_figure(compare.unmatched_curves(found, palette), palette, unit)
        lines.append(verdicts.band_name(found))
        return Printed(_headed(figure, "EDFs", lines, True), name, of)
    pair_lines = [name_and_n(side) for side in both]
    if which == "matched":
        alike = adjusted.adjusted(*both, asked.match, asked.method, found.level_of_one)
        curves = [
            replace(one, label=side.label)
            for one, side in zip(
                compare.matched_curves(alike, (pair.a, pair.b), palette), both, strict=False
            )
        ]
        figure = edfs_figure(curves, palette, unit)
        pair_lines.append(matched_on(alike))
        return Printed(_headed(figure, "EDFs at equal covariates", pair_lines, True), name, of)
    if not all(compare.is_sampled(side) for side in both):
        raise Refused("side", both[0].text, "of populations that were sampled here")
    figure = decided_figure(pair.decided.looks, palette.sides[pair.a], palette)
    pair_lines.append(verdicts.decided_note(pair))
    return Printed(_headed(figure, "Is it decided yet?", pair_lines, False), name, of)


def _network(sources: Sources, population: int, id: int, which: Networked) -> Printed:
    snapshot = sources.snapshots.get(population)
    name, of = f"population-{population}-network-{id}-{which}", _of([snapshot])
    if snapshot.table is not None:
        with sources.database.read() as session:
            found = table_rows.get(session, snapshot, id)
        built = found.network
        figure = None if built is None else row.figure(built, LIGHT)
        if which == "learning" or built is None or figure is None:
            raise NotFound(f"{which} of row", id)
        lines = [f"{snapshot.name}, row {id}", row.line(built)]
        return Printed(_headed(figure, "Widths of the blocks", lines, True), name, of)
    with sources.database.read() as session:
        record = networks.get(session, population, id)
    lines = [f"{snapshot.name}, network {id}"]
    if which == "learning":
        epochs = record.job.epochs
        if not epochs:
            raise NotFound("epochs of network", id)
        figure = learning_figure(
            [one.epoch for one in epochs],
            [one.error for one in epochs],
            [one.loss for one in epochs],
        )
        title = _headed(figure, "Learning curve", lines, False)
        return Printed(title, name, of, down=2, tall=0.38)
    figure = drawer.shape_figure(record, LIGHT)
    return Printed(_headed(figure, "Widths of the blocks", lines, True), name, of)


def _headed(figure: go.Figure, title: str, lines: Sequence[str], keyed: bool) -> go.Figure:
    figure.update_layout(showlegend=keyed)
    return titled(figure, LIGHT, title, lines)


# ---------------------------------------------------------------- on its way


def _sent(printed: Printed, width: Width, form: Form) -> Response:
    """The figure in the form that is asked for."""
    if form == "csv":
        file = {"Content-Disposition": f'attachment; filename="{printed.name}.csv"'}
        table = numbers(printed.figure) if printed.table is None else printed.table
        return Response("".join(csv.pieces(table)), media_type="text/csv", headers=file)
    column = COLUMNS[width]
    made = credits(datetime.now(UTC).date().isoformat(), printed.of)
    figure = on_paper(printed.figure, column, made, printed.down, printed.across, printed.tall)
    about = {
        "name": f"{printed.name}-{column.mm:g}mm",
        "title": unescape(figure.layout.title.text.replace("<br>", " ")),
        "width": figure.layout.width,
        "height": figure.layout.height,
        "mm": column.mm,
    }
    body = json.dumps(about)[:-1] + f', "figure": {figure.to_json()}}}'
    return Response(body, media_type="application/json")
