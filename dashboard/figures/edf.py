"""The EDF of one or several constraint sets, each exact, with a named band.

F(e) is the share of networks with error strictly below e; a step is drawn at every error, or
at every value of whatever else the networks are judged by.
Source: arXiv 2003.13678, equation 1; the band is Clopper's and Pearson's (1934), pointwise.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from columns.arrays import Floats
from columns.units import Unit
from dashboard.figures.shown import Shown, edf_title
from dashboard.figures.style import (
    LIGHT,
    OF_SHARES,
    Palette,
    empty,
    judged_axis,
    styled,
    titled,
    translucent,
)
from population.curves.bands import Band
from population.curves.edf import Curve, error_axis

STEPS = 4_000
"""Steps drawn exactly; of more networks the curve is drawn at this many errors."""


def convention(criterion: Unit) -> str:
    """What F is."""
    x = criterion.variable
    return (
        f"F({x}): share of networks with {criterion.quantity.word} strictly below {x}, "
        "weighted by multiplicity; diverged networks count as infinite"
    )


def edf_figure(
    constrained: Shown,
    whole: Shown | None = None,
    against: Shown | None = None,
    palette: Palette = LIGHT,
    level: float = 0.95,
) -> go.Figure:
    """The EDF of the networks that pass, of all, and of another population, all judged by the
    same.

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
    errors, unit = np.concatenate(finite), constrained.criterion
    title, what = edf_title(unit), convention(unit)
    if not errors.size:
        figure = empty(palette, constrained.edf.reason or "every network diverged")
        return titled(figure, palette, title, [*lines, what])
    lo, hi = float(errors.min()), float(errors.max())
    log = unit.is_log_from(lo)
    ends = error_axis(lo, hi, log)
    figure = go.Figure()
    bands: list[str] = []
    for part, colour, banded in drawn:
        if part is not None and part.edf.finite.size:
            curve = between(part, ends, log)
            if banded:
                band = part.edf.band(curve, level)
                bands.append(band.name)
                add_band(figure, part.label, curve.error / unit.scale, band, colour)
            add_curve(figure, part, curve, unit, colour)
    styled(
        figure,
        palette,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"},
        hovermode="x unified",
        height=560,
        margin_b=64,
    )
    figure.update_xaxes(**judged_axis(unit, ends, log))
    figure.update_yaxes(title_text=f"F({unit.variable})", **OF_SHARES)
    return titled(figure, palette, title, [*lines, f"{what}; {named(bands)}"])


def named(bands: list[str]) -> str:
    """`band: pointwise Clopper-Pearson 95 %`, or those of two populations of two kinds."""
    kinds = list(dict.fromkeys(bands))
    return f"band{'s' if len(kinds) > 1 else ''}: {', '.join(kinds)}"


def between(part: Shown, ends: tuple[float, float], log: bool = False) -> Curve:
    """The curve from the left end of the plot to the right, a point for each step.

    Args:
        log: whether the axis is.
    """
    steps = part.edf.steps()
    if steps.error.size > STEPS:
        return part.edf.at((np.geomspace if log else np.linspace)(*ends, STEPS))
    return Curve(
        np.concatenate([[ends[0]], steps.error, [ends[1]]]),
        np.concatenate([[0.0], steps.share, steps.share[-1:]]),
    )


def add_curve(figure: go.Figure, part: Shown, curve: Curve, unit: Unit, colour: str) -> None:
    median = part.edf.median
    middle = f"median {unit.with_unit(median)}" if np.isfinite(median) else "no finite median"
    figure.add_scatter(
        x=curve.error / unit.scale,
        y=curve.share,
        name=f"{part.label} · n = {len(part.results):,}, {middle}",
        legendgroup=colour,
        mode="lines",
        line={"color": colour, "width": 2, "shape": "hv"},
        customdata=100 * curve.share,
        hovertemplate="%{customdata:.1f} %",
    )


def add_band(figure: go.Figure, label: str, x: Floats, band: Band, colour: str) -> None:
    for end, limit, fill in (("lower", band.lower, "none"), ("upper", band.upper, "tonexty")):
        figure.add_scatter(
            x=x,
            y=limit,
            name=f"{label}: {end}, {band.name}",
            legendgroup=colour,
            showlegend=False,
            hoverinfo="skip",
            mode="lines",
            line={"width": 0, "shape": "hv"},
            fill=fill,
            fillcolor=translucent(colour, 0.14),
        )
