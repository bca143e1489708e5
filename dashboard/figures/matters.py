"""Which parameters tell the best networks from all: their importance, with intervals.

Source: arXiv 2304.10255 (PED-ANOVA); population/trends/importance.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from columns.quantities import Quantity, described
from dashboard.figures.style import LIGHT, Palette, empty, styled, titled
from population.trends.importance import Importance

TITLE = "What matters"
ROW = 20  # pixels a parameter


def importance_figure(
    found: Sequence[Importance],
    gamma: float,
    n: int,
    line: str,
    quantities: Mapping[str, Quantity] | None = None,
    palette: Palette = LIGHT,
) -> go.Figure:
    """A bar a parameter that tells more than chance, the largest at the top.

    Args:
        found: the largest first.
        gamma: share of the best.
        n: networks with a result; of many some are looked at.
        line: which networks, and how many.
    """
    about = quantities or {one.parameter: described(one.parameter) for one in found}
    telling = [one for one in found if one.tells]
    lines = [
        line,
        f"PED-ANOVA: the best {100 * gamma:g} % against all, each parameter by itself; share "
        "of the divergence, 95 % bootstrap interval",
    ]
    if found and (looked := found[0].divergence.n) < n:
        lines.append(f"{looked:,} of {n:,} networks are looked at, at random")
    others = ", ".join(about[one.parameter].label for one in found if not one.tells)
    if others and telling:
        lines.append(f"no more than chance: {others}")
    if not telling:
        reason = found[0].divergence.reason if found else "no parameter"
        why = reason or "no parameter tells the best from the others"
        return titled(empty(palette, why), palette, TITLE, lines)
    shown = telling[::-1]
    share = [100 * one.share.value for one in shown]
    figure = go.Figure(
        go.Bar(
            x=share,
            y=[about[one.parameter].label for one in shown],
            orientation="h",
            marker={"color": palette.current},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [
                    100 * one.share.hi - at for one, at in zip(shown, share, strict=True)
                ],
                "arrayminus": [
                    at - 100 * one.share.lo for one, at in zip(shown, share, strict=True)
                ],
                "color": palette.ink,
                "thickness": 1,
                "width": 2,
            },
        )
    )
    styled(figure, palette, height=120 + ROW * len(shown), bargap=0.35)
    figure.update_xaxes(title_text="share of the divergence (%)", rangemode="tozero")
    figure.update_yaxes(type="category")
    return titled(figure, palette, TITLE, lines)
