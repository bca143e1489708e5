"""A storm over short real jobs: faults strike, the jobs go on, and in the end all is read."""

import random
import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass

import acts
import faults
from faults import POSTGRESQL, Fault
from history import late_results, violations
from lab import LEASE_SECONDS, Lab

TICK_SECONDS = 0.1


class BlownOut(AssertionError):
    """The jobs were not over in time."""


@dataclass(frozen=True)
class Outcome:
    """What a storm did, and what came of it."""

    kind: str
    jobs: int
    seed: int
    seconds: float
    violations: list  # sentences
    struck: Counter  # faults, by name
    missed: list  # names of faults that no process came by
    events: Counter  # by kind
    late: int  # results of a lease that was lost
    starts: dict  # of processes, by name


@dataclass
class Raging:
    """A fault at work."""

    fault: Fault
    steps: Generator
    pause_ends: float = 0.0  # monotonic seconds


class Storm:
    """One storm over a lab of its own."""

    def __init__(self, folder, kind, jobs, seed, rounds=1, costly=None, seconds=100):
        self.lab = Lab(folder, kind, jobs)
        self.seed, self.seconds = seed, seconds
        self._plan = faults.plan(kind, jobs, seed, rounds, costly)
        self._chance = random.Random(seed)
        self._raging = {}  # by what the fault is on
        self._struck = Counter()
        self._points = 0  # armed so far

    def rage(self):
        """Blow until all faults have struck and all jobs are over; the outcome.

        Raises:
            BlownOut: that took longer than it may.
        """
        began = time.monotonic()
        with self.lab.running():
            self._blow(began + self.seconds)
            seconds = time.monotonic() - began
            events, left = self.lab.close()
        forgetful = self.lab.kind == POSTGRESQL
        return Outcome(
            kind=self.lab.kind,
            jobs=self.lab.jobs,
            seed=self.seed,
            seconds=seconds,
            violations=violations(events, left, 1000 * LEASE_SECONDS, forgetful),
            struck=self._struck,
            missed=[raging.fault.name for raging in self._raging.values()],
            events=Counter(event.kind for event in events),
            late=late_results(events),
            starts={part.name: part.starts for part in self.lab.parts},
        )

    def _blow(self, deadline):
        """Strike when it is time to, and start again what ended."""
        while (over := self.lab.count_over()) < self.lab.jobs or not self._in_vain():
            if time.monotonic() > deadline:
                raise BlownOut(f"{over} of {self.lab.jobs} jobs over\n{self.lab.said()}")
            for part in self.lab.parts:
                part.revive()
            self._begin(over)
            self._go_on()
            time.sleep(TICK_SECONDS)

    def _begin(self, over):
        """Begin with the faults whose time has come, one at a time on each thing."""
        for planned in [planned for planned in self._plan if planned[0] <= over]:
            _, fault = planned
            act, on = self._act(fault)
            if on not in self._raging:
                self._plan.remove(planned)
                self._raging[on] = Raging(fault, act(self.lab, self._chance))

    def _act(self, fault):
        """What the fault does, and what it is on: at a point others may wait, too."""
        if fault.act:
            return fault.act, fault.on
        self._points += 1
        label = f"{fault.point}.{self._points}"
        return acts.at_point(fault, label), label

    def _go_on(self):
        """Go on with those faults that have paused for long enough."""
        for on, raging in list(self._raging.items()):
            if time.monotonic() < raging.pause_ends:
                continue
            try:
                raging.pause_ends = time.monotonic() + next(raging.steps)
            except StopIteration:
                del self._raging[on]
                self._struck[raging.fault.name] += 1

    def _in_vain(self):
        """Whether all that rages waits for a process that won't come any more."""
        return not self._plan and all(map(self.lab.points.armed, self._raging))
