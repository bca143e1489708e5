"""Draws docs/img/rivals.svg: a few sampled networks of each rival's space.

    python docs/img/rivals.py

Block widths as built over the block index of a dozen; of cells and wired stages the graphs of
four. The same seed for every space, no window.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from panels import Grid

from dashboard.figures.graphs import layout, way
from designspace.networks.wiring import Wiring
from designspace.sampling import sample
from designspace.spaces.rivals import RIVALS

SPACES = [name for name in RIVALS if not name.endswith("small")]
PANEL = (190, 96)
LINES, GRAPHS = 12, 4
COLOUR, GREY = "#0072b2", "#adb5bd"


def main() -> None:
    Grid(PANEL, (40, 40), columns=4, letters=11).write(
        Path(__file__).with_suffix(".svg"), SPACES, panel
    )


def panel(name: str) -> str:
    """One space: graphs where it has any, else lines."""
    space = RIVALS[name]
    n = min(LINES, space.count()) if space.count() > 1 else GRAPHS
    draws = sample(space, n, np.random.default_rng(0), resolution=224).draws
    networks = [draw.network for draw in draws]
    wirings = [graph for network in networks[:GRAPHS] if (graph := network.wiring)]
    return graphs(wirings) if wirings else lines([one.block_widths for one in networks])


def lines(networks: list[list[int]]) -> str:
    """A line of steps a network, width on a log axis."""
    blocks = max(map(len, networks))
    low = math.log(min(min(widths) for widths in networks) / 1.1)
    high = math.log(max(max(widths) for widths in networks) * 1.1)

    def y(width: float) -> float:
        return PANEL[1] * (1 - (math.log(width) - low) / (high - low))

    powers = [4**k for k in range(8) if low <= math.log(4**k) <= high]
    ticks = "".join(
        f'<line x1="0" x2="{PANEL[0]}" y1="{y(w):.1f}" y2="{y(w):.1f}" stroke="#e4e7ea"/>'
        f'<text x="-5" y="{y(w) + 4:.1f}" text-anchor="end">{w}</text>'
        for w in powers
    )
    paths = []
    for widths in networks:
        steps = (
            f"{'V' if j else ''}{y(w):.1f}H{PANEL[0] * (j + 1) / blocks:.1f}"
            for j, w in enumerate(widths)
        )
        paths.append(path(f"M0 {''.join(steps)}", COLOUR, 0.55))
    return ticks + "".join(paths)


def graphs(wirings: list[Wiring]) -> str:
    """Two in a row, each in a box of its own."""
    return "".join(graph(wiring, k % 2, k // 2) for k, wiring in enumerate(wirings))


def graph(wiring: Wiring, column: int, row: int) -> str:
    places = layout(wiring)
    ways = [way(places, i, j) for i, j, _ in wiring.edges]
    long = max(x for x, _ in places.values()) or 1
    high = 2 * max((abs(y) for _, ys in ways for y in ys), default=0) or 1
    wide, tall = PANEL[0] / 2 - 14, PANEL[1] / 2 - 8

    def at(x: float, y: float) -> str:
        left, middle = column * PANEL[0] / 2, (row + 0.5) * PANEL[1] / 2
        return f"{left + 4 + wide * x / long:.1f} {middle - tall * y / high:.1f}"

    edges = [
        # A curve through its middle: the control point lies twice as far aside.
        f"M{at(xs[0], ys[0])}Q{at(xs[1], 2 * ys[1] - (ys[0] + ys[2]) / 2)} {at(xs[2], ys[2])}"
        for xs, ys in ways
    ]
    nodes = [f"M{at(x, y)}h0" for x, y in places.values()]
    dots = path("".join(nodes), COLOUR, 1).replace(
        'fill="none"', 'fill="none" stroke-width="3.5" stroke-linecap="round"'
    )
    return path("".join(edges), GREY, 0.8) + dots


def path(steps: str, colour: str, opacity: float) -> str:
    return f'<path d="{steps}" fill="none" stroke="{colour}" stroke-opacity="{opacity}"/>'


if __name__ == "__main__":
    main()
