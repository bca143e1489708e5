"""The error EDF of one or several constraint sets, each exact, with a named band.

F(e) is the share of networks with error strictly below e; a step is drawn at every error.
Source: arXiv 2003.13678, equation 1; the band is Clopper's and Pearson's (1934), pointwise.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from columns.arrays import Floats
from columns.numbers import fixed
from dashboard.figures.shown import Shown
from dashboard.figures.style import (
    LIGHT,
    OF_SHARES,
    Palette,
    empty,
    styled,
    titled,
    translucent,
)
from population.curves.bands import Band
from population.curves.edf import Curve, error_axis

STEPS = 4_000
"""Steps drawn exactly; of more networks the curve is drawn at this many errors."""

CONVENTION = (
    "F(e): share of networks with error strictly below e, weighted by multiplicity; "
    "diverged networks count as infinite"
)


def edf_figure(
    constrained: Shown,
    whole: Shown | None = None,
    against: Shown | None = None,
    palette: Palette = LIGHT,
    level: float = 0.95,
) -> go.Figure:
    """The EDF of the networks that pass, of all, and of another population.

    Args:
        constrained: what passes, in the page's colour.
        whole: all networks of the same population, in grey; None where nothing is constrained.
        against: another population, under the same constraints.
        palette: of the theme.
        level: of the pointwise bands around `constrained` and `against`.
    """
    sets = [
        (whole, palette.all, False),
        (against, palette.against, True),
        (constrained, palette.current, True),
    ]
    drawn = [entry for entry in sets if entry[0] is not None]
    lines = [part.line for part, _, _ in reversed(drawn) if part is not None]
    finite = [part.edf.finite for part, _, _ in drawn if part is not None]
    errors = np.concatenate(finite)
    if not errors.size:
        figure = empty(palette, constrained.edf.reason or "every network diverged")
        return titled(figure, palette, "Error EDF", [*lines, CONVENTION])
    lo, hi = float(errors.min()), float(errors.max())
    ends = error_axis(lo, hi)
    figure = go.Figure()
    bands: list[str] = []
    for part, colour, banded in drawn:
        if part is not None and part.edf.finite.size:
            curve = between(part, ends)
            if banded:
                band = part.edf.band(curve, level)
                bands.append(band.name)
                add_band(figure, part, curve.error, band, colour)
            add_curve(figure, part, curve, colour)
    styled(
        figure,
        palette,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"},
        hovermode="x unified",
        height=560,
        margin_b=64,
    )
    figure.update_xaxes(title_text="top-1 error e (%)", hoverformat=".2f", range=ends)
    figure.update_yaxes(title_text="F(e)", **OF_SHARES)
    return titled(figure, palette, "Error EDF", [*lines, f"{CONVENTION}; {named(bands)}"])


def named(bands: list[str]) -> str:
    """`band: pointwise Clopper-Pearson 95 %`, or those of two populations of two kinds."""
    kinds = list(dict.fromkeys(bands))
    return f"band{'s' if len(kinds) > 1 else ''}: {', '.join(kinds)}"


def between(part: Shown, ends: tuple[float, float]) -> Curve:
    """The curve from the left end of the plot to the right, a point for each step."""
    steps = part.edf.steps()
    if steps.error.size > STEPS:
        return part.edf.at(np.linspace(*ends, STEPS))
    return Curve(
        np.concatenate([[ends[0]], steps.error, [ends[1]]]),
        np.concatenate([[0.0], steps.share, steps.share[-1:]]),
    )


def add_curve(figure: go.Figure, part: Shown, curve: Curve, colour: str) -> None:
    median = part.edf.median
    middle = f"median {fixed(median, 2)} %" if np.isfinite(median) else "no finite median"
    figure.add_scatter(
        x=curve.error,
        y=curve.share,
        name=f"{part.label} · n = {len(part.results):,}, {middle}",
        legendgroup=colour,
        mode="lines",
        line={"color": colour, "width": 2, "shape": "hv"},
        customdata=100 * curve.share,
        hovertemplate="%{customdata:.1f} %",
    )


def add_band(figure: go.Figure, part: Shown, error: Floats, band: Band, colour: str) -> None:
    for limit, fill in ((band.lower, "none"), (band.upper, "tonexty")):
        figure.add_scatter(
            x=error,
            y=limit,
            name=band.name,
            legendgroup=colour,
            showlegend=False,
            hoverinfo="skip",
            mode="lines",
            line={"width": 0, "shape": "hv"},
            fill=fill,
            fillcolor=translucent(colour, 0.14),
        )
