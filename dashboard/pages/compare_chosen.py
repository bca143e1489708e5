"""What Compare says of sides that somebody may have chosen by their errors, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from dash import dcc, html
from dash.development.base_component import Component

from services.sides import LAUNCHED, Side


def warning(sides: Sequence[Side]) -> list[Component]:
    """Nothing where no side is constrained, or each looks at a part of the launch order."""
    if not any(side.view.constraints and f";{LAUNCHED}=" not in side.text for side in sides):
        return []
    halves = [
        dcc.Link(name, href=f"?{query(sides, half)}")
        for half, name in enumerate(("choose on the first half", "test on the second"))
    ]
    return [
        html.P(
            [
                "Where constraints were chosen by looking at these errors, p and intervals say "
                "too much: judge by networks that were not looked at. Launch order is random: ",
                halves[0],
                ", then ",
                halves[1],
                ".",
            ],
            className="warned chosen",
        )
    ]


def query(sides: Sequence[Side], half: int) -> str:
    """The same comparison, constrained sides on the first or second half of their order."""
    written = [f"side={quote(side.text + part(side, half), safe=';=,')}" for side in sides]
    return "&".join(written)


def part(side: Side, half: int) -> str:
    """`;ordinal=..49`, or what follows it."""
    if not side.view.constraints or f";{LAUNCHED}=" in side.text:
        return ""
    middle = len(side.view.snapshot.population) // 2
    return f";{LAUNCHED}=" + (f"{middle}.." if half else f"..{middle - 1}")
