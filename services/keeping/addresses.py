"""Addresses: what a page shows, as its query says it, and which populations that are.

The scripts of the pages write them (`assets/explore/state/url.mjs` and each page's
`question.mjs`): `?population=2&against=1&depth=5..8`, `?side=1;depth=5..8&side=2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args
from urllib.parse import parse_qsl

from services import numbers
from services.errors import Refused
from services.numbers import LARGEST

Page = Literal["explore", "compare", "trends", "speed"]
PAGES: tuple[str, ...] = get_args(Page)
"""Pages whose address is all that they show."""
LONGEST = 4_000
"""Characters of an address."""
MOST = 20
"""Populations of a view."""
IDS = ("population", "against")
SIDE = "side"
OF_PAGE: dict[str, Sequence[str]] = {
    "explore": IDS,
    "compare": (SIDE,),
    "trends": (SIDE,),
    "speed": IDS[:1],
}
"""Options by which an address of a page names populations, the first of them always."""


def of_page(page: str, query: str) -> list[int]:
    """The populations of an address of a page: opened there, it shows them.

    Raises:
        Refused: as `populations`, or it is of another page.
    """
    found, names = populations(query), OF_PAGE[page]
    given = {name for name, _ in parse_qsl(query[1:], keep_blank_values=True)}
    others = sorted(given & {*IDS, SIDE} - {*names})
    if others or names[0] not in given:
        what = f"{others[0]} is of another page" if others else f"{names[0]} is missing"
        raise Refused("query", query, f"an address of {page}: {what}")
    return found


def populations(query: str) -> list[int]:
    """The ids of the populations that an address names, each once, in its order.

    Raises:
        Refused: it is no query, or names none, or too many.
    """
    if not query.startswith("?") or not query.isprintable() or " " in query:
        raise Refused("query", query, "the address behind the page, from ? on")
    try:
        given = parse_qsl(
            query[1:], keep_blank_values=True, errors="strict", max_num_fields=500
        )
    except ValueError:
        raise Refused("query", query, "the address behind the page, from ? on") from None
    texts = [value for name, value in given if name in IDS]
    texts += [value.partition(";")[0] for name, value in given if name == SIDE]
    ids = [numbers.whole(text) for text in texts if text]
    found = [*dict.fromkeys(id for id in ids if id is not None)]
    if not found or len(ids) > len([id for id in ids if id is not None]):
        allowed = "an address that names its populations by their ids"
        raise Refused("query", query, allowed)
    if len(found) > MOST or max(found) > LARGEST:
        raise Refused("query", query, f"an address of at most {MOST} populations")
    return found
