"""The graph of a cell or a wired stage, as it is drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wiring:
    """A graph to be drawn: nodes in an order in which edges go forward."""

    nodes: tuple[str, ...]  # their names
    edges: tuple[tuple[int, int, str], ...]  # from, to, what is done on the way
