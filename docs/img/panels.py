"""Small panels in rows, as one SVG: what the pictures of this folder are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Grid:
    """Panels of one size, their gaps, so many in a row; pixels."""

    panel: tuple[int, int]
    gap: tuple[int, int]
    columns: int
    letters: int

    def write(self, file: Path, names: Sequence[str], drawn: Callable[[str], str]) -> None:
        """A panel for each name, under it; `drawn` draws one from its top left corner."""
        parts = [self._placed(i, name, drawn(name)) for i, name in enumerate(names)]
        width = self.columns * (self.panel[0] + self.gap[0]) + 10
        height = math.ceil(len(names) / self.columns) * (self.panel[1] + self.gap[1]) + 10
        style = f"font: {self.letters}px sans-serif; fill: #495057"
        file.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'style="{style}"><rect width="100%" height="100%" fill="white"/>'
            f"{''.join(parts)}</svg>\n"
        )

    def _placed(self, i: int, name: str, drawn: str) -> str:
        left = self.gap[0] + (i % self.columns) * (self.panel[0] + self.gap[0])
        top = 24 + (i // self.columns) * (self.panel[1] + self.gap[1])
        title = f'<text y="-8" style="font-weight: bold">{name}</text>'
        return f'<g transform="translate({left} {top})">{title}{drawn}</g>'
