"""A figure on paper: as wide as one column of a journal or as two, its text 8 points high.

Widths are those of Nature's columns, 89 and 183 mm. A pixel is CSS's, 1/96 of an inch. Titles
wrap, and end with the date and what the figure is of; nothing in it needs more than SVG has.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from columns.table import Table

Width = Literal["one", "two"]

PER_MM = 96 / 25.4
POINTS = 8
TEXT = POINTS * 96 / 72  # pixels
LINE = round(1.32 * TEXT)
GLYPH = 0.53
"""Width of a glyph on average, in heights of the text."""
FAMILY = "Roboto, Helvetica, Arial, sans-serif"
"""Of a PDF it is Roboto, which is there on all machines: pdf.py."""
MARKS = 4_000
"""Networks that are drawn in one figure, at most: each is an element of its own."""
THINNER = 0.75
"""Lines and dots, of what they are on a screen."""
TALLEST = 300
"""Pixels of a row of panels."""
FOOT = 6
LEFT, RIGHT = 4, 8
PADDING = LEFT + RIGHT
"""Pixels beside the plots, where no axis takes more."""
TICKS = 44
"""Pixels at the left of a panel for the axis."""
SHARED, OWN = 0.1, 0.26
"""Between panels that share an axis, and that have one each, of a panel's width."""
TAGS = re.compile(r"</?(?:b|i|sub|sup)>")


@dataclass(frozen=True)
class Column:
    """A width that journals print."""

    mm: float
    across: int  # panels side by side

    @property
    def pixels(self) -> int:
        return round(self.mm * PER_MM)


COLUMNS: dict[str, Column] = {"one": Column(89, 2), "two": Column(183, 4)}


def on_paper(
    figure: go.Figure,
    column: Column,
    made: str,
    down: int = 1,
    across: int = 1,
    tall: float | None = None,
) -> go.Figure:
    """A titled figure as it goes to a journal, changed in place.

    Args:
        made: the last line below the title: when, and of what.
        down: rows of panels.
        across: panels side by side.
        tall: height of a row over the width of a panel.
    """
    wide = column.pixels
    title = figure.layout.title
    heading = wrapped(TAGS.sub("", title.text or ""), wide)
    said = (title.subtitle.text or "").split("<br>")
    lines = [part for line in [*said, made] if line for part in wrapped(line, wide)]
    panels = down * across > 1
    above = _annotated(figure, wide / across - TICKS)
    top = LINE * (len(heading) + len(lines)) + 22 + above
    ratio = tall if tall is not None else (0.8 if panels else 0.6)
    row = min(TALLEST, round(ratio * wide / across))
    between = above + 2 * LINE + 8  # the ticks of one row, and the titles of the next
    between += LINE if _inner_titles(figure, across) else 0
    plots = down * row + (down - 1) * between
    legend = _with_legend(figure, wide)
    figure.update_layout(
        width=wide,
        height=top + plots + legend + FOOT,
        font={"size": TEXT, "family": FAMILY},
        margin={"l": LEFT, "r": RIGHT, "t": top, "b": FOOT + legend},
        hovermode=False,
    )
    figure.update_layout(
        title={
            "text": "<br>".join(heading),
            "font": {"size": TEXT, "weight": "bold"},
            "subtitle": {"text": "<br>".join(lines), "font": {"size": TEXT}},
            "x": 0,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 6, "l": 4},
        },
    )
    axis: dict[str, Any] = {"tickfont": {"size": TEXT}, "title": {"font": {"size": TEXT}}}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    for trace in figure.data:
        _thinned(trace)
    if panels:
        _placed(figure, down, across, row / plots, between / plots)
        for one in (*figure.select_xaxes(), *figure.select_yaxes()):
            _few_ticks(one, max(3, int(wide / across / 41)))
    _as_text(figure)
    return figure


def _as_text(figure: go.Figure) -> None:
    """Let names be nothing but text: Plotly reads markup, and they are anybody's."""
    title = figure.layout.title
    title.text, title.subtitle.text = literal(title.text), literal(title.subtitle.text)
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        axis.title.text = literal(axis.title.text)
        if axis.ticktext is not None:
            axis.ticktext = [literal(str(text)) for text in axis.ticktext]
    for one in figure.layout.annotations:
        one.text = literal(one.text)
    for trace in figure.data:
        trace.name = literal(trace.name)
        if trace.type == "bar":
            trace.y = [literal(text) for text in trace.y]


def literal(text: str | None) -> str | None:
    """A text that Plotly shows as it stands, but for where its lines end."""
    if text is None:
        return None
    return "<br>".join(escape(TAGS.sub("", part), quote=False) for part in text.split("<br>"))


def _placed(figure: go.Figure, down: int, across: int, high: float, between: float) -> None:
    """Panels in rows, as shares of the plots' height, and the titles above them."""
    shared = any(one.matches for one in figure.select_yaxes()) or across == 1
    gap = (SHARED if shared else OWN) / across
    wide = (1 - gap * (across - 1)) / across
    titles = [one for one in figure.layout.annotations if one.yref == "paper"]
    axes = zip(figure.select_xaxes(), figure.select_yaxes(), strict=True)
    for i, (x, y) in enumerate(axes):
        left, top = (i % across) * (wide + gap), 1 - (i // across) * (high + between)
        x.domain = [left, min(1.0, left + wide)]
        y.domain = [max(0.0, top - high), top]
        if i < len(titles):
            place = left if across == 1 else left + wide / 2
            titles[i].update(x=place, y=top, yanchor="bottom")


def wrapped(text: str, wide: float) -> list[str]:
    """The lines of a text between the edges of a figure."""
    room = max(16, int((wide - 8) / (GLYPH * TEXT)))
    return textwrap.wrap(text, room) or [""]


def _annotated(figure: go.Figure, room: float) -> int:
    """Titles of panels as wide as these; the height of the highest, in pixels."""
    most = max(12, int(room / (GLYPH * TEXT)))
    high = 0
    for one in figure.layout.annotations:
        lines = TAGS.sub("", one.text or "").split("<br>")
        parts = [part for line in lines for part in textwrap.wrap(line, most) or [""]]
        one.update(text="<br>".join(parts), font={"size": TEXT})
        if one.yref == "paper" and not one.showarrow and figure.data:
            high = max(high, LINE * len(parts) + 4)
    return high


def _with_legend(figure: go.Figure, wide: int) -> int:
    """The height of the legend below the plots; 0 where there is none."""
    named = [one for one in figure.data if one.name and one.showlegend is not False]
    if not figure.layout.showlegend or not named:
        figure.update_layout(showlegend=False)
        return 0
    key = 46  # the line, and what stands around it
    figure.update_traces(showlegend=False, selector=lambda one: not one.name)
    for one in named:
        one.name = "<br>".join(wrapped(one.name, wide - key))
    longest = max(len(part) for one in named for part in one.name.split("<br>"))
    beside = max(1, int(wide / (longest * GLYPH * TEXT + key)))
    rows: int = -(-len(named) // beside)
    high: int = max(one.name.count("<br>") + 1 for one in named)
    figure.update_layout(
        legend={
            "orientation": "h",
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "font": {"size": TEXT},
            "bgcolor": "rgba(0,0,0,0)",
        }
    )
    return rows * (high * LINE + 5) + 2 * LINE


def _thinned(trace: Any) -> None:
    """Lines and dots for print, see-through by their colour alone."""
    if getattr(trace, "line", None) is not None and trace.line.width:
        trace.line.width *= THINNER
    marker = getattr(trace, "marker", None)
    if marker is None or trace.type != "scatter":
        return
    if isinstance(marker.size, int | float):
        marker.size *= THINNER
    if isinstance(marker.color, str) and marker.color.startswith("#") and marker.opacity:
        red, green, blue = (int(marker.color[i : i + 2], 16) for i in (1, 3, 5))
        marker.color = f"rgba({red}, {green}, {blue}, {marker.opacity:g})"
        marker.opacity = 1


def _inner_titles(figure: go.Figure, across: int) -> bool:
    """Whether an axis has its title between two rows."""
    axes = list(figure.select_xaxes())
    return any(axis.title.text for axis in axes[: len(axes) - across])


def _few_ticks(axis: Any, most: int) -> None:
    if axis.tickvals is None:
        axis.update(nticks=most)
        return
    every = -(-len(axis.tickvals) // most)
    if axis.type == "log" or len(axis.tickvals) > 2 * most:
        texts = axis.ticktext if axis.ticktext is not None else None
        axis.update(tickvals=list(axis.tickvals)[::every])
        if texts is not None:
            axis.update(ticktext=list(texts)[::every])


def numbers(figure: go.Figure) -> Table:
    """What a figure draws, a row a point, in the units of its axes."""
    titles = _panel_titles(figure)
    rows: dict[str, list[Any]] = {
        name: [] for name in ("panel", "series", "x", "y", "x_axis", "y_axis")
    }
    for place, trace in enumerate(figure.data, start=1):
        if trace.x is None or trace.y is None:
            continue
        number = (getattr(trace, "xaxis", None) or "x")[1:] or "1"
        y_number = (getattr(trace, "yaxis", None) or "y")[1:] or "1"
        x_axis = figure.layout[f"xaxis{number if number != '1' else ''}"]
        y_axis = figure.layout[f"yaxis{y_number if y_number != '1' else ''}"]
        n = len(trace.x)
        rows["panel"] += [titles.get(int(number), number)] * n
        rows["series"] += [_plain(trace.name) or str(place)] * n
        rows["x"] += _values(trace.x)
        rows["y"] += _values(trace.y)
        rows["x_axis"] += [_plain(x_axis.title.text)] * n
        rows["y_axis"] += [_plain(y_axis.title.text)] * n
    return Table(rows, {"title": _plain(figure.layout.title.text)})


def _plain(text: str | None) -> str:
    return TAGS.sub("", text or "").replace("<br>", " ")


def _values(values: Any) -> list[Any]:
    every = [value.item() if isinstance(value, np.generic) else value for value in values]
    return [None if isinstance(one, float) and np.isnan(one) else one for one in every]


def _panel_titles(figure: go.Figure) -> dict[int, str]:
    panels = len(list(figure.select_xaxes()))
    texts = [one.text for one in figure.layout.annotations if one.yref == "paper"]
    if panels < 2 or len(texts) != panels:
        return {}
    return {i: _plain(text) for i, text in enumerate(texts, start=1)}


def credits(date: str, of: Sequence[tuple[str, int]]) -> str:
    """`2026-11-30 · netspace · RegNetX, version 5`."""
    named = "; ".join(f"{name}, version {version}" for name, version in of)
    return f"{date} · netspace · {named}"
