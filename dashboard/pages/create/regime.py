"""The regime of a new population: what it is, and what the workers lack to train under it."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.pages.markup import facts
from dashboard.sources import Sources
from designspace.regimes import Regime
from services.defining import regimes
from services.defining.regimes import RegimeRecord
from services.work import roster
from services.work.roster import Alive


def option(known: RegimeRecord, workers: Alive) -> dict[str, str]:
    """A regime to pick; one whose images no worker has says so."""
    label = known.name
    if workers.lacks(known.regime.data):
        label += " · images not packed"
    return {"value": str(known.id), "label": label}


def has_images(regime: Regime, workers: Alive) -> bool:
    """Whether a worker has a regime's images; where none is there, whether each would."""
    return regime.data in workers.data_sets if workers.any else regime.data == "digits"


def facts_of(sources: Sources, id: str | None) -> Component:
    """A regime's definition, all of it, and what its trainings would lack."""
    if not id:
        return html.Div()
    with sources.database.read() as session:
        regime, workers = regimes.get(session, int(id)).regime, roster.alive(session)
    told = regime.model_dump() | {"chance": f"{regime.chance:g} % error"}
    words = {True: "yes", False: "no"}
    defined = facts(
        (name.replace("_", " "), words[value] if isinstance(value, bool) else str(value))
        for name, value in told.items()
    )
    return html.Div([*lacking(regime, workers), defined])


def lacking(regime: Regime, workers: Alive) -> list[Component]:
    """What keeps the workers that are there from training under a regime."""
    told: list[Any] = []
    if workers.lacks(regime.data):
        command = html.Code("python -m netspace data pack --help")
        told.append(["No worker has its images: jobs would wait for one. ", command])
    if workers.any and regime.needs_gpu and not workers.gpu:
        told.append("No worker has a GPU: jobs would wait for one.")
    return [html.P(words, className="warned") for words in told]
