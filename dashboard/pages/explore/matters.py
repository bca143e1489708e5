"""What matters: which parameters tell the best networks from all that pass (PED-ANOVA).

The browser's part (assets/explore/panel/matters.mjs) asks REST while this is looked at.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.pages.figures import figure_menu
from dashboard.pages.markup import attributes, explained
from population.trends.importance import BINS, GAMMA

SHARES = (0.05, 0.1, 0.2, 0.33)
"""Of the best, to choose from."""

WORDS = {
    "bar": "how far the distribution of a parameter among the best networks is from that among "
    "all that pass, by Pearson's divergence, as a share of the sum over the parameters; less "
    "what chance gives. The thin line is its 95 % bootstrap interval.",
    "nothing": "the interval of the divergence reaches 0: chance would do as much.",
    "best": "the share of the networks that pass, by what they are judged by; constraints "
    "narrow both the best and all.",
    "alone": "one parameter at a time: two that only matter together have no bar. Bins are the "
    f"values of a parameter of few values, else {BINS} equal parts of the networks.",
    "source": "PED-ANOVA, Watanabe, Bansal and Hutter 2023, arXiv 2304.10255, with histograms.",
}


def panel() -> Component:
    """Folded until somebody opens it; what it says is filled in then."""
    best = html.Label(
        [
            "best ",
            html.Select(
                [html.Option(f"{100 * share:g} %", value=f"{share:g}") for share in SHARES],
                id="matters-gamma",
                **attributes(data_usual=f"{GAMMA:g}"),
            ),
        ],
        className="matters-best",
    )
    head = html.Div(
        [
            best,
            html.Span(id="matters-note", className="muted note"),
            explained("What matters", WORDS),
            figure_menu("matters", "What matters"),
        ],
        className="matters-head",
    )
    return html.Details(
        [
            html.Summary(html.H2("What matters")),
            head,
            html.Div(
                id="matters-bars",
                className="matters-bars",
                role="group",
                **attributes(aria_label="importance of each parameter"),
            ),
        ],
        id="matters",
        className="matters",
    )
