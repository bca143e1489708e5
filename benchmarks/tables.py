"""What other people's tables take: sniffed, previewed, read and stored, in a child process.

    python -m benchmarks.tables [--rows 100000 1000000] [--columns 30] [--format csv ..]

Numbers of six digits and a column of names; the child's memory is its largest, pyarrow and all
that it imports included. Then the columns that a page begins with leave, as bytes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet

from benchmarks.report import processor, report

CHILD = """
import json, resource, sys, tempfile, time
from pathlib import Path
from db.migrations import upgrade
from db.session import Database
from services.exchange.tables.prepared import prepared
from services.exchange.tables.storing import File, load
from services.reading import columns
from services.reading.snapshots import Snapshots
from services.exchange.tables.preview import preview
from services.exchange.tables.reading import read
path = Path(sys.argv[1])
opened = time.perf_counter()
plan = preview(path, path.name).plan
shown = time.perf_counter()
table = read(path, plan)
done, cpu = time.perf_counter(), time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
with tempfile.TemporaryDirectory(dir=path.parent) as folder:
    url = f"sqlite:///{folder}/netspace.db"
    upgrade(url)
    database, blocks = Database(url), Path(folder, "blocks")
    blocks.mkdir()
    began = time.perf_counter()
    id = load(database, "theirs", File(path, path.name), prepared(table, plan, blocks))
    stored = time.perf_counter()
    columns.encode(Snapshots(database).get(id), ("error", *[*table.numbers][1:3]))
    sent = time.perf_counter()
    database.dispose()
took = [shown - opened, done - shown, cpu, peak, stored - began, sent - stored]
print(json.dumps([*took, len(table)]))
"""


MOST_OF_JSON = 10_000_000
"""Numbers that JSON Lines hold below the largest file that is taken."""


def main() -> None:
    """Print a line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--format", nargs="+", default=list(FORMATS), choices=FORMATS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for rows in asked.rows:
            frame = table(rows, asked.columns)
            for format in asked.format:
                if format == "jsonl" and rows * asked.columns > MOST_OF_JSON:
                    continue
                path = Path(folder) / f"table.{format}"
                FORMATS[format](frame, path)
                measure(path, format, rows, asked.columns)


def table(rows: int, columns: int) -> pa.Table:
    """Names, errors and numbers of six digits."""
    rng = np.random.default_rng(0)
    numbers = {
        name: np.round(rng.uniform(0, 100, rows), 4)
        for name in ("error", *(f"measured_{i}" for i in range(columns - 2)))
    }
    return pa.table({"model": [f"network_{i}" for i in range(rows)], **numbers})


def measure(path: Path, format: str, rows: int, columns: int) -> None:
    """Read a file in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, check=True
    )
    preview, read, cpu, peak, stored, sent, taken = json.loads(done.stdout)
    assert taken == rows
    conditions = {
        "format": format,
        "rows": rows,
        "columns": columns,
        "file_mb": round(path.stat().st_size / 1e6, 1),
        "processor": processor(),
    }
    report("tables_preview", preview, "s", **conditions)
    report("tables_read", read, "s", cpu_s=round(cpu, 2), **conditions)
    report("tables_stored", stored, "s", **conditions)
    report("tables_first_columns", sent, "s", **conditions)
    report("tables_peak", peak / 1e6, "MB", **conditions)


def _lines(frame: pa.Table, path: Path) -> None:
    with path.open("w") as to:
        for batch in frame.to_batches(10_000):
            to.writelines(f"{json.dumps(row)}\n" for row in batch.to_pylist())


FORMATS: dict[str, Callable[[pa.Table, Path], None]] = {
    "csv": lambda frame, path: pa.csv.write_csv(frame, path),
    "jsonl": _lines,
    "parquet": lambda frame, path: pa.parquet.write_table(frame, path),
    "feather": lambda frame, path: pa.feather.write_feather(frame, path),
}

if __name__ == "__main__":
    main()
