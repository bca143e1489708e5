"""A pair at equal covariates: how unlike its sides are, and who wins then."""

from __future__ import annotations

import math
from typing import Any

from dash import html
from dash.development.base_component import Component

from columns.numbers import fixed, percent
from columns.quantities import quantity
from dashboard.pages.compare.words import interval, networks, swatch
from dashboard.pages.markup import table
from population.comparing.comparison import percentages, probability
from population.matching.imbalance import Imbalance, Warn, level_of, level_of_ratio
from population.matching.regression import Factor
from population.matching.sensitivity import Way
from services.comparing.adjusted import COVARIATES, Adjusted


def matched_on(found: Adjusted) -> str:
    names = ", ".join(COVARIATES[name] for name in found.covariates)
    return f"matched on {names}: {found.matched.matching.method}"


def winner(
    found: Adjusted, a: str, b: str, places: tuple[int, int], pairs: int = 1
) -> list[Component]:
    """Who wins at equal covariates, by every way to match, and what is left of the sides.

    Args:
        pairs: that the picked one is of: p is multiplied by them, as the level is divided.
    """
    matching, theta = found.matched.matching, found.matched.theta
    if matching.reason:
        return [html.P(f"No match: {matching.reason}"), *ways(found, a)]
    said = (
        f"{a} wins {percentages(theta)} of pairs at equal covariates; "
        f"{adjusted_p(found.matched.p, pairs)}{one_of(pairs)}"
        if theta.bounded
        else f"{a} wins {percent(theta.value, 0)} of pairs at equal covariates; {theta.reason}"
    )
    worth = " · ".join(
        f"{label} worth n = {fixed(worth)} of {edf.n}"
        for label, worth, edf in (
            (a, matching.worth_a, found.edfs[0]),
            (b, matching.worth_b, found.edfs[1]),
        )
    )
    dropped = []
    if matching.bins_kept or matching.bins_dropped:
        dropped.append(f"{matching.bins_kept} bins kept, {matching.bins_dropped} dropped")
    if matching.outside_a or matching.outside_b:
        outside = matching.outside_a + matching.outside_b
        dropped.append(f"outside the common range: {outside}")
    legend_of_pair = html.Div(
        [
            html.Span([swatch(place), label])
            for place, label in zip(places, (a, b), strict=True)
        ],
        className="side-legend",
    )
    return [
        legend_of_pair,
        html.P(html.B(said)),
        *(html.P(sentence, className="warned") for sentence in found.warnings),
        html.P(" · ".join([worth, *dropped]), className="muted"),
        *ways(found, a),
    ]


def ways(found: Adjusted, a: str) -> list[Component]:
    """The sensitivity line: how often A wins by each way to match."""
    said = " · ".join(f"{way.name}: {share(way)}" for way in found.ways)
    return [html.P(f"{a} wins, by {said}", className="muted ways")]


def share(way: Way) -> str:
    if way.theta.bounded:
        return percentages(way.theta)
    if math.isnan(way.theta.value):
        return f"none ({way.theta.reason})"
    return f"{percent(way.theta.value, 0)} ({way.theta.reason})"


def balance_note(a: str, b: str) -> str:
    return f"A: {a} · B: {b}"


def balance(found: Adjusted, pairs: int = 1, word: str = "error") -> list[Component]:
    """How unlike the sides are, and the factor on the error at equal covariates.

    Args:
        pairs: as of `matched`.
        word: what the networks are judged by.
    """
    if not found.imbalance:
        return [html.P("no network has a result yet")]
    rows = [imbalance_row(row, row.name in found.covariates) for row in found.imbalance]
    return [
        table(
            [
                "covariate",
                "SMD",
                "variance ratio",
                "EDFs apart",
                "common range",
                "of A",
                "of B",
            ],
            rows,
            numeric=True,
        ),
        html.P(
            "before → after matching, of logarithms. SMD: difference of means in standard "
            "deviations; above .1 amber, above .25 red. Variance ratio, A to B: outside "
            ".8 - 1.25 amber, outside .5 - 2 red. Largest distance of the EDFs: amber after "
            "matching where it is more than chance leaves, red at twice that",
            className="muted",
        ),
        table(
            [f"factor on the {word}, A against B", "factor", f"p{one_of(pairs)}"],
            [
                factor_row(f"mean log {word}, HC3", found.mean, pairs),
                factor_row("median", found.median, pairs),
            ],
            numeric=True,
        ),
        html.P(factor_note(found.mean), className="muted"),
    ]


def imbalance_row(row: Imbalance, is_held: bool) -> list[Any]:
    name = COVARIATES[row.name]
    if row.reason:
        return [name, row.reason, "", "", "", "", ""]
    shown = quantity(row.name)
    places = shown.decimals_for([row.lo, row.hi])
    return [
        f"{name} (held)" if is_held else name,
        change(row.smd, row.warning, row.smd_weighted, level_of(row.smd_weighted)),
        change(
            row.variance_ratio,
            level_of_ratio(row.variance_ratio),
            row.variance_ratio_weighted,
            level_of_ratio(row.variance_ratio_weighted),
        ),
        change(row.distance, "", row.distance_weighted, row.distance_warning),
        f"{shown.show(row.lo, places)} – {shown.show(row.hi, places)} {shown.shown_unit}",
        percent(row.inside_a, 0),
        percent(row.inside_b, 0),
    ]


def change(before: float, warn: Warn, after: float, warn_after: Warn) -> Component:
    """A number before and after matching, each as worrying as it is."""
    told: list[Any] = [html.Span(fixed(before, 2), className=f"warn-{warn or 'none'}")]
    if not math.isnan(after):
        told += [" → ", html.Span(fixed(after, 2), className=f"warn-{warn_after or 'none'}")]
    return html.Span(told)


def adjusted_p(p: float, pairs: int) -> str:
    """p as one of so many pairs: below .05 where the interval of its level excludes 1/2."""
    return probability(min(1.0, pairs * p) if not math.isnan(p) else p)


def one_of(pairs: int) -> str:
    return "" if pairs == 1 else f" (one of {pairs} pairs: times {pairs})"


def factor_row(name: str, found: Factor, pairs: int) -> list[Any]:
    if math.isnan(found.p_value):
        return [name, interval(found.factor, 2), ""]
    p = adjusted_p(found.p_value, pairs).removeprefix("p = ")
    return [name, interval(found.factor, 2), p]


def factor_note(found: Factor) -> str:
    said = ["below 1: A is better"]
    if found.outside:
        said.append(f"outside the common range and left out: {networks(found.outside)}")
    if found.at_chance:
        said.append(f"diverged, counted as chance: {networks(found.at_chance)}")
    if found.dropped:
        said.append(f"dropped: {', '.join(found.dropped)}")
    return "; ".join(said)
