"""The demo study of an empty database: AnyNetX_A against RegNetX, small enough for a laptop.

It is real: networks sampled here, trained here on scikit-learn's digits. Both spaces have the
same range of depths, and both populations the same window of complexity.
"""

from __future__ import annotations

from db.session import Database
from designspace.regimes import DIGITS
from designspace.regimes import PRESETS as REGIMES
from designspace.spaces.presets import PRESETS
from services.defining import regimes, spaces
from services.sampling import origins, populations, records
from services.sampling.populations import Spec

SPACES = ("AnyNetX_A small", "RegNetX small")
"""Of the populations that `services.sampling.origins.DEMO` names."""
NETWORKS = 150
WINDOW = {"flops": "100k..300k"}


def define_ready_made(database: Database) -> tuple[dict[str, int], int]:
    """Define the ready-made spaces and regimes; ids of spaces by name, and of `digits`."""
    with database.durable() as session:
        space_ids = {name: spaces.define(session, name, PRESETS[name]) for name in PRESETS}
        regime_id = regimes.define(session, "digits", DIGITS)
        regimes.offer(session, REGIMES)
    return space_ids, regime_id


def create_if_empty(database: Database) -> bool:
    """Queue the demo study in an empty database."""
    with database.durable() as session:
        empty = not records.every(session)
    space_ids, regime_id = define_ready_made(database)
    if empty:
        for name, space in zip(origins.DEMO, SPACES, strict=True):
            spec = Spec(
                name=name,
                space_id=space_ids[space],
                regime_id=regime_id,
                n=NETWORKS,
                windows=WINDOW,
            )
            populations.create(database, spec)
    return empty
