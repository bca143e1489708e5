"""Where the axes of parallel coordinates and their texts stand on paper, in pixels.

x goes to the right, y upwards. Names, and the numbers of narrow axes, take two lines where
neighbours would touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from columns.constraints import Constraint, OneOf
from dashboard.figures.axis import Axis
from dashboard.figures.paper import GLYPH, LINE, TALLEST, TEXT
from dashboard.figures.style import Palette, translucent

ROOMY = 50
"""Pixels between two axes from which each has its ticks beside it, where they fit."""
BRUSH = 10
"""Pixels of a range across its axis."""
ASIDE = 7
"""Pixels from an axis to its ticks."""
BESIDE = 0.62
"""Of the room between two axes, at most, that ticks take beside theirs."""
HALF = LINE / 2
NAME = 90
"""Pixels of an axis' name, at most."""
KEY = (56, 8)
"""Pixels of the bar of colours."""


def high(wide: float) -> int:
    """Pixels of the plot on paper that is so wide."""
    return min(TALLEST, round(150 + 0.2 * wide))


def width(text: str) -> float:
    """Pixels of a text, about."""
    return GLYPH * TEXT * len(text)


@dataclass(frozen=True)
class Uprights:
    """Where axes and their texts stand, in pixels."""

    x: Sequence[float]  # of the axes
    bottom: float
    top: float
    above: float  # .. of the names
    heads: int  # lines that the names of axes take
    numbers: int  # .. that their ends take, above and below; 0: all have their ticks beside
    beside: Sequence[bool]  # whether an axis has its ticks beside it
    names: Sequence[str]  # of the axes, as long as there is room

    @classmethod
    def of(cls, axes: Sequence[Axis], wide: float, keyed: bool) -> Uprights:
        ticks = [max(width(text) for _, text in one.ticks) + ASIDE + 3 for one in axes]
        names = [_cut(one.head, min(NAME, 2 * wide / len(axes) - 8)) for one in axes]
        heads = [width(name) for name in names]
        left = max(12.0, heads[0] / 2 + 1, min(ticks[0], 48.0))
        right = max(12.0, heads[-1] / 2 + 1)
        step = (wide - left - right) / max(1, len(axes) - 1)
        beside = [
            most <= (BESIDE * step if i else left) and (step >= ROOMY or bool(axes[i].stops))
            for i, most in enumerate(ticks)
        ]
        ends = [0.0 if aside else most for aside, most in zip(beside, ticks, strict=True)]
        numbers = _rows(ends, step) if any(ends) else 0
        rows = _rows([one + 6 for one in heads], step)
        room = max(LINE * numbers, HALF * any(beside)) + 2  # of numbers, above and below
        bottom = room + (KEY[1] + LINE if keyed else 0)
        above = high(wide) - LINE * rows - 2
        x = [left + i * step for i in range(len(axes))]
        return cls(x, bottom, above - room, above, rows, numbers, beside, names)

    def y(self, share: Any) -> Any:
        """Of a share of an axis."""
        return self.bottom + share * (self.top - self.bottom)

    def upright(self, i: int, colour: str) -> dict[str, Any]:
        """The axis itself."""
        ends = {"x0": self.x[i], "x1": self.x[i], "y0": self.bottom, "y1": self.top}
        return {"type": "line", "line": {"color": colour, "width": 1}, **ends}

    def brush(self, i: int, axis: Axis, one: Constraint, colour: str) -> dict[str, Any]:
        """The part of an axis that is selected."""
        shares = axis.covered(one)
        room = 3 if axis.stops or isinstance(one, OneOf) else 0
        return {
            "type": "rect",
            "x0": self.x[i] - BRUSH / 2,
            "x1": self.x[i] + BRUSH / 2,
            "y0": max(self.bottom, self.y(min(shares)) - room),
            "y1": min(self.top, self.y(max(shares)) + room),
            "fillcolor": translucent(colour, 0.35),
            "line": {"color": colour, "width": 0.9},
        }

    def texts(self, i: int, axis: Axis, palette: Palette) -> list[dict[str, Any]]:
        """Its name, and the numbers beside it or at its ends."""
        lift = LINE * (i % 2)
        head = note(self.names[i], self.x[i], self.above + lift * (self.heads > 1), palette.ink)
        ticks = axis.ticks
        places = self.y(axis.shares(np.array([value for value, _ in ticks])))
        if self.beside[i]:
            aside = {"xanchor": "right", "yanchor": "middle"}
            veil = {"bgcolor": translucent(palette.surface, 0.75), "borderpad": 0}
            return [head] + [
                note(text, self.x[i] - ASIDE, float(y), palette.muted) | aside | veil
                for (_, text), y in zip(ticks, places, strict=True)
            ]
        first, last = (text for _, text in (ticks[0], ticks[-1])[:: -1 if axis.turned else 1])
        lift *= self.numbers > 1
        below = note(first, self.x[i], self.bottom - lift, palette.muted) | {"yanchor": "top"}
        return [head, below, note(last, self.x[i], self.top + lift, palette.muted)]


def _cut(text: str, room: float) -> str:
    most = max(2, int(room / width("x")))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _rows(widths: Sequence[float], step: float) -> int:
    """Lines that texts in the middle of axes take: two where neighbours would touch."""
    touch = any((a + b) / 2 > step for a, b in zip(widths, widths[1:], strict=False) if a and b)
    return 2 if touch else 1


def note(text: str, x: float, y: float, colour: str) -> dict[str, Any]:
    """A text over the middle of a point."""
    place = {"x": round(x, 2), "y": round(y, 2), "xref": "x", "yref": "y"}
    anchor = {"xanchor": "center", "yanchor": "bottom", "showarrow": False, "borderpad": 1}
    return {"text": text, "font": {"size": TEXT, "color": colour}, **place, **anchor}
