"""Meters: what a web process counts of itself, and all of one address together.

Where several processes answer at one address, each writes its numbers into files of a folder
that PROMETHEUS_MULTIPROC_DIR names (`netspace.stacks` makes it), and whichever is asked tells
the sums. What a process holds now goes with it; what it has counted stays.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client reads it when it is imported."""

LOCK = "lock"
"""In that folder."""
FIRST_BYTE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds."""


class Meters:
    """The numbers of one process."""

    def __init__(self) -> None:
        self._own = own = CollectorRegistry()
        self.requests = Counter(
            "netspace_http_requests_total",
            "Requests that were answered.",
            ("route", "method", "status"),
            registry=own,
        )
        self.first_byte = Histogram(
            "netspace_http_first_byte_seconds",
            "From a request's head to the first byte of its answer.",
            ("route", "method"),
            buckets=FIRST_BYTE,
            registry=own,
        )
        self.repeated = Counter(
            "netspace_answers_repeated_total",
            "Answers that were given again as they were kept.",
            registry=own,
        )
        self.processes = _gauge(own, "netspace_web_processes", "Web processes that answer.")
        self.memory = _gauge(
            own, "netspace_web_memory_bytes", "Resident memory of the web processes."
        )
        self.streams = _gauge(own, "netspace_event_streams", "Event streams that are open.")
        self.snapshots = _gauge(own, "netspace_snapshots", "Populations that are in memory.")
        self.snapshot_bytes = _gauge(
            own, "netspace_snapshots_bytes", "Memory of the populations that are in memory."
        )
        self.answers = _gauge(own, "netspace_answers_kept", "Answers that are kept.")
        self.answer_bytes = _gauge(
            own, "netspace_answers_kept_bytes", "Memory of the answers that are kept."
        )
        self.delay = Gauge(
            "netspace_web_loop_delay_seconds",
            "How late a web process's event loop lately was, the worst of them.",
            multiprocess_mode="livemax",
            registry=own,
        )

    def held(self, answers: int, size: int) -> None:
        """How many answers are kept, of how many bytes."""
        self.answers.set(answers)
        self.answer_bytes.set(size)

    def collect(self) -> Iterator[Metric]:
        """The numbers of all processes that answer at this address."""
        shared = os.environ.get(SHARED, "")
        with _together(shared):
            found = [*self._collected(shared)]
        yield from found

    def _collected(self, shared: str) -> Iterator[Metric]:
        yield from (
            MultiProcessCollector(None, shared).collect() if shared else self._own.collect()
        )


@contextmanager
def _together(shared: str) -> Iterator[None]:
    """While nobody adds up what the dead had counted: `netspace/stack/numbers.py`."""
    lock = Path(shared) / LOCK
    if not shared or not lock.exists():
        yield
        return
    with open(lock) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def _gauge(registry: CollectorRegistry, name: str, about: str) -> Gauge:
    """A number of each process that lives, which add up."""
    return Gauge(name, about, multiprocess_mode="livesum", registry=registry)
