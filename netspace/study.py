"""The reference study: the paper's chain at a small scale, declared, and queued where it lacks.

AnyNetX_A, C and E and RegNetX for small images, all of the same range of depths, under one
regime and one window of flops; some networks with two more seeds, some for four times the
epochs. Running it again goes on where it stopped; a larger one makes the populations larger.

Source: arXiv 2003.13678, section 3; the scale is that of the regime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from db.session import Database
from designspace.regimes import PRESETS as REGIMES
from designspace.regimes import Regime
from designspace.spaces import PRESETS as SPACES
from netspace.stack.errors import CannotStart
from services import populations, regimes, spaces
from services.errors import Conflict
from services.populations import PopulationRecord, Spec
from services.progress import Progress

CHAIN = ("AnyNetX_A", "AnyNetX_C", "AnyNetX_E", "RegNetX")
COMPARED = ("AnyNetX_A", "RegNetX")
"""The ends of the chain: the seeds and the longer schedule are for these."""

LONGER = 4
"""Times the epochs."""


@dataclass(frozen=True)
class Study:
    """How large each part is, and under what it is measured."""

    regime: str = "fashion-14"
    window: str = "300k..600k"  # flops
    n: int = 100  # networks of each space
    repeated: int = 20  # of them with two more seeds, of the COMPARED spaces
    longer: int = 15  # of them for LONGER times the epochs, of the spaces in `longer_of`
    longer_of: Sequence[str] = COMPARED
    seed: int = 0  # of the draws


@dataclass(frozen=True)
class Part:
    """One population of a study."""

    name: str
    space: str  # a ready-made one, without "small"
    regime: str
    n: int
    training_seed: int = 0


def parts(study: Study) -> list[Part]:
    """The populations, the large ones first: they take turns in the queue."""
    longer = f"{study.regime}-x{LONGER}"
    every = [Part(name, name, study.regime, study.n) for name in CHAIN]
    every += [
        Part(f"{name}, seed {seed}", name, study.regime, study.repeated, seed)
        for name in COMPARED
        for seed in (1, 2)
    ]
    every += [
        Part(f"{name}, {LONGER}x epochs", name, longer, study.longer)
        for name in study.longer_of
    ]
    return [part for part in every if part.n]


def title(part: Part) -> str:
    """Its population's name: `Study: AnyNetX_A, seed 1 (fashion-14)`."""
    return f"Study: {part.name} ({part.regime})"


def queue(database: Database, study: Study) -> list[int]:
    """The ids of the study's populations, those made or made larger that were not there.

    Raises:
        CannotStart: no such regime, or a population of that name is another one.
    """
    return [_ensure(database, study, part) for part in parts(study)]


def _ensure(database: Database, study: Study, part: Part) -> int:
    spec = _spec(database, study, part)
    with database.read() as session:
        found = [one for one in populations.every(session) if one.name == spec.name]
    if not found:
        return populations.create(database, spec)
    [there] = found
    if not _is_of(there, spec):
        raise CannotStart(f"population {spec.name!r} is another one: rename the study's regime")
    if there.n < part.n:
        populations.extend(database, there.id, part.n - there.n)
    return there.id


def _spec(database: Database, study: Study, part: Part) -> Spec:
    """A population as it is to be, its space and regime defined."""
    space = f"{part.space} small"
    try:
        with database.durable() as session:
            return Spec(
                name=title(part),
                space_id=spaces.define(session, space, SPACES[space]),
                regime_id=regimes.define(session, part.regime, _regime(study, part)),
                n=part.n,
                windows={"flops": study.window},
                seed=study.seed,
                training_seed=part.training_seed,
            )
    except Conflict as taken:
        raise CannotStart(str(taken)) from None


def _regime(study: Study, part: Part) -> Regime:
    """The ready-made one, or the study's with more epochs where there is none."""
    if study.regime not in REGIMES:
        known = ", ".join(REGIMES)
        raise CannotStart(f"no regime {study.regime!r}: there are {known}")
    short = REGIMES[study.regime]
    if part.regime == study.regime:
        return short
    longer = short.model_copy(update={"epochs": LONGER * short.epochs})
    return REGIMES.get(part.regime, longer)


def _is_of(there: PopulationRecord, spec: Spec) -> bool:
    return (
        there.space_id,
        there.regime_id,
        there.windows,
        there.seed,
        there.training_seed,
    ) == (
        spec.space_id,
        spec.regime_id,
        spec.windows,
        spec.seed,
        spec.training_seed,
    )


def follow(database: Database, ids: Sequence[int], pause: Callable[[], None]) -> Iterator[str]:
    """A line whenever a job has ended, until all of them have."""
    ended = None
    while True:
        with database.read() as session:
            now = [populations.get(session, id).progress for id in ids]
        if ended != (ended := sum(one.done + one.failed for one in now)):
            yield _line(now)
        if all(one.complete for one in now):
            return
        pause()


def _line(now: Sequence[Progress]) -> str:
    """`312 of 510 trained, 1 without a result, 16 at work; 24 a minute`."""

    def total(what: str) -> Any:
        return sum(getattr(one, what) for one in now)

    line = f"{total('done'):,} of {total('total'):,} trained, "
    line += f"{total('failed'):,} without a result, {total('running'):,} at work"
    if rate := total("networks_per_minute"):
        line += f"; {rate:.0f} a minute"
    return f"{line}; {paused:,} are paused" if (paused := total("paused")) else line
