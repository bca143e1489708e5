"""Compare: is one design space better than another, by how much, and can one trust it?

The address is the comparison, so it can be sent to a colleague:

    ?side=1;depth=5..8&side=2&match=depth,flops&method=bins&band=simultaneous&half=second&pair=0,1

The browser's part (assets/compare/) writes the address, and asks for the page again when one of
the populations has new results; everything shown is computed here from the address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, get_relative_path, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from starlette.concurrency import run_in_threadpool

from dashboard.callbacks import has_gone, may
from dashboard.figures.compared import Drawn, decided_figure, edfs_figure
from dashboard.figures.efficiency import efficiency_figure
from dashboard.figures.style import PALETTES, Palette
from dashboard.pages.compare import help, matched, tables, verdicts
from dashboard.pages.compare.chosen import halves
from dashboard.pages.compare.question import Question, read
from dashboard.pages.compare.words import legend, name_and_n
from dashboard.pages.markup import (
    THEME,
    attributes,
    explained,
    graph,
    page_header,
    page_help,
    purpose,
    register_graph,
)
from dashboard.sources import Sources
from population.curves.edf import edf
from services.acting.permission import Verb
from services.comparing import adjusted, comparisons, searches, sides, stability, watches
from services.comparing.comparisons import Compared
from services.comparing.sides import Side
from services.errors import Busy, NotFound, Refused

TITLE = "Compare"

CARDS = {
    "verdicts": ("Verdicts", None),
    "edf": ("Error EDF", "error EDFs of all sides"),
    "matched": ("Matched EDF", "error EDFs of the picked pair at equal covariates"),
    "decided": ("Is it decided yet?", "confidence sequence of the picked pair"),
    "details": ("The picked pair in numbers", None),
    "balance": ("Imbalance and adjustment", None),
    "efficiency": ("Random search", "best error by the number of networks searched"),
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
            page_header(
                TITLE,
                html.Span(id="compare-said", role="status", className="muted"),
                links={"New population": "/new", "Queue": "/queue", "Explore": "/"},
                help=page_help(help.READ, help.KEYS),
            ),
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
    return html.Section(
        [html.Div(head, className="section-head"), *content],
        id=f"compare-card-{name}",
        className="card",
    )


OUTPUTS = {
    "said": Output("compare-said", "children"),
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
    palette = PALETTES.get(theme, PALETTES["light"])
    try:
        question = read(search)
        palette = replace(palette, order=question.colours)
        chosen = sides.sides(sources.snapshots, question.sides, fewest=2, half=question.half)
        return shown(sources, question, chosen, palette)
    except (Refused, NotFound) as refusal:
        return refused(refusal)


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
    alike = adjusted.adjusted(
        chosen[a], chosen[b], question.match, question.method, found.level_of_one
    )
    searched = [searches.searched(side) for side in chosen]
    with sources.database.read() as session:
        pair_texts = chosen[a].text, chosen[b].text
        watch = watches.of_pair(session, *pair_texts)
        may_stop = watches.may_stop(session, *pair_texts)
    trusts = [stability.trusted(sources.database, chosen[place]) for place in (a, b)]
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
        "edf-figure": edfs_figure(unmatched_curves(found, palette), palette),
        "matched-note": matched.matched_on(alike),
        "matched-text": [
            *verdicts.disagreement(pair, alike, *labels),
            *matched.winner(alike, *labels, (a, b), len(found.pairs)),
        ],
        "matched-figure": edfs_figure(matched_curves(alike, (a, b), palette), palette),
        "decided-note": verdicts.decided_note(pair),
        "decided-text": verdicts.decided(pair, chosen, watch, may_stop),
        "decided-figure": decided_figure(pair.decided.looks, palette.sides[a], palette),
        "balance-note": matched.balance_note(*labels),
        "balance-text": matched.balance(alike, len(found.pairs)),
        "details-note": matched.balance_note(*labels),
        "details-text": tables.details(pair, found.cut, *labels),
        "sides-note": "",
        "sides-text": tables.counted(found),
        "efficiency-note": tables.efficiency_note(searched),
        "efficiency-text": legend([name_and_n(side) for side in chosen]),
        "enough-note": "largest distance between the EDF of some networks and that of all",
        "enough-text": tables.enough(searched),
        "efficiency-figure": efficiency_figure(
            [(one.side.label, one.efficiency) for one in searched], palette
        ),
        "stability-note": "the same networks after fewer epochs, by other seeds and regimes",
        "stability-text": tables.stability(trusts),
    }


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
