"""The reference studies: the paper's claims at a small scale, declared, queued where they lack.

*The chain*: AnyNetX_A, C and E and RegNetX for small images, all of the same range of depths,
under one regime and one window of flops; some networks with two more seeds, some for four times
the epochs. *The paper's ranges*: RegNetX of 12 to 28 blocks, where depth about 20, b = 1 and wm
about 2.5 can be asked for, beside AnyNetX_A of as many. *Across flops*: that RegNetX in four
windows of flops, each twice the one before.

Running one again goes on where it stopped, from an archive too; a larger one makes the
populations larger.

Source: arXiv 2003.13678, section 3; the scale is that of the regime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from db.session import Database
from designspace.regimes import PRESETS as REGIMES
from designspace.regimes import Regime
from designspace.spaces.presets import PRESETS as SPACES
from netspace.stack.errors import CannotStart
from services.defining import regimes, spaces
from services.errors import Conflict
from services.sampling import populations, records
from services.sampling.populations import Spec
from services.sampling.records import PopulationRecord
from services.work import schedule
from services.work.progress import Progress

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
    space: str  # a ready-made one
    regime: str  # its name
    window: str  # flops
    n: int
    seed: int = 0  # of the draws
    training_seed: int = 0
    longer: int = 1  # times the epochs of the regime, which has a name of its own then


PAPERS_RANGES = (
    Part("RegNetX, the paper's ranges", "RegNetX deep", "fashion-14-deep", "1M..3M", 500, 3),
    Part("AnyNetX_A, the paper's ranges", "AnyNetX_A deep", "fashion-14-deep", "1M..3M", 100),
)
"""Seed 3 of the draws was taken before anything was trained: of its 500 networks 47 pass
`depth=18..22; bottleneck_ratio=1; wm=2.25..2.75`; seeds 0 to 7 have 21, 37, 41, 47, 31, 37, 32
and 26. Chosen by counts alone, it biases no error."""


ACROSS_FLOPS = tuple(
    Part(f"RegNetX, {words}", "RegNetX deep", "fashion-14-deep", window, 60)
    for words, window in (
        ("0.25 to 0.5 MF", "250k..500k"),
        ("0.5 to 1 MF", "500k..1M"),
        ("1 to 2 MF", "1M..2M"),
        ("2 to 4 MF", "2M..4M"),
    )
)
"""How the best networks change with the flops that they may have: section 5 of the paper."""


def parts(study: Study) -> list[Part]:
    """The chain's populations, the large ones first: they take turns in the queue."""

    def part(name: str, space: str, n: int, training_seed: int = 0, longer: int = 1) -> Part:
        return Part(
            name,
            f"{space} small",
            study.regime,
            study.window,
            n,
            study.seed,
            training_seed,
            longer,
        )

    every = [part(space, space, study.n) for space in CHAIN]
    every += [
        part(f"{space}, seed {seed}", space, study.repeated, seed)
        for space in COMPARED
        for seed in (1, 2)
    ]
    every += [
        part(f"{space}, {LONGER}x epochs", space, study.longer, longer=LONGER)
        for space in study.longer_of
    ]
    return [part for part in every if part.n]


def title(part: Part) -> str:
    """Its population's name: `Study: AnyNetX_A, seed 1 (fashion-14)`."""
    return f"Study: {part.name} ({_regime_name(part)})"


def queue(database: Database, parts: Sequence[Part]) -> list[int]:
    """The ids of a study's populations, those made or made larger that were not there.

    Those that came from an archive, and wait since, go on.

    Raises:
        CannotStart: no such regime, or a population of that name is another one.
    """
    return [_ensure(database, part) for part in parts]


def _ensure(database: Database, part: Part) -> int:
    spec = _spec(database, part)
    with database.read() as session:
        found = [one for one in records.every(session) if one.name == spec.name]
    if not found:
        return populations.create(database, spec)
    [there] = found
    if not _is_of(there, spec):
        raise CannotStart(f"population {spec.name!r} is another one: rename the study's regime")
    if there.n < part.n:
        populations.extend(database, there.id, part.n - there.n)
    if there.archive and there.paused:
        with database.durable() as session:
            schedule.set_paused(session, there.id, False)
    return there.id


def _spec(database: Database, part: Part) -> Spec:
    """A population as it is to be, its space and regime defined."""
    try:
        with database.durable() as session:
            return Spec(
                name=title(part),
                space_id=spaces.define(session, part.space, SPACES[part.space]),
                regime_id=regimes.define(session, _regime_name(part), _regime(part)),
                n=part.n,
                windows={"flops": part.window},
                seed=part.seed,
                training_seed=part.training_seed,
            )
    except Conflict as taken:
        raise CannotStart(str(taken)) from None


def _regime_name(part: Part) -> str:
    return part.regime if part.longer == 1 else f"{part.regime}-x{part.longer}"


def _regime(part: Part) -> Regime:
    """The ready-made one, or one with more epochs where there is none."""
    if part.regime not in REGIMES:
        known = ", ".join(REGIMES)
        raise CannotStart(f"no regime {part.regime!r}: there are {known}")
    short = REGIMES[part.regime]
    longer = short.model_copy(update={"epochs": part.longer * short.epochs})
    return REGIMES.get(_regime_name(part), longer)


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
            now = [records.get(session, id).progress for id in ids]
        if ended != (ended := sum(one.done + one.failed + one.cancelled for one in now)):
            yield _line(now)
        if all(one.ended for one in now):
            return
        pause()


def _line(now: Sequence[Progress]) -> str:
    """`312 of 510 trained, 1 without a result, 16 at work; 24 a minute`."""

    def total(what: str) -> Any:
        return sum(getattr(one, what) for one in now)

    line = f"{total('done'):,} of {total('total'):,} trained, "
    lacking = total("failed") + total("cancelled")
    line += f"{lacking:,} without a result, {total('running'):,} at work"
    if rate := total("networks_per_minute"):
        line += f"; {rate:.0f} a minute"
    return f"{line}; {paused:,} are paused" if (paused := total("paused")) else line
