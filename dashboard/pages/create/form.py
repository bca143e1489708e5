"""The form of New population: its fields by name, and how they lie on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard.pages.create import help, listing, refine
from dashboard.pages.markup import (
    attributes,
    graph,
    notes,
    page_header,
    page_help,
    purpose,
    section,
)
from services.acting.permission import Visibility

TITLE = "New population"

FIELDS = (
    "name",
    "space",
    "json",
    "space_name",
    "regime",
    "flops",
    "params",
    "activations",
    "regimes",
    "take",
    "n",
    "seed",
    "training_seed",
    "visibility",
)
WINDOWS = ("flops", "params", "activations")
PREVIEWED = (
    "space",
    "json",
    "regime",
    "flops",
    "params",
    "activations",
    "regimes",
    "take",
    "n",
    "seed",
)
"""Fields that a preview reads; the others matter at the start only."""

Fields = Mapping[str, Any]
"""Values of the form by name, as the browser has them."""


def field_id(name: str) -> str:
    return "new-" + name.replace("_", "-")


def values(kind: type[Input] | type[State], *names: str) -> list[Any]:
    return [kind(field_id(name), "value") for name in names]


def errors(*names: str, again: bool = False) -> dict[str, Output]:
    """Where the problems of some fields are told; `again`: by a second callback."""
    return {name: Output(field_id(name), "error", allow_duplicate=again) for name in names}


def layout() -> Component:
    return html.Div(
        [
            page_header(
                TITLE,
                help=page_help(help.READ, help.KEYS),
            ),
            notes("new"),
            html.Main(
                [
                    purpose(
                        "Draw networks from a design space, inside windows of cost, and queue "
                        "their training."
                    ),
                    html.Div([form(), preview()], className="new-columns"),
                ],
                className="new-body",
            ),
        ],
        className="new",
    )


def form() -> Component:
    return html.Form(
        [
            dmc.TextInput(
                id="new-name",
                label="Name",
                placeholder="what you will call it, such as RegNetX b=1",
            ),
            part("Design space", "what networks are drawn from", space()),
            part("Regime", "what they are trained on, and how", regime()),
            part(
                "Windows",
                "of one image's forward pass: 100k..300k, ..400M, or empty",
                windows(),
            ),
            part("Numbers", "", numbers()),
            html.Div(visibility(), className="with-logins new-sharing"),
            html.Div(
                [
                    html.Button(
                        "Start", id="new-start", type="submit", className="button start"
                    ),
                    html.Button(
                        "Preview", id="new-again", type="button", className="button quiet"
                    ),
                    html.Span(id="new-message", role="status"),
                    html.Span(id="new-may", className="muted", role="status", hidden=True),
                ],
                className="new-actions",
            ),
        ],
        id="new-form",
        className="card new-form",
        noValidate=True,
        **attributes(aria_label="new population"),
    )


def part(title: str, note: str, content: Component) -> Component:
    """A part of the form, its words explained."""
    return section(title, note, content, level=html.H2, words=help.WORDS[title])


def space() -> Component:
    return html.Div(
        [
            select("space", "design space"),
            dmc.Textarea(
                id="new-json",
                label="Definition, JSON",
                description="Edit it to make a new space; laws may be short: "
                '"depth": [12, 20] keeps the law and sets its bounds.',
                autosize=True,
                minRows=6,
                maxRows=11,
                classNames={"input": "mono"},
                spellCheck=False,
            ),
            refine.rules(),
            html.Div(
                dmc.TextInput(
                    id="new-space-name",
                    label="Name of the edited space",
                    placeholder="RegNetX, b = 1",
                ),
                id="new-edited",
                hidden=True,
            ),
            refine.inheritance(),
        ],
        className="fields",
    )


def regime() -> Component:
    return html.Div(
        [select("regime", "regime"), html.Div(id="new-regime-facts")], className="fields"
    )


def select(name: str, label: str) -> Any:
    return dmc.Select(
        id=field_id(name),
        data=[],
        allowDeselect=False,
        searchable=False,
        **attributes(aria_label=label),
    )


def windows() -> Component:
    return html.Div(
        [
            dmc.TextInput(
                id="new-flops", label="flops (multiply-adds)", placeholder="100k..300k"
            ),
            dmc.TextInput(id="new-params", label="parameters", placeholder="any"),
            dmc.TextInput(id="new-activations", label="activations", placeholder="any"),
            number("regimes", "Flops regimes", "populations that share the window", 1, 1),
        ],
        className="fields three",
    )


def numbers() -> Component:
    """How many networks, and their seeds."""
    return html.Div([take(), seeds()], className="fields")


def take() -> Any:
    """A number of networks, or all where the space is small enough."""
    return dmc.Select(
        id=field_id("take"),
        label="Networks",
        data=listing.choices(None),
        value=listing.SOME,
        allowDeselect=False,
        searchable=False,
    )


def seeds() -> Component:
    return html.Div(
        [
            number("n", "New networks", "distinct architectures to train", 100, least=1),
            number("seed", "Seed of the draws", "another: other networks, or order", None),
            number("training_seed", "Seed of training", "alike: results are shared", 0),
        ],
        className="fields three",
    )


def visibility() -> Any:
    """Who sees the population; hidden where everybody sees all."""
    return dmc.Select(
        id=field_id("visibility"),
        label="Who sees it",
        description="no more people than see its space and its regime",
        data=[
            {"value": "private", "label": "private: you and administrators"},
            {"value": "lab", "label": "lab: whoever has logged in"},
            {"value": "public", "label": "public: everybody the server lets in"},
        ],
        value=Visibility.LAB,
        allowDeselect=False,
        searchable=False,
    )


def number(name: str, label: str, description: str, value: int | None, least: int = 0) -> Any:
    return dmc.NumberInput(
        id=field_id(name),
        label=label,
        description=description,
        value="" if value is None else value,
        min=least,
        clampBehavior="none",
        allowDecimal=False,
    )


def preview() -> Component:
    """What sampling gives; empty until the server has told."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Preview"),
                    html.Span(
                        "sampled just now, with this seed; nothing is stored",
                        className="muted note",
                    ),
                ],
                className="section-head",
            ),
            html.Div(
                html.P("sampling ...", className="muted"),
                id="new-acceptance",
            ),
            section(
                "Lineage",
                "spaces, each refined from the one before",
                html.Div(id="new-lineage"),
            ),
            section(
                "The first dozen networks",
                "block widths as built, over the block index; of a cell its graph",
                graph("new-widths", "the first networks: block widths, or graphs", 260),
                id="new-widths-section",
            ),
            section(
                "What the accepted networks cost",
                "one image, forward",
                html.Div(id="new-ranges"),
            ),
        ],
        id="new-preview",
        className="card new-preview",
        **attributes(aria_label="preview", aria_live="polite"),
    )


def stores() -> list[Component]:
    return [
        dcc.Store(id="new-stored"),  # the picked space's definition as written into the form
        dcc.Store(id="new-refinement"),  # what Explore's Refine proposes
        dcc.Store(id="new-ray"),  # what a drawer's Scale proposes
        dcc.Store(id="new-ask"),  # the fields at rest
        dcc.Store(id="new-started"),  # the id of the population just created
    ]
