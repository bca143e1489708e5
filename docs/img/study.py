"""Prints every number of docs/study-regnet.md, from the archive in reference/.

    PYTHONPATH=. python docs/img/study.py

The claims are those of arXiv 2003.13678; the statistics are the project's own.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from db.migrations import upgrade
from db.session import Database
from designspace.bootstrap import best_range
from designspace.comparison import compare, percentages, probability, verdict
from designspace.correlation import spearman
from designspace.differences import usual_cut
from designspace.edf import edf
from designspace.estimate import Estimate
from designspace.population import Population
from netspace import archive
from services import adjusted, comparisons, searches, stability
from services.sides import Side, side
from services.snapshots import Snapshots

FILE = Path(__file__).parents[2] / "reference" / "regnet-fashion-14.json.gz"
CHAIN = ("AnyNetX_A", "AnyNetX_C", "AnyNetX_E", "RegNetX")


def study(folder: Path) -> tuple[Database, dict[str, Side]]:
    """The four spaces of the study, imported into a database of their own."""
    database = Database(f"sqlite:///{folder}/study.db")
    upgrade(database.url)
    archive.load(database, FILE)
    snapshots = Snapshots(database)
    found = (side(snapshots, str(id)) for id in range(1, 13))
    named = {one.view.snapshot.name: one for one in found}
    return database, {name: named[f"Study: {name} (fashion-14)"] for name in CHAIN}


def short(text: str) -> str:
    return text.replace("Study: ", "").replace(" (fashion-14)", "")


def interval(found: Estimate, places: int = 2) -> str:
    return f"{found.value:.{places}f} [{found.lo:.{places}f}, {found.hi:.{places}f}]"


def order(sides: dict[str, Side]) -> list[str]:
    """Every pair of spaces, alpha divided by six."""
    found = comparisons.compared(list(sides.values()))
    lines = []
    for pair in found.pairs:
        looked = pair.decided.looks[-1].outcome
        lines.append(f"{short(pair.verdict)} | looked at all along: {looked}")
    return lines


def matched(sides: dict[str, Side]) -> list[str]:
    """The pairs at equal depth, and at equal depth and flops."""
    lines = []
    for a, b in (
        ("AnyNetX_A", "AnyNetX_E"),
        ("AnyNetX_A", "RegNetX"),
        ("AnyNetX_E", "RegNetX"),
    ):
        for held in (["depth"], ["depth", "flops"]):
            found = adjusted.adjusted(sides[a], sides[b], held)
            apart = {row.name: row.smd for row in found.imbalance}
            lines.append(
                f"{a} against {b} at equal {' and '.join(held)}: "
                f"{a} wins {percentages(found.matched.theta)}, "
                f"factor {interval(found.mean.factor)}, of medians "
                f"{interval(found.median.factor)}; SMD of depth {apart['depth']:.2f}"
            )
    return lines


def within(name: str, population: Population, one: str, other: str, rows: np.ndarray) -> str:
    """Networks of one population with a property against those without."""
    e, w = population.error, population.multiplicity
    a, b = edf(e[rows], w[rows]), edf(e[~rows], w[~rows])
    found = compare(a, b, usual_cut([a, b]))
    return f"{name}: {a.n} v {b.n}: {verdict(found, one, other)}"


def properties(sides: dict[str, Side]) -> list[str]:
    """The paper's findings about parameters, inside the spaces that vary them."""
    lines = []
    for name in ("AnyNetX_C", "AnyNetX_E", "RegNetX"):
        of = sides[name].results
        b, g = of.columns["bottleneck_ratio"], of.columns["group_width"]
        lines += [
            within(name, of, "b <= 2", "b = 4", b <= 2),
            within(name, of, "b = 1", "b > 1", b == 1),
            within(name, of, "g > 1", "g = 1", g > 1),
        ]
    of = sides["AnyNetX_C"].results
    widths = np.stack([of.columns[f"width_{i}"] for i in (1, 2, 3)])
    depths = np.stack([of.columns[f"depth_{i}"] for i in (1, 2, 3)])
    lines += [
        within(
            "AnyNetX_C", of, "growing widths", "others", (np.diff(widths, axis=0) >= 0).all(0)
        ),
        within(
            "AnyNetX_C", of, "growing depths", "others", (np.diff(depths, axis=0) >= 0).all(0)
        ),
    ]
    of = sides["RegNetX"].results
    wm = of.columns["wm"]
    lines.append(within("RegNetX", of, "wm >= 2", "wm < 2", wm >= 2))
    return lines


def best(sides: dict[str, Side]) -> list[str]:
    """Where the best dozen networks of each space sit."""
    lines = []
    for name, one in sides.items():
        of = one.results
        told = []
        for column in ("depth", "bottleneck_ratio", "group_width", "wm", "e_fit"):
            found = None
            if column in of.columns:
                found = best_range(of.columns[column], of.error, of.multiplicity)
            if found is not None:
                told.append(f"{column} {found.median:.4g} [{found.lo:.4g}, {found.hi:.4g}]")
        lines.append(f"{name}: {', '.join(told)}")
    return lines


def correlations(sides: dict[str, Side]) -> list[str]:
    """Error against depth and e_fit, and training time against flops and activations."""
    rng, lines = np.random.default_rng(0), []
    for name, one in sides.items():
        of = one.results
        columns = of.columns
        time = columns["training_cpu_seconds"]
        lines.append(
            f"{name}: error and depth {interval(spearman(columns['depth'], of.error, rng))}, "
            f"error and e_fit {interval(spearman(columns['e_fit'], of.error, rng))}; "
            f"seconds and flops {interval(spearman(columns['flops'], time, rng))}, "
            f"activations {interval(spearman(columns['activations'], time, rng))}, "
            f"depth {interval(spearman(columns['depth'], time, rng))}"
        )
    return lines


def search(sides: dict[str, Side]) -> list[str]:
    """The best of k networks, and how many show the space."""
    lines = []
    for name, one in sides.items():
        found = searches.searched(one)
        best_of, enough = found.efficiency, found.enough
        at = int(np.argmin(abs(best_of.k - 32)))
        one_of = f"{best_of.mean[0]:.1f}"
        lines.append(
            f"{name}: best of 1 {one_of}, of {best_of.k[at]} {best_of.mean[at]:.2f} "
            f"(90 % of searches {best_of.quantiles[0, at]:.2f} - "
            f"{best_of.quantiles[-1, at]:.2f}), "
            f"best of all {one.edf.min:.2f}; EDF of {enough.k[-1]} within "
            f"{enough.measured_limit[-1]:.2f} of all"
        )
    return lines


def trust(database: Database, sides: dict[str, Side]) -> list[str]:
    """Epochs, seeds and the longer schedule of the same networks."""
    lines = []
    for name, one in sides.items():
        found = stability.trusted(database, one)
        epochs = ", ".join(
            f"{at.epoch}: {at.against_last.spearman.value:.2f}" for at in found.epochs
        )
        lines.append(f"{name}: rank correlation with the last epoch, after epoch {epochs}")
        for again in found.retrained:
            rank = again.against_first
            lines.append(
                f"{name}: {again.regime}, seed {again.seed}, n = {rank.n}: "
                f"{interval(rank.spearman)}, "
                f"{100 * rank.in_order.value:.0f} % of pairs in order"
            )
        if found.noise:
            lines.append(
                f"{name}: a seed's noise is {interval(found.noise.ratio)} of the spread "
                f"({found.noise.n} networks, {found.noise.seeds} seeds)"
            )
    return lines


def longer(database: Database) -> list[str]:
    """The order of the spaces after four times the epochs, 15 networks each."""
    snapshots = Snapshots(database)
    by_name = {s.view.snapshot.name: s for s in (side(snapshots, str(i)) for i in range(1, 13))}
    lines = []
    for a, b in (
        ("AnyNetX_A", "AnyNetX_E"),
        ("AnyNetX_A", "RegNetX"),
        ("AnyNetX_C", "RegNetX"),
    ):
        long = [by_name[f"Study: {name}, 4x epochs (fashion-14-x4)"].edf for name in (a, b)]
        found = compare(*long, usual_cut(long))
        lines.append(
            f"{a} against {b}, 20 epochs: {a} wins {percentages(found.pairs)}, "
            f"{probability(found.theta.p)}; "
            f"medians {long[0].median:.2f} and {long[1].median:.2f}"
        )
    return lines


def sections(database: Database, sides: dict[str, Side]) -> dict[str, Sequence[str]]:
    return {
        "order": order(sides),
        "matched": matched(sides),
        "properties": properties(sides),
        "best": best(sides),
        "correlations": correlations(sides),
        "search": search(sides),
        "trust": trust(database, sides),
        "longer": longer(database),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in sections(*study(Path(folder))).items():
            sys.stdout.write("\n".join([f"\n# {name}", *lines, ""]))


if __name__ == "__main__":
    main()
