"""Labelled points in a job's life, and the signals that wait there.

A signal is a file `armed/POINT`; whoever passes the point first takes it by renaming it, which
one process only can, and sends it. So each fault strikes once, and the storm sees whom.
Children import this: neither torch nor a database comes with it.
"""

import contextlib
import multiprocessing
import os
import signal
import time
from pathlib import Path

FOLDER = "CHAOS_FOLDER"
"""The environment variable that names the folder of the points."""

COPIES = "copies"
"""The file that says how often a wake-up is delivered."""

FOR_EVER = 1000


def worker():
    """The worker's process, seen from itself and from its children."""
    parent = multiprocessing.parent_process()
    return parent.pid if parent else os.getpid()


VICTIMS = {"worker": worker, "child": os.getpid, "fork server": os.getppid}


class Points:
    """The labelled points of one storm."""

    def __init__(self, folder):
        self._folder = Path(folder)
        for name in ("armed", "taken"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)

    def arm(self, label, signal_name, victim):
        """Let whoever passes the point next send a signal to one of `VICTIMS`.

        A label is a point, or a point and a number: "claimed", "claimed.2".
        """
        new = self._folder / f"{label}.new"
        new.write_text(f"{signal_name} {victim}")
        new.rename(self._folder / "armed" / label)

    def armed(self, label):
        """Whether nobody has passed yet."""
        return (self._folder / "armed" / label).exists()

    def taken(self, label):
        """The process that was struck; None until then."""
        for file in (self._folder / "taken").glob(f"{label}@*"):
            file.unlink()
            return int(file.name.rpartition("@")[2])
        return None

    def reach(self, point):
        """Pass a point: perhaps the last thing that this process does."""
        for file in sorted((self._folder / "armed").glob(f"{point}.*")):
            with contextlib.suppress(FileNotFoundError):  # somebody else was faster
                number, _, role = file.read_text().partition(" ")
                victim = VICTIMS[role]()
                file.rename(self._folder / "taken" / f"{file.name}@{victim}")
                os.kill(victim, signal.Signals[number])
                if number == "SIGTERM":  # it stops in its own time, and this job with it
                    time.sleep(FOR_EVER)
                return

    def deliver(self, copies):
        """Deliver each wake-up so many times from now on."""
        new = self._folder / "copies.new"
        new.write_text(str(copies))
        new.rename(self._folder / COPIES)

    @property
    def copies(self):
        """How often a wake-up is delivered: once, unless told otherwise."""
        try:
            return int((self._folder / COPIES).read_text())
        except FileNotFoundError:
            return 1


def before(owner, name, act):
    """Act before each call of a function."""
    original = getattr(owner, name)

    def wrapped(*arguments, **options):
        act()
        return original(*arguments, **options)

    setattr(owner, name, wrapped)


def after(owner, name, act):
    """Act after each call of a function that didn't raise."""
    original = getattr(owner, name)

    def wrapped(*arguments, **options):
        answer = original(*arguments, **options)
        act()
        return answer

    setattr(owner, name, wrapped)
