"""Tables of others, made in memory: what reading a file would give."""

import numpy as np
import pyarrow as pa

from columns.quantities import Quantity, quantity
from services.exchange.tables.plan import ColumnPlan, Plan
from services.exchange.tables.prepared import prepared
from services.exchange.tables.storing import File, load
from services.exchange.tables.table import Report, Table

THROUGHPUT = Quantity(
    "images_per_second", "images/s", "images per second", "", "result", decimals=1, log=True
)


def column(source, role, quantity, **given):
    return ColumnPlan(source=source, role=role, quantity=quantity, **given)


PLAN = Plan(
    format="csv",
    columns=(
        column("top1_err", "error", "error", unit="%"),
        column("depth", "parameter", "depth", unit="blocks"),
        column("speed", "result", "images_per_second"),
        column("model", "name", "model", label="Model"),
    ),
)


def table(n=40, networks=None, seed=0, **instead):
    """n rows: errors in percent, one of them diverged and one without, depths, speeds, names.

    Args:
        instead: columns of numbers in the place of those; None: without it.
    """
    rng = np.random.default_rng(seed)
    error = rng.uniform(5, 50, n)
    error[3], error[5] = np.inf, np.nan
    numbers = {
        "error": error,
        "depth": rng.integers(3, 30, n).astype(float),
        "images_per_second": rng.uniform(100, 9_000, n),
    }
    numbers = {name: one for name, one in (numbers | instead).items() if one is not None}
    known = {"images_per_second": THROUGHPUT}
    roles = {"error": "error", "depth": "parameter", "images_per_second": "result"}
    return Table(
        numbers=numbers,
        texts={"model": pa.array([f"net_{i}" for i in range(n)])},
        quantities={name: known.get(name) or quantity(name) for name in numbers},
        roles={name: roles[name] for name in numbers} | {"model": "name"},
        lines=np.arange(2, n + 2),
        repeats=np.ones(n, dtype=int),
        networks=networks or {},
        report=Report(rows=n, taken=n, networks=len(networks or {})),
    )


def stored(database, tmp_path, name="theirs", read=None, **given):
    """The id of a table's population."""
    file = tmp_path / "table.csv"
    file.write_text("what was read")
    folder = tmp_path / name
    folder.mkdir()
    ready = prepared(table() if read is None else read, PLAN, folder)
    return load(database, name, File(file, "table.csv"), ready, **given)
