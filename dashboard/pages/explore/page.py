"""Explore: a population under the hand, while it trains.

While the hand moves only the browser works: assets/engine/ filters the columns it holds, and
canvases over static Plotly frames are redrawn. The server says which controls and table columns
a population has, once of what was drawn, and again of what was measured when the browser finds
more results than they were made of; everything else comes from REST and its events, as for any
client.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import (
    ALL,
    ClientsideFunction,
    Dash,
    Input,
    Output,
    State,
    ctx,
    dcc,
    html,
    no_update,
)
from dash.development.base_component import Component
from starlette.concurrency import run_in_threadpool

from columns.units import unit_of
from dashboard.callbacks import may
from dashboard.pages.explore import cards, constraints, help, kept, matters, table
from dashboard.pages.markup import attributes, brand, kept_views, navigation, notes, who
from dashboard.sources import Sources
from services.acting.permission import Verb
from services.reading.snapshots import Snapshot, Snapshots

TITLE = "Explore"

PURPOSE = (
    "How good are the networks of a design space? Drag a constraint: the curve is the share of "
    "those that pass with an error below e. Further left and up is better."
)


def layout() -> Component:
    """The whole page, without data."""
    shown = [cards.edf(), cards.widths(), cards.scatters(), cards.networks()]
    return html.Div(
        [
            dcc.Store(id="view"),
            dcc.Store(id="controls"),
            dcc.Store(id="outgrown"),
            html.Header([header(), looked_at()]),
            notes("explore"),
            html.P(id="training-now", className="training-now", role="status", hidden=True),
            html.Div(
                [panel(), html.Main(shown, id="explore-main", tabIndex="-1")],
                className="explore-body",
            ),
            strip(),
            help.popover(),
        ],
        id="explore",
        className="explore",
        **attributes(data_state="loading"),
    )


LINKS = ("Trends", "Speed", "New population", "Queue")
"""To pages about the population, or by a key."""


def header() -> Component:
    """Where one may go, as on every page."""
    compare = button("Compare", "compare-link", "these constraint sets and populations (C)", "")
    return html.Div(
        [
            brand(),
            html.H1(TITLE, className="unseen"),
            navigation(TITLE, LINKS, compare=compare),
            html.Span(className="spring"),
            who(),
            button("?", "open-help", "keys, and how to read the plots (?)", className="icon"),
            button("", "toggle-theme", "light or dark (D)", className="icon theme-icon"),
        ],
        className="header",
    )


def looked_at() -> Component:
    """The populations that are looked at, and what can be done with them."""
    return html.Div(
        [
            button("Constraints", "open-constraints", "constraints", className="narrow-only"),
            cards.picker("population", "Population", "population to explore"),
            html.Label("against", htmlFor="against", className="muted"),
            cards.picker("against", "none", "population to compare with", clearable=True),
            html.Span(id="data-badge", className="badge", hidden=True),
            html.Span(id="owner-badge", className="badge with-logins", hidden=True),
            html.P(PURPOSE, id="explore-purpose", className="purpose"),
            html.Span(className="spring"),
            button("Refine", "refine", "a new population of what passes (E)"),
            button(
                "Manage", "manage", "name, study, note, tags; archive, delete (M)", hidden=True
            ),
            kept_views(),
            button("Copy link", "copy-link", "copy a link to this view (L)"),
        ],
        className="looked-at",
    )


def button(text: str, id: str, label: str, className: str = "", **given: Any) -> Component:
    """A button; its text is its name, where that is a word."""
    named = {} if text.isalpha() or " " in text else attributes(aria_label=label)
    return html.Button(
        text, id=id, className=f"button {className}".strip(), title=label, **named, **given
    )


def panel() -> Component:
    return html.Aside(
        [
            html.Div(
                [
                    html.H2("Constraints"),
                    html.Span(className="spring"),
                    button("Undo", "undo", "undo the last change (Z)", "quiet", disabled=True),
                    button("Reset", "reset", "no constraints (R)", "quiet", disabled=True),
                ],
                className="panel-head",
            ),
            html.Div(
                [html.B(id="passing"), html.Span(id="passing-of")],
                className="passing",
                role="status",
            ),
            html.Div(
                html.I(id="passing-bar"), className="bar", **attributes(aria_hidden="true")
            ),
            paper(),
            inherited(),
            dmc.TextInput(
                id="filter-constraints",
                placeholder="filter constraints  /",
                size="xs",
                className="filter",
                **attributes(aria_label="filter the constraints by name"),
            ),
            html.Div(
                [
                    html.Div(id="other-constraints"),
                    html.Div(
                        [
                            html.Div(
                                [
                                    html.Div(id="constraints-panel"),
                                    html.Div(id="measured-panel"),
                                ],
                                id="all-constraints",
                            ),
                            html.Canvas(id="histograms", **attributes(aria_hidden="true")),
                        ],
                        className="constraints-box",
                    ),
                ],
                className="constraints-scroll",
            ),
            matters.panel(),
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("Constraint sets"),
                            html.Span(className="spring"),
                            button(
                                "Pin current",
                                "pin",
                                "keep this set on the plot (P)",
                                disabled=True,
                            ),
                        ],
                        className="panel-head",
                    ),
                    html.Div(id="pins"),
                ],
                className="pins",
            ),
        ],
        id="constraints",
        className="constraints",
        **attributes(aria_label="constraints"),
    )


PAPER = (
    ("depth", "18..22", "d ≈ 20", "depth 18 to 22: good RegNets have about 20 blocks"),
    ("bottleneck_ratio", "1", "b = 1", "bottleneck ratio 1: no bottleneck does best"),
    ("wm", "2.25..2.75", "wₘ ≈ 2.5", "width multiplier 2.25 to 2.75: about 2.5 does best"),
)
"""The constraints that the paper finds, (column, constraint, chip, in words).

Source: arXiv 2003.13678, section 4.
"""


def paper() -> Component:
    """A chip for each of the paper's constraints (assets/explore/panel/paper.mjs)."""
    return html.Div(
        [
            html.Span("The paper's", title="arXiv 2003.13678, section 4"),
            *(
                html.Button(
                    text,
                    className="chip",
                    title=words,
                    **attributes(
                        data_column=column,
                        data_constraint=constraint,
                        data_about=words,
                        aria_pressed="false",
                        aria_disabled="true",
                    ),
                )
                for column, constraint, text, words in PAPER
            ),
        ],
        id="paper",
        className="paper",
        role="group",
        **attributes(aria_label="the constraints that the paper finds"),
    )


def inherited() -> Component:
    """What a refinement took over, told apart; assets/explore/panel/inherited.mjs fills it."""
    return html.Div(
        [
            html.Span(id="inherited-said"),
            html.Button(
                "new ones only",
                id="new-only",
                className="chip",
                title="their errors suggested this space: the new networks judge it",
                **attributes(aria_pressed="false"),
            ),
        ],
        id="inherited",
        className="paper",
        role="group",
        hidden=True,
        **attributes(aria_label="networks that are inherited"),
    )


def strip() -> Component:
    """What runs, how far it is, and whether the page is connected."""
    return html.Footer(
        [
            html.I(id="job-dot", className="dot"),
            html.Span(id="job-now", className="job-now"),
            html.Div(html.I(id="job-bar"), id="job-track", className="bar", hidden=True),
            html.Span(id="job-progress"),
            html.Span(id="job-rate", className="muted"),
            html.Button("Pause", id="pause", className="button quiet", hidden=True),
            html.Span(id="job-failure", className="muted job-failure"),
            html.Span(className="spring"),
            html.Span(id="said", role="status", className="muted"),
            html.Span("connecting ...", id="connection", role="status"),
        ],
        className="strip",
    )


def register(app: Dash, sources: Sources) -> None:
    """The page's callbacks; all but one run in the browser."""

    @app.callback(
        Output("constraints-panel", "children"),
        Output("measured-panel", "children"),
        Output("controls", "data"),
        Output("table-columns", "data"),
        Input("population", "value"),
        Input("outgrown", "data"),
        State("judged-by", "value"),
        State("table-columns", "data"),
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def show_controls(
        population: str | None, outgrown: Any, of: str | None, shown: Any
    ) -> tuple[Any, ...]:
        drawn, *rest, columns = await run_in_threadpool(
            controls_of, sources.snapshots, population, of or ""
        )
        again = ctx.triggered_id == "outgrown" and not outgrown.get("judged")
        # What is there is left alone: a hand may be on it, a column be sorted by.
        return (
            no_update if again else drawn,
            *rest,
            no_update if again and columns == shown else columns,
        )

    # These hand over to the browser's part and leave their output as it is.
    grid, sliders = table.GRID, {"type": "constraint", "column": ALL}
    handed: dict[str, list[Input | State]] = {
        "setControls": [Input("controls", "data")],
        "choose": [Input("population", "value"), Input("against", "value")],
        "judge": [Input("judged-by", "value")],
        "commit": [Input(sliders, "value")],
        "picked": [Input("picked", "data")],
        "setColumns": [Input("table-columns", "data"), State("table-grid", "data")],
    }
    for function, given in handed.items():
        app.clientside_callback(
            ClientsideFunction("netspace", function),
            Output("view", "data", allow_duplicate=True),
            *given,
            prevent_initial_call=True,
        )
    app.clientside_callback(
        ClientsideFunction("netspace", "readHelp"),
        Output("help-read", "children"),
        Input("open-help", "n_clicks"),
        State("help-said", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("netspace", "rows"),
        Output(grid, "getRowsResponse"),
        Input(grid, "getRowsRequest"),
        prevent_initial_call=True,
    )


def controls_of(snapshots: Snapshots, population: str | None, of: str = "") -> tuple[Any, ...]:
    """Controls, what the browser has to know of them, and the table's columns.

    Args:
        of: what networks are judged by, where the population has that.
    """
    if population is None:
        return [], [], None, []
    snapshot = snapshots.get(int(population))
    columns, quantities = snapshot.population.columns, snapshot.quantities
    criterion = of if of in columns else snapshot.population.criterion
    every = kept.controls(snapshot)
    found = constraints.but_for(criterion, every)
    described = {
        "population": snapshot.id,
        "version": snapshot.version,
        "criterion": criterion,
        "columns": constraints.described(found),
        "names": list(columns),
        "judges": {one.name: one.title for one in every},
        "measured": {} if snapshot.table else constraints.measured(snapshot.population),
    }
    panels = constraints.panels(found, snapshot.id, snapshot.version, criterion)
    unit = unit_of(quantities[criterion], columns[criterion])
    staged = "effective_width_1" in columns
    return *panels, described, table.columns(unit, found, staged, texts_of(snapshot))


def texts_of(snapshot: Snapshot) -> dict[str, str] | None:
    """Labels of the texts that rows of a table have; None of what is no table."""
    if snapshot.table is None:
        return None
    said = snapshot.table.layout
    labels = {name: said.labels.get(name, name) for name in said.texts}
    return {name: f"{label[:1].upper()}{label[1:]}" for name, label in labels.items()}
