"""A plan: what the form of New population asks for, and what is wrong with it, by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from columns import constraints
from columns.constraints import ConstraintError
from dashboard.pages.create import chain, listing
from dashboard.sources import Sources
from designspace.sampling import WINDOWS, why_not_listed
from designspace.spaces import DESIGN_SPACE, DesignSpace
from designspace.spaces.base import Family
from services import numbers
from services.acting.permission import Visibility
from services.defining import names, spaces
from services.defining.names import LONGEST
from services.sampling.populations import LARGEST

LARGEST_SEED = 2**53 - 1
"""A browser's number keeps whole numbers up to here."""


@dataclass
class Plan:
    """What was asked for; a field that has a problem keeps its default."""

    name: str = ""
    space_id: int | None = None  # of a stored space
    space: Family | None = None  # as written, where that is not the stored one
    space_name: str = ""
    regime_id: int | None = None
    windows: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)  # of the window of flops, where it is cut
    n: int = 0
    whole: bool = False  # all networks that there are, instead of n
    seed: int = 0
    training_seed: int = 0
    visibility: Visibility = Visibility.LAB
    problems: dict[str, str] = field(default_factory=dict)
    """By the name of the field: what was given and what is allowed."""


def read(fields: Mapping[str, Any], stored: Family | None) -> Plan:
    """The plan that a form describes.

    Args:
        fields: values as the form has them, by name; a missing one is empty.
        stored: the definition of the picked space, where one is picked.
    """
    plan = Plan()
    plan.name = text(fields, "name")
    plan.space_id = integer(plan, fields, "space", 1, 2**31 - 1, "pick a design space")
    read_space(plan, text(fields, "json"), stored)
    plan.space_name = text(fields, "space_name")
    plan.regime_id = integer(plan, fields, "regime", 1, 2**31 - 1, "pick a regime")
    read_windows(plan, fields)
    read_parts(plan, fields)
    read_number(plan, fields, plan.space or stored)
    plan.seed = integer(plan, fields, "seed", 0, LARGEST_SEED) or 0
    plan.training_seed = integer(plan, fields, "training_seed", 0, LARGEST_SEED) or 0
    read_visibility(plan, text(fields, "visibility"))
    return plan


def read_number(plan: Plan, fields: Mapping[str, Any], space: Family | None) -> None:
    """How many networks: all that there are, or n."""
    plan.whole = text(fields, "take") == listing.ALL
    if not plan.whole:
        plan.n = integer(plan, fields, "n", 1, LARGEST) or 0
    elif space is not None and (reason := why_not_listed(space)):
        plan.problems["take"] = reason


def read_visibility(plan: Plan, given: str) -> None:
    """Who is to see it: the lab, where nothing is said."""
    try:
        plan.visibility = Visibility(given or Visibility.LAB)
    except ValueError:
        plan.problems["visibility"] = said(given, ", ".join(Visibility))


def read_windows(plan: Plan, fields: Mapping[str, Any]) -> None:
    """Constraints on complexity, as text; an empty one is none."""
    plan.windows = {name: text(fields, name) for name in WINDOWS if text(fields, name)}
    for name, constraint in plan.windows.items():
        try:
            constraints.parse(constraint)
        except ConstraintError as error:
            plan.problems[name] = said(constraint, f"{error.reason}; {error.allowed}")


def read_parts(plan: Plan, fields: Mapping[str, Any]) -> None:
    """How many populations share the window of flops; none: it is not cut."""
    k = integer(plan, fields, "regimes", 1, chain.MOST) if text(fields, "regimes") else 1
    if k is None or k == 1 or "flops" in plan.problems:
        return
    try:
        plan.parts = chain.parts(plan.windows.get("flops", ""), k)
    except ValueError as error:
        plan.problems["regimes"] = said(str(k), str(error))


def require_names(plan: Plan) -> None:
    """What a start needs and a preview does not: names."""
    plan.name = named(plan, "name", plan.name)
    if plan.parts and "name" not in plan.problems:
        named(plan, "name", max((f"{plan.name} · {part}" for part in plan.parts), key=len))
    if plan.space is not None:
        plan.space_name = named(plan, "space_name", plan.space_name, " for the edited space")


def named(plan: Plan, field: str, name: str, of: str = "") -> str:
    """The name in the spelling that is kept; else a problem, and the name as it was given."""
    try:
        kept = names.given(name)
        if len(kept) <= LONGEST:
            return kept
        why = ""
    except ValueError as error:
        why = f"; {error}" if name else ""
    allowed = f"a name of 1 to {LONGEST} characters that can be seen{of}{why}"
    plan.problems[field] = said(name, allowed)
    return name


def read_space(plan: Plan, written: str, stored: Family | None) -> None:
    """The space as written; the stored one where both mean the same."""
    try:
        space = DESIGN_SPACE.validate_json(written)
    except ValidationError as error:
        if written or stored is None:
            plan.problems["json"] = "\n".join(complaint(e) for e in error.errors()[:4])
            plan.problems.pop("space", None)
        return
    if space == stored:
        return
    plan.space = space
    plan.problems.pop("space", None)


def complaint(error: ErrorDetails) -> str:
    """`depth.lo: reversed range 9..3, got {..}`; a field that there isn't: those there are."""
    place = [str(part) for part in error["loc"]]
    where = ".".join(place[1:] or place)
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] == "json_invalid":
        return said
    if error["type"] == "extra_forbidden" and len(place) == 2:
        return f"{where}: there is no such field, only {', '.join(fields_of(place[0]))}"
    given = json.dumps(error["input"], default=str)
    given = given if len(given) < 60 else given[:57] + "..."
    return f"{where + ': ' if where else ''}{said}, got {given}"


def fields_of(family: str) -> list[str]:
    """The fields of a family of spaces by its tag."""
    members = get_args(get_args(DesignSpace)[0])
    found = [member for member in members if member.model_fields["family"].default == family]
    return list(found[0].model_fields) if found else []


def integer(
    plan: Plan, fields: Mapping[str, Any], name: str, least: int, most: int, empty: str = ""
) -> int | None:
    """A whole number from least to most; else a problem, and None."""
    given = text(fields, name)
    allowed = empty or f"a whole number from {least:,} to {most:,}"
    try:
        number = float(given)
        if not number.is_integer() or not least <= number <= most:
            raise ValueError
    except ValueError:
        plan.problems[name] = allowed if empty and not given else said(given, allowed)
        return None
    return int(number)


def text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value).strip()


def said(given: str, allowed: str) -> str:
    return f"{given!r}: {allowed}" if given else allowed


def written(space: Family) -> str:
    """A space as JSON that people read and edit: a law a line, whole numbers without .0."""
    definition = json.loads(space.model_dump_json(), parse_float=whole)
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in definition.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def whole(number: str) -> float | int:
    value = float(number)
    return int(value) if value.is_integer() else value


def stored_space(sources: Sources, id: Any) -> Family | None:
    """The space that is picked; None where none is."""
    known = numbers.whole(str(id or ""))
    if known is None:
        return None
    with sources.database.read() as session:
        return spaces.get(session, known).space
