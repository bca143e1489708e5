"""Compare: is one design space better than another, by how much, and can one trust it?

The address is the comparison, so it can be sent to a colleague:

    ?side=1;depth=5..8&side=2&of=latency&match=depth,flops&method=bins&band=simultaneous
        &half=second&pair=0,1

The browser's part (assets/compare/) writes the address, and asks for the page again when one of
the populations has new results; everything shown is computed here from the address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, get_relative_path, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from starlette.concurrency import run_in_threadpool

from dashboard.callbacks import has_gone, may
from dashboard.figures.compared import HEIGHT, Drawn, decided_figure, edfs_figure
from dashboard.figures.efficiency import efficiency_figure
from dashboard.figures.style import PALETTES, Palette, empty
from dashboard.pages.compare import help, matched, tables, verdicts
from dashboard.pages.compare.chosen import halves
from dashboard.pages.compare.question import Question, read
from dashboard.pages.compare.words import legend, name_and_n
from dashboard.pages.figures import figure_menu
from dashboard.pages.markup import (
    THEME,
    attributes,
    explained,
    graph,
    notes,
    page_header,
    page_help,
    purpose,
    register_graph,
)
from dashboard.sources import Sources
from population.curves.edf import edf
from services.acting.permission import Verb
from services.comparing import adjusted, comparisons, searches, sides, stability, watches
from services.comparing.comparisons import Compared, Pair
from services.comparing.sides import Side
from services.errors import Busy, NotFound, Refused

TITLE = "Compare"

CARDS = {
    "verdicts": ("Verdicts", None),
    "edf": ("EDF", "EDFs of all sides"),
    "matched": ("Matched EDF", "EDFs of the picked pair at equal covariates"),
    "decided": ("Is it decided yet?", "confidence sequence of the picked pair"),
    "details": ("The picked pair in numbers", None),
    "balance": ("Imbalance and adjustment", None),
    "efficiency": ("Random search", "the best by the number of networks searched"),
    "enough": ("How many networks are enough?", None),
    "stability": ("Trust in the ranking", None),
    "sides": ("What is counted", None),
}
"""Title of each card, and of its plot where it has one."""

TABLES = ("balance", "enough", "stability", "sides")
"""Cards whose table may be wider than they are: it scrolls, so the keyboard has to reach it."""


def layout() -> Component:
    """The page without data."""
    return html.Div(
        [
            dcc.Store(id="compare-asked"),
            dcc.Store(id="compare-changed"),
            dcc.Store(id="compare-judges"),
            page_header(TITLE, help=page_help(help.READ, help.KEYS)),
            notes("compare"),
            html.Div(
                [
                    html.Aside(
                        html.Div(),
                        id="compare-question",
                        className="constraints",
                        **attributes(aria_label="what is compared"),
                    ),
                    html.Main(
                        [
                            purpose(
                                "Is one design space better than another, by how much, and "
                                "can one trust it?"
                            ),
                            html.P(id="compare-said", role="status", className="muted"),
                            html.P("comparing ...", className="compare-loading muted"),
                            html.Div([card(name) for name in CARDS], id="compare-cards"),
                            nothing(),
                        ],
                        className="compare-main",
                        tabIndex="0",  # it scrolls, also while nothing in it takes the focus
                    ),
                ],
                className="compare-body",
            ),
        ],
        id="compare",
        className="compare",
    )


def nothing() -> Component:
    """What is shown where there are no two populations."""
    link = dcc.Link("New population", href=get_relative_path("/new"), className="button")
    return html.Div(
        [
            html.H2("Two populations are needed"),
            html.P("A comparison has two sides: populations, or constraint sets."),
            link,
        ],
        className="compare-nothing",
        role="status",
    )


def card(name: str) -> Component:
    title, plot = CARDS[name]
    head = [
        html.H2(title),
        explained(title, help.WORDS[name]),
        html.Span(id=f"compare-{name}-note", className="muted note"),
    ]
    reach: dict[str, Any] = (
        {"tabIndex": "0", "role": "group", "aria-label": title} if name in TABLES else {}
    )
    content: list[Component] = [html.Div(id=f"compare-{name}-text", **reach)]
    if plot:
        content.insert(0, graph(f"compare-{name}", plot, 280))
        head.append(figure_menu(f"compare-{name}", title))
    return html.Section(
        [html.Div(head, className="section-head"), *content],
        id=f"compare-card-{name}",
        className="card",
    )


OUTPUTS = {
    "said": Output("compare-said", "children"),
    "judges": Output("compare-judges", "data"),
    **{
        f"{name}-{part}": Output(f"compare-{name}-{part}", "children")
        for name in CARDS
        for part in ("note", "text")
    },
    **{
        f"{name}-figure": Output(f"compare-{name}-figure", "data")
        for name, (_, plot) in CARDS.items()
        if plot
    },
}


def register(app: Dash, sources: Sources) -> None:
    """One callback computes the page; the browser's part decides when."""
    for name, (_, plot) in CARDS.items():
        if plot:
            register_graph(app, f"compare-{name}")
    app.clientside_callback(
        ClientsideFunction("netspace", "showCompare"),
        Output("compare-asked", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
        Input("compare-changed", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("netspace", "setJudges"),
        Output("compare-asked", "data", allow_duplicate=True),
        Input("compare-judges", "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        OUTPUTS,
        Input("compare-asked", "data"),
        Input(THEME, "data"),
        running=[(Output("compare-cards", "aria-busy"), "true", "false")],
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def show_comparison(asked: dict[str, Any] | None, theme: str) -> dict[str, Any]:
        if not asked:
            raise PreventUpdate
        try:
            async with sources.analyses.inside(), sources.analyses.turn(has_gone):
                return await run_in_threadpool(answer, sources, asked["search"], theme)
        except Busy as busy:
            return refused(busy)


def answer(sources: Sources, search: str, theme: str) -> dict[str, Any]:
    """What the page shows for an address, by the names of OUTPUTS."""
    palette, known = PALETTES.get(theme, PALETTES["light"]), {}
    try:
        question = read(search)
        known = judges(sources, question)
        palette = replace(palette, order=question.colours)
        chosen = sides.sides(
            sources.snapshots, question.sides, 2, half=question.half, of=question.of
        )
        return shown(sources, question, chosen, palette) | {"judges": known}
    except (Refused, NotFound) as refusal:
        return refused(refusal) | {"judges": known}


def judges(sources: Sources, question: Question) -> dict[str, str]:
    """What the networks of all sides may be judged by: titles by the columns' names."""
    ids = dict.fromkeys(sides.parse_side(text)[0] for text in question.sides)
    first, *others = [sources.snapshots.get(id).quantities for id in ids] or [{}]
    return {
        name: f"{one.named[:1].upper()}{one.named[1:]}"
        for name, one in first.items()
        if not one.spread and all(name in other for other in others)
    }


def refused(refusal: Exception) -> dict[str, Any]:
    """No card, and why."""
    words = html.Span(str(refusal), className="refused", title=str(refusal))
    return dict.fromkeys(OUTPUTS) | {"said": words}


def shown(
    sources: Sources, question: Question, chosen: list[Side], palette: Palette
) -> dict[str, Any]:
    """Every card."""
    found = comparisons.compared(chosen, planned=question.planned, method=question.band)
    a, b = question.pair
    pair = next(one for one in found.pairs if (one.a, one.b) == (a, b)).oriented
    a, b = pair.a, pair.b
    both, unit = (chosen[a], chosen[b]), found.criterion
    awaited = all(is_sampled(side) for side in both)
    searched = [searches.searched(side) for side in chosen]
    with sources.database.read() as session:
        pair_texts = chosen[a].text, chosen[b].text
        watch = watches.of_pair(session, *pair_texts)
        may_stop = awaited and watches.may_stop(session, *pair_texts)
    trusts = [
        stability.trusted(sources.database, side)
        for side in both
        if is_sampled(side) and unit.is_of_errors
    ]
    labels = (chosen[a].label, chosen[b].label)
    return {
        "said": "",
        "verdicts-note": verdicts.levels(found),
        "verdicts-text": [
            *verdicts.verdicts(found, question.pair),
            *halves(chosen, question.search, question.half),
        ],
        "edf-note": verdicts.band_name(found),
        "edf-text": legend([name_and_n(side) for side in chosen]),
        "edf-figure": edfs_figure(unmatched_curves(found, palette), palette, unit),
        **equal(found, pair, both, question, palette),
        **looked_at(pair, chosen, watch, may_stop, palette),
        "details-note": matched.balance_note(*labels),
        "details-text": tables.details(pair, found.cut, unit, *labels),
        "sides-note": "",
        "sides-text": tables.counted(found),
        "efficiency-note": tables.efficiency_note(searched, unit),
        "efficiency-text": legend([name_and_n(side) for side in chosen]),
        "enough-note": "largest distance between the EDF of some networks and that of all",
        "enough-text": tables.enough(searched),
        "efficiency-figure": efficiency_figure(
            [(one.side.label, one.efficiency) for one in searched], palette, unit
        ),
        "stability-note": "the same networks after fewer epochs, by other seeds and regimes",
        "stability-text": tables.stability(trusts, awaited),
    }


def equal(
    found: Compared,
    pair: Pair,
    both: tuple[Side, Side],
    question: Question,
    palette: Palette,
) -> dict[str, Any]:
    """The pair at equal covariates, or why there is no such pair."""
    labels, places = (both[0].label, both[1].label), (pair.a, pair.b)
    try:
        alike = adjusted.adjusted(*both, question.match, question.method, found.level_of_one)
    except Refused as refusal:
        why = f"{refusal.field} {refusal.value}: {refusal.allowed}"
        return {
            "matched-note": "",
            "matched-text": [html.P(f"No match: {why}")],
            "matched-figure": empty(palette, "nothing is matched", height=HEIGHT),
            "balance-note": "",
            "balance-text": [html.P(f"Nothing is held fixed: {why}")],
        }
    curves = matched_curves(alike, places, palette)
    unit, pairs = found.criterion, len(found.pairs)
    return {
        "matched-note": matched.matched_on(alike),
        "matched-text": [
            *verdicts.disagreement(pair, alike, *labels),
            *matched.winner(alike, *labels, places, pairs),
        ],
        "matched-figure": edfs_figure(curves, palette, unit),
        "balance-note": matched.balance_note(*labels),
        "balance-text": matched.balance(alike, pairs, unit.quantity.word),
    }


def looked_at(
    pair: Pair,
    chosen: Sequence[Side],
    watch: watches.Watch | None,
    may_stop: bool,
    palette: Palette,
) -> dict[str, Any]:
    """Whether it is decided, however often one looked; rows of a table were never awaited."""
    if not all(is_sampled(chosen[place]) for place in (pair.a, pair.b)):
        why = "a table is in the order of its file, and nothing of it is awaited"
        return {
            "decided-note": "",
            "decided-text": [html.P(f"There is nothing to decide while it grows: {why}.")],
            "decided-figure": empty(palette, why, height=HEIGHT),
        }
    return {
        "decided-note": verdicts.decided_note(pair),
        "decided-text": verdicts.decided(pair, chosen, watch, may_stop),
        "decided-figure": decided_figure(pair.decided.looks, palette.sides[pair.a], palette),
    }


def is_sampled(side: Side) -> bool:
    """Whether its networks were drawn here, at random."""
    return side.view.snapshot.table is None


def unmatched_curves(found: Compared, palette: Palette) -> list[Drawn]:
    return [
        Drawn(drawn.side.label, colour, drawn.side.edf, drawn.curve, drawn.band)
        for drawn, colour in zip(found.drawn, palette.sides, strict=False)
    ]


def matched_curves(
    alike: adjusted.Adjusted, places: tuple[int, int], palette: Palette
) -> list[Drawn]:
    """Both sides' weighted EDFs; the band is that of the networks they are worth."""
    some = [one for one in alike.edfs if one.finite.size]
    errors = edf(sorted(e for one in some for e in one.finite)).cuts()
    return [
        Drawn(f"side {place + 1}", palette.sides[place], one, curve, one.band(curve))
        for place, one in zip(places, alike.edfs, strict=True)
        if one.n
        for curve in [one.at(errors)]
    ]
