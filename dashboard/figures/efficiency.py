"""Random search: the error that the best of k networks of a space is expected to have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from columns.units import ERRORS, Unit
from dashboard.figures.style import LIGHT, Palette, decades, empty, styled, translucent
from population.curves.efficiency import Efficiency

HEIGHT = 280  # pixels


def efficiency_figure(
    searches: Sequence[tuple[str, Efficiency]],
    palette: Palette = LIGHT,
    unit: Unit = ERRORS,
) -> go.Figure:
    """Mean best error over k, with the central 90 % of searches shaded.

    Args:
        unit: of what all are judged by.
    """
    figure = go.Figure()
    for (label, found), colour in zip(searches, palette.sides, strict=False):
        if found.reason is None and np.isfinite(found.mean).any():
            add(figure, label, found, unit, colour)
    if not figure.data:
        return empty(palette, "too few networks to search", height=HEIGHT)
    styled(figure, palette, height=HEIGHT, hovermode="x unified")
    most = max(int(found.k[-1]) for _, found in searches if found.k.size)
    figure.update_xaxes(
        type="log",
        title_text="networks searched, k",
        tickvals=[tick for tick in decades(1, 2, 5) if 1 <= tick <= most],
    )
    figure.update_yaxes(title_text=f"best {unit.short}")
    return figure


def add(figure: go.Figure, label: str, found: Efficiency, unit: Unit, colour: str) -> None:
    for end, limit, fill in (
        ("lower", found.quantiles[0], "none"),
        ("upper", found.quantiles[-1], "tonexty"),
    ):
        figure.add_scatter(
            x=found.k,
            y=np.where(np.isfinite(limit), limit / unit.scale, np.nan),
            name=f"{label}: {end}",
            showlegend=False,
            hoverinfo="skip",
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=translucent(colour, 0.12),
        )
    figure.add_scatter(
        x=found.k,
        y=found.mean / unit.scale,
        name=label,
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate=f"%{{y:{'.2f' if unit.is_of_errors else '.4~g'}}} {unit.text}".strip(),
    )
