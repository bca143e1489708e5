"""Prints every number of docs/study-trends.md, from the archive in reference/.

    PYTHONPATH=. python docs/study_trends.py

The question is that of arXiv 2003.13678, section 5; the statistics are the project's own.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from db.migrations import upgrade
from db.session import Database
from netspace import addresses
from netspace.studies import archive
from population.trends.trends import Trend
from services.comparing import trends
from services.comparing.sides import Side, side
from services.comparing.trends import Across
from services.reading.snapshots import Snapshots

FILE = Path(__file__).parents[1] / "reference" / "regnet-across-flops-14.json.gz"
WINDOWS = 4


def study(folder: Path) -> list[Side]:
    """The windows of the study, of fewer flops first, in a database of their own."""
    database = Database(addresses.sqlite(folder / "study.db"))
    upgrade(database.url)
    archive.load(database, FILE)
    snapshots = Snapshots(database)
    return [side(snapshots, str(id)) for id in range(1, WINDOWS + 1)]


def verdicts(found: Across) -> list[str]:
    """Each parameter: its verdict, the change a doubling, that of all networks, p by Holm."""
    return [_verdict(one) for one in found.trends]


def _verdict(one: Trend) -> str:
    slope = one.slope
    places, unit = (0, " %") if one.logarithmic else (2, " of its median")
    size = 100 if one.logarithmic else 1
    change = f"{size * slope.value:+.{places}f}{unit}"
    between = f"[{size * slope.lo:+.{places}f}, {size * slope.hi:+.{places}f}]"
    of_all = (
        "" if one.of_all is None else f"; all networks {size * one.of_all:+.{places}f}{unit}"
    )
    p = f"p {one.adjusted:.3f} (Holm)"
    return f"{one.parameter}: {one.verdict}, {change} {between}{of_all}; {p}"


def ranges(found: Across) -> list[str]:
    """Where the best network of each level sits: median and 95 % range of each parameter."""
    return [
        f"{one.parameter}: "
        + " | ".join(
            f"{at.best.median:.3g} [{at.best.lo:.3g}, {at.best.hi:.3g}]"
            for at in one.levels
            if at.best is not None
        )
        for one in found.trends
    ]


def errors(sides: list[Side]) -> list[str]:
    """The errors of each window."""
    return [
        f"{one.view.snapshot.name}: {len(one.results)} networks, best "
        f"{one.results.judged.min():.2f}, median {_median(one):.2f}"
        for one in sides
    ]


def _median(one: Side) -> float:
    judged = sorted(one.results.judged)
    return float(judged[(len(judged) - 1) // 2])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sides = study(Path(folder))
        found = trends.across(sides)
        for lines in (errors(sides), verdicts(found), ranges(found)):
            sys.stdout.write("\n".join([*lines, "", ""]))


if __name__ == "__main__":
    main()
