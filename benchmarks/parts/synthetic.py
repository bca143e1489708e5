"""A population of really sampled networks with errors of a stated law: for benchmarks only.

    error = 4 + |d - 8|^1.2 / 2 + |log2 w - 5.5|^1.5 + x,   d depth, w width of the last stage,
    x from Gamma(1.2, 1.6); one in 25 is far worse, uniform up to 89; one in 100 diverges.

Nothing is trained. The population's name says SYNTHETIC, and the page shows it as a badge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import insert, select, update

from db.models import DrawRow, JobRow, PopulationRow, ResultRow
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec

SPACE = "RegNetX small"
WINDOW = {"flops": "50k..3M"}
"""Wider than the demo's: a hundred thousand distinct networks lie in it."""


def create(database: Database, n: int, seed: int = 0) -> int:
    """A population of n networks, all measured by the law. Its id."""
    with database.durable() as session:
        space_id = spaces.define(session, SPACE, PRESETS[SPACE])
        regime_id = regimes.define(session, "digits", DIGITS)
    spec = Spec(f"SYNTHETIC RegNetX {n:,}", space_id, regime_id, n, WINDOW, seed)
    id = populations.create(database, spec)
    measure(database, id, np.random.default_rng(seed))
    return id


def measure(database: Database, population_id: int, rng: np.random.Generator) -> None:
    """End every job of a population at once, as no worker could."""
    with database.durable() as session:
        rows = session.execute(
            select(JobRow.id, DrawRow.parameters)
            .join(DrawRow, DrawRow.network_id == JobRow.network_id)
            .where(DrawRow.population_id == population_id)
        ).all()
        found = errors([parameters for _, parameters in rows], rng)
        session.execute(
            insert(ResultRow),
            [
                {"job_id": id, "attempt": 1, "quantities": quantities, "conditions": {}}
                for (id, _), quantities in zip(rows, map(quantities_of, found), strict=True)
            ],
        )
        jobs = select(DrawRow.network_id).where(DrawRow.population_id == population_id)
        session.execute(
            update(JobRow)
            .where(JobRow.network_id.in_(jobs))
            .values(state="done", ended_at=1)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(PopulationRow)
            .where(PopulationRow.id == population_id)
            .values(version=len(rows))
        )


def errors(parameters: list[dict[str, float]], rng: np.random.Generator) -> Any:
    """Top-1 error of each network, percent, shape (n,); +inf where it diverges."""
    depth = np.array([p["depth"] for p in parameters])
    widest = np.array([max(v for k, v in p.items() if k[:-1] == "width_") for p in parameters])
    n = depth.size
    e = 4 + np.abs(depth - 8) ** 1.2 / 2 + np.abs(np.log2(widest) - 5.5) ** 1.5
    e = e + rng.gamma(1.2, 1.6, n)
    e = np.where(rng.random(n) < 1 / 25, rng.uniform(e, 89.0), e)
    e = np.round(np.minimum(e, 89.0) * 5.97) / 5.97  # of 597 test images
    return np.where(rng.random(n) < 1 / 100, np.inf, e)


def quantities_of(error: float) -> dict[str, float]:
    return {"diverged": 1.0} if np.isinf(error) else {"error": float(error), "loss": 0.3}
