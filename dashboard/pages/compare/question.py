"""What the address of Compare asks.

?side=1;depth=5..8&side=2&of=latency&match=depth,flops&method=bins&band=simultaneous
    &half=second&pair=0,1

`colours=0,2` gives the second side the third colour, which a pinned set has on Explore.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args
from urllib.parse import parse_qs

from population.comparing import sequential
from population.curves.bands import Method as BandMethod
from services import numbers
from services.comparing.adjusted import METHODS, Method
from services.comparing.sides import MOST, Half
from services.errors import Refused

USUAL = {
    "of": "",
    "match": "depth",
    "method": "overlap",
    "band": "pointwise",
    "planned": str(sequential.PLANNED),
    "half": "",
    "pair": "0,1",
}
"""What an address asks that does not say it, as assets/base/comparison.mjs has it."""

PLANNED = sequential.FEWEST, sequential.MOST_PLANNED
"""Networks a side that a sequential verdict may be planned for."""


@dataclass(frozen=True)
class Question:
    """Sides, and how they are compared."""

    search: str  # as it was asked
    sides: Sequence[str]
    of: str  # the column that networks are judged by; empty: the criterion of the populations
    match: Sequence[str]  # covariates
    method: Method
    band: BandMethod
    planned: int
    half: Half | None  # of the launch order; None where all of it counts
    pair: tuple[int, int]  # places of the two sides that are looked at closely
    colours: Sequence[int]  # of each side, among those of `Palette.sides`


def read(search: str | None) -> Question:
    """The question of a query string.

    Raises:
        Refused: a part that can't be used.
    """
    given = parse_qs((search or "")[1:])
    query = USUAL | {name: texts[0] for name, texts in given.items()}
    sides = given.get("side", [])
    half = query["half"]
    return Question(
        search=search or "",
        sides=sides,
        of=query["of"],
        match=[name for name in query["match"].split(",") if name],
        method=cast(Method, choice("method", query["method"], list(METHODS))),
        band=cast(BandMethod, choice("band", query["band"], list(get_args(BandMethod)))),
        planned=whole("planned", query["planned"], *PLANNED),
        half=cast(Half, choice("half", half, list(get_args(Half)))) if half else None,
        pair=places(query["pair"], len(sides)),
        colours=colours(query.get("colours", ""), len(sides)),
    )


def colours(text: str, n: int) -> Sequence[int]:
    """A colour each for n sides, all different; those of their places where none are given."""
    given = [numbers.whole(part, most=MOST - 1) for part in text.split(",")]
    known = [one for one in given if one is not None]
    return known if len(given) == len(known) == len(set(known)) == n else range(n)


def choice(field: str, text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise Refused(field, text, f"one of {', '.join(allowed)}")
    return text


def whole(field: str, text: str, least: int, most: int) -> int:
    number = numbers.whole(text, least, most)
    if number is None:
        raise Refused(field, text, f"a whole number from {least:,} to {most:,}")
    return number


def places(text: str, n: int) -> tuple[int, int]:
    """Two different places of n sides; the first two where the text names others."""
    found = [numbers.whole(part, most=n - 1) for part in text.split(",")]
    known = sorted({at for at in found if at is not None})
    return (known[0], known[1]) if len(found) == len(known) == 2 else (0, 1)
