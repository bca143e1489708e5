"""`make soak`: fifteen minutes of it, and its table in docs/operations.md.

python -m soaking.report DOCUMENT [--short]
"""

import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.report import processor
from soaking.outcome import quantile
from soaking.run import LONG, SHORT, Soak

BEGIN, END = "<!-- written by make soak -->", "<!-- end of what make soak wrote -->"


def main(document, *options):
    with tempfile.TemporaryDirectory(prefix="netspace-soak-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may be another user's
        soak = Soak(Path(folder), SHORT if "--short" in options else LONG)
        outcome = soak.run()
    write(document, outcome)
    for sentence in outcome.complaints:
        sys.stdout.write(sentence + "\n")
    sys.exit(bool(outcome.complaints))


def write(document, outcome):
    """Put the tables where the document has those of the run before."""
    text = document.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [BEGIN, "", *phases(outcome), "", *memory(outcome), "", *came_of_it(outcome), END]
    document.write_text(before + "\n".join(lines) + after)


def phases(outcome):
    """A row for each phase."""
    yield (
        "| phase | s | GETs | first byte, ms: p50 | p95 | p99 | whole, p95 "
        "| result to event, ms: p50 | p95 | events heard | cores: web | workers | this | load |"
    )
    yield "|---|" + "--:|" * 13
    for phase in filter(lambda one: one.ended, outcome.phases):  # what follows is not measured
        waits = [ms(phase.first, q) for q in (0.5, 0.95, 0.99)]
        delays = [ms(phase.delays, q) for q in (0.5, 0.95)]
        cores = [f"{phase.cores(name):.2f}" for name in ("web", "worker", "load")]
        if phase.name == outcome.restarts_phase:
            cores = ["-"] * 3  # what a killed part had used is lost
        numbers = [f"{phase.seconds:.0f}", len(phase.whole), *waits, ms(phase.whole, 0.95)]
        numbers += [*delays, phase.events, *cores, f"{phase.load:.1f}"]
        yield f"| {phase.name} | {' | '.join(map(str, numbers))} |"


def ms(seconds, q):
    return f"{1000 * quantile(seconds, q):.0f}" if seconds else "-"


def memory(outcome):
    """A row for each part."""
    yield "| part | MiB after the warm-up | among the crowd | before it was killed | grown, % |"
    yield "|---|" + "--:|" * 4
    for name in sorted(outcome.memory):
        warm, most, end = outcome.memory[name]
        grown = f"{outcome.growth(name):+.1f}"
        yield f"| {name} | {warm:.0f} | {most:.0f} | {end:.0f} | {grown} |"


def came_of_it(outcome):
    """What happened, in sentences."""
    took = ", ".join(
        f"{name} {over - began:.0f}" for name, (began, over) in outcome.restarts.items()
    )
    yield f"Restarts, seconds until all was well: {took}."
    yield (
        f"{outcome.jobs} jobs; broken promises {len(outcome.broken)}, listeners that lack "
        f"something {len(outcome.behind)}, errors {len(outcome.errors)}; refused or cut off "
        f"while a part restarted, and asked again: {outcome.reconnecting}; asked anew because "
        f"a kept connection had ended: {outcome.again}."
    )
    yield f"{date.today()}, {os.cpu_count()} cores ({processor()})."


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
