"""How Compare writes numbers, and its sides in their colours."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from columns.numbers import fixed
from dashboard.pages.markup import attributes
from population.basics.estimate import Estimate
from services.comparing.sides import Side


def interval(found: Estimate, decimals: int = 1, unit: str = "") -> str:
    """`12.3 [11.0, 13.9] %`, or the number alone, or why there is none."""
    said = fixed(found.value, decimals)
    if found.reason and math.isinf(found.lo) and math.isinf(found.hi):
        return f"{said} {unit}".strip() + f"; {found.reason}"
    if found.bounded:
        said += f" [{fixed(found.lo, decimals)}, {fixed(found.hi, decimals)}]"
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


def networks(n: int) -> str:
    """`1 network`, `2,000 networks`."""
    return f"{n:,} network" + ("" if n == 1 else "s")


def legend(labels: Sequence[str]) -> Component:
    return html.Div(
        [html.Span([swatch(place), label]) for place, label in enumerate(labels)],
        className="side-legend",
    )
