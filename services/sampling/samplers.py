"""Samplers: sampling in processes of its own, few at once, and never without an end.

What sampling takes depends on windows that anybody may write: a hopeless one would go on for
hours, and beside the requests of others it would take their turns. So it happens in a child
process: it ends at a deadline, sooner where its progress says that the deadline would not do,
and at once when its asker has gone.

`python -m services.sampling.samplers` is the child: tasks come on its standard input, answers
go out.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any, Protocol, TypeVar, cast

import numpy as np
from anyio import CapacityLimiter, to_thread

from columns.constraints import Constraint
from designspace import sampling
from designspace.regimes import Regime
from designspace.sampling import Draw, Sample, TooFewNetworks
from designspace.spaces.base import Family
from services.errors import Busy

Result = TypeVar("Result")

AT_ONCE = 2
"""Samplings at once; others wait."""
WAIT_SECONDS = 30.0
"""How long one waits for its turn."""
PATIENCE_SECONDS = 3.0
"""After which progress is judged."""
GRACE_SECONDS = 10.0
"""Behind the deadline, to send what was found."""
TICK_SECONDS = 0.2

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


@dataclass
class _Asker:
    """Who waits for an answer."""

    begun: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)


class Samplers:
    """Sampling processes, made when they are first needed.

    Args:
        seconds: that one sampling may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limiter = CapacityLimiter(AT_ONCE)
        self._idle: list[subprocess.Popen[bytes]] = []
        self._living: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    async def attend(
        self, has_gone: Callable[[], Awaitable[bool]], work: Callable[[Sampler], Result]
    ) -> Result:
        """Do some work with a sampler in a thread apart from those of other requests.

        Args:
            has_gone: whether nobody waits for the answer any more; asked while it is made.

        Raises:
            Busy: others sample for too long, or the asker has gone.
        """
        asker, since = _Asker(), time.monotonic()

        def begin() -> Result:
            asker.begun.set()
            return work(self._sampler(asker))

        doing = asyncio.ensure_future(to_thread.run_sync(begin, limiter=self._limiter))
        try:
            while not (await asyncio.wait({doing}, timeout=TICK_SECONDS))[0]:
                late = time.monotonic() - since > WAIT_SECONDS
                if late and not asker.begun.is_set():
                    raise Busy(f"{AT_ONCE} populations are sampled for others; ask again soon")
                if await has_gone():
                    raise Busy("nobody waits for the answer any more")
            return doing.result()
        finally:
            asker.gone.set()
            if not asker.begun.is_set():
                doing.cancel()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            for child in self._living:
                child.kill()
                child.wait()
                _pipes_closed(child)
            self._living.clear()
            self._idle.clear()

    def _sampler(self, asker: _Asker) -> Sampler:
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
            task = Task(space, n, seed, windows, regime, candidates, known, self._seconds)
            return self._sampled(task, asker)

        return sample

    def _sampled(self, task: Task, asker: _Asker) -> Sample:
        child = self._taken()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            _send(child.stdin, task)
            end = time.monotonic() + task.seconds + GRACE_SECONDS
            while not select.select([child.stdout], [], [], TICK_SECONDS)[0]:
                if asker.gone.is_set():
                    raise Busy("nobody waits for the answer any more")
                if time.monotonic() > end:
                    raise Busy(f"sampling did not end in {task.seconds:g} s")
            answer = _receive(child.stdout)
        except BaseException:
            self._end(child)
            raise
        with self._lock:
            self._idle.append(child)
        if isinstance(answer, Exception):
            raise answer
        return cast(Sample, answer)

    def _taken(self) -> subprocess.Popen[bytes]:
        """A process that has nothing to do."""
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.poll() is None:
                    return child
                self._living.discard(child)
                _pipes_closed(child)
            child = subprocess.Popen(
                [sys.executable, "-m", "services.sampling.samplers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self._living.add(child)
            return child

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        child.kill()
        child.wait()
        _pipes_closed(child)
        with self._lock:
            self._living.discard(child)


def _pipes_closed(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):  # something was still on its way
            pipe.close()


def _send(pipe: IO[bytes], what: Any) -> None:
    data = pickle.dumps(what)
    pipe.write(len(data).to_bytes(8, "little") + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """What the other side has sent; its own process made it.

    Raises:
        EOFError: it has ended.
    """
    size = pipe.read(8)
    if len(size) < 8:
        raise EOFError("the sampling process has ended")
    return pickle.loads(pipe.read(int.from_bytes(size, "little")))  # nosec B301


def main() -> None:
    """Answer tasks until the asking process has gone."""
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed is no answer
    while True:
        try:
            task = _receive(tasks)
        except EOFError:
            return
        try:
            answer: Any = task.run()
        except Exception as error:
            answer = error
        _send(answers, answer)


if __name__ == "__main__":
    main()
