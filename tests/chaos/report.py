"""`make chaos`: a long storm on each database, and its table in docs/reliability.md.

python tests/chaos/report.py DOCUMENT
"""

import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from faults import FAULTS, KINDS, SQLITE
from storm import Storm

from benchmarks.report import processor

JOBS = 1000
ROUNDS = 3
SECONDS = 3600.0
SEED = int(os.environ.get("CHAOS_SEED", "200310"))

BEGIN, END = "<!-- written by make chaos -->", "<!-- end of what make chaos wrote -->"


def main(document):
    outcomes = [rage(kind) for kind in KINDS]
    text = document.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [BEGIN, "", *what_struck(outcomes), "", *what_came_of_it(outcomes), "", END]
    document.write_text(before + "\n".join(lines) + after)


def rage(kind):
    """The outcome of one storm; ends the program where a promise was broken."""
    with tempfile.TemporaryDirectory(prefix="netspace-chaos-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may be another user's
        storm = Storm(Path(folder), kind, JOBS, SEED, rounds=ROUNDS, seconds=SECONDS)
        outcome = storm.rage()
        say(f"{kind}: {outcome.jobs} jobs, {outcome.seconds:.0f} s")
        if outcome.violations or outcome.missed:
            for sentence in [
                *outcome.violations,
                *(f"{name}: missed" for name in outcome.missed),
            ]:
                say(sentence)
            say(storm.lab.said())
            sys.exit(f"{kind}: CHAOS_SEED={SEED} broke a promise")
    return outcome


def what_struck(outcomes):
    """A row for each fault: what withstands it, and how often it struck."""
    yield f"| what struck | what withstands it | {' | '.join(KINDS)} |"
    yield "|---|---|" + "--:|" * len(outcomes)
    for fault in FAULTS:
        times = [str(outcome.struck[fault.name] or "-") for outcome in outcomes]
        yield f"| {fault.name} | {fault.mechanism} | {' | '.join(times)} |"


def what_came_of_it(outcomes):
    """What the jobs went through, and how they ended."""
    rows = {
        "networks in the population": lambda o: o.jobs,
        "jobs done, with one result each": lambda o: o.events["done"],
        "violations that the checker found": lambda o: len(o.violations),
        "claims": lambda o: o.events["claimed"],
        "leases that expired": lambda o: o.events["expired"],
        "attempts that crashed and were repeated": lambda o: o.events["retried"],
        "jobs released by a worker that stopped": lambda o: o.events["released"],
        "results taken though their lease was lost": lambda o: o.late,
        "starts of a worker": lambda o: o.starts["worker1"] + o.starts["worker2"],
        "starts of the broker": lambda o: o.starts["broker"],
        "starts of the database": lambda o: "-" if o.kind == SQLITE else o.starts["postgres"],
        "seconds": lambda o: round(o.seconds),
    }
    yield f"| what came of it | {' | '.join(KINDS)} |"
    yield "|---|" + "--:|" * len(outcomes)
    for name, value in rows.items():
        yield f"| {name} | {' | '.join(str(value(outcome)) for outcome in outcomes)} |"
    yield ""
    yield f"Seed {SEED}, {date.today()}, {os.cpu_count()} cores ({processor()})."


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
