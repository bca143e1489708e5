"""The look: colours for figures made in Python, and what Mantine is told.

The same colours are CSS variables in assets/style.css, which pages and canvas read. A colour
follows its constraint set, never its rank; amber is the best range and violet the selection.

Source: Okabe and Ito, Color Universal Design (2008).
"""

from __future__ import annotations

from dataclasses import dataclass

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'


@dataclass(frozen=True)
class Palette:
    """Colours of one theme, named as the CSS variables are."""

    ink: str
    muted: str
    line: str
    surface: str
    current: str  # the networks that pass
    all: str
    pins: tuple[str, str, str]
    band: str
    selection: str


LIGHT = Palette(
    ink="#1c2126",
    muted="#697078",
    line="#e4e7ea",
    surface="#ffffff",
    current="#0072b2",
    all="#868e96",
    pins=("#d55e00", "#009e73", "#cc79a7"),
    band="#e69f00",
    selection="#7048e8",
)
DARK = Palette(
    ink="#e6e8eb",
    muted="#969ca4",
    line="#2e3136",
    surface="#1a1b1e",
    current="#56b4e9",
    all="#8b9097",
    pins=("#ff8a4c", "#3dcfa4", "#e7a6cc"),
    band="#f0b93a",
    selection="#c3a6ff",
)

MANTINE = {"fontFamily": FONT, "primaryColor": "blue", "cursorType": "pointer"}
