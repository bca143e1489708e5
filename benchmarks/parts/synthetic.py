"""A population of really sampled networks with errors of a stated law: for benchmarks only.

    error = 4 + |d - 8|^1.2 / 2 + |log2 w - 5.5|^1.5 + x,   d depth, w width of the last stage,
    x from Gamma(1.2, 1.6); one in 25 is far worse, uniform up to 89; one in 100 diverges.

Nothing is trained. The population's name says SYNTHETIC, and the page shows it as a badge. A
table (`create_table`) has errors of the same kind, and columns of its own beside them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import insert, select, update

from columns.quantities import Quantity, quantity
from db.models import DrawRow, JobRow, ResultRow, SampledRow
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from population.population import NO_CAUSE, Status
from services.defining import regimes, spaces
from services.reading import blocks
from services.reading.blocks import MARK, TEXT
from services.reading.layout import Described, Layout
from services.sampling import populations, tables
from services.sampling.populations import Spec
from services.sampling.tables import NewTable

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
            update(SampledRow).where(SampledRow.id == population_id).values(version=len(rows))
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


def create_table(database: Database, n: int, columns: int = 30, seed: int = 0) -> int:
    """A table of n rows and so many columns of numbers, and one of names. Its id."""
    rng = np.random.default_rng(seed)
    depth = rng.integers(4, 31, n).astype(float)
    width = rng.choice(np.arange(16, 513, 8), n).astype(float)
    e = 4 + np.abs(depth - 18) ** 1.2 / 2 + np.abs(np.log2(width) - 7) ** 1.5
    error = np.minimum(e + rng.gamma(1.2, 1.6, n), 100)
    error[rng.random(n) < 1 / 100] = np.inf
    numbers: dict[str, Any] = {
        "error": error,
        "depth": depth,
        "w0": width,
        "bottleneck_ratio": rng.choice([1.0, 2.0, 4.0], n),
        "flops": depth * width**2 * rng.uniform(500, 1500, n),
        "params": depth * width**2 * rng.uniform(5, 15, n),
    }
    quantities = {name: quantity(name) for name in numbers}
    for i in range(columns - len(numbers)):
        name = f"measured_{i}"
        numbers[name] = depth * rng.lognormal(0, 0.5, n) * (i + 1)
        quantities[name] = Quantity(
            name, f"m{i}", f"measurement {i}", "s", "result", prefix="m", decimals=2, log=True
        )
    status = np.where(np.isinf(error), Status.DIVERGED, Status.MEASURED).astype(np.int8)
    marks = {
        "network": np.zeros(n, dtype=np.int64),
        "line": np.arange(2, n + 2),
        "multiplicity": np.ones(n),
        "status": status,
        "cause": np.full(n, NO_CAUSE, dtype=np.int32),
    }
    layout = Layout(
        numbers=tuple(Described.of(one, True) for one in quantities.values()),
        texts=("model",),
        labels={"model": "Model"},
        criterion="error",
    )
    named = pa.array([f"net_{i}" for i in range(n)])
    stored = [
        *((name, blocks.packed(pa.array(values))) for name, values in numbers.items()),
        *((MARK + name, blocks.packed(pa.array(values))) for name, values in marks.items()),
        (TEXT + "model", blocks.packed(named)),
    ]
    report = {"rows": n, "taken": n}
    new = NewTable(
        f"SYNTHETIC table {n:,} x {columns}",
        layout,
        n,
        stored,
        {"file": "synthetic.csv"},
        report,
    )
    with database.durable() as session:
        return tables.store(session, new)
