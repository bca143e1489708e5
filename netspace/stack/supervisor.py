"""The supervisor of `make up` and `make lab`: parts start in order and stop in order.

honcho runs each part in a session of its own, reads its lines and prints them with a prefix.
Its `Manager` starts and stops everything at once, so the loop here is ours: parts come in
*waves*. A wave starts when the one before is ready (first the broker, then those that talk to
it) and is asked to stop when the ones after it have ended. A part's line, its end, a signal:
everything that happens is a message in one queue, and one loop reads it.

A part that ends by itself stops all, unless it says that it is started again.

SIGHUP renews the parts that can be, one after another: a successor is started, and when it says
that it is ready the old one is asked to leave, which it does when it has ended what it began.
What lies on disk is new code then, and nobody was turned away.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue

from honcho.colour import get_colours
from honcho.printer import Message, Printer
from honcho.process import Popen, Process

from netspace.stack import lifeline, readiness

SELF = "netspace"
"""The name under which the supervisor itself speaks."""

PAUSE = 1.0
"""Seconds before a part that died is started again; each death in a row doubles them."""

LONGEST_PAUSE = 30.0

LEAVE = 90.0
"""Seconds that a part has to leave before it is killed; web processes take less."""

RENEW = 120.0
"""Seconds in which a successor is ready, or is given up."""

SOUND = 60.0
"""Seconds of life after which a death is the first of a row."""


@dataclass(frozen=True)
class Part:
    """One process of the stack.

    A `task` does its work and ends well before the next wave starts. Once all parts have been
    ready, one that `comes_back` is started again when it ends by itself, after a pause; any
    other death stops all.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)  # on top of this process's
    ready: Callable[[], bool] = lambda: True  # asked until it is true; answers quickly
    task: bool = False
    comes_back: bool = False
    inherits: Sequence[int] = ()  # file descriptors
    stop_signal: signal.Signals = signal.SIGTERM
    ended: Callable[[int], None] = lambda pid: None  # told each time that its process ended
    leave_signal: signal.Signals | None = None  # it can be renewed: tells by `readiness.tell`


@dataclass
class Running:
    """A part since it was first started. Times are monotonic seconds."""

    part: Part
    colour: str
    started_at: float
    pid: int | None = None  # and process group; None until honcho reports it
    code: int | None = None  # exit code; None while it runs
    kill_at: float | None = None  # None until it was asked to stop
    pause: float = 0  # before its latest start, seconds
    start_at: float | None = None  # None unless it waits to be started again
    told: readiness.Ready | None = None  # of a successor, until it has taken over
    leaves: bool = False  # a successor is ready

    @property
    def ready(self) -> bool:
        """Whether the next wave may start."""
        return self.code == 0 if self.part.task else self.part.ready()

    def kill(self) -> None:
        """End it with all it started."""
        if self.pid is not None and self.code is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.killpg(self.pid, signal.SIGKILL)

    def stop(self, grace: float) -> None:
        """Ask it once to stop; kill it `grace` seconds later."""
        if self.pid is None or self.code is not None:
            return
        now = time.monotonic()
        if self.kill_at is None or self.leaves:
            self.kill_at, self.leaves = now + grace, False
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self.part.stop_signal)
        elif now > self.kill_at:
            self.kill()

    def leave(self) -> None:
        """Ask it to end what it has begun, and no more."""
        if self.pid is not None and self.code is None and self.part.leave_signal is not None:
            self.leaves, self.kill_at = True, time.monotonic() + LEAVE
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self.part.leave_signal)

    def come_back(self, now: float) -> float:
        """Wait to be started again; for how many seconds."""
        row = self.pause if now - self.started_at < SOUND else 0
        self.pause = min(2 * row or PAUSE, LONGEST_PAUSE)
        self.start_at = now + self.pause
        return self.pause


class Supervisor:
    """Runs waves of parts until a signal comes or a part dies for good, then stops all.

    Args:
        waves: parts that start together, each wave when the one before is ready.
        announcement: said when all are ready.
        grace: seconds between asking a part to stop and killing it.
        printer: of what they all say; honcho's, for people, unless another is given.
    """

    def __init__(
        self,
        waves: Sequence[Sequence[Part]],
        announcement: str,
        grace: float = 5,
        printer: Printer | None = None,
    ) -> None:
        self._to_start = list(waves)
        self._waves: list[list[Running]] = []  # started, in that order
        self._announcement = announcement
        self._grace = grace
        self._up = False
        self._stopping = False
        self._to_renew: list[Running] = []  # the first of them is being renewed
        self._successor: Running | None = None
        self._died: str | None = None
        # SimpleQueue: a signal's handler may put while the loop gets.
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._printer = printer or Printer(sys.stdout)
        self._printer.width = max(
            len(SELF), *(len(part.name) for wave in waves for part in wave)
        )
        self._colours = get_colours()
        self._terminals = [fd for fd in range(3) if os.isatty(fd)]

    def run(self) -> str | None:
        """Run to the end.

        Returns:
            Which part ended by itself, and how; None where a signal ended the stack.
        """
        with self._signals_as_messages():
            try:
                self._start_next_wave()
                while self._living() or not self._stopping:
                    if self._stopping:
                        self._stop_last_wave()
                    else:
                        self._start_again()
                        self._renew()
                        self._go_on_when_ready()
                    with contextlib.suppress(Empty):
                        self._take(self._messages.get(timeout=0.1))
            finally:
                for running in self._living():  # there are some after an exception only
                    running.kill()
        return self._died

    def _living(self) -> list[Running]:
        return [running for wave in self._waves for running in wave if running.code is None]

    def _start_next_wave(self) -> None:
        now = time.monotonic()
        self._waves.append(
            [Running(part, next(self._colours), now) for part in self._to_start.pop(0)]
        )
        for running in self._waves[-1]:
            self._start(running)

    def _start_again(self) -> None:
        """Start those that have paused for long enough after they died."""
        now = time.monotonic()
        for running in (running for wave in self._waves for running in wave):
            if running.start_at is not None and now >= running.start_at:
                running.pid = running.code = running.start_at = None
                running.started_at = now
                self._start(running)

    def _start(self, running: Running) -> None:
        process = self._process(running)
        threading.Thread(target=self._attend, args=(process,), daemon=True).start()

    def _process(self, running: Running) -> Process:
        part, inherits = running.part, list(running.part.inherits)
        environment = {
            **os.environ,
            **part.environment,
            lifeline.SUPERVISOR: str(os.getpid()),
            "PYTHONUNBUFFERED": "1",
        }
        if running.told is not None and running.told.tells >= 0:
            environment[readiness.TELLS] = str(running.told.tells)
            inherits.append(running.told.tells)
        command = f"exec {shlex.join(part.command)}"  # exec: the part is our child, not a shell
        process = Process(command, part.name, running.colour, env=environment)
        # honcho has no word for it, hence the private name.
        process._child_ctor = partial(Popen, pass_fds=inherits)
        return process

    def _attend(self, process: Process) -> None:
        """Run a part to its end; honcho reports start, lines and end to the queue."""
        try:
            process.run(self._messages)
        except OSError as failed:  # no more processes, no more memory
            self._tell("line", f"can't be started: {failed}", process.name)
            self._tell("stop", {"returncode": 127}, process.name)

    def _tell(self, kind: str, data: object, name: str) -> None:
        self._messages.put(Message(kind, data, datetime.now(), name, None))

    def _go_on_when_ready(self) -> None:
        """Start the next wave, or say once that all is well, when the latest one is ready."""
        if self._up or not all(running.ready for running in self._waves[-1]):
            return
        if self._to_start:
            self._start_next_wave()
        else:
            self._up = True
            self._say(self._announcement)

    def _begin_to_renew(self) -> None:
        """Renew all parts that can be, unless that is being done."""
        if not self._up or self._to_renew:
            self._say(
                f"SIGHUP: {'parts are being renewed' if self._up else 'not all is ready'}"
            )
            return
        self._to_renew = [
            running
            for wave in self._waves
            for running in wave
            if running.part.leave_signal is not None
        ]
        names = ", ".join(running.part.name for running in self._to_renew)
        self._say(f"SIGHUP: {names}: a new one each, one after another")

    def _renew(self) -> None:
        """Go on with the part that is being renewed: start, take over, and then the next."""
        if not self._to_renew:
            return
        old, new = self._to_renew[0], self._successor
        if new is None:
            if old.code is None and old.pid is not None:
                self._successor = self._succeed(old)
            else:  # it has died, and comes back as a new one
                self._to_renew.pop(0)
        elif old.leaves and old.code is None:
            if old.kill_at is not None and time.monotonic() > old.kill_at:
                old.kill()
        elif old.leaves or old.code is not None:
            if new.told is not None:  # the old one died first
                new.told.close()
                new.told = None
            self._wave_of(old).remove(old)
            self._to_renew.pop(0)
            self._successor = None
            if not self._to_renew:
                self._say("all of them are new")
        elif new.told is not None and new.told.said():
            new.told = None
            self._say(f"{new.part.name} is ready: {old.part.name} leaves")
            old.leave()
        elif time.monotonic() > new.started_at + RENEW:
            new.kill()

    def _succeed(self, old: Running) -> Running:
        """A part like another, started beside it."""
        name, _, generation = old.part.name.partition(".")
        part = replace(old.part, name=f"{name}.{int(generation or 1) + 1}")
        new = Running(part, old.colour, time.monotonic(), told=readiness.Ready())
        self._wave_of(old).append(new)
        self._start(new)
        return new

    def _wave_of(self, running: Running) -> list[Running]:
        return next(wave for wave in self._waves if running in wave)

    def _stop_last_wave(self) -> None:
        """Stop the last wave that lives, so that no part loses what it depends on."""
        last = next(wave for wave in reversed(self._waves) if any(r.code is None for r in wave))
        for running in last:
            running.stop(self._grace)

    def _take(self, message: Message) -> None:
        match message.type:
            case "line":
                self._print(message)
            case "start":
                started = self._named(message.name)
                started.pid = message.data["pid"]
                if started.told is not None:
                    started.told.started()
                threading.Thread(
                    target=end_group, args=(message.data["pid"],), daemon=True
                ).start()
            case "stop":
                self._end(self._named(message.name), message.data["returncode"])
            case "signal" if message.data == "SIGHUP" and self._can_renew():
                self._begin_to_renew()
            case "signal":
                self._stop(message.data)

    def _end(self, running: Running, code: int) -> None:
        running.code = code
        if running.pid is not None:
            running.part.ended(running.pid)
        if self._stopping or (running.part.task and code == 0):
            return
        if running.leaves:
            return
        said = f"{running.part.name} ended by itself ({describe(code)})"
        if running is self._successor and running.told is not None:
            self._wave_of(running).remove(running)
            running.told.close()
            kept = ", ".join(old.part.name for old in self._to_renew)
            self._say(f"{said} before it was ready: {kept}: as before")
            self._to_renew, self._successor = [], None
        elif running.part.comes_back and self._up:
            pause = running.come_back(time.monotonic())
            self._say(f"{said}: starting it again in {pause:g} s")
        else:
            self._died = said
            self._stop(said)

    def _can_renew(self) -> bool:
        """Whether SIGHUP means that: there are such parts, and the terminal is still there."""
        parts = (running.part for wave in self._waves for running in wave)
        return all(map(os.isatty, self._terminals)) and any(
            part.leave_signal is not None for part in parts
        )

    def _named(self, name: str) -> Running:
        return next(r for wave in self._waves for r in wave if r.part.name == name)

    def _stop(self, reason: str) -> None:
        if not self._stopping:
            self._stopping = True
            self._say(f"{reason}: stopping")

    def _say(self, text: str) -> None:
        self._print(Message("line", text, datetime.now(), SELF, None))

    def _print(self, line: Message) -> None:
        try:
            self._printer.write(line)
        except OSError:  # the terminal or pipe is gone: nobody reads, nobody waits for the page
            self._stopping = True

    @contextlib.contextmanager
    def _signals_as_messages(self) -> Iterator[None]:
        """Signals act from the loop, not from a handler: Ctrl-C, kill and a closed terminal
        stop the stack, any other SIGHUP renews it."""

        def handle(number: int, frame: object) -> None:
            self._tell("signal", signal.Signals(number).name, SELF)

        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup wants to stay
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def end_group(leader: int) -> None:
    """Wait for a child, then kill what it left in its process group.

    honcho reports an end when nobody holds the output any more: without this, a part's own
    children could hide its death.
    """
    with contextlib.suppress(ChildProcessError):  # reaped already
        os.waitid(os.P_PID, leader, os.WEXITED | os.WNOWAIT)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def describe(code: int) -> str:
    """An exit code in words."""
    return f"signal {-code}, {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
