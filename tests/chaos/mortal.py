"""A worker with labelled points: `python -m netspace worker`, which may end at any of them.

claimed | measured (a child's result is here) | half spooled (written, not yet under its name) |
spooled | recorded (in the transaction) | committed

The program is patched before its application is made, and knows nothing of it.
"""

import os

import mortal_child
from points import FOLDER, Points, after, before

from jobs.messages import Finished
from jobs.wakeups import Wakeups
from services.work import leases, results
from workers.disk import spool
from workers.supervision import processes
from workers.supervision.config import WorkerConfig
from workers.supervision.runner import Runner
from workers.supervision.slots import Slot

POLL_SECONDS = 1.0
REAP_SECONDS = 0.3
LEAST_FREE = 0
RETRY_DELAY_MS = 100
UNFINISHED_SECONDS = 1.0


def make_mortal(points):
    """Put the points where they belong; those after a child's end are for results only."""

    def at(point):
        return lambda: points.reach(point)

    def measured(self, claim, end):
        if isinstance(end, Finished):
            points.reach("measured")
        store(self, claim, end)

    def recorded(session, claim, end, max_attempts):
        if isinstance(end, Finished):
            points.reach("spooled")
        record(session, claim, end, max_attempts)
        if isinstance(end, Finished):
            points.reach("recorded")

    store, Slot._store = Slot._store, measured
    record, results.record_end = results.record_end, recorded
    before(Slot, "supervise", at("claimed"))
    after(os, "fsync", at("half spooled"))  # nothing else here is synchronised before it
    before(spool, "_remove", at("committed"))
    processes.run_job = mortal_child.run_job


def repeat_wake_ups(points):
    """Deliver each wake-up never, once or three times, as the storm has it."""
    for owner, name in ((Runner, "wake"), (Wakeups, "publish")):
        original = getattr(owner, name)

        def deliver(*arguments, original=original):
            for _ in range(points.copies):
                original(*arguments)

        setattr(owner, name, deliver)


def hurry():
    """Waits that suit a storm."""
    WorkerConfig.__init__.__defaults__ = (POLL_SECONDS, REAP_SECONDS, LEAST_FREE)
    leases.RETRY_DELAY_MS = RETRY_DELAY_MS
    spool.UNFINISHED_SECONDS = UNFINISHED_SECONDS


def main(name):
    """Be the worker."""
    points = Points(os.environ[FOLDER])
    make_mortal(points)
    repeat_wake_ups(points)
    hurry()
    from netspace.cli import app

    app(["worker", f"--name={name}"])
