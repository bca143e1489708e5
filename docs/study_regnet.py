"""Prints every number of docs/study-regnet.md, from the archive in reference/.

    PYTHONPATH=. python docs/study_regnet.py

The claims are those of arXiv 2003.13678; the statistics are the project's own.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from db.migrations import upgrade
from db.session import Database
from netspace import addresses
from netspace.studies import archive
from population.basics.estimate import Estimate
from population.comparing.comparison import compare, percentages, probability, verdict
from population.comparing.differences import usual_cut
from population.comparing.multiple import holm, level_of_each, said
from population.curves.bootstrap import best_range
from population.curves.edf import edf
from population.matching.matched import compare_matched
from population.matching.sample import Sample
from population.matching.sensitivity import Way
from population.population import Population
from population.trust.correlation import spearman
from services.comparing import adjusted, comparisons, searches, stability
from services.comparing.sides import Side, side
from services.reading.snapshots import Snapshots

FILE = Path(__file__).parents[1] / "reference" / "regnet-fashion-14.json.gz"
Question: TypeAlias = tuple[str, Population, str, str, NDArray[np.bool_]]
"""A space, its networks, what some of them are, what the others are, and which are which."""

CHAIN = ("AnyNetX_A", "AnyNetX_C", "AnyNetX_E", "RegNetX")


def study(folder: Path) -> tuple[Database, dict[str, Side]]:
    """The four spaces of the study, imported into a database of their own."""
    database = Database(addresses.sqlite(folder / "study.db"))
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
    """Every pair of spaces, p by Holm over six."""
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
    said = percentages(way.theta) if way.theta.bounded else "no interval"
    return said if way.name == "overlap weights" else f"{way.name} {said}"


def listed(questions: Sequence[Question]) -> list[str]:
    """Networks of one population with a property against those without; p by Holm over all."""
    found = []
    for _, population, _, _, rows in questions:
        e, w = population.error, population.multiplicity
        a, b = edf(e[rows], w[rows]), edf(e[~rows], w[~rows])
        found.append(compare(a, b, usual_cut([a, b])))
    p = [one.theta.p for one in found]
    level = level_of_each(p)
    return [
        f"{name}: {one.a.n} v {one.b.n}: "
        f"{verdict(replace(one, level=level), yes, no, adjusted_p, said(len(p)))}"
        for (name, _, yes, no, _), one, adjusted_p in zip(
            questions, found, holm(p), strict=True
        )
    ]


def held(name: str, population: Population, one: str, rows: NDArray[np.bool_]) -> str:
    """The same at equal depth, and at equal depth and flops."""
    e, w, columns = population.error, population.multiplicity, population.columns
    told = []
    for names in (("depth",), ("depth", "flops")):
        x = np.stack([columns[column] for column in names], axis=1)
        a, b = Sample.of(e[rows], x[rows], w[rows]), Sample.of(e[~rows], x[~rows], w[~rows])
        found = compare_matched(a, b, np.random.default_rng(0))
        theta = found.theta
        said = percentages(theta) if theta.bounded else f"no interval: {found.reason}"
        told.append(f"{' and '.join(names)} {said}")
    return f"{name}, {one} at equal {', '.join(told)}"


def properties_held(sides: dict[str, Side]) -> list[str]:
    """The same findings where depth, and depth and flops, are held fixed."""
    return [held(name, of, one, rows) for name, of, one, _, rows in asked(sides)]


def properties(sides: dict[str, Side]) -> list[str]:
    """The paper's findings about parameters, inside the spaces that vary them."""
    return listed(asked(sides))


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
    return listed(
        [
            (name, one.results, "d >= 7", "d <= 6", one.results.columns["depth"] >= 7)
            for name, one in sides.items()
        ]
    )


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
    pairs = [("AnyNetX_A", "AnyNetX_E"), ("AnyNetX_A", "RegNetX"), ("AnyNetX_C", "RegNetX")]
    edfs = {name: by_name[f"Study: {name}, 4x epochs (fashion-14-x4)"].edf for name in CHAIN}
    found = [
        compare(edfs[a], edfs[b], usual_cut([edfs[a], edfs[b]]))
        for a, b in combinations(CHAIN, 2)
    ]
    p = [one.theta.p for one in found]
    level = level_of_each(p)
    lines = []
    for place, (a, b) in enumerate(combinations(CHAIN, 2)):
        if (a, b) in pairs:
            one = replace(found[place], level=level)
            lines.append(
                f"{a} against {b}, 20 epochs: {a} wins {percentages(one.theta_interval)}, "
                f"{probability(holm(p)[place])} ({said(len(p))}); "
                f"medians {one.a.median:.2f} and {one.b.median:.2f}"
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
