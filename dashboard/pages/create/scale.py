"""What a drawer's *Scale* proposes to New population, by `?scale=POPULATION.NETWORK`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from dashboard.pages.create import plan
from dashboard.sources import Sources
from services import numbers
from services.defining.names import LONGEST
from services.errors import NotFound, Refused
from services.sampling import rays


def proposal(sources: Sources, search: str) -> dict[str, Any] | None:
    """What a link asks to scale, for the form; None where it asks for nothing that can be."""
    asked = parse_qs(search.removeprefix("?")).get("scale", [""])[0]
    population, _, network = asked.partition(".")
    ids = numbers.whole(population), numbers.whole(network)
    if ids[0] is None or ids[1] is None:
        return None
    try:
        with sources.database.read() as session:
            found = rays.propose(session, ids[0], ids[1])
    except (NotFound, Refused):
        return None
    return {
        "space": str(found.space_id),
        "json": plan.written(found.space),
        "name": f"{found.space_name}, network {ids[1]} scaled"[:LONGEST],
        "regime": str(found.regime_id),
        "training_seed": found.training_seed,
    }
