"""Compare's tables: the picked pair, what is counted, subsamples, other trainings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from columns.numbers import fixed, percent
from dashboard.pages.compare.words import interval, swatch
from dashboard.pages.markup import facts, table
from population.basics.estimate import Estimate, opposite
from population.comparing.comparison import percentages, probability
from population.comparing.differences import TOO_FEW
from population.comparing.dominance import Dominance
from population.trust.noise import Noise
from population.trust.stability import Stability
from services.comparing.comparisons import Compared, Pair
from services.comparing.searches import Searched
from services.comparing.stability import Trust


def details(pair: Pair, cut: float, a: str, b: str) -> list[Component]:
    """The pair in numbers, each said of its first side, a, against b."""
    found = pair.found
    among = f" ({pair.among})" if pair.among else ""
    rows: list[tuple[str, Any]] = [
        (
            f"{a} beats {b}",
            f"{percentages(found.theta_interval)}, {probability(pair.p)}{among}",
        ),
        (f"median error of {a} is lower by", points(opposite(found.medians))),
        (
            f"mean error up to {cut:g} % of {a} is lower by (area between EDFs)",
            points(found.area),
        ),
        ("largest distance of EDFs", distance(pair) + among),
        ("better at every error level?", dominance(found.dominance, a, b)),
    ]
    if pair.permutation is not None:
        rows.append(("equal distributions, permuted", probability(pair.permutation) + among))
    return [facts(rows)]


def points(found: Estimate) -> str:
    """`3.02 [1.10, 4.90] points`; below 10 networks a side only that they are too few."""
    return TOO_FEW if found.reason == TOO_FEW else interval(found, 2, "points")


def distance(pair: Pair) -> str:
    found = pair.found.distance
    if math.isnan(found.d):
        return "–"
    return f"{fixed(found.d, 2)} at {fixed(found.error, 1)} %, {probability(pair.p_distance)}"


def dominance(found: Dominance, a: str, b: str) -> str:
    if found.reason:
        return found.reason
    between = f"between {fixed(found.lower, 1)} and {fixed(found.upper, 1)} %"
    return {
        "A": f"{a} is, {between}",
        "B": f"{b} is, {between}",
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
                    fixed(found.measured[i], 3),
                    fixed(found.measured_limit[i], 3),
                    fixed(found.limit[i], 3),
                ]
            )
    if not rows:
        return [html.P("too few networks to take some of them")]
    head = ["side", "networks", "on average", "95 % of subsamples", "95 % in any space"]
    return [table(head, rows, numeric=True)]


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
        "its best tenth is in the best third",
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
        f"{interval(found.spearman_best, 2)} (n = {found.spearman_best.n:,})",
        percent(found.in_order.value, 0) if found.n else "–",
        found_again(found),
    ]


def found_again(found: Stability) -> str:
    """`75 % [19, 99] of 4; 33 % by chance`."""
    best = found.found
    if best.reason:
        return best.reason
    ends = f"[{fixed(100 * best.lo)}, {fixed(100 * best.hi)}]"
    chance = f"{percent(found.found_by_chance, 0)} by chance"
    return f"{percent(best.value, 0)} {ends} of {best.n:,}; {chance}"


def noise_of(trust: Trust) -> str:
    noise = trust.noise
    assert noise is not None
    return (
        f"{trust.side.label}: a seed's noise is {interval(noise.ratio, 2)} of the spread "
        f"between networks; two trainings correlate by {interval(noise.reliability, 2)} on "
        f"log error ({noise.n} networks, {noise.seeds} seeds)" + noise_by_error(noise)
    )


def noise_by_error(noise: Noise) -> str:
    """`; by thirds of the error, a seed moves it by 3 % (5.1 - 9.0 %), ..`; else nothing."""
    thirds = [
        f"{percent(at.noise.value)} ({fixed(at.lower, 1)} - {fixed(at.upper, 1)} %)"
        for at in noise.by_error
    ]
    if not thirds:
        return ""
    return f"; by thirds of the error a seed moves it by about {', '.join(thirds)} of itself"
