"""What Compare says in words and tables. Every number stands beside its interval and its n."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.pages.markup import attributes, facts, table
from designspace.comparison import percentages, probability
from designspace.dominance import Dominance
from designspace.estimate import Estimate
from designspace.imbalance import Imbalance
from designspace.quantities import quantity
from designspace.regression import Factor
from designspace.sequential import FEWEST, ConfidenceSequence
from designspace.stability import Stability
from services.adjusted import COVARIATES, Adjusted
from services.comparisons import Compared, Pair
from services.searches import Searched
from services.sides import Side
from services.stability import Trust
from services.watches import Watch

# ---------------------------------------------------------------- numbers


def number(value: float, decimals: int = 1) -> str:
    """With a true minus; what is not known is a dash."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:,.{decimals}f}".replace("-", "−")


def interval(found: Estimate, decimals: int = 1, unit: str = "") -> str:
    """`12.3 [11.0, 13.9] %`, or the number alone, or why there is none."""
    said = number(found.value, decimals)
    if found.decided:
        said += f" [{number(found.lo, decimals)}, {number(found.hi, decimals)}]"
    elif found.reason and math.isnan(found.value):
        return found.reason
    return f"{said} {unit}".strip()


def swatch(place: int) -> Component:
    """The colour of a side, by its place."""
    return html.I(className="swatch", **attributes(data_side=str(place)))


def name_and_n(side: Side) -> str:
    """`RegNetX, n = 84 (2 diverged; failed 1, pending 3)`."""
    view = side.view
    said = [f"{view.diverged} diverged"] if view.diverged else []
    failed = sum(view.failed.values())
    left_out = [
        f"{n} {what}" for n, what in ((failed, "failed"), (view.pending, "pending")) if n
    ]
    notes = "; ".join([*said, *left_out])
    return f"{side.label}, n = {side.edf.n:,}" + (f" ({notes})" if notes else "")


def legend(labels: Sequence[str]) -> Component:
    return html.Div(
        [html.Span([swatch(place), label]) for place, label in enumerate(labels)],
        className="side-legend",
    )


# ---------------------------------------------------------------- verdicts


def levels(found: Compared) -> str:
    if len(found.pairs) == 1:
        return f"intervals of {100 * found.level:g} %"
    return f"{len(found.pairs)} pairs: intervals of {100 * found.level_of_pair:.1f} % each"


def verdicts(found: Compared, picked: tuple[int, int]) -> list[Component]:
    """One row a pair, which picks it, and what to mind."""
    rows = [verdict_row(pair, (pair.a, pair.b) == picked) for pair in found.pairs]
    warned = [html.P(text, className="warned") for text in found.warnings]
    return [html.Div(rows, className="verdicts"), *warned]


def verdict_row(pair: Pair, is_picked: bool) -> Component:
    return html.Button(
        [
            html.Span([swatch(pair.a), swatch(pair.b)], className="swatches"),
            html.B(pair.verdict),
            html.Span(standing(pair), className="muted"),
        ],
        type="button",
        className="verdict",
        title="look at this pair below",
        **attributes(
            aria_pressed=str(is_picked).lower(),
            data_pair=f"{pair.a},{pair.b}",
            data_outcome=pair.found.outcome,
        ),
    )


def standing(pair: Pair) -> str:
    """Effect, and whether it would hold if one had looked all along."""
    outcome = pair.decided.looks[-1].outcome if pair.decided.looks else "few"
    decided = {
        "few": f"looked at while training: too early, {FEWEST} networks of each are needed",
        "open": f"looked at while training: open; {ahead(pair.decided)}",
        "same": "decided, however often one looked: no difference that matters",
    }.get(outcome, "decided, however often one looked")
    effect = f"{pair.found.effect} effect · " if pair.found.effect else ""
    return effect + decided


def ahead(found: ConfidenceSequence) -> str:
    """How many more networks it takes."""
    far = found.projection
    if far is None or far.likely is None:
        return "more than 20,000 networks a side would decide"
    soonest = f"{far.soonest:,}" if far.soonest is not None else "few"
    latest = f"{far.latest:,}" if far.latest is not None else "no end"
    return f"about {far.likely:,} networks a side decide ({soonest} to {latest})"


def band_name(found: Compared) -> str:
    return f"F(e): share with error below e · band: {found.drawn[0].band.name}"


# ---------------------------------------------------------------- decided


def decided_note(pair: Pair) -> str:
    found = pair.decided
    return (
        f"{100 * found.level:.3g} % confidence sequence, valid at every look, "
        f"planned for {found.planned} networks a side"
    )


def decided(pair: Pair, chosen: Sequence[Side], watch: Watch | None) -> list[Component]:
    """Where it stands, in a sentence, and whether both are told to stop when decided."""
    if not pair.decided.looks:
        return [html.P("no network has a result yet"), *watched(pair, chosen, watch)]
    look = pair.decided.looks[-1]
    a, b = chosen[pair.a].label, chosen[pair.b].label
    share = (
        f"{100 * look.estimate:.0f} % [{100 * look.lower:.0f}, {100 * look.upper:.0f}] "
        f"of pairs won by {a}"
    )
    said = {
        "A": f"Decided for {a}: {share}.",
        "B": f"Decided for {b}: {share}.",
        "same": f"Decided: no difference that matters, {share}.",
        "open": f"Open after {look.n} and {look.m} networks: {share}; {ahead(pair.decided)}.",
        "few": f"Too early: {look.n} of {a}, {look.m} of {b}; {FEWEST} of each are needed.",
    }[look.outcome]
    return [html.P(said), *watched(pair, chosen, watch)]


def watched(pair: Pair, chosen: Sequence[Side], watch: Watch | None) -> list[Component]:
    """A button that stops both populations when it is decided, or what came of it."""
    a, b = chosen[pair.a], chosen[pair.b]
    if a.population_id == b.population_id:
        return []
    if watch is None:
        title = (
            "what is queued of both is paused once it is decided; level and plan are fixed now"
        )
        sides = {"data_a": a.text, "data_b": b.text, "data_planned": str(pair.decided.planned)}
        return [act("Stop both when decided", title, data_act="watch", **sides)]
    if watch.outcome is None:
        title = "whatever is decided"
        forget = act("Let them go on", title, data_act="forget", data_watch=str(watch.id))
        return [html.P(["Both stop when it is decided. ", forget], className="watched")]
    found = watch.found or {}
    n, m = int(found.get("n", 0)), int(found.get("m", 0))
    if watch.a != a.text:
        n, m = m, n
    return [html.P(f"Stopped when it was decided, after {n} and {m} networks.")]


def act(label: str, title: str, **data: str) -> Component:
    return html.Button(
        label, type="button", className="button", title=title, **attributes(**data)
    )


# ---------------------------------------------------------------- matched


def matched_on(found: Adjusted) -> str:
    names = ", ".join(COVARIATES[name] for name in found.covariates)
    return f"matched on {names}: {found.matched.matching.method}"


def matched(found: Adjusted, a: str, b: str, places: tuple[int, int]) -> list[Component]:
    """Who wins at equal covariates, and how much of either side is left."""
    matching, theta = found.matched.matching, found.matched.theta
    if matching.reason:
        return [html.P(f"No match: {matching.reason}")]
    said = (
        f"{a} wins {percentages(theta)} of pairs at equal covariates"
        if theta.decided
        else f"{a} wins {100 * theta.value:.0f} % of pairs at equal covariates; {theta.reason}"
    )
    worth = " · ".join(
        f"{label} worth n = {worth:.0f} of {edf.n}"
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
        html.P(" · ".join([worth, *dropped]), className="muted"),
    ]


def balance_note(a: str, b: str) -> str:
    return f"A: {a} · B: {b}"


def balance(found: Adjusted) -> list[Component]:
    """How unlike the sides are, and the factor on the error at equal covariates."""
    if not found.imbalance:
        return [html.P("no network has a result yet")]
    rows = [imbalance_row(row, row.name in found.covariates) for row in found.imbalance]
    return [
        table(
            ["covariate", "SMD", "matched", "common range", "of A", "of B"], rows, numeric=True
        ),
        html.P(
            "SMD: difference of mean logarithms in standard deviations; above .1 amber, "
            "above .25 red",
            className="muted",
        ),
        table(
            ["factor on the error, A against B", "factor", "p"],
            [factor_row("mean log error, HC3", found.mean), factor_row("median", found.median)],
            numeric=True,
        ),
        html.P(factor_note(found.mean), className="muted"),
    ]


def imbalance_row(row: Imbalance, is_held: bool) -> list[Any]:
    name = COVARIATES[row.name]
    if row.reason:
        return [name, row.reason, "", "", "", ""]
    shown = quantity(row.name)
    places = shown.decimals_for([row.lo, row.hi])
    return [
        f"{name} (held)" if is_held else name,
        html.Span(number(row.smd, 2), className=f"warn-{row.warning or 'none'}"),
        html.Span(
            number(row.smd_weighted, 2), className=f"warn-{row.warning_weighted or 'none'}"
        ),
        f"{shown.show(row.lo, places)} – {shown.show(row.hi, places)} {shown.shown_unit}",
        f"{100 * row.inside_a:.0f} %",
        f"{100 * row.inside_b:.0f} %",
    ]


def factor_row(name: str, found: Factor) -> list[Any]:
    p = "" if math.isnan(found.p_value) else probability(found.p_value).removeprefix("p = ")
    return [name, interval(found.factor, 2), p]


def factor_note(found: Factor) -> str:
    said = ["below 1: A is better"]
    if found.at_chance:
        said.append(f"{found.at_chance} diverged networks count as chance")
    if found.dropped:
        said.append(f"dropped: {', '.join(found.dropped)}")
    return "; ".join(said)


# ---------------------------------------------------------------- the pair in numbers


def details(pair: Pair, cut: float) -> list[Component]:
    found = pair.found
    rows: list[tuple[str, Any]] = [
        ("P(A beats B)", f"{percentages(found.pairs)}, {probability(found.theta.p)}"),
        ("difference of medians", interval(found.medians, 2, "points")),
        (f"area between EDFs up to {cut:g} %", interval(found.area, 2, "points")),
        ("largest distance of EDFs", distance(pair)),
        ("better at every error level?", dominance(found.dominance)),
    ]
    if pair.permutation is not None:
        rows.append(("equal distributions, permuted", probability(pair.permutation)))
    return [facts(rows)]


def distance(pair: Pair) -> str:
    found = pair.found.distance
    if math.isnan(found.d):
        return "–"
    return f"{found.d:.2f} at {number(found.error)} %, {probability(found.p)}"


def dominance(found: Dominance) -> str:
    if found.reason:
        return found.reason
    between = f"between {number(found.lower)} and {number(found.upper)} %"
    return {
        "A": f"A is, {between}; {probability(found.p)}",
        "B": f"B is, {between}; {probability(found.p)}",
        "cross": "no: the EDFs cross",
        "none": f"not shown {between}",
    }[found.order]


def counted(found: Compared) -> Component:
    """Which networks every side is, and what was left out."""
    rows = []
    for place, drawn in enumerate(found.drawn):
        view, median = drawn.side.view, drawn.side.edf.quantile_interval(0.5, found.level)
        failed = ", ".join(f"{n} {cause}" for cause, n in view.failed.items())
        rows.append(
            [
                html.Span([swatch(place), drawn.side.label], className="side-name"),
                view.snapshot.regime,
                f"{drawn.side.edf.n:,}",
                f"{view.diverged:,}",
                failed or "0",
                f"{view.pending:,}",
                interval(median, 2),
            ]
        )
    head = ["side", "regime", "n", "diverged", "failed", "pending", "median error (%)"]
    return table(head, rows, numeric=True)


# ---------------------------------------------------------------- search


def efficiency_note(searched: Sequence[Searched]) -> str:
    method = next((one.efficiency.method for one in searched), "")
    return f"mean error of the {method}; shaded: 90 % of searches"


def enough(searched: Sequence[Searched]) -> list[Component]:
    """How far an EDF of some networks is from that of all."""
    rows = []
    for place, one in enumerate(searched):
        found = one.enough
        if found.reason or not found.k.size:
            continue
        for k in dict.fromkeys((found.k[0], found.k[-1])):
            i = int((found.k == k).argmax())
            rows.append(
                [
                    html.Span([swatch(place), one.side.label], className="side-name"),
                    f"{int(k):,} of {found.n:,}",
                    number(found.measured[i], 3),
                    number(found.measured_limit[i], 3),
                    number(found.limit[i], 3),
                ]
            )
    if not rows:
        return [html.P("too few networks to take some of them")]
    head = ["side", "networks", "on average", "95 % of subsamples", "95 % in any space"]
    return [table(head, rows, numeric=True)]


# ---------------------------------------------------------------- stability


def stability(trusts: Sequence[Trust]) -> list[Component]:
    """Rank correlations of the picked pair's sides with other trainings of their networks."""
    rows = [row for trust in trusts for row in trust_rows(trust)]
    noise = [html.P(noise_of(trust)) for trust in trusts if trust.noise]
    if not rows:
        return [html.P("no epochs and no second training of these networks are known")]
    head = [
        "ranking against the reported error",
        "n",
        "rank correlation",
        "in its best tenth",
        "pairs in order",
    ]
    return [table(head, rows, numeric=True), *noise]


def trust_rows(trust: Trust) -> Iterable[list[Any]]:
    for at in some_epochs(trust):
        yield stability_row(f"{trust.side.label}: epoch {at.epoch}", at.against_last)
    for again in trust.retrained:
        name = (
            f"seed {again.seed}" if again.same_regime else f"{again.regime}, seed {again.seed}"
        )
        yield stability_row(f"{trust.side.label}: {name}", again.against_first)


def some_epochs(trust: Trust) -> Sequence[Any]:
    """The first, the middle and the last epoch before the end."""
    n = len(trust.epochs)
    return [trust.epochs[i] for i in sorted({0, n // 2, n - 1})] if n else []


def stability_row(name: str, found: Stability) -> list[Any]:
    return [
        name,
        f"{found.n:,}",
        interval(found.spearman, 2),
        interval(found.spearman_best, 2),
        f"{100 * found.in_order.value:.0f} %" if found.n else "–",
    ]


def noise_of(trust: Trust) -> str:
    noise = trust.noise
    assert noise is not None
    return (
        f"{trust.side.label}: a seed's noise is {interval(noise.ratio, 2)} of the spread "
        f"between networks ({noise.n} networks, {noise.seeds} seeds)"
    )
