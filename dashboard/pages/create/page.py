"""New population: a form, and what sampling it would give before anything is stored.

Values stay in the browser until they have rested for half a second; then the server samples for
real (services.sampling.previews) and says at each field what is wrong. Start samples all n
networks, stores them with their jobs, and goes to the population.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from starlette.concurrency import run_in_threadpool

from dashboard.callbacks import has_gone, may
from dashboard.pages.create import arrival, asking, form, listing, refine, regime
from dashboard.pages.create.arrival import FILLED
from dashboard.pages.create.form import FIELDS, PREVIEWED, Fields, errors, field_id, values
from dashboard.pages.create.refine import Refinement
from dashboard.pages.markup import THEME, register_graph
from dashboard.sources import Sources
from services.acting.permission import Verb

TITLE = form.TITLE


def layout() -> Component:
    return html.Div([*form.stores(), form.layout()])


def register(app: Dash, sources: Sources) -> None:
    """What fills the form, what previews it, and what starts it."""
    register_browser(app)
    register_graph(app, "new-widths")
    register_arrival(app, sources)
    register_choices(app, sources)
    register_preview(app, sources)
    register_start(app, sources)


def register_arrival(app: Dash, sources: Sources) -> None:
    """The form is filled in when somebody comes by a link."""

    @app.callback(
        {name: Output(field_id(name), "value") for name in FILLED}
        | {f"{name}_options": Output(field_id(name), "data") for name in ("space", "regime")}
        | {
            "refinement": Output("new-refinement", "data"),
            "ray": Output("new-ray", "data"),
            "take": Output("new-take", "value"),
            "space_name": Output("new-space-name", "value"),
            "training_seed": Output("new-training-seed", "value"),
            "inherits": Output("new-inherits", "checked"),
            "inherits_hidden": Output("new-inherits-box", "hidden"),
            "notes": Output("new-notes", "children"),
            "quiet": Output("new-notes", "hidden"),
        },
        Input("location", "pathname"),
        Input("location", "search"),
        State("new-refinement", "data"),
        State("new-ray", "data"),
        *values(State, *FILLED),
    )
    @may(Verb.SEE)
    async def arrive(
        path: str | None,
        search: str | None,
        refinement: Refinement | None,
        ray: Mapping[str, Any] | None,
        *now: Any,
    ) -> dict[str, Any]:
        if not (path or "").rstrip("/").endswith("/new"):
            raise PreventUpdate
        known = dict(zip(FILLED, now, strict=True))
        answer = await run_in_threadpool(arrival.filled, sources, search or "", known)
        for name, held in (("refinement", refinement), ("ray", ray)):
            if answer[name] == held:  # sent again it would undo what was edited
                answer[name] = no_update
        return answer


def register_choices(app: Dash, sources: Sources) -> None:
    """A space and a regime that are picked are shown whole, and a space edited by rules."""

    @app.callback(
        Output("new-json", "value"),
        Output("new-stored", "data"),
        Input("new-space", "value"),
        Input("new-refinement", "data"),
        Input("new-ray", "data"),
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def show_space(
        id: str | None, refinement: Refinement | None, ray: Mapping[str, Any] | None
    ) -> tuple[str, str]:
        text = await run_in_threadpool(arrival.definition, sources, id)
        return arrival.proposed(id, refinement, ray) or text, text

    @app.callback(
        Output("new-json", "value", allow_duplicate=True),
        Output("new-rules", "value"),
        Output("new-rules-box", "hidden"),
        Input("new-rules", "value"),
        Input("new-json", "value"),
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def show_rules(chosen: list[str], written: str) -> tuple[Any, Any, Any]:
        if ctx.triggered_id == "new-rules":
            text = refine.ruled(written or "", chosen)
            return no_update if text is None else text, no_update, no_update
        space = refine.read(written or "")
        if space is None:
            return no_update, no_update, no_update
        return no_update, sorted(refine.chips(space)), not space.rules

    @app.callback(
        Output("new-take", "data"),
        Output("new-take", "description"),
        Input("new-json", "value"),
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def show_whole(written: str) -> tuple[Any, Any]:
        space = refine.read(written or "")
        return listing.choices(space), listing.note(space)

    @app.callback(
        Output("new-regime-facts", "children"),
        Input("new-regime", "value"),
        prevent_initial_call=True,
    )
    @may(Verb.SEE)
    async def show_regime(id: str | None) -> Component:
        return await run_in_threadpool(regime.facts_of, sources, id)


def register_preview(app: Dash, sources: Sources) -> None:
    """What the form would give, when its values have rested."""

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
    @may(Verb.SEE)
    async def preview(
        fields: Fields | None, theme: str, refinement: Refinement | None
    ) -> dict[str, Any]:
        if not fields:
            raise PreventUpdate
        return await sources.samplers.attend(
            has_gone,
            lambda sampler: asking.previewed(sources, fields, theme, refinement, sampler),
        )


def register_start(app: Dash, sources: Sources) -> None:
    """A population of what the form says."""

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
    @may(Verb.CREATE)
    async def start(clicks: int, *given: Any) -> dict[str, Any]:
        *fields, checked, none, refinement = given
        asked = dict(zip(FIELDS, fields, strict=True))
        parent = refinement["population"] if refinement else None
        inherits = parent if checked and not none else None
        return await sources.samplers.attend(
            has_gone, lambda sampler: asking.started(sources, asked, inherits, parent, sampler)
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
        ClientsideFunction("netspace", "isWhole"),
        Output("new-n", "disabled"),
        Input("new-take", "value"),
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
