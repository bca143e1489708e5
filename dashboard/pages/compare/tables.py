"""Compare's tables: the picked pair, what is counted, subsamples, other trainings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from columns.numbers import fixed, percent
from columns.units import Unit
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


def details(pair: Pair, cut: float, unit: Unit, a: str, b: str) -> list[Component]:
    """The pair in numbers, each said of its first side, a, against b."""
    found = pair.found
    among = f" ({pair.among})" if pair.among else ""
    word, at = unit.quantity.word, f"{cut:g} %" if unit.is_of_errors else unit.with_unit(cut)
    rows: list[tuple[str, Any]] = [
        (
            f"{a} beats {b}",
            f"{percentages(found.theta_interval)}, {probability(pair.p)}{among}",
        ),
        (f"median {word} of {a} is lower by", points(opposite(found.medians), unit)),
        (
            f"mean {word} up to {at} of {a} is lower by (area between EDFs)",
            points(found.area, unit),
        ),
        ("largest distance of EDFs", distance(pair, unit) + among),
        (f"better at every {word} level?", dominance(found.dominance, unit, a, b)),
    ]
    if pair.permutation is not None:
        rows.append(("equal distributions, permuted", probability(pair.permutation) + among))
    return [facts(rows)]


def points(found: Estimate, unit: Unit) -> str:
    """`3.02 [1.10, 4.90] points`; below 10 networks a side only that they are too few."""
    if found.reason == TOO_FEW:
        return TOO_FEW
    if unit.is_of_errors:
        return interval(found, 2, "points")
    return interval(scaled(found, unit), unit.decimals, unit.text)


def scaled(found: Estimate, unit: Unit) -> Estimate:
    """The same in shown units."""
    value, lo, hi = (x / unit.scale for x in (found.value, found.lo, found.hi))
    return replace(found, value=value, lo=lo, hi=hi)


def level_at(x: float, unit: Unit) -> str:
    """A level of what networks are judged by: `12.3 %`."""
    return f"{fixed(x, 1)} %" if unit.is_of_errors else unit.with_unit(x)


def distance(pair: Pair, unit: Unit) -> str:
    found = pair.found.distance
    if math.isnan(found.d):
        return "–"
    at = level_at(found.error, unit)
    return f"{fixed(found.d, 2)} at {at}, {probability(pair.p_distance)}"


def dominance(found: Dominance, unit: Unit, a: str, b: str) -> str:
    if found.reason:
        return found.reason
    lower = fixed(found.lower, 1) if unit.is_of_errors else unit.show(found.lower)
    between = f"between {lower} and {level_at(found.upper, unit)}"
    return {
        "A": f"{a} is, {between}",
        "B": f"{b} is, {between}",
        "cross": "no: the EDFs cross",
        "none": f"not shown {between}",
    }[found.order]


def counted(found: Compared) -> Component:
    """Which networks every side is, and what was left out."""
    rows, unit = [], found.criterion
    for place, drawn in enumerate(found.drawn):
        view, median = drawn.side.view, drawn.side.edf.quantile_interval(0.5, found.level)
        failed = ", ".join(f"{n} {cause.replace('_', ' ')}" for cause, n in view.failed.items())
        rows.append(
            [
                html.Span([swatch(place), drawn.side.label], className="side-name"),
                view.snapshot.regime or "a table",
                f"{drawn.side.edf.n:,}",
                f"{view.diverged:,}",
                failed or "0",
                f"{view.pending:,}",
                interval(scaled(median, unit), unit.decimals),
            ]
        )
    said = f"median {unit.short}"
    head = ["side", "regime", "n", "diverged", "failed", "pending", said]
    return table(head, rows, numeric=True)


def efficiency_note(searched: Sequence[Searched], unit: Unit) -> str:
    method = next((one.efficiency.method for one in searched), "")
    return f"mean {unit.quantity.word} of the {method}; shaded: 90 % of searches"


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


def stability(trusts: Sequence[Trust], sampled: bool = True) -> list[Component]:
    """Rank correlations of the picked pair's sides with other trainings of their networks.

    Args:
        sampled: whether the networks of both are trained here.
    """
    rows = [row for trust in trusts for row in trust_rows(trust)]
    noise = [html.P(noise_of(trust)) for trust in trusts if trust.noise]
    if not rows and not sampled:
        return [html.P("a table says nothing of other trainings")]
    if not trusts:
        return [html.P("networks are ranked by their errors alone")]
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
