"""Several populations on one plot: EDFs with their bands, and a verdict as networks came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from columns.units import ERRORS, Unit
from dashboard.figures.style import (
    LIGHT,
    OF_SHARES,
    Palette,
    empty,
    judged_axis,
    styled,
    translucent,
)
from population.comparing.comparison import MATTERS
from population.comparing.sequential import FEWEST, Look
from population.curves.bands import Band
from population.curves.edf import EDF, Curve, error_axis

HEIGHT = 280  # pixels
FENCE = 2.5  # quartile distances beyond the upper quartile that are still drawn


@dataclass(frozen=True, eq=False)
class Drawn:
    """One side's curve in its colour."""

    label: str
    colour: str
    edf: EDF
    curve: Curve
    band: Band


def edfs_figure(
    drawn: Sequence[Drawn], palette: Palette = LIGHT, unit: Unit = ERRORS
) -> go.Figure:
    """EDFs of several sides on one axis, without the long tail of failed networks.

    Args:
        unit: of what all sides are judged by.
    """
    some = [one for one in drawn if one.edf.finite.size]
    if not some:
        return empty(palette, "no network has a result yet", height=HEIGHT)
    figure = go.Figure()
    for one in some:
        for end, limit, fill in (
            ("lower", one.band.lower, "none"),
            ("upper", one.band.upper, "tonexty"),
        ):
            figure.add_scatter(
                x=one.curve.error / unit.scale,
                y=limit,
                name=f"{one.label}: {end}, {one.band.name}",
                showlegend=False,
                hoverinfo="skip",
                mode="lines",
                line={"width": 0, "shape": "hv"},
                fill=fill,
                fillcolor=translucent(one.colour, 0.14),
            )
    for one in some:
        figure.add_scatter(
            x=one.curve.error / unit.scale,
            y=one.curve.share,
            name=one.label,
            mode="lines",
            line={"color": one.colour, "width": 2, "shape": "hv"},
            customdata=100 * one.curve.share,
            hovertemplate="%{customdata:.1f} %",
        )
    styled(figure, palette, height=HEIGHT, hovermode="x unified")
    least = 0.5 if unit.is_of_errors else 0.0
    log = unit.is_log_from(min(float(one.edf.finite[0]) for one in some))
    figure.update_xaxes(**judged_axis(unit, error_range(some, log, least), log))
    figure.update_yaxes(title_text=f"F({unit.variable})", **OF_SHARES)
    return figure


def error_range(
    drawn: Sequence[Drawn], log: bool = False, least: float = 0.5
) -> tuple[float, float]:
    """Errors to show: all but a long right tail, which a log axis has room for."""
    lo = min(float(one.edf.finite[0]) for one in drawn)
    if log:
        return error_axis(lo, max(float(one.edf.finite[-1]) for one in drawn), log)
    hi = max(least_hidden(one.edf, least) for one in drawn)
    return error_axis(lo, hi)


def least_hidden(edf: EDF, least: float = 0.0) -> float:
    """The largest error of a population that is worth its room.

    Args:
        least: distance of the quartiles that is counted with.
    """
    quarter, most = edf.quantile(0.25), edf.quantile(0.75)
    worst = float(edf.finite[-1])
    if not np.isfinite(most):
        return worst
    reach = max(most - quarter, least)
    return min(worst, most + FENCE * reach) if reach else worst


def decided_figure(looks: Sequence[Look], colour: str, palette: Palette = LIGHT) -> go.Figure:
    """The confidence sequence of theta as both populations grew.

    Grey is where a difference would not matter; decided is what leaves one half for good, or
    stays inside the grey.
    """
    if not looks or looks[-1].outcome == "few":
        reason = f"too early: {FEWEST} networks of each side are needed"
        return empty(palette, reason, height=HEIGHT)
    figure = go.Figure()
    n = [max(look.n, look.m) for look in looks]
    for end, values, fill in (
        ("lower", [100 * look.lower for look in looks], "none"),
        ("upper", [100 * look.upper for look in looks], "tonexty"),
    ):
        figure.add_scatter(
            x=n,
            y=values,
            name=end,
            showlegend=False,
            hoverinfo="skip",
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=translucent(colour, 0.2),
        )
    figure.add_scatter(
        x=n,
        y=[100 * look.estimate for look in looks],
        name="estimate",
        showlegend=False,
        mode="lines",
        line={"color": colour, "width": 2},
        customdata=[(100 * look.lower, 100 * look.upper, look.n, look.m) for look in looks],
        hovertemplate=(
            "%{customdata[2]} against %{customdata[3]} networks: %{y:.0f} % "
            "[%{customdata[0]:.0f}, %{customdata[1]:.0f}]<extra></extra>"
        ),
    )
    styled(figure, palette, height=HEIGHT)
    figure.add_hrect(
        100 * (0.5 - MATTERS),
        100 * (0.5 + MATTERS),
        line_width=0,
        fillcolor=palette.all,
        opacity=0.15,
    )
    figure.add_hline(50, line={"color": palette.muted, "width": 1, "dash": "dot"})
    figure.update_xaxes(title_text="networks of either side, in launch order")
    figure.update_yaxes(title_text="pairs won (%)", range=[0, 100], dtick=25)
    return figure
