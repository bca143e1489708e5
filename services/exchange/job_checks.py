"""Audits of an archive's jobs: states, results, failures and epochs that go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from jobs.states import DONE, RESULTLESS
from services.errors import Refused
from services.exchange.archives import PENDING, Archive, ArchivedJob, shown
from services.reading.snapshots import COMPLEXITY, FIT

OF_TRAINING = ("error", "loss", "diverged")


def jobs(archive: Archive) -> Iterator[Refused]:
    """Jobs that somebody wants, each once, and whole."""
    keys = [(job.network, job.regime, job.seed, job.kind) for job in archive.jobs]
    yield from once("jobs", keys)
    epochs = {regime.name: regime.regime.epochs for regime in archive.regimes}
    wanted = {
        (draw.network, population.regime, population.training_seed)
        for population in archive.populations
        for draw in population.draws
    }
    drawn = {
        name
        for population in archive.populations
        for draw in population.draws
        for name in draw.parameters
    }
    for i, job in enumerate(archive.jobs):
        if (job.network, job.regime, job.seed) not in wanted:
            allowed = "a job of a network, regime and seed that a population here has"
            yield Refused(f"jobs.{i}", shown(job.network), allowed)
        else:
            yield from _job(f"jobs.{i}", job, epochs[job.regime], drawn)


def _job(where: str, job: ArchivedJob, epochs: int, drawn: set[str]) -> Iterator[Refused]:
    """A job whose state, result, failure and epochs go together."""
    if (job.state == DONE) != (job.result is not None):
        yield Refused(f"{where}.result", job.state, "there where the state is `done`, only")
    if (job.state in RESULTLESS) != (job.failure is not None):
        yield Refused(f"{where}.failure", job.failure, "there where it ended without result")
    if (job.state == PENDING) != (job.ended_at is None):
        yield Refused(f"{where}.ended_at", job.ended_at, "there where the job has ended")
    numbers = [epoch.epoch for epoch in job.epochs]
    if numbers != sorted(set(numbers)) or (numbers and numbers[-1] > epochs):
        allowed = f"ascending, once each, at most {epochs} by the regime"
        yield Refused(f"{where}.epochs", shown(numbers), allowed)
    if job.result is not None:
        yield from _result(f"{where}.result.quantities", job, job.result.quantities, drawn)


def _result(
    where: str, job: ArchivedJob, quantities: dict[str, float], drawn: set[str]
) -> Iterator[Refused]:
    """Quantities that may stand beside a population's columns."""
    if job.kind == "train" and ("error" in quantities) == bool(quantities.get("diverged")):
        yield Refused(where, shown(quantities), "an `error`, or `diverged`, of a training")
    if not 0 <= quantities.get("error", 0) <= 100:
        yield Refused(f"{where}.error", quantities["error"], "from 0 to 100 percent")
    taken = {*COMPLEXITY, *FIT, *drawn, *(OF_TRAINING if job.kind != "train" else ())}
    for name in quantities.keys() & taken:
        yield Refused(f"{where}.{name}", quantities[name], "no column of what was drawn")


def once(where: str, keys: Iterable[Hashable]) -> Iterator[Refused]:
    """Whatever stands in `where` more than once."""
    for key, count in Counter(keys).items():
        if count > 1:
            yield Refused(where, shown(key), "each once")
