"""Other people's tables: ten thousand malformed ones, and one as large as is taken.

`TABLES_SEED=n` begins with another file, `TABLES_CASES=n` makes the run longer or shorter.
"""

import json
import os
import random
import subprocess
import sys

import pytest
from places import ROOT

CASES = int(os.environ.get("TABLES_CASES", "10000"))
SOME = 1_000
GROWTH = 60
"""Megabytes that memory may grow by, from the first thousand files to the last."""

MALFORMED = """
import json, resource, sys
from pathlib import Path
from malformed import outcome, spoilt
path, first, cases, some = Path(sys.argv[1]), *map(int, sys.argv[2:])
found = {"refused": 0, "read": 0, "faults": []}
for i in range(cases):
    try:
        found[outcome(path, spoilt(first + i))] += 1
    except Exception as error:
        found["faults"].append((first + i, repr(error)[:200]))
    if i in (some, cases - 1):
        found[f"peak {i}"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps(found))
"""

LARGE = """
import json, resource, sys
from pathlib import Path
from services.exchange.tables.preview import preview
from services.exchange.tables.reading import read
path = Path(sys.argv[1])
table = read(path, preview(path, path.name).plan)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"rows": len(table), "peak": peak}))
"""


def run(program, *arguments):
    """What a program of its own says, so that its memory is its own."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "support")))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
        check=False,
    )
    assert not done.returncode, done.stderr[-2000:]
    assert not done.stderr, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_malformed_tables_are_refused_or_read_and_memory_stays_flat(tmp_path, measured):
    seed = int(os.environ.get("TABLES_SEED", random.randrange(2**31)))
    found = run(MALFORMED, tmp_path / "table", seed, CASES, SOME)
    measured(f"{found['refused']} of {CASES} malformed tables refused, TABLES_SEED={seed}")
    assert found["faults"] == []
    assert found["refused"] + found["read"] == CASES
    grown = found[f"peak {CASES - 1}"] - found[f"peak {SOME}"]
    measured(f"memory grew by {grown} MB")
    assert grown < GROWTH


@pytest.fixture
def line():
    return ",".join(f"{i}.{i:05d}" for i in range(1, 30)) + "\n"


def test_a_table_as_large_as_is_taken_is_read_in_bounded_memory(tmp_path, measured, line):
    header = "model," + ",".join(f"c{i}" for i in range(29)) + "\n"
    path = tmp_path / "large.csv"
    rows = (255 * 2**20) // (len(line) + 10)
    with path.open("w") as to:
        to.write(header)
        for i in range(rows):
            to.write(f"n{i},{line}")
    found = run(LARGE, path)
    measured(f"{path.stat().st_size / 2**20:.0f} MiB of CSV: {found['peak']} MB at most")
    assert found["rows"] == rows
    assert found["peak"] < 1_500


def test_a_larger_one_is_refused_by_its_size(tmp_path):
    from services.errors import TooLarge
    from services.exchange.tables.preview import preview

    path = tmp_path / "larger.csv"
    with path.open("wb") as to:
        to.truncate(500 * 10**6)
    with pytest.raises(TooLarge, match="268,435,456 bytes"):
        preview(path, path.name)
