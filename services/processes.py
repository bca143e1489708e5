"""Processes: work that would hold up others is done in processes apart, few at once.

What it takes depends on what somebody asks: beside the requests of others it would take their
turns, and there is no other way to end it. So a child process does it: it is ended at its
deadline, and at once when its asker has gone. One that has needed much memory ends by itself,
because Python gives none back.

`python -m services.processes` is the child: tasks come on its standard input, answers go out.
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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread

from services.errors import Busy

Result = TypeVar("Result")
Answer = TypeVar("Answer", covariant=True)

WAIT_SECONDS = 30.0
"""How long one waits for its turn."""
GRACE_SECONDS = 10.0
"""Behind the deadline, to send what was found."""
TICK_SECONDS = 0.2
LARGE_KIB = 512 * 1024
"""Memory of a child that is not kept for the next task."""


class Task(Protocol[Answer]):
    """What a child does; it travels there as a pickle, and its answer or error comes back."""

    @property
    def seconds(self) -> float:
        """In which it has to end."""

    def run(self) -> Answer:
        """Do it."""


class Run(Protocol):
    """Has a task done, and waits for it."""

    def __call__(self, task: Task[Answer], /) -> Answer:
        """The task's answer.

        Raises:
            Busy: it did not end in its time, or nobody waits for it any more.
            Exception: what the task has raised.
        """


@dataclass
class _Asker:
    """Who waits for an answer."""

    begun: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)


class Processes:
    """Child processes, made when they are first needed.

    Args:
        noun: what they do, as others are told who wait.
        at_once: how many are at work together.
    """

    def __init__(self, noun: str, at_once: int) -> None:
        self._noun, self._at_once = noun, at_once
        self._limiter = CapacityLimiter(at_once)
        self._idle: list[subprocess.Popen[bytes]] = []
        self._living: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    async def attend(
        self, has_gone: Callable[[], Awaitable[bool]], work: Callable[[Run], Result]
    ) -> Result:
        """Do some work, tasks among it, in a thread apart from those of other requests.

        Args:
            has_gone: whether nobody waits for the answer any more; asked while it is made.

        Raises:
            Busy: others are at work for too long, or the asker has gone.
        """
        asker, since = _Asker(), time.monotonic()

        def begin() -> Result:
            asker.begun.set()
            return work(lambda task: self._done(task, asker))

        doing = asyncio.ensure_future(to_thread.run_sync(begin, limiter=self._limiter))
        try:
            while not (await asyncio.wait({doing}, timeout=TICK_SECONDS))[0]:
                late = time.monotonic() - since > WAIT_SECONDS
                if late and not asker.begun.is_set():
                    raise Busy(f"{self._at_once} {self._noun} for others; ask again soon")
                if await has_gone():
                    raise Busy("nobody waits for the answer any more")
            return doing.result()
        finally:
            asker.gone.set()
            # What ends because of that is nobody's fault: else asyncio would log it as one.
            doing.add_done_callback(lambda done: done.cancelled() or done.exception())
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

    def _done(self, task: Task[Any], asker: _Asker) -> Any:
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
                    raise Busy(f"it did not end in {task.seconds:g} s")
            answer, ends = _receive(child.stdout)
        except BaseException:
            self._end(child)
            raise
        if ends:
            self._end(child)
        else:
            with self._lock:
                self._idle.append(child)
        if isinstance(answer, Exception):
            raise answer
        return answer

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
                [sys.executable, "-m", "services.processes"],
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
        raise EOFError("the process has ended")
    return pickle.loads(pipe.read(int.from_bytes(size, "little")))  # nosec B301


def peak_kib() -> int:
    """The most memory that this process has had (of `getrusage` it would be its parent's)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def main() -> None:
    """Answer tasks until the asking process has gone, or one has needed much memory."""
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
        ends = peak_kib() > LARGE_KIB
        _send(answers, (answer, ends))
        if ends:
            return


if __name__ == "__main__":
    main()
