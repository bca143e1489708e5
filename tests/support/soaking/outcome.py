"""What came of a soak: numbers by phase, and what should not have been."""

import statistics
from dataclasses import dataclass, field


def quantile(values, q):
    """The least value that a share q of them does not exceed; nan of none."""
    ordered = sorted(values)
    return ordered[min(int(q * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


@dataclass
class Phase:
    """A time in which so many listened; seconds."""

    name: str
    listeners: int
    began: float = 0.0  # since 1970
    ended: float = 0.0
    first: list[float] = field(default_factory=list)  # from a question to the answer's head
    whole: list[float] = field(default_factory=list)  # and to its end
    delays: list[float] = field(default_factory=list)  # from a result's end to its event
    events: int = 0
    cpu: dict[str, float] = field(default_factory=dict)  # seconds of each part
    load: float = 0.0  # of the machine, at the end

    @property
    def seconds(self):
        return self.ended - self.began

    def cores(self, *names):
        """Of the processors that parts used, whose names begin so."""
        used = (cpu for name, cpu in self.cpu.items() if name.startswith(names))
        return sum(used) / self.seconds


@dataclass(frozen=True)
class Failure:
    """A question that had no good answer."""

    at: float
    path: str
    status: int  # 0: none came
    why: str

    @property
    def is_passing(self):
        """Whether a page says "reconnecting" and asks again: nobody answered, or 502 or 503."""
        return self.status in (0, 502, 503)

    def __str__(self):
        return f"{self.at:.1f} {self.path}: {self.status or 'no answer'}: {self.why}"


@dataclass
class Outcome:
    """Of all of it."""

    phases: list[Phase] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    restarts: dict[str, tuple[float, float]] = field(default_factory=dict)  # began, was over
    memory: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """MiB of each part: after the warm-up, at most among the crowd, before it was killed."""
    behind: list[str] = field(default_factory=list)  # listeners that lack something
    broken: list[str] = field(default_factory=list)  # promises
    again: int = 0  # questions asked twice, as a kept connection had ended
    jobs: int = 0
    tracebacks: list[str] = field(default_factory=list)  # lines of the log
    restarts_phase = "restarts"

    @property
    def errors(self):
        """Failures that a person would see: any but those that pass while a part restarts."""
        return [
            failure
            for failure in self.failures
            if not (failure.is_passing and self._restarted_at(failure.at))
        ]

    @property
    def complaints(self):
        """What should not have been, a sentence each."""
        return [*map(str, self.errors), *self.behind, *self.broken, *self.tracebacks]

    @property
    def reconnecting(self):
        return len(self.failures) - len(self.errors)

    def _restarted_at(self, at):
        return any(began <= at <= over for began, over in self.restarts.values())

    def growth(self, name):
        """Percent that a part has grown since the warm-up."""
        warm, _, end = self.memory[name]
        return 100 * (end / warm - 1)


def memory(warm, crowd, end):
    """Of samples in three times: the medians of the first and last, the most of the second."""
    return {
        name: (
            statistics.median(one[name] for one in warm if name in one),
            max(one.get(name, 0.0) for one in crowd),
            statistics.median(one[name] for one in end if name in one),
        )
        for name in end[-1]
        if any(name in one for one in warm)
    }
