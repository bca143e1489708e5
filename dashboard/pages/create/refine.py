"""Refining on New population: ties and orders by a click, what is inherited, the lineage.

Explore's *Refine* leads here with `?refine=POPULATION&depth=4..9&..`; the constraints become
the definition in the form (`services.sampling.refinements`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component
from pydantic import ValidationError

from columns.numbers import fixed
from columns.quantities import quantity
from dashboard.pages.create import plan
from dashboard.pages.markup import attributes
from dashboard.sources import Sources
from designspace.spaces import DESIGN_SPACE, RULES
from designspace.spaces.base import Family
from services import numbers
from services.defining import spaces
from services.defining.names import LONGEST
from services.errors import NotFound, Refused
from services.sampling import refinements
from services.sampling.inheritance import Heir
from services.sampling.refinements import Ancestor

CHIPS = {f"{rule.field} {rule.parameter}": rule for rule in RULES}
"""The families' rules by the value of their chip; others are written into the JSON."""

Refinement = Mapping[str, Any]
"""A proposal as the store `new-refinement` holds it: see `proposal`."""


def rules() -> Component:
    """Chips of the ties and orders that stages can have."""
    return html.Div(
        dmc.ChipGroup(
            [dmc.Chip(rule.label, value=value, size="xs") for value, rule in CHIPS.items()],
            id="new-rules",
            multiple=True,
            value=[],
        ),
        id="new-rules-box",
        className="rules",
        hidden=True,
        **attributes(aria_label="ties and orders of the stages"),
    )


def inheritance() -> Component:
    """Whether the population begins with what is measured; shown where it refines another."""
    return html.Div(
        [
            dmc.Checkbox(id="new-inherits", label="", checked=False, size="xs"),
            html.P(id="new-inherits-note", className="muted note"),
        ],
        id="new-inherits-box",
        hidden=True,
    )


def ruled(written: str, chosen: Sequence[str]) -> str | None:
    """The definition with these ties and orders; None where it can't be read or has them."""
    space = read(written)
    if space is None or chips(space) == set(chosen) or not space.rules:
        return None
    definition = space.model_dump()
    for chip, rule in CHIPS.items():
        if rule in space.rules:
            kept = [one for one in definition[rule.field] if one != rule.parameter]
            definition[rule.field] = [*kept, rule.parameter] if chip in chosen else kept
    return plan.written(DESIGN_SPACE.validate_python(definition))


def chips(space: Family) -> set[str]:
    """The chips of the rules that a space keeps."""
    return {
        chip
        for chip, rule in CHIPS.items()
        if rule in space.rules and rule.parameter in getattr(space, rule.field)
    }


def read(written: str) -> Family | None:
    try:
        return DESIGN_SPACE.validate_json(written)
    except ValidationError:
        return None


def proposal(sources: Sources, search: str) -> dict[str, Any] | None:
    """What a link asks to refine, for the form; None where it asks for nothing.

    Constraints that can't become part of a space are left out, and named.
    """
    query = dict(parse_qsl(search.removeprefix("?")))
    given = numbers.whole(query.pop("refine", ""))
    if given is None:
        return None
    try:
        with sources.database.read() as session:
            possible = refinements.refinable(session, given)
            texts = {name: text for name, text in query.items() if name in possible}
            found = refinements.propose(session, given, texts, {})
            parent = spaces.get(session, found.refined_from).name
    except (NotFound, Refused):
        return None
    left_out = [f"{name} {text}" for name, text in query.items() if name not in possible]
    inside = [f"{quantity(name).symbol} {text}" for name, text in texts.items()]
    return {
        "population": given,
        "space": str(found.refined_from),
        "json": plan.written(found.space),
        "name": ", ".join([parent, *(inside or ["refined"])])[:LONGEST],
        "regime": str(found.regime_id),
        "training_seed": found.training_seed,
        "windows": found.windows,
        "left_out": left_out,
    }


def inherited(
    sources: Sources,
    refinement: Mapping[str, Any] | None,
    space: Family,
    windows: Mapping[str, str],
    new: int,
) -> tuple[str, str, bool]:
    """What the space as it stands in the form inherits: a label, a note, whether it is none.

    Args:
        new: networks that the form asks for beside those.
    """
    if refinement is None:
        return "", "", True
    regime, seed = int(refinement["regime"]), refinement["training_seed"]
    heir = Heir(space, regime, seed, windows)
    try:
        with sources.database.read() as session:
            count, reason = refinements.inheritable(session, refinement["population"], heir)
    except NotFound as error:
        count, reason = 0, str(error)
    label = (
        f"begin with the {count:,} networks that are measured already: "
        f"{count:,} measured + {new:,} new"
    )
    return label, note(reason, refinement["left_out"]), count == 0


def note(reason: str | None, left_out: Sequence[str]) -> str:
    """What a person should know of a proposal."""
    said = []
    if reason:
        said.append(f"Nothing measured can be taken over: that takes {reason}.")
    else:
        said.append("Their errors suggested this space: judge it by the new ones, too.")
    if left_out:
        said.append(f"No part of a space: {', '.join(left_out)}.")
    return " ".join(said)


def lineage(chain: Sequence[Ancestor], edited: Family | None, name: str) -> Component:
    """A simple chain: each space with its settings, results and their median error."""
    links = [ancestor(one) for one in chain]
    if edited is not None:
        links.append(html.Li([html.B(name or "this space"), said([settings(edited.count())])]))
    return html.Ol(links, className="lineage")


def ancestor(one: Ancestor) -> Component:
    words = [settings(one.count), *([] if one.regime is None else [measured(one)])]
    if one.population_id is None:
        return html.Li([html.B(one.name), said(words)])
    explore = f"./?population={one.population_id}"  # from /app/new
    return html.Li([html.A(one.name, href=explore), said(words)])


def measured(one: Ancestor) -> str:
    """`fashion-14: n = 100, median error 26.19 %`, as far as there is any."""
    median = "" if one.median is None else f", median error {fixed(one.median, 2)} %"
    return f"{one.regime}: " + (f"n = {one.n:,}{median}" if one.n else "–")


def said(words: Sequence[str]) -> Component:
    return html.Span(f" · {' · '.join(words)}", className="muted")


def settings(count: int) -> str:
    """`1.8e18 settings`, or all digits of a small number."""
    if count < 10**6:
        return f"{count:,} settings"
    digits, _, power = f"{count:.1e}".partition("e+")
    return f"{digits}e{int(power)} settings"


def chain(
    sources: Sources, space_id: Any, regime_id: int | None, refinement: Refinement | None
) -> Sequence[Ancestor]:
    """The lineage of a stored space under the regime of the form; empty where there is none."""
    space = numbers.whole(str(space_id or ""))
    if space is None:
        return []
    in_hand = refinement["population"] if refinement else None
    try:
        with sources.database.read() as session:
            return refinements.lineage(session, sources.snapshots, space, regime_id, in_hand)
    except NotFound:
        return []
