"""New population: a form, and what sampling it would give before anything is stored.

Values stay in the browser until they have rested for half a second; then the server samples for
real (services.sampling.previews) and says at each field what is wrong. Start samples all n
networks, stores them with their jobs, and goes to the population.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.backends._fastapi import get_current_request
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from starlette.concurrency import run_in_threadpool

from dashboard.figures.style import PALETTES
from dashboard.figures.widths import sampled_widths_figure
from dashboard.pages.create import form as create_form
from dashboard.pages.create import plan, refine, regime
from dashboard.pages.create import preview as preview_panel
from dashboard.pages.create.form import FIELDS, PREVIEWED, errors, field_id, values
from dashboard.pages.create.plan import Plan
from dashboard.pages.create.refine import Refinement
from dashboard.pages.markup import THEME, register_graph
from dashboard.sources import Sources
from designspace.spaces.base import Family
from services import numbers
from services.defining import regimes, spaces
from services.errors import Conflict, NotFound, Refused
from services.sampling import populations, previews, samplers
from services.sampling.populations import NewSpace, PopulationRecord, Spec
from services.sampling.samplers import Sampler
from services.work import roster

Fields = Mapping[str, Any]
"""Values of the form by name, as the browser has them."""

TITLE = create_form.TITLE

FILLED = ("space", "regime", "flops", "params", "activations", "seed")
"""Fields that are filled in on arrival."""


def layout() -> Component:
    return html.Div([*create_form.stores(), create_form.layout()])


def register(app: Dash, sources: Sources) -> None:
    """What fills the form, what previews it, and what starts it."""
    register_browser(app)
    register_graph(app, "new-widths")

    @app.callback(
        {name: Output(field_id(name), "value") for name in FILLED}
        | {f"{name}_options": Output(field_id(name), "data") for name in ("space", "regime")}
        | {
            "refinement": Output("new-refinement", "data"),
            "space_name": Output("new-space-name", "value"),
            "training_seed": Output("new-training-seed", "value"),
            "inherits": Output("new-inherits", "checked"),
            "inherits_hidden": Output("new-inherits-box", "hidden"),
        },
        Input("location", "pathname"),
        Input("location", "search"),
        State("new-refinement", "data"),
        *values(State, *FILLED),
    )
    async def arrive(
        path: str | None, search: str | None, held: Refinement | None, *now: Any
    ) -> dict[str, Any]:
        if not (path or "").rstrip("/").endswith("/new"):
            raise PreventUpdate
        known = dict(zip(FILLED, now, strict=True))
        answer = await run_in_threadpool(filled, sources, search or "", known)
        if answer["refinement"] == held:  # sent again it would undo what was edited
            answer["refinement"] = no_update
        return answer

    @app.callback(
        Output("new-json", "value"),
        Output("new-stored", "data"),
        Input("new-space", "value"),
        Input("new-refinement", "data"),
        prevent_initial_call=True,
    )
    async def show_space(id: str | None, refinement: Refinement | None) -> tuple[str, str]:
        text = await run_in_threadpool(definition, sources, id)
        refined = refinement is not None and refinement["space"] == id
        return refinement["json"] if refinement and refined else text, text

    @app.callback(
        Output("new-json", "value", allow_duplicate=True),
        Output("new-rules", "value"),
        Output("new-rules-box", "hidden"),
        Input("new-rules", "value"),
        Input("new-json", "value"),
        prevent_initial_call=True,
    )
    async def show_rules(chosen: list[str], written: str) -> tuple[Any, Any, Any]:
        if ctx.triggered_id == "new-rules":
            text = refine.ruled(written or "", chosen)
            return no_update if text is None else text, no_update, no_update
        space = refine.read(written or "")
        if space is None:
            return no_update, no_update, no_update
        return no_update, sorted(refine.chips(space)), not space.rules

    @app.callback(
        Output("new-regime-facts", "children"),
        Input("new-regime", "value"),
        prevent_initial_call=True,
    )
    async def show_regime(id: str | None) -> Component:
        return await run_in_threadpool(regime.facts_of, sources, id)

    @app.callback(
        {
            "acceptance": Output("new-acceptance", "children"),
            "lineage": Output("new-lineage", "children"),
            "inherits_label": Output("new-inherits", "label"),
            "inherits_note": Output("new-inherits-note", "children"),
            "inherits_none": Output("new-inherits", "disabled"),
            "widths": Output("new-widths-figure", "data"),
            "ranges": Output("new-ranges", "children"),
            "errors": errors(*PREVIEWED),
        },
        Input("new-ask", "data"),
        Input(THEME, "data"),
        State("new-refinement", "data"),
        running=[(Output("new-preview", "aria-busy"), "true", "false")],
        prevent_initial_call=True,
    )
    async def preview(
        fields: Fields | None, theme: str, refinement: Refinement | None
    ) -> dict[str, Any]:
        if not fields:
            raise PreventUpdate
        return await sources.samplers.attend(
            has_gone, lambda sampler: previewed(sources, fields, theme, refinement, sampler)
        )

    @app.callback(
        {
            "started": Output("new-started", "data"),
            "message": Output("new-message", "children"),
            "errors": errors(*FIELDS, again=True),
        },
        Input("new-start", "n_clicks"),
        *values(State, *FIELDS),
        State("new-inherits", "checked"),
        State("new-inherits", "disabled"),
        State("new-refinement", "data"),
        running=[
            (Output("new-start", "disabled"), True, False),
            (Output("new-start", "children"), "Sampling …", "Start"),
        ],
        prevent_initial_call=True,
    )
    async def start(clicks: int, *form: Any) -> dict[str, Any]:
        *fields, checked, none, refinement = form
        asked = dict(zip(FIELDS, fields, strict=True))
        parent = refinement["population"] if refinement else None
        inherits = parent if checked and not none else None
        return await sources.samplers.attend(
            has_gone, lambda sampler: started(sources, asked, inherits, parent, sampler)
        )


def register_browser(app: Dash) -> None:
    """What never leaves the browser (assets/create/form.mjs)."""
    app.clientside_callback(
        ClientsideFunction("netspace", "ask"),
        Output("new-ask", "data"),
        Input("new-again", "n_clicks"),
        *values(Input, *PREVIEWED),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("netspace", "isStored"),
        Output("new-edited", "hidden"),
        Input("new-json", "value"),
        Input("new-stored", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("netspace", "goTo"),
        Output("new-name", "value"),
        Output("new-seed", "value", allow_duplicate=True),
        Input("new-started", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("netspace", "firstProblem"),
        Output("new-message", "title"),
        Input("new-message", "children"),
        prevent_initial_call=True,
    )
    # At the edit, not with the preview: one that comes late would clear what Start has said.
    app.clientside_callback(
        ClientsideFunction("netspace", "noMessage"),
        Output("new-message", "children", allow_duplicate=True),
        *values(Input, *FIELDS),
        prevent_initial_call=True,
    )
    for name in ("name", "space_name", "training_seed"):
        app.clientside_callback(
            ClientsideFunction("netspace", "noProblem"),
            errors(name, again=True)[name],
            Input(field_id(name), "value"),
            prevent_initial_call=True,
        )


def filled(sources: Sources, search: str, now: Fields) -> dict[str, Any]:
    """Choices, and values for fields that have none yet.

    The link's `?space=` wins; else it begins like the newest population whose images somebody
    has. The seed counts the populations of the space: a second one draws other networks.
    """
    refinement = refine.proposal(sources, search)
    with sources.database.read() as session:
        known, ways = spaces.every(session), regimes.every(session)
        older, workers = populations.every(session), roster.alive(session)
    asked = parse_qs(search.removeprefix("?")).get("space", [""])[0]
    if refinement:
        asked = refinement["space"]
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
    } | {name: like.windows.get(name, "") if like else "" for name in create_form.WINDOWS}
    kept = {name: value for name, value in now.items() if value not in (None, "")}
    if not refinement and (asked not in ids or asked == now["space"]):
        values |= kept
    if refinement:
        windows = {name: refinement["windows"].get(name, "") for name in create_form.WINDOWS}
        values |= windows | {"regime": refinement["regime"]}
    # What does not change is not sent: it would undo what was edited.
    changed = {k: no_update if v == now[k] else v for k, v in values.items()}
    return (
        changed
        | refined(refinement)
        | {
            "space_options": [{"value": str(one.id), "label": one.name} for one in known],
            "regime_options": [regime.option(one, workers) for one in ways],
        }
    )


def refined(refinement: Refinement | None) -> dict[str, Any]:
    """Values of the fields that only a refinement fills in."""
    return {
        "refinement": refinement,
        "space_name": refinement["name"] if refinement else no_update,
        "training_seed": refinement["training_seed"] if refinement else no_update,
        "inherits": refinement is not None,
        "inherits_hidden": refinement is None,
    }


def newest(older: list[PopulationRecord], space: str | None) -> PopulationRecord | None:
    """The newest population of a space, or of any."""
    of_space = [one for one in older if str(one.space_id) == space] or older
    return of_space[-1] if of_space else None


def definition(sources: Sources, id: str | None) -> str:
    """A stored space as JSON to edit."""
    space = stored_space(sources, id)
    return "" if space is None else plan.written(space)


def stored_space(sources: Sources, id: Any) -> Family | None:
    known = numbers.whole(str(id or ""))
    if known is None:
        return None
    with sources.database.read() as session:
        return spaces.get(session, known).space


async def has_gone() -> bool:
    """Whether the page that asks has been left."""
    return await get_current_request().is_disconnected()


def previewed(
    sources: Sources,
    fields: Fields,
    theme: str,
    refinement: Refinement | None = None,
    sampler: Sampler = samplers.here,
) -> dict[str, Any]:
    """What the preview shows, what a refinement inherits, and the problems of the fields."""
    stored = stored_space(sources, fields.get("space"))
    asked = plan.read(fields, stored)
    preview = None
    if not asked.problems.keys() & set(PREVIEWED) - {"n"}:
        try:
            preview = sampled(sources, asked, sampler)
        except (Refused, NotFound) as error:
            refuse(asked, error)
    palette = PALETTES.get(theme, PALETTES["light"])
    if stored is None and not fields.get("json"):
        told: Any = nothing_defined()
        asked.problems.clear()
    elif preview is None:
        told = html.P("Mend what is marked, then the preview comes.", className="muted")
    else:
        told = preview_panel.acceptance(preview, asked.n)
    lines = preview_panel.widths(preview) if preview else []
    space, label, note, none = asked.space or stored, "", "", True
    if preview is not None and space is not None:
        label, note, none = refine.inherited(sources, refinement, space, asked.windows, asked.n)
    return {
        "acceptance": told,
        "lineage": refine.lineage(
            refine.chain(sources, fields.get("space"), asked.regime_id, refinement),
            asked.space,
            asked.space_name,
        ),
        "inherits_label": label,
        "inherits_note": note,
        "inherits_none": none,
        "widths": sampled_widths_figure(lines, palette),
        "ranges": preview_panel.ranges(preview.draws) if preview else [],
        "errors": {name: asked.problems.get(name) for name in PREVIEWED},
    }


def nothing_defined() -> Component:
    """What an empty database needs first."""
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
        sources.database, space, asked.regime_id, asked.windows, asked.seed, sampler
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
    stored = stored_space(sources, fields.get("space"))
    asked = plan.read(fields, stored)
    plan.require_names(asked)
    id = None
    if not asked.problems:
        try:
            wanted = replace(spec(asked), inherits=inherits)
            new = new_space(asked, stored)
            id = populations.create(
                sources.database, wanted, sampler, new, beside_inherited=True
            )
            sources.queue.wake()
        except (Refused, Conflict, NotFound) as error:
            refuse(asked, error)
    return {
        "started": no_update if id is None else {"population": id, "against": parent},
        "message": "" if id else "Nothing was stored: see what is marked.",
        "errors": {name: asked.problems.get(name) for name in FIELDS},
    }


def spec(asked: Plan) -> Spec:
    return Spec(
        name=asked.name,
        space_id=asked.space_id or 0,
        regime_id=asked.regime_id or 0,
        n=asked.n,
        windows=asked.windows,
        seed=asked.seed,
        training_seed=asked.training_seed,
    )


def new_space(asked: Plan, stored: Family | None) -> NewSpace | None:
    """The edited space; where its law is the picked one's, given more, it refines that."""
    if asked.space is None:
        return None
    refines = stored is not None and asked.space.is_given(stored)
    return NewSpace(asked.space_name, asked.space, asked.space_id if refines else None)


def refuse(asked: Plan, error: Refused | Conflict | NotFound) -> None:
    """What a service refused, at the field that it is about."""
    if isinstance(error, Refused):
        name = error.field.removeprefix("windows.")
        name = "json" if name == "inherits" else name
        asked.problems[name] = plan.said(str(error.value), error.allowed)
    elif isinstance(error, Conflict):
        asked.problems["name"] = str(error)
    else:
        asked.problems["regime" if error.what == "regime" else "space"] = str(error)
