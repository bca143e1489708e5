"""Draws docs/img/spaces.svg: widths of a dozen sampled networks of each space of the paper.

    python docs/img/spaces.py

360 - 400 MF on 224 x 224 images, as built, over the block index; the same seed for every space.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from panels import Grid

from columns import constraints
from designspace.sampling import sample
from designspace.spaces.presets import PRESETS

SPACES = [*(f"AnyNetX_{name}" for name in "ABCDE"), "RegNetX"]
NETWORKS, BLOCKS, WIDTHS = 12, 40, (8, 1024)
PANEL = (250, 150)
COLOUR = "#0072b2"


def main() -> None:
    Grid(PANEL, (46, 44), columns=3, letters=12).write(
        Path(__file__).with_suffix(".svg"), SPACES, panel
    )


def panel(name: str) -> str:
    """One space: an axis of powers of four, and a line of steps a network."""
    window = {"flops": constraints.parse("360M..400M")}
    draws = sample(PRESETS[name], NETWORKS, np.random.default_rng(0), window).draws
    lines = [
        f'<path d="{steps(draw.network.block_widths)}" fill="none" stroke="{COLOUR}" '
        'stroke-opacity="0.6"/>'
        for draw in draws
    ]
    ticks = [
        f'<line x1="0" x2="{PANEL[0]}" y1="{y(w):.1f}" y2="{y(w):.1f}" stroke="#e4e7ea"/>'
        f'<text x="-6" y="{y(w) + 4:.1f}" text-anchor="end">{w}</text>'
        for w in (16, 64, 256, 1024)
    ]
    return "".join(ticks + lines)


def steps(widths: list[int]) -> str:
    """A path that holds each width for one block; blocks beyond the panel are cut off."""
    shown = widths[:BLOCKS]
    return "M0 " + " ".join(
        f"{'' if j == 0 else 'V'}{y(w):.1f} H{x(j + 1):.1f}" for j, w in enumerate(shown)
    )


def x(block: float) -> float:
    return PANEL[0] * block / BLOCKS


def y(width: float) -> float:
    lo, hi = (math.log(w) for w in WIDTHS)
    return PANEL[1] * (1 - (math.log(width) - lo) / (hi - lo))


if __name__ == "__main__":
    main()
