"""The style of all figures: colours by meaning, one font, quiet axes, and titles that count.

A colour follows the constraint set, never its rank; amber is the best range, violet the
selection, and nothing else is. The page's CSS variables (assets/style.css) have the same names
and values, and a test holds them together.

Source: Okabe and Ito, Color Universal Design (2008).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from columns.arrays import Floats
from columns.quantities import Quantity
from columns.units import Unit

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'


@dataclass(frozen=True)
class Palette:
    """Colours of one theme."""

    ink: str
    muted: str
    line: str
    surface: str
    current: str  # the networks that pass
    all: str
    against: str  # another population
    band: str  # the best range
    selection: str
    pins: tuple[str, str, str]  # constraint sets that are kept
    order: Sequence[int] = range(6)  # in which sides take the colours of a comparison

    @property
    def sides(self) -> tuple[str, ...]:
        """Of a comparison: Explore leads there with what passes, the population against it and
        what is pinned, and each keeps its colour."""
        every = (self.current, self.against, *self.pins, self.all)
        return tuple(every[at] for at in self.order)


LIGHT = Palette(
    ink="#1c2126",
    muted="#646b73",
    line="#e4e7ea",
    surface="#ffffff",
    current="#0072b2",
    all="#868e96",
    against="#1c2126",
    band="#e69f00",
    selection="#7048e8",
    pins=("#d55e00", "#009e73", "#cc79a7"),
)
DARK = Palette(
    ink="#e6e8eb",
    muted="#969ca4",
    line="#2c2f34",
    surface="#1b1c20",
    current="#56b4e9",
    all="#8b9097",
    against="#f1f3f5",
    band="#f0b93a",
    selection="#c3a6ff",
    pins=("#ff8a4c", "#3dcfa4", "#e7a6cc"),
)
PALETTES = {"light": LIGHT, "dark": DARK}

OF_SHARES: dict[str, Any] = {
    "range": [-0.01, 1.01],
    "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
    "ticktext": ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"],
}
"""An axis of shares, told as Explore tells them: d3's format for percent has no space."""

LINE_HEIGHT = 18  # pixels, of a title's small lines


def styled(figure: go.Figure, palette: Palette, **layout: Any) -> go.Figure:
    """The figure with the palette's font, paper and axes; `layout` adds to it."""
    axis = {
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "tickcolor": palette.line,
        "zeroline": False,
        "automargin": True,
        "title": {"font": {"size": 12}, "standoff": 6},
    }
    figure.update_layout(
        template=None,
        font={"family": FONT, "size": 12, "color": palette.ink},
        paper_bgcolor=palette.surface,
        plot_bgcolor=palette.surface,
        hoverlabel={"font": {"family": FONT}},
        margin={"l": 8, "r": 16, "t": 16, "b": 8},
        showlegend=False,
    )
    figure.update_xaxes(**axis, tickangle=0)
    figure.update_yaxes(**axis)
    return figure.update_layout(**layout)


def titled(
    figure: go.Figure, palette: Palette, title: str, lines: Sequence[str], space: int = 20
) -> go.Figure:
    """The figure under a title and small lines that say what is drawn; `space` below them."""
    height = 40 + LINE_HEIGHT * len(lines)
    figure.update_layout(
        title={
            "text": f"<b>{title}</b>",
            "subtitle": {
                "text": "<br>".join(lines),
                "font": {"size": 12, "color": palette.muted},
            },
            "font": {"size": 16},
            "x": 0,
            "xref": "paper",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 12},
        }
    )
    return figure.update_layout(margin_t=height + space)


def translucent(colour: str, opacity: float) -> str:
    """`#rrggbb` as rgba."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


def value_axis(quantity: Quantity, shown: Floats) -> dict[str, Any]:
    """An axis of values in shown units; its ticks are few and round, or those of a choice."""
    kind = "log" if quantity.log else "linear"
    distinct = np.unique(shown[np.isfinite(shown)]).tolist()
    if quantity.kind == "choice" and len(distinct) <= 8:
        ticks = distinct
    elif quantity.log:
        ticks = log_ticks(shown, powers_of_two=quantity.unit == "channels")
    else:
        return {"type": kind}
    return {"type": kind, "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def judged_axis(unit: Unit, ends: tuple[float, float], log: bool) -> dict[str, Any]:
    """The axis of what networks are judged by, between two stored values."""
    lo, hi = (end / unit.scale for end in ends)
    axis: dict[str, Any] = {
        "title_text": unit.axis,
        "hoverformat": ".2f" if unit.is_of_errors else ".4~g",
        "range": [math.log10(lo), math.log10(hi)] if log else [lo, hi],
    }
    if log:
        ticks = log_ticks(np.array([lo, hi]), powers_of_two=False)
        axis |= {"type": "log", "tickvals": ticks, "ticktext": [f"{x:g}" for x in ticks]}
    return axis


def log_ticks(values: Floats, powers_of_two: bool) -> list[float]:
    """Three to seven ticks over the positive `values`, round ones where the range is wide."""
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return []
    lo, hi = values.min() * 0.999, values.max() * 1.001
    powers = [2.0**i for i in range(-4, 24)] if powers_of_two else []
    for ticks in (powers, decades(1, 2, 5), decades(1, 2, 3, 4, 6, 8)):
        inside = [tick for tick in ticks if lo <= tick <= hi]
        if len(inside) >= 3:
            break
    return inside[:: -(-len(inside) // 7) or 1]


def decades(*digits: int) -> list[float]:
    """The digits times every power of ten, ascending."""
    return [float(f"{digit}e{power}") for power in range(-9, 13) for digit in digits]


def width_axis(widths: ArrayLike) -> dict[str, Any]:
    """A log axis that holds `widths`, channels, with ticks at powers of two where it can."""
    ticks = log_ticks(np.asarray(widths, dtype=np.float64), powers_of_two=True)
    return {
        "type": "log",
        "title_text": "width (channels)",
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" if tick < 1024 else f"{tick / 1024:g}k" for tick in ticks],
    }


def block_axis(deepest: int) -> dict[str, Any]:
    """An axis of block indices 0 .. deepest - 1, whole ones only."""
    return {"title_text": "block index j", "tick0": 0, "dtick": max(1, round(deepest / 8))}


def empty(palette: Palette, reason: str, **layout: Any) -> go.Figure:
    """A figure of nothing that says why."""
    figure = styled(go.Figure(), palette, **{"height": 360, **layout})
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text=reason, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper"
    )
    return figure
