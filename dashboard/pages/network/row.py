"""The words and tables of a row of a table: names, all numbers, and the network that it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from dash import html
from dash.development.base_component import Component

from columns.numbers import fixed
from columns.quantities import quantity
from columns.units import Unit, unit_of
from dashboard.figures.graphs import graph_figure
from dashboard.figures.style import Palette
from dashboard.figures.widths import network_widths_figure
from dashboard.pages.markup import attributes, facts, section, table
from dashboard.pages.network import sheet
from designspace.lines import fits
from designspace.lines.fits import Fit
from designspace.naming import written
from designspace.networks.network import Network
from services.reading.snapshots import Snapshot
from services.reading.table_rows import TableRowRecord

AGREES = 0.01
"""Of two counts: a factor that is off by less is none."""


def title(row: TableRowRecord) -> list[Any]:
    named = next((text for text in row.texts.values() if text), None)
    name = [f" · {named}"] if named else []
    return [f"Row {row.id:,}", *name]


def told(row: TableRowRecord, snapshot: Snapshot) -> list[Component]:
    """What the row is judged by, its names and numbers, the network's stages and counts."""
    assert snapshot.table is not None
    labels = snapshot.table.layout.labels
    names = [(labels.get(name, name), text) for name, text in row.texts.items() if text]
    parts = [standing(row, snapshot), facts(names), facts(numbers(row, snapshot))]
    if row.network is None:
        return parts
    line = fit_of(row.network)
    note = "as built" if line is None else "u and quantised: of the line as fitted"
    shown = sheet.stages(row.network, {}, None if line is None else widths(row.network, line))
    return [
        *parts,
        *counts(row),
        section("Stages", note, shown, *sheet.bodies(row.network)),
    ]


def standing(row: TableRowRecord, snapshot: Snapshot) -> Component:
    """What it is judged by, and where it stands in the file."""
    criterion = snapshot.population.criterion
    about = snapshot.quantities[criterion]
    value = row.columns[criterion]
    unit = unit_of(about, [value])
    if math.isfinite(value):
        said: list[Any] = [html.B(unit.with_unit(value)), f" {about.label}"]
    elif math.isinf(value):
        said = [html.B("diverged"), f" counts as an infinite {about.word}"]
    else:
        said = [html.B(f"no {about.word}"), " left out, and counted as failed"]
    status = attributes(data_network=str(row.id), data_status=row.status, data_job="")
    return html.Div(
        [html.P(said), html.P(place(row, snapshot)), *called(row)],
        id="network-standing",
        className="standing",
        **status,
    )


def place(row: TableRowRecord, snapshot: Snapshot) -> str:
    """Its line in the file; of a set its place in the population that it comes from."""
    if "origin" in row.texts:
        return f"number {row.line:,} of {row.texts['origin']}"
    return f"line {row.line:,} of the file, of the table {snapshot.name}"


def called(row: TableRowRecord) -> list[Component]:
    """Which network it is, and what it is published as."""
    if row.hash is None:
        return [
            html.P("no network: nothing of the row says which one it is", className="muted")
        ]
    name = [f" · {row.name}"] if row.name else []
    return [html.P(["network ", html.Code(row.hash), *name])]


def numbers(row: TableRowRecord, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """(label with unit, value) of every column of the row, but of what it lacks."""
    for name, value in row.columns.items():
        if name != snapshot.population.criterion and not math.isnan(value):
            unit = unit_of(snapshot.quantities[name], [value])
            yield unit.title, unit.show(value)


def counts(row: TableRowRecord) -> list[Component]:
    """What the network costs as counted here, beside what the file says, and the factor."""
    if not row.counted:
        return []
    rows = [
        [unit.quantity.label, *compared(row.columns.get(name, math.nan), counted, unit)]
        for name, counted in row.counted.items()
        for unit in [unit_of(quantity(name), [counted])]
    ]
    head = ["", "in the file", "counted here", "factor"]
    note = "of the network, for the images that the plan names"
    return [section("Counts", note, table(head, rows, numeric=True))]


def compared(theirs: float, ours: int, unit: Unit) -> Sequence[str]:
    """`4,089.18 M`, `4,110.00 M`, `0.995`; a factor of 1 where they agree."""
    if math.isnan(theirs):
        return ["–", f"{unit.show(ours)} {unit.mark}".strip(), "–"]
    factor = theirs / ours
    said = "agrees" if abs(factor - 1) < AGREES else fixed(factor, 3)
    return [*(f"{unit.show(x)} {unit.mark}".strip() for x in (theirs, ours)), said]


def fit_of(network: Network) -> Fit | None:
    """The grid's line nearest to its widths; none of what is no row of blocks."""
    if network.wiring is not None or not network.block_widths:
        return None
    return fits.fit(network.block_widths)


def widths(network: Network, found: Fit) -> tuple[Sequence[float], Sequence[int]]:
    """u_j and w_j of the line over all blocks."""
    line, depth = found.line, network.depth
    return [line.w0 + line.wa * j for j in range(depth)], line.widths(depth)


def line(network: Network) -> str:
    """The line in words, or what is drawn instead."""
    if (found := fit_of(network)) is None:
        return "the graph of its first stage: no row of blocks, so no line"
    return f"fitted: {sheet.said_of(found.line, found.e_fit)}"


def figure(network: Network, palette: Palette) -> go.Figure | None:
    """Widths over the blocks; of what is no row of blocks its graph."""
    if network.wiring is not None:
        return graph_figure(network.wiring, palette)
    found = fit_of(network)
    if found is None:
        return None
    _, quantised = widths(network, found)
    return network_widths_figure(found.line, quantised, network.block_widths, palette)


def looked_up(network: Network, name: str | None) -> str:
    """The query of Look up for a network: its published name, else its JSON."""
    return urlencode({"what": name or written.write(network, "json", written.USUAL)})
