"""A curve in a terminal: characters of braille, each of two by four dots."""

from __future__ import annotations

from collections.abc import Sequence

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of a dot by its column and row in a character (Unicode, block Braille Patterns)."""
BLANK = 0x2800


def curve(heights: Sequence[float], lines: int) -> list[str]:
    """Heights from 0 to 1, a column of dots each, as so many lines of text; jumps are drawn."""
    top = 4 * lines - 1
    cells = [[BLANK] * ((len(heights) + 1) // 2) for _ in range(lines)]
    rows = [round((1 - height) * top) for height in heights]
    for x, (before, row) in enumerate(zip(rows[:1] + rows, rows, strict=False)):
        for y in range(min(before, row), max(before, row) + 1):
            cells[y // 4][x // 2] |= DOTS[x % 2][y % 4]
    return ["".join(map(chr, line)) for line in cells]
