"""Several populations on one plot: EDFs with their bands, and a verdict as networks came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.style import LIGHT, OF_SHARES, Palette, empty, styled, translucent
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


def edfs_figure(drawn: Sequence[Drawn], palette: Palette = LIGHT) -> go.Figure:
    """Error EDFs of several sides on one axis, without the long tail of failed networks."""
    some = [one for one in drawn if one.edf.finite.size]
    if not some:
        return empty(palette, "no network has a result yet", height=HEIGHT)
    figure = go.Figure()
    for one in some:
        for limit, fill in ((one.band.lower, "none"), (one.band.upper, "tonexty")):
            figure.add_scatter(
                x=one.curve.error,
                y=limit,
                hoverinfo="skip",
                mode="lines",
                line={"width": 0, "shape": "hv"},
                fill=fill,
                fillcolor=translucent(one.colour, 0.14),
            )
    for one in some:
        figure.add_scatter(
            x=one.curve.error,
            y=one.curve.share,
            name=one.label,
            mode="lines",
            line={"color": one.colour, "width": 2, "shape": "hv"},
            customdata=100 * one.curve.share,
            hovertemplate="%{customdata:.1f} %",
        )
    styled(figure, palette, height=HEIGHT, hovermode="x unified")
    figure.update_xaxes(
        title_text="top-1 error e (%)", hoverformat=".2f", range=error_range(some)
    )
    figure.update_yaxes(title_text="F(e)", **OF_SHARES)
    return figure


def error_range(drawn: Sequence[Drawn]) -> tuple[float, float]:
    """Errors to show: all but a long right tail."""
    lo = min(float(one.edf.finite[0]) for one in drawn)
    hi = max(least_hidden(one.edf) for one in drawn)
    return error_axis(lo, hi)


def least_hidden(edf: EDF) -> float:
    """The largest error of a population that is worth its room."""
    quarter, most = edf.quantile(0.25), edf.quantile(0.75)
    worst = float(edf.finite[-1])
    if not np.isfinite(most):
        return worst
    return min(worst, most + FENCE * max(most - quarter, 0.5))


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
    for values, fill in (
        ([100 * look.lower for look in looks], "none"),
        ([100 * look.upper for look in looks], "tonexty"),
    ):
        figure.add_scatter(
            x=n,
            y=values,
            hoverinfo="skip",
            mode="lines",
            line={"width": 0},
            fill=fill,
            fillcolor=translucent(colour, 0.2),
        )
    figure.add_scatter(
        x=n,
        y=[100 * look.estimate for look in looks],
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
