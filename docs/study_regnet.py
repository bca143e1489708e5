"""Prints every number of docs/study-regnet.md, from the archive in reference/.

    PYTHONPATH=. python docs/study_regnet.py

The claims are those of arXiv 2003.13678; the statistics are the project's own.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from db.migrations import upgrade
from db.session import Database
from designspace.bootstrap import best_range
from designspace.comparison import compare, percentages, probability, verdict
from designspace.correlation import spearman
from designspace.differences import usual_cut
from designspace.edf import edf
from designspace.estimate import Estimate
from designspace.matched import compare_matched
from designspace.population import Population
from designspace.sensitivity import Way
from netspace import archive
from services import adjusted, comparisons, searches, stability
from services.sides import Side, side
from services.snapshots import Snapshots

FILE = Path(__file__).parents[1] / "reference" / "regnet-fashion-14.json.gz"
Question: TypeAlias = tuple[str, Population, str, str, NDArray[np.bool_]]
"""A space, its networks, what some of them are, what the others are, and which are which."""

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
        still_open = pair.decided.looks[-1].outcome == "open"
        looked = "not decided" if still_open else "decided"
        lines.append(f"{short(pair.verdict)} | looked at all along: {looked}")
    return lines


def matched(sides: dict[str, Side]) -> list[str]:
    """The pairs at equal depth, and at equal depth and flops."""
    lines = []
    for a, b in combinations(CHAIN, 2):
        for names in (["depth"], ["depth", "flops"]):
            found = adjusted.adjusted(sides[a], sides[b], names)
            apart = {row.name: row.smd for row in found.imbalance}
            lines.append(
                f"{a} against {b} at equal {' and '.join(names)}: "
                f"{a} wins {'; '.join(map(wins, found.ways))}; "
                f"factor {interval(found.mean.factor)}, of medians "
                f"{interval(found.median.factor)}; SMD of depth {apart['depth']:.2f}"
            )
    return lines


def wins(way: Way) -> str:
    """Theta by one way to match."""
    said = percentages(way.theta) if way.theta.decided else "no interval"
    return said if way.name == "overlap weights" else f"{way.name} {said}"


def within(
    name: str, population: Population, one: str, other: str, rows: NDArray[np.bool_]
) -> str:
    """Networks of one population with a property against those without."""
    e, w = population.error, population.multiplicity
    a, b = edf(e[rows], w[rows]), edf(e[~rows], w[~rows])
    found = compare(a, b, usual_cut([a, b]))
    return f"{name}: {a.n} v {b.n}: {verdict(found, one, other)}"


def held(name: str, population: Population, one: str, rows: NDArray[np.bool_]) -> str:
    """The same at equal depth, and at equal depth and flops."""
    e, w, columns = population.error, population.multiplicity, population.columns
    told = []
    for names in (("depth",), ("depth", "flops")):
        x = np.stack([columns[column] for column in names], axis=1)
        found = compare_matched(
            e[rows],
            x[rows],
            e[~rows],
            x[~rows],
            np.random.default_rng(0),
            multiplicity_a=w[rows],
            multiplicity_b=w[~rows],
        )
        theta = found.theta
        said = percentages(theta) if theta.decided else f"no interval: {found.reason}"
        told.append(f"{' and '.join(names)} {said}")
    return f"{name}, {one} at equal {', '.join(told)}"


def properties_held(sides: dict[str, Side]) -> list[str]:
    """The same findings where depth, and depth and flops, are held fixed."""
    return [held(name, of, one, rows) for name, of, one, _, rows in asked(sides)]


def properties(sides: dict[str, Side]) -> list[str]:
    """The paper's findings about parameters, inside the spaces that vary them."""
    return [within(*question) for question in asked(sides)]


def asked(sides: dict[str, Side]) -> list[Question]:
    """Properties of networks that the paper finds good, in the spaces that vary them."""
    questions: list[Question] = []
    for name in ("AnyNetX_C", "AnyNetX_E", "RegNetX"):
        of = sides[name].results
        b, g = of.columns["bottleneck_ratio"], of.columns["group_width"]
        questions += [
            (name, of, "b <= 2", "b = 4", b <= 2),
            (name, of, "b = 1", "b > 1", b == 1),
            (name, of, "g > 1", "g = 1", g > 1),
        ]
    of = sides["AnyNetX_C"].results
    for noun in ("width", "depth"):
        stages = np.stack([of.columns[f"{noun}_{i}"] for i in (1, 2, 3)])
        growing = (np.diff(stages, axis=0) >= 0).all(axis=0)
        questions.append(("AnyNetX_C", of, f"growing {noun}s", "others", growing))
    of = sides["RegNetX"].results
    w0, wa, wm = (of.columns[name] for name in ("w0", "wa", "wm"))
    near = np.abs(np.log(w0 / wa)) <= np.log(2) / 2
    return [
        *questions,
        ("RegNetX", of, "wm >= 2", "wm < 2", wm >= 2),
        ("RegNetX", of, "w0 about wa", "others", near),
    ]


def deep(sides: dict[str, Side]) -> list[str]:
    """Networks of 7 and more blocks against shallower ones of the same space."""
    lines = []
    for name, one in sides.items():
        of = one.results
        lines.append(within(name, of, "d >= 7", "d <= 6", of.columns["depth"] >= 7))
    return lines


def tails(sides: dict[str, Side]) -> list[str]:
    """The good and the bad ends of the four EDFs."""
    return [
        f"{name}: error below 25 %: {interval(one.edf.below(25.0))}, "
        f"below 40 %: {interval(one.edf.below(40.0))}, mean {one.edf.mean_of_finite:.1f}"
        for name, one in sides.items()
    ]


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
        "tails": tails(sides),
        "properties": properties(sides),
        "held": properties_held(sides),
        "deep": deep(sides),
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
