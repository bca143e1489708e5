"""Samplers: sampling in processes of its own, few at once, and never without an end.

What sampling takes depends on windows that anybody may write: a hopeless one would go on for
hours. So it ends at a deadline, and sooner where its progress says that the deadline would not
do.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import numpy as np

from columns.constraints import Constraint
from designspace import sampling
from designspace.regimes import Regime
from designspace.sampling import Draw, Sample, TooFewNetworks
from designspace.spaces.base import Family
from services.processes import Processes, Run

Result = TypeVar("Result")

AT_ONCE = 2
"""Samplings at once; others wait."""
PATIENCE_SECONDS = 3.0
"""After which progress is judged."""

IMAGES = ("resolution", "channels", "classes")
"""Of a regime."""


class Sampler(Protocol):
    """Draws n distinct networks of a space, the known ones first; all there are for None."""

    def __call__(
        self,
        space: Family,
        n: int | None,
        seed: int,
        windows: Mapping[str, Constraint],
        regime: Regime,
        *,
        candidates: int | None = None,
        known: Sequence[Draw] = (),
    ) -> Sample:
        """The sample that the seed gives.

        Args:
            candidates: give up after so many; of all there are, make so many.

        Raises:
            TooFewNetworks: of them not enough were found, perhaps in time.
            Busy: nobody waits for the answer any more.
        """


@dataclass(frozen=True)
class Task:
    """What is to be sampled, and in how many seconds."""

    space: Family
    n: int | None  # all there are, in random order
    seed: int
    windows: Mapping[str, Constraint]
    regime: Regime
    candidates: int | None
    known: Sequence[Draw]
    seconds: float = float("inf")

    def run(self) -> Sample:
        """The sample, fitted; see `Sampler`."""
        begun, had = time.monotonic(), len(self.known)
        found = self._all() if self.n is None else self._sampled(self.n, begun)
        wanted = len(found.draws) if self.n is None else self.n
        fits, draws = Patience(begun, wanted - had, self.seconds), list[Draw]()
        for draw in sampling.fitted(found.draws):
            draws.append(draw)
            if reason := fits.ended(len(draws) - had):
                raise TooFewNetworks(replace(found, draws=draws), wanted, reason)
        return replace(found, draws=draws)

    def _sampled(self, n: int, begun: float) -> Sample:
        had = len(self.known)
        search = Patience(begun, n - had, self.seconds)
        return sampling.sample(
            self.space,
            n,
            np.random.default_rng(self.seed),
            self.windows,
            **self._images,
            candidates=self.candidates,
            known=self.known,
            hopeless=lambda accepted, _tried: search.ended(accepted - had),
        )

    def _all(self) -> Sample:
        rng = np.random.default_rng(self.seed)
        return sampling.everything(
            self.space, rng, self.windows, **self._images, first=self.candidates
        )

    @property
    def _images(self) -> dict[str, int]:
        """What networks are counted for."""
        return {name: getattr(self.regime, name) for name in IMAGES}


@dataclass(frozen=True)
class Patience:
    """How long a step of sampling may go on, by what it has done so far."""

    begun: float  # the task, by the monotonic clock
    wanted: int  # networks of this step
    seconds: float  # that the task may take
    since: float = field(default_factory=time.monotonic)

    def ended(self, done: int) -> str:
        """Why the step is to end after so many networks; "" while it may go on."""
        now = time.monotonic()
        if now - self.begun > self.seconds:
            return f"in the {self.seconds:g} s that sampling may take"
        if now - self.since < PATIENCE_SECONDS:
            return ""
        ahead = (now - self.since) * self.wanted / max(done, 0.5)
        if ahead > 2 * self.seconds:
            return f"in {now - self.begun:.0f} s; sampling may take {self.seconds:g} s"
        return ""


def here(
    space: Family,
    n: int | None,
    seed: int,
    windows: Mapping[str, Constraint],
    regime: Regime,
    *,
    candidates: int | None = None,
    known: Sequence[Draw] = (),
) -> Sample:
    """A sampler of this process, without a limit of time."""
    return Task(space, n, seed, windows, regime, candidates, known).run()


class Samplers:
    """Sampling processes.

    Args:
        seconds: that one sampling may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._processes = Processes("populations are sampled", AT_ONCE)

    def close(self) -> None:
        """End all processes."""
        self._processes.close()

    async def attend(
        self, has_gone: Callable[[], Awaitable[bool]], work: Callable[[Sampler], Result]
    ) -> Result:
        """Do some work with a sampler in a thread apart from those of other requests.

        Args:
            has_gone: whether nobody waits for the answer any more; asked while it is made.

        Raises:
            Busy: others sample for too long, or the asker has gone.
        """
        return await self._processes.attend(has_gone, lambda run: work(self._sampler(run)))

    def _sampler(self, run: Run) -> Sampler:
        def sample(
            space: Family,
            n: int | None,
            seed: int,
            windows: Mapping[str, Constraint],
            regime: Regime,
            *,
            candidates: int | None = None,
            known: Sequence[Draw] = (),
        ) -> Sample:
            return run(Task(space, n, seed, windows, regime, candidates, known, self._seconds))

        return sample
