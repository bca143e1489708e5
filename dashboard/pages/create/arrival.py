"""What the form is filled in with when somebody comes: by a link, or to refine a population."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from dash import no_update

from dashboard.pages import link
from dashboard.pages.create import listing, plan, refine, regime, scale
from dashboard.pages.create.form import WINDOWS, Fields
from dashboard.pages.create.refine import Refinement
from dashboard.sources import Sources
from services.defining import regimes, spaces
from services.defining.spaces import SpaceRecord
from services.sampling import records
from services.sampling.records import PopulationRecord
from services.work import roster

OPTIONS = ("space", "refine", "scale")
"""Of the address; beside `refine` stand constraints."""
FILLED = ("space", "regime", "flops", "params", "activations", "seed")
"""Fields that are filled in on arrival."""


def filled(sources: Sources, search: str, now: Fields) -> dict[str, Any]:
    """Choices, and values for fields that have none yet.

    The link's `?space=` wins; else it begins like the newest population whose images somebody
    has. The seed counts the populations of the space: a second one draws other networks.
    """
    refinement, ray = refine.proposal(sources, search), scale.proposal(sources, search)
    with sources.database.read() as session:
        known, ways = spaces.every(session), regimes.every(session)
        older = [one for one in records.every(session) if one.kind == "sampled"]
        workers = roster.alive(session)
    asked = parse_qs(search.removeprefix("?")).get("space", [""])[0]
    if proposed := refinement or ray:
        asked = proposed["space"]
    ids = [str(space.id) for space in known]
    space = asked if asked in ids else now["space"]
    packed = [way.id for way in ways if regime.has_images(way.regime, workers)]
    like = newest([one for one in older if one.regime_id in packed] or older, space)
    usual = like.regime_id if like else next(iter(packed), ways[0].id if ways else None)
    if not space and ids:
        space = str(like.space_id) if like else ids[0]
    values = {
        "space": space,
        "regime": str(usual) if usual else None,
        "seed": len([one for one in older if str(one.space_id) == space]),
    } | {name: like.windows.get(name, "") if like else "" for name in WINDOWS}
    kept = {name: value for name, value in now.items() if value not in (None, "")}
    if not proposed and (asked not in ids or asked == now["space"]):
        values |= kept
    if refinement:
        windows = {name: refinement["windows"].get(name, "") for name in WINDOWS}
        values |= windows | {"regime": refinement["regime"]}
    if ray:
        values |= dict.fromkeys(WINDOWS, "") | {"regime": ray["regime"]}
    # What does not change is not sent: it would undo what was edited.
    changed = {k: no_update if v == now[k] else v for k, v in values.items()}
    return (
        changed
        | refined(refinement)
        | scaled(ray)
        | link.told(problems(search, ids, refinement, ray))
        | {
            "space_options": grouped(known),
            "regime_options": [regime.option(one, workers) for one in ways],
        }
    )


def problems(
    search: str,
    ids: Collection[str],
    refinement: Refinement | None,
    ray: Mapping[str, Any] | None,
) -> list[str]:
    """What of the link is not done, in sentences; constraints are a refinement's own.

    Args:
        ids: of the design spaces there are.
    """
    given = dict(parse_qsl(search.removeprefix("?")))
    found = [] if "refine" in given else link.left_out(search, OPTIONS)
    if (space := given.get("space", "")) and space not in ids:
        found.append(f"There is no design space {space}")
    if "refine" in given and refinement is None:
        found.append(f"There is no population {given['refine']} to refine")
    if "scale" in given and ray is None:
        found.append(f"There is no network {given['scale']} to scale, as POPULATION.NETWORK")
    return found


def grouped(known: Sequence[SpaceRecord]) -> list[dict[str, Any]]:
    """Choices of spaces, those of one kind together, each kind where its first one comes."""
    kinds: dict[str, list[dict[str, str]]] = {}
    for one in known:
        choice = {"value": str(one.id), "label": one.name}
        kinds.setdefault(one.space.kind, []).append(choice)
    return [{"group": kind, "items": items} for kind, items in kinds.items()]


def refined(refinement: Refinement | None) -> dict[str, Any]:
    """Values of the fields that only a refinement fills in."""
    return {
        "refinement": refinement,
        "space_name": refinement["name"] if refinement else no_update,
        "training_seed": refinement["training_seed"] if refinement else no_update,
        "inherits": refinement is not None,
        "inherits_hidden": refinement is None,
    }


def scaled(ray: Mapping[str, Any] | None) -> dict[str, Any]:
    """Values of the fields that a ray fills in: all of its networks are asked for."""
    if ray is None:
        return {"ray": None, "take": no_update}
    named = {"space_name": ray["name"], "training_seed": ray["training_seed"]}
    return {"ray": ray, "take": listing.ALL} | named


def newest(older: list[PopulationRecord], space: str | None) -> PopulationRecord | None:
    """The newest population of a space, or of any."""
    of_space = [one for one in older if str(one.space_id) == space] or older
    return of_space[-1] if of_space else None


def proposed(id: str | None, *proposals: Mapping[str, Any] | None) -> str | None:
    """The definition that a link proposes beside the picked space; None: none does."""
    texts = [one["json"] for one in proposals if one is not None and one["space"] == id]
    return texts[0] if texts else None


def definition(sources: Sources, id: str | None) -> str:
    """A stored space as JSON to edit."""
    space = plan.stored_space(sources, id)
    return "" if space is None else plan.written(space)
