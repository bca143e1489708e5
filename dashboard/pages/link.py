"""What of an address a page does not do, in sentences, as assets/base/link.mjs says it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import parse_qs

from dash import html

LONGEST = 300
"""Characters of a sentence: what an address holds may be long."""


def left_out(search: str, options: Collection[str]) -> list[str]:
    """Options that there are none of, and those that are given several times."""
    given = parse_qs(search.removeprefix("?"), keep_blank_values=True)
    known = ", ".join(options)
    return [
        f"{name} is given {len(texts)} times: the first one counts"
        for name, texts in given.items()
        if name in options and len(texts) > 1
    ] + [
        f"{name}={texts[0]} is left out: the options of this page are {known}"
        for name, texts in given.items()
        if name not in options
    ]


def told(problems: Sequence[str]) -> dict[str, Any]:
    """The notes of a page (`markup.notes`): their `notes`, and whether they are `quiet`."""
    return {"notes": [html.P(text[:LONGEST]) for text in problems], "quiet": not problems}
