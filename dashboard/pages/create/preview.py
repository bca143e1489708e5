"""The preview of a population: acceptance, what refuses candidates, what was accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import plotly.graph_objects as go
from dash import html
from dash.development.base_component import Component

from columns.numbers import percent
from columns.quantities import quantity
from columns.units import unit_of
from dashboard.figures.graphs import graphs_figure
from dashboard.figures.style import Palette
from dashboard.figures.widths import sampled_widths_figure
from dashboard.pages.markup import attributes, table
from designspace.sampling import Draw
from services.sampling.previews import NETWORKS, Preview

PICTURED = 12
"""Networks that are drawn."""

CAUSES = {
    "stages": "no network: stages, groups or paths don't fit",
    "size": "too large to be counted, or for larger images",
    "flops": "flops outside their window",
    "params": "parameters outside their window",
    "activations": "activations outside their window",
    "duplicate": "drawn before",
}


def acceptance(preview: Preview, n: int) -> list[Component]:
    """How many candidates pass, what refuses the others, and what n networks will take."""
    accepted = preview.accepted
    percent = np.format_float_positional(
        100 * preview.acceptance, precision=2, fractional=False, trim="-"
    )
    share = f"{percent} %" if accepted else "none"
    return [
        html.P(
            [html.B(share), f" accepted: {accepted:,} of {preview.tried:,} {what(preview)}"],
            className="headline",
        ),
        html.P(estimate(preview, n), className="muted"),
        html.Ul(
            [bar(name, count, preview.tried, kind) for name, count, kind in shares(preview)],
            className="causes",
        ),
    ]


def what(preview: Preview) -> str:
    return "networks of the space" if preview.whole else "candidates"


def shares(preview: Preview) -> Iterator[tuple[str, int, str]]:
    """(name, candidates, accepted or refused), the accepted first."""
    yield "accepted", preview.accepted, "accepted"
    for cause, count in sorted(preview.refused.items(), key=lambda item: -item[1]):
        yield CAUSES.get(cause, cause), count, "refused"


def bar(name: str, count: int, tried: int, kind: str) -> Component:
    share = count / tried
    return html.Li(
        [
            html.Span(name, className="cause"),
            html.Span(
                html.I(style={"width": f"{100 * share:.2f}%"}),
                className=f"track {kind}",
                **attributes(aria_hidden="true"),
            ),
            html.Span(f"{count:,}", className="count"),
            html.Span(percent(share), className="share"),
        ]
    )


def estimate(preview: Preview, n: int) -> str:
    """What sampling n networks will take, at the acceptance seen here."""
    if preview.whole and preview.accepted:
        return f"All {preview.accepted:,} are trained, each once, in a random order."
    candidates = preview.candidates_for(n)
    if candidates is None:
        return (
            f"No network in {preview.tried:,} {what(preview)} lies inside the windows: "
            "widen them, or take another space."
        )
    digits = 10 ** max(0, len(str(candidates)) - 2)
    about = f"{n:,} networks take about {round(candidates / digits) * digits:,} candidates."
    if len(preview.draws) < NETWORKS:
        about += (
            f" Only {len(preview.draws):,} distinct ones were found here: "
            "few more may exist inside the windows."
        )
    return about


def allowances(lines: Iterable[tuple[str, bool]]) -> list[Component]:
    """What a population asks of quotas, jobs that others have paid for not taken off."""
    return [
        html.P(["Too much: ", said, "."], className="bad")
        if too_much
        else html.P(["At most: ", said, "."], className="muted")
        for said, too_much in lines
    ]


def ranges(draws: list[Draw]) -> Component:
    """Least, middle and most of what the accepted networks cost."""
    if not draws:
        return html.P("No network was accepted.", className="muted")
    values = {
        "depth": [draw.network.depth for draw in draws],
        "flops": [draw.complexity.flops for draw in draws],
        "params": [draw.complexity.params for draw in draws],
        "activations": [draw.complexity.activations for draw in draws],
    }
    rows = []
    for name, column in values.items():
        unit = unit_of(quantity(name), column)
        of = [np.min(column), np.median(column), np.max(column)]
        rows.append([unit.title, *(unit.show(float(value)) for value in of)])
    return table(["", "least", "median", "most"], rows, numeric=True)


def picture(preview: Preview | None, palette: Palette) -> go.Figure:
    """Block widths, as built, of the first networks; of cells and wired stages the graphs."""
    first = [draw.network for draw in preview.draws[:PICTURED]] if preview else []
    if graphs := [graph for network in first if (graph := network.wiring)]:
        return graphs_figure(graphs, palette)
    return sampled_widths_figure([network.block_widths for network in first], palette)
