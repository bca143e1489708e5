"""What comes of what the form asks: a preview, a population, or what is wrong where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import html, no_update
from dash.development.base_component import Component

from dashboard.figures.style import PALETTES
from dashboard.pages.create import chain, plan, preview, refine
from dashboard.pages.create.form import FIELDS, PREVIEWED, Fields
from dashboard.pages.create.plan import Plan
from dashboard.pages.create.refine import Refinement
from dashboard.sources import Sources
from designspace.spaces.base import Family
from services.acting import permission
from services.acting.actor import asking
from services.acting.permission import Verb
from services.errors import Conflict, NotFound, Refused
from services.sampling import populations, previews, samplers
from services.sampling.populations import NewSpace, Spec
from services.sampling.samplers import Sampler
from services.work import quotas


def previewed(
    sources: Sources,
    fields: Fields,
    theme: str,
    refinement: Refinement | None = None,
    sampler: Sampler = samplers.here,
) -> dict[str, Any]:
    """What the preview shows, what a refinement inherits, and the problems of the fields."""
    stored = plan.stored_space(sources, fields.get("space"))
    asked = plan.read(fields, stored)
    found = None
    if not asked.problems.keys() & set(PREVIEWED) - {"n"}:
        try:
            found = sampled(sources, asked, sampler)
        except (Refused, NotFound) as error:
            refuse(asked, error)
    palette = PALETTES.get(theme, PALETTES["light"])
    if stored is None and not fields.get("json"):
        told: Any = nothing_defined()
        asked.problems.clear()
    elif found is None:
        told = html.P("Mend what is marked, then the preview comes.", className="muted")
    else:
        asked.n = found.accepted if asked.whole else asked.n * max(1, len(asked.parts))
        told = [*preview.acceptance(found, asked.n), *allowances(sources, asked, found)]
    space, label, note, none = asked.space or stored, "", "", True
    if found is not None and space is not None and not asked.whole:
        label, note, none = refine.inherited(sources, refinement, space, asked.windows, asked.n)
    return {
        "acceptance": told,
        "lineage": refine.lineage(
            refine.chain(sources, fields.get("space"), asked.regime_id, refinement)
            if asked.space is None or refines(asked.space, stored)
            else [],
            asked.space,
            asked.space_name,
        ),
        "inherits_label": label,
        "inherits_note": note,
        "inherits_none": none,
        "widths": preview.picture(found, palette),
        "ranges": preview.ranges(found.draws) if found else [],
        "errors": {name: asked.problems.get(name) for name in PREVIEWED},
    }


def allowances(sources: Sources, asked: Plan, found: previews.Preview) -> list[Component]:
    """What it asks of the quotas of who looks, where he has any."""
    if asked.regime_id is None or not found.draws:
        return []
    with sources.database.read() as session:
        lines = quotas.foreseen(session, asked.regime_id, found.flops, asked.n)
    return preview.allowances(lines)


def nothing_defined() -> Component:
    """What an empty database needs first, by who may bring it."""
    if Verb.DEFINE not in permission.open_to(asking.get()):
        return html.P(html.B("There is no design space that you may see."))
    return html.Div(
        [
            html.P(html.B("There is no design space yet.")),
            html.P(
                [
                    html.Code("python -m netspace prepare"),
                    " brings the ready-made spaces and regimes; ",
                    html.Code("POST /api/v1/spaces"),
                    " and ",
                    html.Code("/regimes"),
                    " define others.",
                ]
            ),
        ]
    )


def sampled(sources: Sources, asked: Plan, sampler: Sampler) -> previews.Preview:
    """A preview of a plan whose fields are right so far."""
    space = asked.space if asked.space is not None else asked.space_id
    assert space is not None
    assert asked.regime_id is not None
    return previews.preview(
        sources.database,
        space,
        asked.regime_id,
        asked.windows,
        asked.seed,
        sampler,
        asked.whole,
    )


def started(
    sources: Sources,
    fields: Fields,
    inherits: int | None = None,
    parent: int | None = None,
    sampler: Sampler = samplers.here,
) -> dict[str, Any]:
    """Create the population that the form asks for, or say why not.

    Args:
        inherits: the population whose measured networks come before the n new ones, if any.
        parent: the population that it refines, to be looked at beside it.
    """
    stored = plan.stored_space(sources, fields.get("space"))
    asked = plan.read(fields, stored)
    plan.require_names(asked)
    if asked.parts and inherits is not None and not asked.whole:
        asked.problems["regimes"] = "1, where measured networks are inherited"
    ids: list[int] = []
    if not asked.problems:
        wanted = replace(spec(asked), inherits=None if asked.whole else inherits)
        try:
            for one in chain.links(wanted, asked.parts) or [wanted]:
                new = new_space(asked, stored)
                ids.append(
                    populations.create(
                        sources.database, one, sampler, new, beside_inherited=True
                    )
                )
        except (Refused, Conflict, NotFound) as error:
            refuse(asked, error)
        if ids:
            sources.queue.wake()
    return {
        "started": no_update if asked.problems else place(ids, parent),
        "message": message(asked, ids),
        "errors": {name: asked.problems.get(name) for name in FIELDS},
    }


def place(ids: list[int], parent: int | None) -> dict[str, Any]:
    """Where the page goes: to the population, or to the trends of a chain."""
    return {"chain": ids} if len(ids) > 1 else {"population": ids[0], "against": parent}


def message(asked: Plan, ids: list[int]) -> str:
    """What was not stored."""
    if not asked.problems:
        return ""
    if ids:
        part = asked.parts[len(ids)]
        return (
            f"{len(ids)} of {len(asked.parts)} were stored, {part} was not: see what is marked."
        )
    return "Nothing was stored: see what is marked."


def spec(asked: Plan) -> Spec:
    return Spec(
        name=asked.name,
        space_id=asked.space_id or 0,
        regime_id=asked.regime_id or 0,
        n=asked.n,
        windows=asked.windows,
        seed=asked.seed,
        training_seed=asked.training_seed,
        visibility=asked.visibility,
        whole=asked.whole,
    )


def new_space(asked: Plan, stored: Family | None) -> NewSpace | None:
    """The edited space; where its law is the picked one's, given more, it refines that."""
    if asked.space is None:
        return None
    parent = asked.space_id if refines(asked.space, stored) else None
    return NewSpace(asked.space_name, asked.space, parent)


def refines(space: Family, stored: Family | None) -> bool:
    """Whether an edited space's law is that of the picked one, given more."""
    return stored is not None and space.is_given(stored)


def refuse(asked: Plan, error: Refused | Conflict | NotFound) -> None:
    """What a service refused, at the field that it is about."""
    if isinstance(error, Refused):
        name = error.field.removeprefix("windows.")
        many = "take" if asked.whole else "n"  # the field that says how many networks
        name = {"inherits": "json", "quota": many, "n": many}.get(name, name)
        asked.problems[name] = plan.said(str(error.value), error.allowed)
    elif isinstance(error, Conflict):
        asked.problems["name"] = str(error)
    else:
        asked.problems["regime" if error.what == "regime" else "space"] = str(error)
