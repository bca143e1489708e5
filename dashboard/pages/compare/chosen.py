"""The way out where constraints may have been chosen by errors: halves of the launch order."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, quote

from dash import dcc, html
from dash.development.base_component import Component

from services.comparing.sides import Half, Side


def halves(sides: Sequence[Side], search: str, half: Half | None) -> list[Component]:
    """Links to this comparison on half of the networks; none where a test on them is shown."""
    whole = any(side.view.constraints and side.window is None for side in sides)
    if half == "second" or not (whole or half):
        return []
    if any(side.view.snapshot.table is not None for side in sides):
        return []  # the order of a file is not random
    test = dcc.Link("test on the second", href=with_half(search, "second"))
    said: list[str | Component]
    if half == "first":
        said = ["This half is to choose constraints on; then ", test, "."]
    else:
        choose = dcc.Link("choose on the first half", href=with_half(search, "first"))
        said = ["Launch order is random: ", choose, ", then ", test, "."]
    return [html.P(said, className="warned chosen")]


def with_half(search: str, half: Half) -> str:
    """The same address, asked of one half."""
    given = [pair for pair in parse_qsl(search.removeprefix("?")) if pair[0] != "half"]
    texts = [f"{name}={quote(text, safe=';=,')}" for name, text in given]
    return "?" + "&".join([*texts, f"half={half}"])
