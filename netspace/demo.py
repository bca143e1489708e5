"""The demo study of an empty database: AnyNetX_A against RegNetX, small enough for a laptop.

It is real: networks sampled here, trained here on scikit-learn's digits. Both spaces have the
same range of depths, and both populations the same window of complexity.
"""

from __future__ import annotations

from db.session import Database
from designspace.regimes import DIGITS
from designspace.regimes import PRESETS as REGIMES
from designspace.spaces import PRESETS
from services import origins, populations, regimes, spaces
from services.populations import Spec

SPACES = ("AnyNetX_A small", "RegNetX small")
"""Of the populations that `services.origins.DEMO` names."""
NETWORKS = 150
WINDOW = {"flops": "100k..300k"}


def create_if_empty(database: Database) -> bool:
    """Define the ready-made spaces and regimes; in an empty database queue the demo study."""
    with database.durable() as session:
        empty = not populations.every(session)
        space_ids = {name: spaces.define(session, name, PRESETS[name]) for name in PRESETS}
        regime_id = regimes.define(session, "digits", DIGITS)
        regimes.offer(session, REGIMES)
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
