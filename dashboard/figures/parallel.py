"""Parallel coordinates: an axis a column, a line a network, as Explore draws them.

A line stops where a network lacks a value. Of many networks some are drawn, those that the page
draws. The figure is laid out in pixels of the paper (uprights.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import hex_to_rgb, sequential

from columns.arrays import Bools, Ints
from columns.constraints import Constraint
from columns.table import Table
from dashboard.figures.axis import Axis
from dashboard.figures.style import LIGHT, Palette, empty, styled, titled, translucent
from dashboard.figures.uprights import KEY, Uprights, high, note, width

TITLE = "Parallel coordinates"
MOST_AXES = 12
MOST = 700
"""Networks that are drawn, and of the selected ones; assets/explore/plots/parallel.mjs."""
SHADES, LAYERS = 32, 8
"""Lines of one shade are one trace, of a layer: which lies over which is chance."""
OPACITY = {60: 0.65, 250: 0.4, MOST: 0.25}
"""By how many lines there are, up to so many."""
SHOWN = 0.85
"""Of viridis: the rest of it hardly differs from paper (assets/explore/plots/tint.mjs)."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Networks as lines: which, and what tells some of them apart."""

    axes: Sequence[Axis]
    ids: Ints  # of all networks, shape (n,)
    passing: Ints  # rows of those that pass, best first
    selected: Bools | None = None  # which of all; None: there is no selection
    brushed: Mapping[str, Constraint] = field(default_factory=dict)  # ranges of the selection
    tint: Axis | None = None  # by which they are coloured, not turned over

    @property
    def chosen(self) -> Ints:
        """Rows that pass and are selected."""
        if self.selected is None:
            return self.passing[:0]
        return self.passing[self.selected[self.passing]]

    def table(self) -> Table:
        """Every network that passes, best first: its values as stored, whether it is selected,
        and whether it is drawn.
        """
        drawn = np.zeros(len(self.ids), dtype=np.int64)
        drawn[some(self.ids, self.passing)] = 1
        drawn[some(self.ids, self.chosen)] = 1
        of = {one.name: one for one in (*self.axes, *([self.tint] if self.tint else []))}
        rows = self.passing
        selection = (
            {} if self.selected is None else {"selected": self.selected[rows].astype(int)}
        )
        return Table(
            {
                "id": self.ids[rows],
                **{name: one.values[rows] for name, one in of.items()},
                **selection,
                "drawn": drawn[rows],
            }
        )


def some(ids: Ints, rows: Ints, most: int = MOST) -> Ints:
    """Those of some rows that are drawn: all, or in every version the same ones.

    In the order of 16 bits of a hash of the ids, equal ones as they come, as the page takes
    them (assets/engine/table.mjs).
    """
    return rows[np.argsort(hashed(ids[rows]) >> np.uint32(16), kind="stable")[:most]]


def hashed(ids: Ints) -> NDArray[np.uint32]:
    """32 bits that look random: the finaliser of MurmurHash3."""
    x = ids.astype(np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return x ^ (x >> np.uint32(16))


def shade(share: float) -> str:
    """The colour of a share, 0 .. 1, of the range that a column has."""
    scale = np.array([hex_to_rgb(one) for one in sequential.Viridis])
    at = SHOWN * share * (len(scale) - 1)
    colour = [round(float(np.interp(at, range(len(scale)), channel))) for channel in scale.T]
    return "#" + "".join(f"{channel:02x}" for channel in colour)


def parallel_figure(
    lines: Lines, said: Sequence[str], wide: int, palette: Palette = LIGHT
) -> go.Figure:
    """Lines over their axes, from left to right.

    Args:
        said: which networks, and how many; below the title.
        wide: of the plot, pixels.
    """
    about = [*said, *_told(lines)]
    if not lines.passing.size:
        return titled(empty(palette, "no network passes"), palette, TITLE, about)
    uprights = Uprights.of(lines.axes, wide, lines.tint is not None)
    figure = styled(go.Figure(), palette, height=high(wide), hovermode=False)
    _add_lines(figure, lines, uprights, palette)
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for i, axis in enumerate(lines.axes):
        shapes.append(uprights.upright(i, palette.muted))
        if (one := lines.brushed.get(axis.name)) and axis.covered(one):
            shapes.append(uprights.brush(i, axis, one, palette.selection))
        notes += uprights.texts(i, axis, palette)
    if lines.tint:
        bar, ends = _key(lines.tint, palette)
        shapes, notes = shapes + bar, notes + ends
    figure.update_layout(shapes=shapes, annotations=notes)
    figure.update_xaxes(visible=False, range=[0, wide], fixedrange=True)
    figure.update_yaxes(visible=False, range=[0, high(wide)], fixedrange=True)
    return titled(figure, palette, TITLE, about)


def _told(lines: Lines) -> list[str]:
    """What is drawn, by which axes, in which colours."""
    n, drawn = lines.passing.size, some(lines.ids, lines.passing)
    part = f"{drawn.size:,} of " if drawn.size < n else ""
    told = [f"{part}{n:,} networks drawn"]
    if lines.selected is not None:
        chosen = lines.chosen
        shown = some(lines.ids, chosen).size
        part = f", of which {shown:,} drawn" if shown < chosen.size else ""
        told[0] += f", grey; {chosen.size:,} selected{part}"
        told[0] += ", in colour" if lines.tint else ", violet"
    if any(np.isnan(one.shares(one.values[drawn])).any() for one in lines.axes):
        told[0] += "; a line stops where a value is not measured"
    told.append("axes: " + "; ".join(one.described for one in lines.axes))
    if lines.tint:
        without = int(np.isnan(lines.tint.shares(lines.tint.values[lines.passing])).sum())
        grey = f"; grey: {without:,} not measured" if without and lines.selected is None else ""
        told.append(f"colour: {lines.tint.described}{grey}")
    return told


# ---------------------------------------------------------------- what is drawn


def _add_lines(figure: go.Figure, lines: Lines, uprights: Uprights, palette: Palette) -> None:
    rows = some(lines.ids, lines.passing)
    if lines.selected is None:
        _add_tinted(figure, lines, uprights, rows, palette, palette.current)
        return
    _add(figure, lines, uprights, rows, translucent(palette.all, 0.2))
    chosen = some(lines.ids, lines.chosen)
    _add_tinted(figure, lines, uprights, chosen, palette, palette.selection)


def _add_tinted(
    figure: go.Figure,
    lines: Lines,
    uprights: Uprights,
    rows: Ints,
    palette: Palette,
    colour: str,
) -> None:
    """Lines in their colours, or in the one that all have."""
    opacity = next(share for most, share in OPACITY.items() if rows.size <= most)
    if lines.tint is None:
        _add(figure, lines, uprights, rows, translucent(colour, opacity))
        return
    shares = lines.tint.shares(lines.tint.values)
    steps = np.where(np.isnan(shares), -1, np.rint((SHADES - 1) * np.nan_to_num(shares)))
    for layer in np.array_split(rows, LAYERS):
        for step in np.unique(steps[layer]).tolist():
            own = palette.all if step < 0 else shade(step / (SHADES - 1))
            seen = translucent(own, min(1.0, opacity + 0.15))
            _add(figure, lines, uprights, layer[steps[layer] == step], seen)


def _add(figure: go.Figure, lines: Lines, uprights: Uprights, rows: Ints, colour: str) -> None:
    """A trace of some networks, a gap between two of them."""
    if not rows.size:
        return
    places = np.column_stack(
        [
            *(uprights.y(one.shares(one.values[rows])) for one in lines.axes),
            np.full(rows.size, np.nan),
        ]
    )
    figure.add_scatter(
        x=np.tile([*uprights.x, np.nan], rows.size).round(2),
        y=places.ravel().round(2),
        mode="lines",
        line={"color": colour, "width": 1},
        hoverinfo="skip",
    )


def _key(tint: Axis, palette: Palette) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the colours mean: a bar of them between the least value and the greatest."""
    lo, hi = tint.ends_told
    left, (wide, tall) = width(lo) + 8, KEY
    bar = [
        {
            "type": "rect",
            "x0": left + wide * i / SHADES,
            "x1": left + wide * (i + 1) / SHADES + 0.3,  # no paper shows between two
            "y0": 2,
            "y1": 2 + tall,
            "fillcolor": shade(i / (SHADES - 1)),
            "line": {"width": 0},
        }
        for i in range(SHADES)
    ]
    middle = {"xanchor": "left", "yanchor": "middle"}
    ends = [
        note(lo, left - 4, 2 + tall / 2, palette.ink) | middle | {"xanchor": "right"},
        note(f"{hi} {tint.head}", left + wide + 4, 2 + tall / 2, palette.ink) | middle,
    ]
    return bar, ends
